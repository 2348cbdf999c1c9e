//! `POST introspect`.
use crate::WebState;
use crate::oauth::client_authentication::presented;
use crate::platform::answers::{OAuth400, OAuth401, OAuth403, OAuth429};
use crate::platform::body::Params;
use crate::platform::mounts::{AlsoAt as _, PROTOCOL};
use crate::platform::request::{Incoming, WORKSPACE};
use crate::platform::respond::{json_response, oauth_failure};
use crate::platform::schema::oauth::{IntrospectionAnswer, IntrospectionRequest};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::oauth::endpoint::Endpoint;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes_also_at(PROTOCOL, routes!(post))
}

/// Look into a token
///
/// For resource servers (RFC 7662). A client with a secret sees its own tokens; the operator's own services see all. A
/// bearer with `tokens:introspect` (an API key, a personal access token or an access token for a workspace) sees the tokens
/// of its workspace's clients, and those whose `tenant_id` is the workspace or whose resource the workspace runs.
#[utoipa::path(post, path = "/oauth2/introspect", operation_id = "introspect", tag = "oauth",
    request_body(content((IntrospectionRequest = "application/x-www-form-urlencoded"), (IntrospectionRequest = "application/json"))),
    responses((status = 200, description = "What the server knows of it", body = IntrospectionAnswer),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 403, response = OAuth403),
        (status = 429, response = OAuth429)),
    security(("client" = []), ("bearer" = []), ()))]
pub async fn post(State(state): State<WebState>, incoming: Incoming, Params(body): Params) -> Response {
    let presented = match presented(&state, &incoming, Endpoint::Introspection, &body) {
        Ok(presented) => presented,
        Err(refused) => return *refused,
    };
    let workspace = incoming.header(WORKSPACE);
    match flows::oauth::introspection::introspect(state.app(), &incoming.ctx, &presented, workspace).await {
        Ok(answer) => json_response(StatusCode::OK, &answer),
        Err(failure) => oauth_failure(&failure, &incoming.ctx.facts.request_id),
    }
}
