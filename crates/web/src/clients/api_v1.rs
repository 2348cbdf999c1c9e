//! Reference 002: applications of the caller's workspace, in camelCase; and reference 000's list of the caller's own.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::access::api_input::CamelOverlap;
use crate::access::api_list::{Deleted, PageQuery, deleted, paginated, paginated_camel};
use crate::access::body::Body;
use crate::access::idempotency::{Made, again, once};
use crate::platform::answers::Problem409;
use crate::platform::mounts::AlsoAt as _;
use crate::platform::path::Path;
use crate::platform::problem::ApiResult;
use crate::platform::request::tagged;
use crate::platform::respond::json_response;
use crate::platform::schema::applications::{Client as Described, ClientChange, Clients, NewClient};
use crate::platform::schema::registration::RegisteredClients;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Secret;
use domain::access::Operation;
use domain::clients::api::CAMEL;
use domain::clients::{Client, metadata};
use flows::clients;
use flows::clients::ownership::{self, OwnerFilter};
use flows::platform::idempotency::Keeper;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes_also_at(&[("/api/oauth2", "api")], routes!(list_own))
        .routes(routes!(list, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(rotate_secret))
}

fn show(client: &Client, secret: Option<&Secret>) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("clientId".to_owned(), client.id.as_str().into());
    all.extend(CAMEL.show(client));
    all.insert("workspaceId".to_owned(), json!(client.owner_workspace_id));
    all.insert("createdAt".to_owned(), client.created_at.rfc3339().into());
    all.insert("updatedAt".to_owned(), client.updated_at.rfc3339().into());
    if let Some(secret) = secret {
        all.insert("clientSecret".to_owned(), secret.expose().into());
    }
    all
}

fn answer(status: StatusCode, client: &Client, secret: Option<&Secret>) -> Response {
    tagged(json_response(status, &show(client, secret)), client.revision)
}

/// A client as it was registered, and when.
fn show_registered(client: &Client) -> Map<String, Value> {
    let mut all = metadata::render(client);
    all.insert("created_at".to_owned(), client.created_at.rfc3339().into());
    all.insert("modified_at".to_owned(), client.updated_at.rfc3339().into());
    all
}

/// List the caller's own clients
///
/// As they were registered. An API key's own are its workspace's.
#[utoipa::path(get, path = "/api/oauth2/", tag = "registration", params(PageQuery),
    responses((status = 200, description = "A page; 10 rows unless `limit` says otherwise", body = RegisteredClients)),
    security(("bearer" = []), ("session" = [])))]
pub async fn list_own(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let page = manager.page(10)?;
    let clients =
        clients::manage::list(state.app(), &manager.ctx, &manager.principal, OwnerFilter::Caller, page.page()).await?;
    let items: Vec<_> = clients.items.iter().map(show_registered).collect();
    Ok(paginated(&items, clients.total, page.limit))
}

/// List applications, in camel case
#[utoipa::path(get, path = "/api/v1/oauth2/clients", operation_id = "list_clients", tag = "applications-camel", params(PageQuery),
    responses((status = 200, description = "A page; 10 rows unless `limit` says otherwise", body = Clients)),
    security(("bearer" = []), ("session" = [])))]
pub async fn list(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let page = manager.page(10)?;
    let clients =
        clients::manage::list(state.app(), &manager.ctx, &manager.principal, OwnerFilter::Workspace, page.page())
            .await?;
    let items: Vec<_> = clients.items.iter().map(|client| show(client, None)).collect();
    Ok(paginated_camel(&items, clients.total, page.limit))
}

/// Create an application, in camel case
#[utoipa::path(post, path = "/api/v1/oauth2/clients", operation_id = "create_client", tag = "applications-camel",
    request_body = NewClient, params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, description = "The application, and its secret this once", body = Described,
        headers(("etag" = String, description = "Its revision, for `If-Match`")),
        links(("read" = (operation_id = "read_client", parameters(("id" = "$response.body#/clientId")))),
            ("update" = (operation_id = "update_client", parameters(("id" = "$response.body#/clientId")))),
            ("rotate" = (operation_id = "rotate_client_secret", parameters(("id" = "$response.body#/clientId")))),
            ("delete" = (operation_id = "delete_client", parameters(("id" = "$response.body#/clientId"))))))),
    security(("bearer" = []), ("session" = [])))]
