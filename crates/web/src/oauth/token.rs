//! `POST token`.
use crate::WebState;
use crate::oauth::client_authentication::presented;
use crate::platform::answers::{OAuth400, OAuth401, OAuth429};
use crate::platform::body::Params;
use crate::platform::mounts::{AlsoAt as _, PROTOCOL};
use crate::platform::request::Incoming;
use crate::platform::respond::{json_response, oauth_failure};
use crate::platform::schema::oauth::{TokenAnswer, TokenRequest};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use flows::Failure;
use flows::oauth::token::TokenRefusal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes_also_at(PROTOCOL, routes!(post))
}

/// Get tokens
///
/// For an authorization code, a refresh token, a device code, or a client's own credentials (OAuth 2.1 §3.2).
#[utoipa::path(post, path = "/oauth2/token", operation_id = "token", tag = "oauth",
    request_body(content((TokenRequest = "application/x-www-form-urlencoded"), (TokenRequest = "application/json"))),
    responses((status = 200, description = "Tokens", body = TokenAnswer,
            links(("introspect" = (operation_id = "introspect",
                    request_body = json!({"token": "$response.body#/access_token"}))),
                ("revoke" = (operation_id = "revoke", request_body = json!({"token": "$response.body#/access_token"}))))), (status = 400, response = OAuth400),
        (status = 401, response = OAuth401), (status = 429, response = OAuth429)),
    security(("client" = []), ()))]
pub async fn post(State(state): State<WebState>, incoming: Incoming, Params(body): Params) -> Response {
    let presented = match presented(&state, &incoming, flows::oauth::token::endpoint_of(&body), &body) {
        Ok(presented) => presented,
        Err(refused) => return *refused,
    };
    match flows::oauth::token::exchange(state.app(), &incoming.ctx, &presented).await {
        Ok(tokens) => json_response(StatusCode::OK, &tokens),
        Err(failure) => {
            let mut response = oauth_failure(&failure, &incoming.ctx.facts.request_id);
            // What a device polls for is told as any other error of this endpoint (RFC 8628 §3.5, RFC 6749 §5.2).
            if matches!(&failure, Failure::Refused(refusal) if matches!(refusal.why, TokenRefusal::Device(_))) {
                *response.status_mut() = StatusCode::BAD_REQUEST;
            }
            response
        }
    }
}
