//! `POST introspect`.
use super::{CLIENT, no_secret_in_url};
use crate::WebState;
use crate::body::Params;
use crate::error::{json_response, oauth_failure};
use crate::incoming::Incoming;
use crate::openapi::answers::{OAuth400, OAuth401};
use crate::openapi::schema::oauth::{IntrospectionAnswer, IntrospectionRequest};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::oauth::diagnosis::Endpoint;

/// Look into a token
///
/// For resource servers (RFC 7662): a client with a secret sees its own tokens, the operator's own services see all.
#[utoipa::path(post, path = "/oauth2/introspect", operation_id = "introspect", tag = "oauth",
    request_body(content((IntrospectionRequest = "application/x-www-form-urlencoded"), (IntrospectionRequest = "application/json"))),
    responses((status = 200, description = "What the server knows of it", body = IntrospectionAnswer),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401)),
    security(("client" = []), ()))]
pub async fn post(State(state): State<WebState>, incoming: Incoming, Params(body): Params) -> Response {
    if let Err(refused) = no_secret_in_url(&state, &incoming, Endpoint::Introspection, &body) {
        return *refused;
    }
    match flows::introspect::introspect(state.app(), &incoming.ctx, incoming.authorization(), &body).await {
        Ok(answer) => json_response(StatusCode::OK, &answer),
        Err(failure) => oauth_failure(&failure, CLIENT, &incoming.ctx.facts.request_id),
    }
}
