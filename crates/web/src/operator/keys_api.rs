//! Reference 004: rotation of the signing keys.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::platform::answers::Problem409;
use crate::platform::problem::ApiResult;
use crate::platform::respond::json_response;
use axum::extract::State;
use axum::http::StatusCode;
use flows::platform::management_error::ManagementRefusal;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(rotate))
}

/// It is done.
#[derive(Serialize, ToSchema)]
pub struct Rotated {
    /// Always true.
    rotated: bool,
}

/// Rotate the signing keys
///
/// For whoever runs this server. The old keys stay published until the last token that they signed has expired.
///
/// The next keys must have been published for a day, so that clients know them (409 `keys_too_young`), unless `force` is true.
#[utoipa::path(post, path = "/oidc/keys/rotate", operation_id = "rotate_keys", tag = "keys",
    params(("force" = Option<bool>, Query, description = "Rotate even if the next keys were published less than a day ago")),
    responses((status = 200, description = "The next keys sign from now on", body = Rotated), 
        (status = 409, response = Problem409)),
    security(("bearer" = []), ("session" = [])))]
pub async fn rotate(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let forced = match manager.query("force") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(ManagementRefusal::Choice.of("force").into()),
    };
    flows::operator::keys::rotate_keys(state.app(), &manager.ctx, &manager.principal, forced).await?;
    Ok(json_response(StatusCode::OK, &Rotated { rotated: true }))
}
