//! Facts about credentials for the audit log.
use domain::Timestamp;
use domain::access::{ApiKey, PersonalAccessToken};
use serde_json::{Value, json};

/// What the audit log records about an API key: enough to know what the key could do.
pub(crate) fn of_key(key: &ApiKey) -> Value {
    json!({
        "api_key": key.id,
        "roles": key.roles.claim(),
        "scopes": key.scopes.iter().collect::<Vec<_>>(),
        "expires_at": key.expires_at.map(Timestamp::rfc3339),
    })
}

/// What the audit log records about a personal access token.
pub(crate) fn of_token(token: &PersonalAccessToken) -> Value {
    json!({
        "personal_access_token": token.id,
        "scopes": token.scopes.iter().collect::<Vec<_>>(),
        "expires_at": token.expires_at.map(Timestamp::rfc3339),
    })
}
