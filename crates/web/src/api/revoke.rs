//! `POST revoke`.
use super::{CLIENT, no_secrets_in_query};
use crate::WebState;
use crate::body::Params;
use crate::error::{json_response, oauth_failure};
use crate::incoming::Incoming;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Answers `{}`: RFC 7009 §2.2 asks for status 200 only, and clients that parse every body get an object.
pub async fn post(State(state): State<WebState>, incoming: Incoming, Params(body): Params) -> Response {
    if let Err(refused) = no_secrets_in_query(&incoming) {
        return *refused;
    }
    match flows::revoke::revoke(state.app(), &incoming.ctx, incoming.authorization(), &body).await {
        Ok(()) => json_response(StatusCode::OK, &serde_json::json!({})),
        Err(failure) => oauth_failure(&failure, CLIENT, &incoming.ctx.facts.request_id),
    }
}
