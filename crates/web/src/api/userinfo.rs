//! `GET` and `POST userinfo`.
use super::no_secret_in_url;
use crate::WebState;
use crate::error::{Challenge, json_response, oauth_failure};
use crate::incoming::Incoming;
use crate::openapi::answers::{OAuth400, OAuth401, OAuth403};
use crate::openapi::schema::oauth::UserinfoAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::oauth::diagnosis::Endpoint;
use domain::oauth::params::RawParams;

/// Ask about the person or workspace behind a token
///
/// By access token, personal access token or API key (OpenID Connect Core §5.3). `POST` does the same.
#[utoipa::path(method(get, post), path = "/oauth2/userinfo", operation_id = "userinfo", tag = "oauth",
    responses((status = 200, description = "The claims that the token opens", body = UserinfoAnswer),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 403, response = OAuth403)),
    security(("bearer" = [])))]
pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    if let Err(refused) = no_secret_in_url(&state, &incoming, Endpoint::Userinfo, &RawParams::default()) {
        return *refused;
    }
    match flows::userinfo::userinfo(state.app(), &incoming.ctx, incoming.bearer()).await {
        Ok(claims) => json_response(StatusCode::OK, &claims),
        Err(failure) => oauth_failure(&failure, Some(Challenge::Bearer), &incoming.ctx.facts.request_id),
    }
}
