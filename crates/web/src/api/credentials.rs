//! API keys of the caller's workspace, and the caller's personal access tokens.
use crate::WebState;
use crate::error::json_response;
use crate::manager::{Manager, Object};
use crate::once::once;
use crate::problem::{Answer, Problem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::Timestamp;
use domain::identity::{ApiKey, PersonalAccessToken};
use flows::credentials::{self, Asked};
use flows::manage::Unmanaged;
use serde_json::{Map, Value, json};

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::rfc3339)
}

fn show_key(key: &ApiKey) -> Value {
    json!({
        "id": key.id, "name": key.name, "roles": key.roles.claim(), "scopes": key.scopes.iter().collect::<Vec<_>>(),
        "hint": key.hint, "created_at": key.created_at.rfc3339(), "expires_at": time(key.expires_at),
        "last_used_at": time(key.last_used_at), "revoked_at": time(key.revoked_at),
    })
}

fn show_token(token: &PersonalAccessToken) -> Value {
    json!({
        "id": token.id, "name": token.name, "scopes": token.scopes.iter().collect::<Vec<_>>(),
        "hint": token.hint, "created_at": token.created_at.rfc3339(), "expires_at": time(token.expires_at),
        "last_used_at": time(token.last_used_at), "revoked_at": time(token.revoked_at),
    })
}

/// Reads the members of a new credential.
fn asked(body: &Map<String, Value>, known: &[&str]) -> Result<Asked, Problem> {
    if body.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(Unmanaged::UnknownMember.into());
    }
    let list = |name: &'static str| match body.get(name) {
        None => Ok(Vec::new()),
        Some(value) => {
            let items = value.as_array().map(|items| items.iter().map(|item| item.as_str().map(str::to_owned)));
            items.and_then(Iterator::collect).ok_or_else(|| Problem::from(Unmanaged::WrongType.of(name)))
        }
    };
    let name = body.get("name").and_then(Value::as_str).ok_or_else(|| Unmanaged::WrongType.of("name"))?;
    let expires_at = match body.get("expires_at") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let time = value.as_str().and_then(Timestamp::parse);
            Some(time.ok_or_else(|| Unmanaged::Time.of("expires_at"))?)
        }
    };
    Ok(Asked { name: name.to_owned(), scopes: list("scopes")?, roles: list("roles")?, expires_at })
}

fn with_secret(mut shown: Value, name: &str, secret: &domain::Secret) -> Value {
    shown[name] = secret.expose().into();
    shown
}

pub async fn list_keys(State(state): State<WebState>, manager: Manager) -> Answer {
    let keys = credentials::list_api_keys(state.app(), &manager.ctx, &manager.principal).await?;
    Ok(json_response(StatusCode::OK, &json!({"items": keys.iter().map(show_key).collect::<Vec<_>>()})))
}

pub async fn create_key(State(state): State<WebState>, manager: Manager, Object(body): Object) -> Answer {
    once(state, manager, "POST /api/v1/api-keys", body, make_key).await
}

async fn make_key(state: WebState, manager: Manager, body: Map<String, Value>) -> Answer {
    let asked = asked(&body, &["name", "scopes", "roles", "expires_at"])?;
    let (key, secret) = credentials::create_api_key(state.app(), &manager.ctx, &manager.principal, &asked).await?;
    Ok(json_response(StatusCode::CREATED, &with_secret(show_key(&key), "api_key", &secret)))
}

pub async fn revoke_key(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    credentials::revoke_api_key(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(json_response(StatusCode::OK, &json!({"deleted": true})))
}

pub async fn list_tokens(State(state): State<WebState>, manager: Manager) -> Answer {
    let tokens = credentials::list_tokens(state.app(), &manager.ctx, &manager.principal).await?;
    Ok(json_response(StatusCode::OK, &json!({"items": tokens.iter().map(show_token).collect::<Vec<_>>()})))
}

pub async fn create_token(State(state): State<WebState>, manager: Manager, Object(body): Object) -> Answer {
    once(state, manager, "POST /api/v1/personal-access-tokens", body, make_token).await
}

async fn make_token(state: WebState, manager: Manager, body: Map<String, Value>) -> Answer {
    let asked = asked(&body, &["name", "scopes", "expires_at"])?;
    let (token, secret) = credentials::create_token(state.app(), &manager.ctx, &manager.principal, &asked).await?;
    let shown = with_secret(show_token(&token), "personal_access_token", &secret);
    Ok(json_response(StatusCode::CREATED, &shown))
}

pub async fn revoke_token(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    credentials::revoke_token(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(json_response(StatusCode::OK, &json!({"deleted": true})))
}
