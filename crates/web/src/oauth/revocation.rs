//! `POST revoke`.
use crate::WebState;
use crate::oauth::client_authentication::presented;
use crate::platform::answers::{OAuth400, OAuth401, OAuth429};
use crate::platform::body::Params;
use crate::platform::mounts::{AlsoAt as _, PROTOCOL};
use crate::platform::request::Incoming;
use crate::platform::respond::{json_response, oauth_failure};
use crate::platform::schema::oauth::{Nothing, RevocationRequest};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::oauth::endpoint::Endpoint;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes_also_at(PROTOCOL, routes!(post))
}

/// Revoke a token
///
/// An access token by itself, a refresh token with all that came of it (RFC 7009). A token that nobody knows is as good
/// as revoked.
#[utoipa::path(post, path = "/oauth2/revoke", operation_id = "revoke", tag = "oauth",
    request_body(content((RevocationRequest = "application/x-www-form-urlencoded"), (RevocationRequest = "application/json"))),
    responses((status = 200, description = "It is good for nothing from now on", body = Nothing),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 429, response = OAuth429)),
    security(("client" = []), ()))]
pub async fn post(State(state): State<WebState>, incoming: Incoming, Params(body): Params) -> Response {
    let presented = match presented(&state, &incoming, Endpoint::Revocation, &body) {
        Ok(presented) => presented,
        Err(refused) => return *refused,
    };
    match flows::oauth::revocation::revoke(state.app(), &incoming.ctx, &presented).await {
        // RFC 7009 §2.2 asks for status 200 only; clients that parse every body get an object.
        Ok(()) => json_response(StatusCode::OK, &serde_json::json!({})),
        Err(failure) => oauth_failure(&failure, &incoming.ctx.facts.request_id),
    }
}
