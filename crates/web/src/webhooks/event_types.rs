//! The kinds of events that webhooks can ask for, with the schema of each.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::platform::problem::ApiResult;
use crate::platform::respond::json_response;
use axum::http::StatusCode;
use domain::events::EventKind;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(list))
}

/// A kind of event.
#[derive(Serialize, ToSchema)]
pub struct EventType {
    r#type: &'static str,
    title: &'static str,
    description: &'static str,
    /// Whose webhooks can ask for it: `operator`, `workspace`.
    owners: &'static [&'static str],
    /// The JSON schema of its `data`.
    schema: Value,
}

/// All kinds that can be asked for.
#[derive(Serialize, ToSchema)]
pub struct EventTypes {
    items: Vec<EventType>,
}

/// List the kinds of events
#[utoipa::path(get, path = "/api/v1/event-types", operation_id = "list_event_types", tag = "webhooks",
    responses((status = 200, description = "What webhooks can ask for", body = EventTypes)),
    security(("bearer" = []), ("session" = [])))]
pub async fn list(_: ApiCaller) -> ApiResult {
    let kinds = EventKind::ALL.iter().filter(|kind| kind.can_be_asked_for()).map(|kind| EventType {
        r#type: kind.as_str(),
        title: kind.title(),
        description: kind.description(),
        owners: if kind.can_be_of_workspace() { &["operator", "workspace"] } else { &["operator"] },
        schema: kind.schema(),
    });
    Ok(json_response(StatusCode::OK, &EventTypes { items: kinds.collect() }))
}
