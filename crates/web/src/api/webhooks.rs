//! Webhooks of the caller's workspace, or with `owner=operator` of the whole server.
use crate::WebState;
use crate::api::applications::overlap;
use crate::error::json_response;
use crate::manager::{Manager, Object};
use crate::once::once;
use crate::problem::{Answer, Problem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::webhook::{Delivery, DeliveryState, Owner, Webhook};
use domain::{EventId, Secret, Timestamp, WebhookId};
use flows::manage::{ManageRefusal, Unmanaged};
use flows::webhooks::{self, Change, NewWebhook, WebhookRefusal};
use flows::{Failure, operator};
use serde_json::{Map, Value, json};

fn show(webhook: &Webhook, secret: Option<&Secret>) -> Value {
    let mut all = json!({
        "id": webhook.id,
        "workspace_id": webhook.owner.workspace(),
        "url": webhook.url,
        "description": webhook.description,
        "events": webhook.asked.names(),
        "disabled": webhook.disabled_at.is_some(),
        "created_at": webhook.created_at.rfc3339(),
        "updated_at": webhook.updated_at.rfc3339(),
    });
    if let Some(secret) = secret {
        all["secret"] = secret.expose().into();
    }
    all
}

fn show_delivery(delivery: &Delivery) -> Value {
    json!({
        "event_id": delivery.event_id,
        "type": delivery.kind.as_str(),
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_attempt_at.map(Timestamp::rfc3339),
        "last_attempt_at": delivery.last_attempt_at.map(Timestamp::rfc3339),
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "last_duration_ms": delivery.last_duration_ms,
        "created_at": delivery.created_at.rfc3339(),
    })
}

fn refused(failure: Failure<WebhookRefusal>) -> Problem {
    failure.map(ManageRefusal::from).into()
}

fn owner(state: &WebState, manager: &Manager, change: bool) -> Result<Owner, Problem> {
    Ok(operator::webhooks_of(state.app(), &manager.ctx, &manager.principal, manager.scope()?, change)?)
}

/// Whose the webhook is, and which it is; a malformed id names nothing.
fn one(state: &WebState, manager: &Manager, id: &str, change: bool) -> Result<(Owner, WebhookId), Problem> {
    let owner = owner(state, manager, change)?;
    let id = id.parse().map_err(|_| Problem::from(ManageRefusal::from(WebhookRefusal::Unknown)))?;
    Ok((owner, id))
}

/// The members that a body may have; each is read once.
struct Members<'b>(&'b Map<String, Value>);

impl Members<'_> {
    fn known(&self, names: &[&str]) -> Result<(), Problem> {
        let unknown = self.0.keys().any(|name| !names.contains(&name.as_str()));
        if unknown { Err(Unmanaged::UnknownMember.into()) } else { Ok(()) }
    }
    fn text(&self, name: &'static str) -> Result<Option<String>, Problem> {
        let read =
            |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| Unmanaged::WrongType.of(name).into());
        self.0.get(name).map(read).transpose()
    }
    fn list(&self, name: &'static str) -> Result<Option<Vec<String>>, Problem> {
        let read = |value: &Value| {
            let items = value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned));
            items.collect::<Option<Vec<_>>>()
        };
        let found = self.0.get(name);
        found.map(|value| read(value).ok_or_else(|| Unmanaged::WrongType.of(name).into())).transpose()
    }
    fn flag(&self, name: &'static str) -> Result<Option<bool>, Problem> {
        let found = self.0.get(name);
        found.map(|value| value.as_bool().ok_or_else(|| Unmanaged::WrongType.of(name).into())).transpose()
    }
}

pub async fn list(State(state): State<WebState>, manager: Manager) -> Answer {
    let owner = owner(&state, &manager, false)?;
    // An owner has fifty at most.
    let all = webhooks::list(state.app(), owner, flows::Page::default()).await?;
    let items: Vec<_> = all.items.iter().map(|webhook| show(webhook, None)).collect();
    Ok(json_response(StatusCode::OK, &json!({"items": items})))
}

pub async fn create(State(state): State<WebState>, manager: Manager, Object(body): Object) -> Answer {
    once(state, manager, "POST /api/v1/webhooks", body, make).await
}

