//! `GET` and `POST userinfo`.
use super::no_secrets_in_query;
use crate::WebState;
use crate::error::{Challenge, json_response, oauth_failure};
use crate::incoming::Incoming;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    if let Err(refused) = no_secrets_in_query(&incoming) {
        return *refused;
    }
    match flows::userinfo::userinfo(state.app(), &incoming.ctx, incoming.bearer()).await {
        Ok(claims) => json_response(StatusCode::OK, &claims),
        Err(failure) => oauth_failure(&failure, Some(Challenge::Bearer), &incoming.ctx.facts.request_id),
    }
}
