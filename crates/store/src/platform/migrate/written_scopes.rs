//! Migration 21: credentials without scopes got the scopes that cover everything they could do. Frozen, like its lists.
use crate::{StoreError, Tx, params};
use std::collections::BTreeSet;

/// The scopes of this server's own operations when explicit scopes became mandatory. Never change this list: older
/// credentials keep what they could do and gain nothing that was added later.
const WRITTEN_OUT: [&str; 22] = [
    "clients:read",
    "clients:write",
    "consents:read",
    "consents:write",
    "members:read",
    "members:write",
    "apps:read",
    "apps:write",
    "app_policy:read",
    "app_policy:write",
    "api_keys:read",
    "api_keys:write",
    "account:read",
    "account:write",
    "tokens:read",
    "tokens:write",
    "webhooks:read",
    "webhooks:write",
    "audit:read",
    "openid",
    "profile",
    "email",
];

/// The scopes of the operator's operations at that time. An API key without scopes never had these; an operator's token
/// did.
const WRITTEN_OUT_OPERATOR: [&str; 10] = [
    "operator:webhooks:read",
    "operator:webhooks:write",
    "operator:audit:read",
    "operator:users:read",
    "operator:users:write",
    "operator:workspaces:read",
    "operator:clients:read",
    "operator:clients:write",
    "operator:server:read",
    "keys:rotate",
];

/// Gives credentials without scopes those that cover everything they could do, including the scopes that the operator
/// declared.
pub(super) async fn write_out_scopes(tx: &mut Tx, declared: &[String]) -> Result<(), StoreError> {
    let is_scope =
        |name: &String| !name.is_empty() && name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
    if !declared.iter().all(is_scope) {
        return Err(StoreError::Other("a scope of the catalogue is not a scope".to_owned()));
    }
    let own = WRITTEN_OUT.into_iter().chain(declared.iter().map(String::as_str));
    let all = written(own.clone());
    let operators = written(own.chain(WRITTEN_OUT_OPERATOR));
    for (sql, scopes) in [
        ("UPDATE api_keys SET scopes = $1 WHERE scopes = ''", &all),
        (
            "UPDATE personal_access_tokens SET scopes = $1 WHERE scopes = '' \
             AND user_id IN (SELECT id FROM users WHERE is_operator = 1)",
            &operators,
        ),
        ("UPDATE personal_access_tokens SET scopes = $1 WHERE scopes = ''", &all),
    ] {
        tx.execute(sql, params![scopes]).await?;
    }
    Ok(())
}

/// The names in their order, each once.
fn written<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect::<Vec<_>>().join(" ")
}
