//! Accounts, for the operator.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::access::body::{Body, ReadOnly};
use crate::platform::answers::Problem412;
use crate::platform::problem::ApiResult;
use crate::platform::respond::json_response;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::account::User;
use flows::operator::users;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(read)).routes(routes!(set_email_verification))
}

/// An account, as the operator reads it.
#[derive(Serialize, ToSchema)]
pub struct Account {
    id: String,
    email: String,
    /// Whether the address is known to be the person's own.
    email_verified: bool,
    name: String,
    disabled: bool,
    operator: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&User> for Account {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.to_string(),
            email_verified: user.email_verified,
            name: user.name.clone(),
            disabled: !user.is_active(),
            operator: user.is_operator,
            created_at: user.created_at.rfc3339(),
        }
    }
}

/// Whether an address is verified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailVerification {
    /// The address that was verified: it must still be the account's.
    email: String,
    verified: bool,
    #[serde(default, rename = "id")]
    #[schema(inline)]
    _id: ReadOnly,
    #[serde(default, rename = "email_verified")]
    #[schema(inline)]
    _email_verified: ReadOnly,
    #[serde(default, rename = "name")]
    #[schema(inline)]
    _name: ReadOnly,
    #[serde(default, rename = "disabled")]
    #[schema(inline)]
    _disabled: ReadOnly,
    #[serde(default, rename = "operator")]
    #[schema(inline)]
    _operator: ReadOnly,
    #[serde(default, rename = "created_at")]
    #[schema(inline)]
    _created_at: ReadOnly,
}

/// Read an account
///
/// For the operator.
#[utoipa::path(get, path = "/api/v1/users/{user_id}", operation_id = "read_user", tag = "users",
    params(("user_id" = String, Path)),
    responses((status = 200, description = "The account", body = Account)),
    security(("bearer" = []), ("session" = [])))]
pub async fn read(State(state): State<WebState>, manager: ApiCaller, Path(id): Path<String>) -> ApiResult {
    let one = users::find(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(json_response(StatusCode::OK, &Account::from(&one.found.user)))
}

/// Set whether an email address is verified
///
/// For the operator. Apps with the permission for the address read it as `email_verified`. The address in the body must be
/// the account's: if it was changed meanwhile, the answer is 412. A new address is unverified.
#[utoipa::path(put, path = "/api/v1/users/{user_id}/email-verification", operation_id = "set_email_verification",
    tag = "users", params(("user_id" = String, Path)), request_body = EmailVerification,
    responses((status = 200, description = "The account", body = Account), (status = 412, response = Problem412)),
    security(("bearer" = []), ("session" = [])))]
pub async fn set_email_verification(
    State(state): State<WebState>,
    manager: ApiCaller,
    Path(id): Path<String>,
    body: Body<EmailVerification>,
) -> ApiResult {
    let EmailVerification { email, verified, .. } = body.read()?;
    let (app, ctx) = (state.app(), &manager.ctx);
    let user = users::set_email_verified(app, ctx, &manager.principal, &id, &email, verified).await?;
    Ok(json_response(StatusCode::OK, &Account::from(&user)))
}
