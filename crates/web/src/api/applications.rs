//! Reference 002: applications of the caller's workspace, in camelCase; and reference 000's list of the caller's own.
use super::list::{paginated, paginated_camel};
use crate::WebState;
use crate::error::json_response;
use crate::incoming::tagged;
use crate::manager::{Manager, Object};
use crate::once::once;
use crate::problem::Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::Secret;
use domain::application::CAMEL;
use domain::client::Client;
use domain::oauth::registration;
use flows::manage::Unmanaged;
use flows::owned::{self, Whose};
use serde_json::{Map, Value, json};

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
    let mut all = registration::render(client);
    all.insert("created_at".to_owned(), client.created_at.rfc3339().into());
    all.insert("modified_at".to_owned(), client.updated_at.rfc3339().into());
    all
}

/// `GET /api/oauth2/`: the caller's own clients, as they were registered.
pub async fn list_own(State(state): State<WebState>, manager: Manager) -> Answer {
    let page = manager.page(10)?;
    let clients = owned::list(state.app(), &manager.ctx, &manager.principal, Whose::Caller, page.page()).await?;
    let items: Vec<_> = clients.items.iter().map(show_registered).collect();
    Ok(paginated(&items, clients.total, page.limit))
}

/// `GET /api/v1/oauth2/clients`.
pub async fn list(State(state): State<WebState>, manager: Manager) -> Answer {
    let page = manager.page(10)?;
    let clients = owned::list(state.app(), &manager.ctx, &manager.principal, Whose::Workspace, page.page()).await?;
    let items: Vec<_> = clients.items.iter().map(|client| show(client, None)).collect();
    Ok(paginated_camel(&items, clients.total, page.limit))
}

/// `POST /api/v1/oauth2/clients`.
pub async fn create(State(state): State<WebState>, manager: Manager, Object(body): Object) -> Answer {
    once(state, manager, "POST /api/v1/oauth2/clients", body, make).await
}

async fn make(state: WebState, manager: Manager, body: Map<String, Value>) -> Answer {
    let made = owned::create(state.app(), &manager.ctx, &manager.principal, &CAMEL, &body).await?;
    Ok(answer(StatusCode::CREATED, &made.client, made.secret.as_ref()))
}

/// `GET /api/v1/oauth2/clients/{id}`.
pub async fn read(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    let operation = domain::access::Operation::ReadClients;
    let client = owned::find(state.app(), &manager.ctx, &manager.principal, operation, &id).await?;
    Ok(answer(StatusCode::OK, &client, None))
}

/// `PATCH /api/v1/oauth2/clients/{id}`.
pub async fn update(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: Manager,
    Object(body): Object,
) -> Answer {
    let expected = manager.expected();
    let updated = owned::change(state.app(), &manager.ctx, &manager.principal, &CAMEL, &id, expected, &body).await?;
    Ok(answer(StatusCode::OK, &updated.client, updated.secret.as_ref()))
}

/// `DELETE /api/v1/oauth2/clients/{id}`.
pub async fn delete(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    owned::delete(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(json_response(StatusCode::OK, &json!({"deleted": true})))
}

/// `POST /api/v1/oauth2/clients/{id}/rotate-secret`.
pub async fn rotate_secret(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: Manager,
    Object(body): Object,
) -> Answer {
    let overlap = overlap(&body, "overlapSeconds")?;
    let made = owned::rotate_secret(state.app(), &manager.ctx, &manager.principal, &id, overlap).await?;
    let secret = made.secret.as_ref().map(Secret::expose);
    Ok(json_response(StatusCode::OK, &json!({"clientId": made.client.id, "clientSecret": secret})))
}

/// How long, in seconds, the old secret lives on; 0 unless the body says otherwise.
pub(super) fn overlap(body: &Map<String, Value>, name: &'static str) -> Result<i64, crate::problem::Problem> {
    if body.keys().any(|key| key != name) {
        return Err(Unmanaged::UnknownMember.into());
    }
    match body.get(name) {
        None => Ok(0),
        Some(value) => value.as_i64().ok_or_else(|| Unmanaged::WrongType.of(name).into()),
    }
}
