//! Dynamic registration (RFC 7591) and its management (RFC 7592).
use crate::WebState;
use crate::platform::answers::{OAuth400, OAuth401, OAuth403, OAuth404, OAuth409, OAuth412, OAuth429};
use crate::platform::body::Json;
use crate::platform::mounts::{AlsoAt as _, PROTOCOL};
use crate::platform::path::RegisteredId;
use crate::platform::request::{Incoming, tagged};
use crate::platform::respond::{json_response, no_store, oauth_failure};
use crate::platform::schema::registration::{ClientMetadata, RegisteredClient};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use flows::clients::registrar::{self, Registrar};
use flows::clients::registration::{self, RegisterRefusal, Registered};
use flows::{Ctx, Failure};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes_also_at(PROTOCOL, routes!(create))
        .routes_also_at(PROTOCOL, routes!(read, replace, delete))
}

fn answer(incoming: &Incoming, status: StatusCode, outcome: Result<Registered, Failure<RegisterRefusal>>) -> Response {
    match outcome {
        Ok(Registered { metadata, revision }) => tagged(json_response(status, &metadata), revision),
        Err(failure) => refused(incoming, &failure),
    }
}

fn refused(incoming: &Incoming, failure: &Failure<RegisterRefusal>) -> Response {
    oauth_failure(failure, &incoming.ctx.facts.request_id)
}

/// A request after the gate. Only a bearer counts: another site's page could send a session cookie along.
struct Passed {
    ctx: Ctx,
    registrar: Registrar,
}

/// `id` is the client that the request is about; a new one has none.
async fn pass(state: &WebState, incoming: &Incoming, id: Option<&str>) -> Result<Passed, Failure<RegisterRefusal>> {
    let (app, bearer, workspace) = (state.app(), incoming.bearer(), incoming.workspace());
    let registrar = match id {
        None => registrar::to_register(app, &incoming.ctx, bearer, workspace).await?,
        Some(id) => registrar::to_manage(app, &incoming.ctx, id, bearer, workspace).await?,
    };
    let mut ctx = incoming.ctx.clone();
    if bearer.is_some() {
        ctx.facts = ctx.facts.by(registrar.principal());
    }
    Ok(Passed { ctx, registrar })
}

/// Register a client
///
/// The operator decides who may: anyone, the holder of an initial access token, or a known caller (RFC 7591). With an API
/// key, a personal access token or an access token as bearer this needs `clients:write` and, for a workspace's client,
/// the role of an admin.
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
    let Passed { ctx, registrar } = match pass(&state, &incoming, None).await {
        Ok(passed) => passed,
        Err(failure) => return refused(&incoming, &failure),
    };
    let outcome = registration::create(state.app(), &ctx, &registrar, &body).await;
    answer(&incoming, StatusCode::CREATED, outcome)
}

/// Read a registration
///
/// By its registration access token (RFC 7592), or by a credential of its owner with `clients:read`. With such a
/// credential, an unknown client and another owner's are both 404; a wrong registration access token is 401.
#[utoipa::path(get, path = "/oauth2/register/{client_id}", operation_id = "read_registration", tag = "registration",
    params(("client_id" = String, Path, description = "The client id")),
    responses((status = 200, description = "The client", body = RegisteredClient,
        headers(("etag" = String, description = "Its revision, for `If-Match`"))), (status = 401, response = OAuth401),
        (status = 403, response = OAuth403), (status = 404, response = OAuth404)),
    security(("bearer" = [])))]
pub async fn read(State(state): State<WebState>, RegisteredId(id): RegisteredId, incoming: Incoming) -> Response {
    let Passed { ctx, registrar } = match pass(&state, &incoming, Some(&id)).await {
        Ok(passed) => passed,
        Err(failure) => return refused(&incoming, &failure),
    };
    let outcome = registration::read(state.app(), &ctx, &registrar, &id).await;
    answer(&incoming, StatusCode::OK, outcome)
}

/// Replace a registration
///
/// What the body does not name is cleared (RFC 7592 §2.2). A credential of the owner needs `clients:write`.
///
/// Where the operator verified the client, a change of its name, redirect URIs, type, authentication method, keys,
/// logo, links or scopes makes it unverified until the operator reviews it again.
#[utoipa::path(put, path = "/oauth2/register/{client_id}", operation_id = "replace_registration", tag = "registration",
    params(("client_id" = String, Path, description = "The client id"), ("If-Match" = Option<String>, Header)),
    request_body = ClientMetadata,
    responses((status = 200, description = "The client as it is now", body = RegisteredClient,
        headers(("etag" = String, description = "Its revision, for `If-Match`"))),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 403, response = OAuth403),
        (status = 404, response = OAuth404), (status = 409, response = OAuth409), (status = 412, response = OAuth412)),
    security(("bearer" = [])))]
pub async fn replace(
    State(state): State<WebState>,
    RegisteredId(id): RegisteredId,
    incoming: Incoming,
    Json(body): Json,
) -> Response {
    let Passed { ctx, registrar } = match pass(&state, &incoming, Some(&id)).await {
        Ok(passed) => passed,
        Err(failure) => return refused(&incoming, &failure),
    };
    let expected = incoming.expected_revision();
    let outcome = registration::replace(state.app(), &ctx, &registrar, &id, expected, &body).await;
    answer(&incoming, StatusCode::OK, outcome)
}

/// Delete a registration
///
/// The client and everything issued to it stop working at once (RFC 7592 §2.3). A credential of the owner needs
/// `clients:write`.
#[utoipa::path(delete, path = "/oauth2/register/{client_id}", operation_id = "delete_registration", tag = "registration",
    params(("client_id" = String, Path, description = "The client id")),
    responses((status = 204, description = "It is gone"), (status = 401, response = OAuth401),
        (status = 403, response = OAuth403), (status = 404, response = OAuth404)),
    security(("bearer" = [])))]
pub async fn delete(State(state): State<WebState>, RegisteredId(id): RegisteredId, incoming: Incoming) -> Response {
    let Passed { ctx, registrar } = match pass(&state, &incoming, Some(&id)).await {
        Ok(passed) => passed,
        Err(failure) => return refused(&incoming, &failure),
    };
    match registration::delete(state.app(), &ctx, &registrar, &id).await {
        Ok(()) => no_store(StatusCode::NO_CONTENT, Vec::new()),
        Err(failure) => refused(&incoming, &failure),
    }
}
