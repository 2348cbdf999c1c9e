//! Dynamic registration (RFC 7591) and its management (RFC 7592).
use crate::WebState;
use crate::body::Json;
use crate::error::{Challenge, fault_said, json_response, no_store, oauth_failure};
use crate::error::{OAuthError, oauth_error};
use crate::incoming::{Incoming, tagged};
use crate::openapi::answers::{OAuth400, OAuth401, OAuth403, OAuth409, OAuth412, OAuth429};
use crate::openapi::schema::registration::{ClientMetadata, RegisteredClient};
use crate::path::RegisteredId;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use flows::register::{self, RegisterRefusal, Registered};
use flows::session::Caller;
use flows::{Failure, Fault};

const BEARER: Option<Challenge> = Some(Challenge::Bearer);

fn answer(incoming: &Incoming, status: StatusCode, outcome: Result<Registered, Failure<RegisterRefusal>>) -> Response {
    match outcome {
        Ok(Registered { metadata, revision }) => tagged(json_response(status, &metadata), revision),
        Err(failure) => refused(incoming, &failure),
    }
}

fn refused(incoming: &Incoming, failure: &Failure<RegisterRefusal>) -> Response {
    let challenge = BEARER.filter(|_| matches!(failure, Failure::Refused(RegisterRefusal::Access(_))));
    oauth_failure(failure, challenge, &incoming.ctx.facts.request_id)
}

/// The caller by bearer token. A session cookie alone registers nothing: another site's page could send it along.
async fn caller(state: &WebState, incoming: &Incoming) -> Result<Caller, Box<Response>> {
    register::caller(state.app(), &incoming.ctx, incoming.bearer()).await.map_err(|fault: Fault| {
        let (code, description) = fault_said(&fault, &incoming.ctx.facts.request_id);
        Box::new(oauth_error(&OAuthError { code, description, challenge: None }))
    })
}

/// Register a client
///
/// Who may, the operator says: anybody, who holds an initial access token, or who is known (RFC 7591).
#[utoipa::path(post, path = "/oauth2/register", operation_id = "register_client", tag = "registration",
    request_body = ClientMetadata,
    responses((status = 201, description = "The client, and its secret this once", body = RegisteredClient,
        headers(("etag" = String, description = "Its revision, for `If-Match`")),
        links(("read" = (operation_id = "read_registration", parameters(("client_id" = "$response.body#/client_id")))),
            ("replace" = (operation_id = "replace_registration", parameters(("client_id" = "$response.body#/client_id")))),
            ("delete" = (operation_id = "delete_registration", parameters(("client_id" = "$response.body#/client_id")))))),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 403, response = OAuth403),
        (status = 429, response = OAuth429)),
    security((), ("bearer" = [])))]
pub async fn create(State(state): State<WebState>, incoming: Incoming, Json(body): Json) -> Response {
    let caller = match caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let outcome = register::create(state.app(), &incoming.ctx, &caller, incoming.bearer(), &body).await;
    answer(&incoming, StatusCode::CREATED, outcome)
}

/// Read a registration
///
/// By its registration access token, or as the owner (RFC 7592). An unknown client and a foreign one are one refusal.
#[utoipa::path(get, path = "/oauth2/register/{client_id}", operation_id = "read_registration", tag = "registration",
    params(("client_id" = String, Path, description = "The client id")),
    responses((status = 200, description = "The client", body = RegisteredClient,
        headers(("etag" = String, description = "Its revision, for `If-Match`"))), (status = 401, response = OAuth401)),
    security(("bearer" = [])))]
pub async fn read(State(state): State<WebState>, RegisteredId(id): RegisteredId, incoming: Incoming) -> Response {
    let caller = match caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let outcome = register::read(state.app(), &incoming.ctx, &caller, incoming.bearer(), &id).await;
    answer(&incoming, StatusCode::OK, outcome)
}

/// Replace a registration
///
/// What the body does not name is cleared (RFC 7592 §2.2).
///
/// Where the operator verified the client, a change of its name, redirect URIs, type, authentication method, logo,
/// links or scopes makes it unverified until the operator reviews it again.
#[utoipa::path(put, path = "/oauth2/register/{client_id}", operation_id = "replace_registration", tag = "registration",
    params(("client_id" = String, Path, description = "The client id"), ("If-Match" = Option<String>, Header)),
    request_body = ClientMetadata,
    responses((status = 200, description = "The client as it is now", body = RegisteredClient,
        headers(("etag" = String, description = "Its revision, for `If-Match`"))),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 409, response = OAuth409),
        (status = 412, response = OAuth412)),
    security(("bearer" = [])))]
pub async fn replace(
    State(state): State<WebState>,
    RegisteredId(id): RegisteredId,
    incoming: Incoming,
    Json(body): Json,
) -> Response {
    let caller = match caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let outcome = register::replace(
        state.app(),
        &incoming.ctx,
        &caller,
        incoming.bearer(),
        &id,
        incoming.expected_revision(),
        &body,
    )
    .await;
    answer(&incoming, StatusCode::OK, outcome)
}

/// Delete a registration
///
/// The client and all that it was given is dead at once (RFC 7592 §2.3).
#[utoipa::path(delete, path = "/oauth2/register/{client_id}", operation_id = "delete_registration", tag = "registration",
    params(("client_id" = String, Path, description = "The client id")),
    responses((status = 204, description = "It is gone"), (status = 401, response = OAuth401)),
    security(("bearer" = [])))]
pub async fn delete(State(state): State<WebState>, RegisteredId(id): RegisteredId, incoming: Incoming) -> Response {
    let caller = match caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    match register::delete(state.app(), &incoming.ctx, &caller, incoming.bearer(), &id).await {
        Ok(()) => no_store(StatusCode::NO_CONTENT, Vec::new()),
        Err(failure) => refused(&incoming, &failure),
    }
}