async fn make(state: WebState, manager: Manager, body: Map<String, Value>) -> Answer {
    let owner = owner(&state, &manager, true)?;
    let body = Members(&body);
    body.known(&["url", "description", "events"])?;
    let new = NewWebhook {
        url: body.text("url")?.ok_or_else(|| Unmanaged::WrongType.of("url"))?,
        description: body.text("description")?.unwrap_or_default(),
        events: body.list("events")?.unwrap_or_else(|| vec!["*".to_owned()]),
    };
    let (webhook, secret) = webhooks::create(state.app(), &manager.ctx, owner, &new).await.map_err(refused)?;
    Ok(json_response(StatusCode::CREATED, &show(&webhook, Some(&secret))))
}

pub async fn read(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    let (owner, id) = one(&state, &manager, &id, false)?;
    let webhook = webhooks::read(state.app(), owner, id).await.map_err(refused)?;
    Ok(json_response(StatusCode::OK, &show(&webhook, None)))
}

pub async fn update(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: Manager,
    Object(body): Object,
) -> Answer {
    let (owner, id) = one(&state, &manager, &id, true)?;
    let body = Members(&body);
    body.known(&["url", "description", "events", "disabled"])?;
    let change = Change {
        url: body.text("url")?,
        description: body.text("description")?,
        events: body.list("events")?,
        disabled: body.flag("disabled")?,
    };
    let webhook = webhooks::update(state.app(), &manager.ctx, owner, id, &change).await.map_err(refused)?;
    Ok(json_response(StatusCode::OK, &show(&webhook, None)))
}

pub async fn delete(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    let (owner, id) = one(&state, &manager, &id, true)?;
    webhooks::delete(state.app(), &manager.ctx, owner, id).await.map_err(refused)?;
    Ok(json_response(StatusCode::OK, &json!({"deleted": true})))
}

/// A new secret; for `overlap_seconds`, a day unless told otherwise, messages are signed with both.
pub async fn rotate_secret(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: Manager,
    Object(body): Object,
) -> Answer {
    const DAY: i64 = 24 * 60 * 60;
    let (owner, id) = one(&state, &manager, &id, true)?;
    let seconds = if body.is_empty() { DAY } else { overlap(&body, "overlap_seconds")? };
    let secret = webhooks::rotate_secret(state.app(), &manager.ctx, owner, id, seconds).await.map_err(refused)?;
    Ok(json_response(StatusCode::OK, &json!({"id": id, "secret": secret.expose()})))
}

/// Sends an event that says nothing but that it arrived.
pub async fn test(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    let (owner, id) = one(&state, &manager, &id, true)?;
    let event = webhooks::test(state.app(), &manager.ctx, owner, id).await.map_err(refused)?;
    Ok(json_response(StatusCode::OK, &json!({"event_id": event})))
}

/// What became of the messages, the newest first; `before` is the cursor `next` of the page before.
pub async fn deliveries(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    let (owner, id) = one(&state, &manager, &id, false)?;
    let limit = manager.number("limit", 50, 100)?;
    let wanted = match manager.query("state") {
        None => None,
        Some(text) => Some(DeliveryState::parse(text).ok_or_else(|| Unmanaged::Choice.of("state"))?),
    };
    let before = manager.query("before").map(|text| cursor(text).ok_or_else(|| Unmanaged::Identifier.of("before")));
    let found = webhooks::deliveries(state.app(), owner, id, wanted, before.transpose()?, limit);
    let found = found.await.map_err(refused)?;
    let full = i64::try_from(found.len()).is_ok_and(|rows| rows == limit);
    let next = found.last().filter(|_| full).map(|last| format!("{}.{}", last.created_at.seconds(), last.event_id));
    let items: Vec<_> = found.iter().map(show_delivery).collect();
    Ok(json_response(StatusCode::OK, &json!({"items": items, "next": next})))
}

fn cursor(text: &str) -> Option<(Timestamp, EventId)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_seconds(at.parse().ok()?), id.parse().ok()?))
}

/// Sends one event again, whatever became of it.
pub async fn replay(
    State(state): State<WebState>,
    Path((id, event)): Path<(String, String)>,
    manager: Manager,
) -> Answer {
    let (owner, id) = one(&state, &manager, &id, true)?;
    let event = event.parse().map_err(|_| Problem::from(ManageRefusal::from(WebhookRefusal::Unknown)))?;
    let delivery = webhooks::replay(state.app(), &manager.ctx, owner, id, event).await.map_err(refused)?;
    Ok(json_response(StatusCode::OK, &show_delivery(&delivery)))
}
