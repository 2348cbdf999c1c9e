//! Reference 004: rotation of the signing keys.
use crate::WebState;
use crate::error::json_response;
use crate::manager::Manager;
use crate::problem::Answer;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

pub async fn rotate(State(state): State<WebState>, manager: Manager) -> Answer {
    flows::operator::rotate_keys(state.app(), &manager.ctx, &manager.principal).await?;
    Ok(json_response(StatusCode::OK, &json!({"rotated": true})))
}
