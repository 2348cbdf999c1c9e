//! `countersign webhook`.
use crate::cli::{DeliveryStateName, OwnerArgs, Webhook as Command};
use crate::output;
use crate::session::{Session, said, workspace_id};
use anyhow::Context as _;
use domain::events::EventKind;
use domain::webhooks::{Delivery, DeliveryState, Webhook, WebhookOwner};
use domain::{Timestamp, WebhookId};
use flows::unguarded::webhooks::of as of_owner;
use flows::webhooks;
use flows::webhooks::manage::{MayChange, NewWebhook, WebhookPatch};
use serde_json::{Value, json};
use store::Page;

fn shown(webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id,
        "workspace_id": webhook.owner.workspace(),
        "url": webhook.url,
        "description": webhook.description,
        "events": webhook.asked.names(),
        "disabled": webhook.disabled_at.is_some(),
        "created_at": webhook.created_at.rfc3339(),
        "updated_at": webhook.updated_at.rfc3339(),
    })
}

fn delivery(delivery: &Delivery) -> Value {
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

fn webhooks_of(of: &OwnerArgs) -> anyhow::Result<MayChange> {
    Ok(of_owner(WebhookOwner::from(of.workspace.as_deref().map(workspace_id).transpose()?)))
}

fn webhook_id(text: &str) -> anyhow::Result<WebhookId> {
    text.parse().with_context(|| format!("`{text}` is not a webhook id"))
}

fn show_one(json: bool, value: &Value) -> anyhow::Result<()> {
    output::show(json, value, |v| {
        let text = |name: &str| v[name].as_str().unwrap_or_default().to_owned();
        let secret = v["secret"].as_str().map(|s| format!("\nsecret (shown once): {s}")).unwrap_or_default();
        format!("{} {}{}{secret}", text("id"), text("url"), if v["disabled"] == true { " (disabled)" } else { "" })
    })
}

pub async fn run(session: Session, command: Command) -> anyhow::Result<()> {
    let (app, ctx, json) = (&session.app, &session.ctx, session.json);
    match command {
        Command::Create { url, events, description, of } => {
            let events = if events.is_empty() { vec!["*".to_owned()] } else { events };
            let new = NewWebhook { url, description, events };
            let (webhook, secret) = webhooks::manage::create(app, ctx, webhooks_of(&of)?, &new).await.map_err(said)?;
            let mut value = shown(&webhook);
            value["secret"] = secret.expose().into();
            show_one(json, &value)?;
        }
        Command::List { of } => {
            let all = webhooks::manage::list(app, webhooks_of(&of)?, Page::default()).await?;
            let items: Vec<_> = all.items.iter().map(shown).collect();
            output::show(json, &json!({"items": items, "total": all.total}), |_| {
                let line = |w: &Webhook| format!("{} {} {}", w.id, w.url, w.asked.names().join(","));
                all.items.iter().map(line).collect::<Vec<_>>().join("\n")
            })?;
        }
        Command::Update { webhook, url, events, description, disable, enable, of } => {
            let disabled = if disable || enable { Some(disable) } else { None };
            let change = WebhookPatch { url, description, events, disabled };
            let changed =
                webhooks::manage::update(app, ctx, webhooks_of(&of)?, webhook_id(&webhook)?, None, &change).await;
            show_one(json, &shown(&changed.map_err(said)?))?;
        }
        Command::Delete { webhook, of } => {
            webhooks::manage::delete(app, ctx, webhooks_of(&of)?, webhook_id(&webhook)?, None).await.map_err(said)?;
            output::show(json, &json!({"deleted": true}), |_| "done".to_owned())?;
        }
        Command::RotateSecret { webhook, overlap, of } => {
            let id = webhook_id(&webhook)?;
            let (_, secret) =
                webhooks::manage::rotate_secret(app, ctx, webhooks_of(&of)?, id, None, overlap).await.map_err(said)?;
            let value = json!({"id": id, "secret": secret.expose()});
            output::show(json, &value, |_| format!("secret (shown once): {}", secret.expose()))?;
        }
        Command::Deliveries { webhook, state, limit, of } => {
            let state = state.map(|state| match state {
                DeliveryStateName::Pending => DeliveryState::Pending,
                DeliveryStateName::Delivered => DeliveryState::Delivered,
                DeliveryStateName::Dead => DeliveryState::Dead,
            });
            let (owner, id) = (webhooks_of(&of)?, webhook_id(&webhook)?);
            let all = webhooks::manage::deliveries(app, owner, id, state, None, limit).await.map_err(said)?;
            let items: Vec<_> = all.iter().map(delivery).collect();
            output::show(json, &json!({"items": items}), |_| {
                let line = |d: &Delivery| {
                    let why = d.last_status.map(|s| s.to_string()).or_else(|| d.last_error.clone()).unwrap_or_default();
                    let (kind, state, at) = (d.kind.as_str(), d.state.as_str(), d.created_at.rfc3339());
                    format!("{} {at} {kind} {state} attempts={} {why}", d.event_id, d.attempts)
                };
                all.iter().map(line).collect::<Vec<_>>().join("\n")
            })?;
        }
        Command::Replay { webhook, event, of } => {
            let event = event.parse().with_context(|| format!("`{event}` is not an event id"))?;
            let (owner, id) = (webhooks_of(&of)?, webhook_id(&webhook)?);
            let again = webhooks::manage::replay(app, ctx, owner, id, event).await.map_err(said)?;
            output::show(json, &delivery(&again), |_| "a running server sends it within a second".to_owned())?;
        }
        Command::Test { webhook, of } => {
            let id = webhooks::manage::test(app, ctx, webhooks_of(&of)?, webhook_id(&webhook)?).await.map_err(said)?;
            output::show(json, &json!({"event_id": id}), |_| "a running server sends it within a second".to_owned())?;
        }
        Command::Events => {
            let kinds: Vec<_> = EventKind::ALL.iter().filter(|kind| kind.can_be_asked_for()).collect();
            let items: Vec<_> = kinds
                .iter()
                .map(|kind| {
                    let (title, description) = (kind.title(), kind.description());
                    json!({"type": kind.as_str(), "title": title, "description": description, "schema": kind.schema()})
                })
                .collect();
            output::show(json, &json!({"items": items}), |_| {
                kinds.iter().map(|k| format!("{} {}", k.as_str(), k.description())).collect::<Vec<_>>().join("\n")
            })?;
        }
    }
    session.close().await
}
