//! Migration 21: credentials without scopes got the scopes that cover everything they could do.
use crate::{StoreError, Tx, params};
use domain::ScopeSet;

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
pub(crate) async fn write_out_scopes(tx: &mut Tx, declared: &[String]) -> Result<(), StoreError> {
    let declared = declared.iter().map(String::as_str);
    let own = || WRITTEN_OUT.into_iter().chain(declared.clone());
    let set = |names: &mut dyn Iterator<Item = &str>| {
        ScopeSet::from_names(names).map_err(|_| StoreError::Other("a scope of the catalogue is not a scope".to_owned()))
    };
    let (all, operators) = (set(&mut own())?, set(&mut own().chain(WRITTEN_OUT_OPERATOR))?);
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