pub async fn create(State(state): State<WebState>, manager: ApiCaller, body: Body<Map<String, Value>>) -> ApiResult {
    once(state, manager, "POST /api/v1/oauth2/clients", Operation::WriteClients, body, make).await
}

async fn make(state: WebState, manager: ApiCaller, body: Body<Map<String, Value>>, keeper: Keeper) -> Made {
    let shown =
        |made: clients::manage::CreatedClient| again(answer(StatusCode::CREATED, &made.client, made.secret.as_ref()));
    let keep = keeper.keep(shown);
    Ok(clients::manage::create_kept(state.app(), &manager.ctx, &manager.principal, &CAMEL, body.members(), keep)
        .await?)
}

/// Read an application, in camel case
#[utoipa::path(get, path = "/api/v1/oauth2/clients/{id}", operation_id = "read_client", tag = "applications-camel",
    params(("id" = String, Path, description = "The client id")),
    responses((status = 200, description = "The application", body = Described,
        headers(("etag" = String, description = "Its revision, for `If-Match`")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn read(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let operation = domain::access::Operation::ReadClients;
    let client = ownership::find(state.app(), &manager.ctx, &manager.principal, operation, &id).await?;
    Ok(answer(StatusCode::OK, &client, None))
}

/// Change an application, in camel case
///
/// What the body does not name stays as it is. An application whose authentication method changes to one with a secret
/// gets one.
///
/// Where the operator verified the application, a change of its name, redirect URIs, type, authentication method, keys,
/// logo, links or scopes makes it unverified until the operator reviews it again.
#[utoipa::path(patch, path = "/api/v1/oauth2/clients/{id}", operation_id = "update_client", tag = "applications-camel",
    request_body = Option<ClientChange>,
    params(("id" = String, Path, description = "The client id"), ("If-Match" = Option<String>, Header)),
    responses((status = 200, description = "The application as it is now", body = Described,
        headers(("etag" = String, description = "Its revision, for `If-Match`")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn update(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: ApiCaller,
    body: Body<Map<String, Value>>,
) -> ApiResult {
    let expected = manager.expected();
    let updated =
        clients::manage::change(state.app(), &manager.ctx, &manager.principal, &CAMEL, &id, expected, body.members())
            .await?;
    Ok(answer(StatusCode::OK, &updated.client, updated.secret.as_ref()))
}

/// Delete an application
///
/// Its tokens and what people allowed it end at once.
#[utoipa::path(delete, path = "/api/v1/oauth2/clients/{id}", operation_id = "delete_client", tag = "applications-camel",
    params(("id" = String, Path, description = "The client id")),
    responses((status = 200, description = "It is gone", body = Deleted)),
    security(("bearer" = []), ("session" = [])))]
pub async fn delete(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    clients::manage::delete(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(deleted())
}

/// A new secret, shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewClientSecret<'s> {
    client_id: &'s str,
    client_secret: Option<&'s str>,
}

/// Rotate an application's secret, in camel case
///
/// The old one dies now, or after an overlap.
#[utoipa::path(post, path = "/api/v1/oauth2/clients/{id}/rotate-secret", operation_id = "rotate_client_secret",
    tag = "applications-camel", request_body = Option<CamelOverlap>,
    params(("id" = String, Path, description = "The client id")),
    responses((status = 200, description = "The new secret", body = NewClientSecret),
        (status = 409, response = Problem409)),
    security(("bearer" = []), ("session" = [])))]
pub async fn rotate_secret(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: ApiCaller,
    body: Body<CamelOverlap>,
) -> ApiResult {
    let overlap = body.read()?.seconds()?;
    let made = clients::manage::rotate_secret(state.app(), &manager.ctx, &manager.principal, &id, overlap).await?;
    let secret = made.secret.as_ref().map(Secret::expose);
    Ok(json_response(StatusCode::OK, &NewClientSecret { client_id: made.client.id.as_str(), client_secret: secret }))
}
