//! Reference 004: rotation of the signing keys.
use crate::WebState;
use crate::error::json_response;
use crate::manager::Manager;
use crate::problem::Answer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// It is done.
#[derive(Serialize, ToSchema)]
pub struct Rotated {
    /// Always true.
    rotated: bool,
}

/// Rotate the signing keys
///
/// For whoever runs this server. The old keys stay published until the last token that they signed has expired.
#[utoipa::path(post, path = "/oidc/keys/rotate", operation_id = "rotate_keys", tag = "keys",
    responses((status = 200, description = "The next keys sign from now on", body = Rotated)),
    security(("bearer" = []), ("session" = [])))]
pub async fn rotate(State(state): State<WebState>, manager: Manager) -> Answer {
    flows::operator::rotate_keys(state.app(), &manager.ctx, &manager.principal).await?;
    Ok(json_response(StatusCode::OK, &Rotated { rotated: true }))
}
