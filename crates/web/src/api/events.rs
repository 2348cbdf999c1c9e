//! The kinds of events that webhooks can ask for, with the schema of each.
use crate::error::json_response;
use crate::manager::Manager;
use crate::problem::Answer;
use axum::http::StatusCode;
use domain::events::EventKind;
use serde_json::json;

pub async fn list(_: Manager) -> Answer {
    let kinds = EventKind::ALL.iter().filter(|kind| kind.can_be_asked_for()).map(|kind| {
        json!({"type": kind.as_str(), "title": kind.title(), "description": kind.description(), "schema": kind.schema()})
    });
    Ok(json_response(StatusCode::OK, &json!({"items": kinds.collect::<Vec<_>>()})))
}
