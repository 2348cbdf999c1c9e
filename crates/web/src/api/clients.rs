//! Reference 004: applications of the caller's workspace, their users and their activity.
use super::applications::overlap;
use super::list::{array, link_next};
use crate::WebState;
use crate::error::json_response;
use crate::incoming::tagged;
use crate::manager::{Manager, Object};
use crate::once::once;
use crate::problem::{Answer, Problem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Operation;
use domain::application::SNAKE;
use domain::client::Client;
use domain::{Secret, Timestamp};
use flows::activity::{self, ClientStats};
use flows::consents::ClientUser;
use flows::owned::{self, Whose};
use serde_json::{Map, Value, json};

/// The members that every answer shows.
fn show(client: &Client) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("id".to_owned(), client.id.as_str().into());
    all.extend(SNAKE.show(client));
    // Texts are never null, and what is optional is absent.
    all.retain(|name, value| !value.is_null() || name == "icon");
    all.entry("homepage_url").or_insert_with(|| "".into());
    if let Some(workspace) = client.owner_workspace_id {
        all.insert("org_id".to_owned(), workspace.to_string().into());
    }
    all.insert("internal".to_owned(), client.config.internal.into());
    all.insert("created_at".to_owned(), client.created_at.rfc3339().into());
    all.insert("updated_at".to_owned(), client.updated_at.rfc3339().into());
    all
}

/// The same with how it is used.
fn show_used(state: &WebState, client: &Client, stats: &ClientStats) -> Map<String, Value> {
    let mut all = show(client);
    all.insert("user_count".to_owned(), stats.user_count.into());
    all.insert("last_activity".to_owned(), json!(stats.last_access_at.map(Timestamp::rfc3339)));
    let link = state.app().settings().url(&format!("/oidc/clients/{}", client.id));
    all.insert("link".to_owned(), link.into());
    all
}

/// A client that was made or changed, with a secret that is shown this once.
fn answer(client: &Client, secret: Option<&Secret>) -> Response {
    let mut body = json!({"client": show(client)});
    if let Some(secret) = secret {
        body["client_secret"] = secret.expose().into();
    }
    tagged(json_response(StatusCode::OK, &body), client.revision)
}

fn deleted() -> Response {
    json_response(StatusCode::OK, &json!({"deleted": true}))
}

pub async fn list(State(state): State<WebState>, manager: Manager) -> Answer {
    let page = manager.page(100)?;
    let clients = owned::list(state.app(), &manager.ctx, &manager.principal, Whose::Workspace, page.page()).await?;
    let ids: Vec<_> = clients.items.iter().map(|client| &client.id).collect();
    let stats = activity::stats(state.app(), &ids).await?;
    let items: Vec<_> = clients.items.iter().zip(&stats).map(|(c, used)| show_used(&state, c, used)).collect();
    Ok(array(&state, "/oidc/clients", &items, clients.total, &page))
}

pub async fn read(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    let client = owned::find(state.app(), &manager.ctx, &manager.principal, Operation::ReadClients, &id).await?;
    let stats = activity::stats_of(state.app(), &client.id).await?;
    Ok(tagged(json_response(StatusCode::OK, &show_used(&state, &client, &stats)), client.revision))
}

pub async fn create(State(state): State<WebState>, manager: Manager, Object(body): Object) -> Answer {
    once(state, manager, "POST /oidc/clients", body, make).await
}

async fn make(state: WebState, manager: Manager, body: Map<String, Value>) -> Answer {
    let made = owned::create(state.app(), &manager.ctx, &manager.principal, &SNAKE, &body).await?;
    Ok(answer(&made.client, made.secret.as_ref()))
}

pub async fn update(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: Manager,
    Object(body): Object,
) -> Answer {
    let expected = manager.expected();
    let updated = owned::change(state.app(), &manager.ctx, &manager.principal, &SNAKE, &id, expected, &body).await?;
    Ok(answer(&updated.client, updated.secret.as_ref()))
}

pub async fn delete(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    owned::delete(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(deleted())
}

pub async fn rotate_secret(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: Manager,
    Object(body): Object,
) -> Answer {
    let overlap = overlap(&body, "overlap_seconds")?;
    let made = owned::rotate_secret(state.app(), &manager.ctx, &manager.principal, &id, overlap).await?;
    let secret = made.secret.as_ref().map(Secret::expose);
    Ok(json_response(StatusCode::OK, &json!({"client_id": made.client.id, "client_secret": secret})))
}

fn show_user(user: &ClientUser) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("user_id".to_owned(), json!(user.user_id));
    all.insert("scopes".to_owned(), json!(user.scopes.iter().collect::<Vec<_>>()));
    all.insert("created_at".to_owned(), user.created_at.rfc3339().into());
    all.insert("updated_at".to_owned(), user.updated_at.rfc3339().into());
    all
}

pub async fn users(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    let page = manager.page(100)?;
    let users = owned::users(state.app(), &manager.ctx, &manager.principal, &id, page.page()).await?;
    let items: Vec<_> = users.items.iter().map(show_user).collect();
    Ok(array(&state, &format!("/oidc/clients/{id}/users"), &items, users.total, &page))
}

pub async fn revoke_user(
    State(state): State<WebState>,
    Path((id, user)): Path<(String, String)>,
    manager: Manager,
) -> Answer {
    owned::revoke_user(state.app(), &manager.ctx, &manager.principal, &id, &user).await?;
    Ok(deleted())
}

pub async fn revoke_all_users(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    owned::revoke_all_users(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(deleted())
}

/// How many days are asked for.
fn days(manager: &Manager) -> Result<i64, Problem> {
    manager.number("days", activity::DEFAULT_DAYS, activity::RETENTION_DAYS)
}

pub async fn activity(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    let days = days(&manager)?;
    let activity = owned::activity(state.app(), &manager.ctx, &manager.principal, &id, days).await?;
    Ok(json_response(StatusCode::OK, &activity))
}

pub async fn all_activity(State(state): State<WebState>, manager: Manager) -> Answer {
    let days = days(&manager)?;
    let after = manager.query("after");
    let activity = owned::all_activity(state.app(), &manager.ctx, &manager.principal, days, after).await?;
    let mut response = json_response(StatusCode::OK, &activity.days);
    if let Some(last) = activity.next {
        let next = format!("/oidc/clients/activity?days={days}&after={last}");
        link_next(&state, &mut response, &next);
    }
    Ok(response)
}
