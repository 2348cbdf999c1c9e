//! `GET` and `POST userinfo`.
use crate::WebState;
use crate::oauth::client_authentication::presented;
use crate::platform::answers::{OAuth400, OAuth401, OAuth403};
use crate::platform::body::Form;
use crate::platform::headers::BodyCredential;
use crate::platform::mounts::AlsoAt as _;
use crate::platform::request::Incoming;
use crate::platform::respond::{json_response, oauth_failure};
use crate::platform::schema::oauth::{UserinfoAnswer, UserinfoRequest};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::oauth::endpoint::Endpoint;
use domain::platform::params::RawParams;
use flows::oauth::userinfo::{OfWorkspaces, userinfo};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes_also_at(&[("/api/v1/oauth2", "v1")], routes!(get)).routes(routes!(reference))
}

/// Ask about the person behind a token
///
/// By access token, personal access token or API key (OpenID Connect Core §5.3). It describes the person, whatever the
/// access token speaks for, and the workspace in which they use the client. An API key has no person: it gets its
/// workspace. `POST` does the same, and accepts the token in a form, too.
#[utoipa::path(method(get, post), path = "/oauth2/userinfo", operation_id = "userinfo", tag = "oauth",
    request_body(content = Option<UserinfoRequest>, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The claims that the token opens", body = UserinfoAnswer),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 403, response = OAuth403)),
    security(("bearer" = []), ()))]
pub async fn get(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    answer(&state, &incoming, &form, OfWorkspaces::Person).await
}

/// Ask about the person or the workspace behind a token
///
/// The same as `/oauth2/userinfo`, except for access tokens that speak for a workspace: those get the workspace
/// (`UserInfoWorkspace`).
#[utoipa::path(method(get, post), path = "/api/oauth2/userinfo", operation_id = "userinfo_api", tag = "oauth",
    request_body(content = Option<UserinfoRequest>, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The claims that the token opens", body = UserinfoAnswer),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 403, response = OAuth403)),
    security(("bearer" = []), ()))]
pub async fn reference(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    answer(&state, &incoming, &form, OfWorkspaces::Workspace).await
}

async fn answer(state: &WebState, incoming: &Incoming, form: &RawParams, of_workspaces: OfWorkspaces) -> Response {
    let presented = match presented(state, incoming, Endpoint::Userinfo, form) {
        Ok(presented) => presented,
        Err(refused) => return *refused,
    };
    let failure = match userinfo(state.app(), &incoming.ctx, &presented, of_workspaces).await {
        Ok(claims) => return json_response(StatusCode::OK, &claims),
        Err(failure) => failure,
    };
    let mut response = oauth_failure(&failure, &incoming.ctx.facts.request_id);
    if form.get("access_token").is_some() {
        response.extensions_mut().insert(BodyCredential);
    }
    response
}
