//! API keys of the caller's workspace, and the caller's personal access tokens.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::access::api_list::{Deleted, deleted};
use crate::access::body::Body;
use crate::access::idempotency::{Made, again, once};
use crate::platform::answers::Problem409;
use crate::platform::path::Path;
use crate::platform::problem::{ApiResult, Problem};
use crate::platform::respond::json_response;
use axum::extract::State;
use axum::http::StatusCode;
use domain::access::{Operation, PersonalAccessToken};
use domain::{ApiKeyId, PersonalAccessTokenId, Secret, Timestamp, UserId};
use flows::access::credential_request::CredentialRequest;
use flows::account::tokens;
use flows::platform::idempotency::Keeper;
use flows::platform::management_error::ManagementRefusal;
use flows::workspace::api_keys::{self, KeyWithCreator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(list_keys, create_key))
        .routes(routes!(revoke_key))
        .routes(routes!(adopt_key))
        .routes(routes!(list_tokens, create_token))
        .routes(routes!(revoke_token))
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::rfc3339)
}

/// An API key of the workspace; of the key itself only a hint is kept.
#[derive(Serialize, ToSchema)]
pub struct Key {
    #[schema(value_type = String)]
    id: ApiKeyId,
    name: String,
    /// The role, and names of the operator's own, that it was created with.
    roles: Vec<String>,
    /// What it has of those now: at most what its creator has. Empty when they left the workspace or were disabled; the
    /// key does not work then.
    effective_roles: Vec<String>,
    /// Whether it has fewer rights than it was created with. A person who has them can adopt it.
    lost_rights: bool,
    /// The person who answers for it. `null` for a key from the command line, which keeps its rights.
    #[schema(value_type = Option<String>, required = true)]
    created_by: Option<UserId>,
    /// What it is limited to, besides its role.
    scopes: Vec<String>,
    /// The last characters, to tell it from others.
    hint: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(required = true, format = DateTime)]
    expires_at: Option<String>,
    #[schema(required = true, format = DateTime)]
    last_used_at: Option<String>,
    #[schema(required = true, format = DateTime)]
    revoked_at: Option<String>,
    /// The key; shown this once, when it is made.
    #[serde(rename = "api_key", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

impl Key {
    fn of(KeyWithCreator { key, creator }: &KeyWithCreator, secret: Option<&Secret>) -> Self {
        let rights = key.rights(creator.as_ref());
        Self {
            effective_roles: rights.map(|rights| rights.roles.claim()).unwrap_or_default(),
            lost_rights: key.has_lost_rights(creator.as_ref()),
            created_by: key.created_by,
            id: key.id,
            name: key.name.clone(),
            roles: key.roles.claim(),
            scopes: key.scopes.iter().map(str::to_owned).collect(),
            hint: key.hint.clone(),
            created_at: key.created_at.rfc3339(),
            expires_at: time(key.expires_at),
            last_used_at: time(key.last_used_at),
            revoked_at: time(key.revoked_at),
            secret: secret.map(|secret| secret.expose().to_owned()),
        }
    }
}

/// All keys of the workspace.
#[derive(Serialize, ToSchema)]
pub struct Keys {
    items: Vec<Key>,
}

/// A personal access token; of the token itself only a hint is kept.
#[derive(Serialize, ToSchema)]
pub struct PersonalToken {
    #[schema(value_type = String)]
    id: PersonalAccessTokenId,
    name: String,
    /// What it is limited to, besides the person's rights.
    scopes: Vec<String>,
    /// The last characters, to tell it from others.
    hint: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(required = true, format = DateTime)]
    expires_at: Option<String>,
    #[schema(required = true, format = DateTime)]
    last_used_at: Option<String>,
    #[schema(required = true, format = DateTime)]
    revoked_at: Option<String>,
    /// The token; shown this once, when it is made.
    #[serde(rename = "personal_access_token", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

impl PersonalToken {
    fn of(token: &PersonalAccessToken, secret: Option<&Secret>) -> Self {
        Self {
            id: token.id,
            name: token.name.clone(),
            scopes: token.scopes.iter().map(str::to_owned).collect(),
            hint: token.hint.clone(),
            created_at: token.created_at.rfc3339(),
            expires_at: time(token.expires_at),
            last_used_at: time(token.last_used_at),
            revoked_at: time(token.revoked_at),
            secret: secret.map(|secret| secret.expose().to_owned()),
        }
    }
}

/// All tokens of the person.
#[derive(Serialize, ToSchema)]
pub struct PersonalTokens {
    items: Vec<PersonalToken>,
}

/// A new API key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Nightly export", "roles": ["member"], "scopes": ["clients:read"]}))]
pub struct NewKey {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// `owner`, `admin` or `member`, not higher than the caller's. Only the operator adds names of their own.
    #[schema(nullable = false)]
    roles: Option<Vec<String>>,
    /// What it may do, at least one; not more than the caller has.
    #[serde(default)]
    #[schema(required = true, min_items = 1)]
    scopes: Vec<String>,
    /// RFC 3339, in the future.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Expiry,
}

/// A new personal access token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Laptop", "scopes": ["consents:read"]}))]
pub struct NewPersonalToken {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may do, at least one; not more than the caller has.
    #[serde(default)]
    #[schema(required = true, min_items = 1)]
    scopes: Vec<String>,
    /// RFC 3339, in the future.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Expiry,
}

/// When a new credential ends. Whatever is no time has the same refusal as a time in the past.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Expiry {
    /// Also for `null`.
    #[default]
    Never,
    At(Timestamp),
    Invalid,
}

impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::Never,
            Value::String(text) => Timestamp::parse(&text).map_or(Self::Invalid, Self::At),
            _ => Self::Invalid,
        })
    }
}

impl Expiry {
    fn time(self) -> Result<Option<Timestamp>, Problem> {
        match self {
            Self::Never => Ok(None),
            Self::At(time) => Ok(Some(time)),
            Self::Invalid => Err(ManagementRefusal::Time.of("expires_at").into()),
        }
    }
}

impl NewKey {
    fn request(self) -> Result<CredentialRequest, Problem> {
        let roles = self.roles.unwrap_or_default();
        Ok(CredentialRequest { name: self.name, scopes: self.scopes, roles, expires_at: self.expires_at.time()? })
    }
}

impl NewPersonalToken {
    fn request(self) -> Result<CredentialRequest, Problem> {
        let roles = Vec::new();
        Ok(CredentialRequest { name: self.name, scopes: self.scopes, roles, expires_at: self.expires_at.time()? })
    }
}

/// List the workspace's API keys
///
/// Revoked ones are among them.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "credentials",
    responses((status = 200, description = "The newest 100 keys", body = Keys)), security(("bearer" = []), ("session" = [])))]
pub async fn list_keys(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let keys = api_keys::list_api_keys(state.app(), &manager.ctx, &manager.principal).await?;
    Ok(json_response(StatusCode::OK, &Keys { items: keys.iter().map(|key| Key::of(key, None)).collect() }))
}

/// Create an API key
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "credentials", request_body = NewKey,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, description = "The key, shown this once", body = Key,
        links(("revoke" = (operation_id = "revoke_key", parameters(("id" = "$response.body#/id"))))))),
    security(("bearer" = []), ("session" = [])))]
pub async fn create_key(State(state): State<WebState>, manager: ApiCaller, body: Body<NewKey>) -> ApiResult {
    once(state, manager, "POST /api/v1/api-keys", Operation::WriteApiKeys, body, make_key).await
}

async fn make_key(state: WebState, manager: ApiCaller, body: Body<NewKey>, keeper: Keeper) -> Made {
    let asked = body.read()?.request()?;
    let keep = keeper.keep(|(kept, secret): (KeyWithCreator, Secret)| {
        again(json_response(StatusCode::CREATED, &Key::of(&kept, Some(&secret))))
    });
    Ok(api_keys::create_api_key_kept(state.app(), &manager.ctx, &manager.principal, &asked, keep).await?)
}

/// Adopt an API key
///
/// A key has at most the rights of its creator. When they leave the workspace or get a lower role, it loses rights. A person
/// with a role as high as the key's adopts it: they are its creator from now on, and it has its rights again.
#[utoipa::path(post, path = "/api/v1/api-keys/{id}/adopt", tag = "credentials",
    params(("id" = String, Path, description = "The key's id")),
    responses((status = 200, description = "The key as it is now", body = Key), (status = 409, response = Problem409)),
    security(("bearer" = []), ("session" = [])))]
pub async fn adopt_key(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let kept = api_keys::adopt_api_key(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(json_response(StatusCode::OK, &Key::of(&kept, None)))
}

/// Revoke an API key
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "credentials",
    params(("id" = String, Path, description = "The key's id")),
    responses((status = 200, description = "It is good for nothing from now on", body = Deleted)),
    security(("bearer" = []), ("session" = [])))]
pub async fn revoke_key(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    api_keys::revoke_api_key(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(deleted())
}

/// List the person's own access tokens
///
/// Revoked ones are among them.
#[utoipa::path(get, path = "/api/v1/personal-access-tokens", tag = "credentials",
    responses((status = 200, description = "The newest 100 tokens", body = PersonalTokens)),
    security(("bearer" = []), ("session" = [])))]
pub async fn list_tokens(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let tokens = tokens::list_tokens(state.app(), &manager.ctx, &manager.principal).await?;
    Ok(json_response(
        StatusCode::OK,
        &PersonalTokens { items: tokens.iter().map(|token| PersonalToken::of(token, None)).collect() },
    ))
}

/// Create a personal access token
#[utoipa::path(post, path = "/api/v1/personal-access-tokens", tag = "credentials", request_body = NewPersonalToken,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, description = "The token, shown this once", body = PersonalToken,
        links(("revoke" = (operation_id = "revoke_token", parameters(("id" = "$response.body#/id"))))))),
    security(("bearer" = []), ("session" = [])))]
pub async fn create_token(
    State(state): State<WebState>,
    manager: ApiCaller,
    body: Body<NewPersonalToken>,
) -> ApiResult {
    once(state, manager, "POST /api/v1/personal-access-tokens", Operation::WriteTokens, body, make_token).await
}

async fn make_token(state: WebState, manager: ApiCaller, body: Body<NewPersonalToken>, keeper: Keeper) -> Made {
    let asked = body.read()?.request()?;
    let keep = keeper.keep(|(token, secret): (PersonalAccessToken, Secret)| {
        again(json_response(StatusCode::CREATED, &PersonalToken::of(&token, Some(&secret))))
    });
    Ok(tokens::create_token_kept(state.app(), &manager.ctx, &manager.principal, &asked, keep).await?)
}

/// Revoke a personal access token
#[utoipa::path(delete, path = "/api/v1/personal-access-tokens/{id}", tag = "credentials",
    params(("id" = String, Path, description = "The token's id")),
    responses((status = 200, description = "It is good for nothing from now on", body = Deleted)),
    security(("bearer" = []), ("session" = [])))]
pub async fn revoke_token(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    tokens::revoke_token(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(deleted())
}
