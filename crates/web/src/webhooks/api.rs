//! Webhooks of the caller's workspace, or with `owner=operator` of the whole server.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::access::api_input::overlap;
use crate::access::api_list::{Deleted, deleted};
use crate::access::body::{Body, ReadOnly};
use crate::access::idempotency::{Made, again, once};
use crate::platform::path::Path;
use crate::platform::problem::{ApiResult, Problem};
use crate::platform::request::tagged;
use crate::platform::respond::json_response;
use crate::platform::schema::webhooks::{DeliveriesQuery, OwnerQuery};
use axum::extract::State;
use axum::http::StatusCode;
use domain::access::Operation;
use domain::webhooks::{Delivery, DeliveryState, Webhook};
use domain::{EventId, Secret, Timestamp, WebhookId, WorkspaceId};
use flows::access::extent::Extent;
use flows::platform::idempotency::Keeper;
use flows::platform::management_error::{ManagementError, ManagementRefusal};
use flows::webhooks::manage::{MayChange, MayRead, NewWebhook, WebhookPatch, WebhookRefusal};
use flows::{Failure, webhooks};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(rotate_secret))
        .routes(routes!(test))
        .routes(routes!(deliveries))
        .routes(routes!(replay))
}

/// Where events are sent.
#[derive(Serialize, ToSchema)]
pub struct WebhookAnswer<'w> {
    #[schema(value_type = String)]
    id: WebhookId,
    /// The workspace that it belongs to; `null` where it is the operator's.
    #[schema(value_type = Option<String>, required = true)]
    workspace_id: Option<WorkspaceId>,
    url: &'w str,
    description: &'w str,
    /// Kinds of events, or `*` for all.
    events: Vec<String>,
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// What messages are signed with; shown this once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<&'w str>,
}

fn show<'w>(webhook: &'w Webhook, secret: Option<&'w Secret>) -> WebhookAnswer<'w> {
    WebhookAnswer {
        id: webhook.id,
        workspace_id: webhook.owner.workspace(),
        url: &webhook.url,
        description: &webhook.description,
        events: webhook.asked.names().into_iter().map(Into::into).collect(),
        disabled: webhook.disabled_at.is_some(),
        created_at: webhook.created_at.rfc3339(),
        updated_at: webhook.updated_at.rfc3339(),
        secret: secret.map(Secret::expose),
    }
}

/// All webhooks of an owner.
#[derive(Serialize, ToSchema)]
pub struct Webhooks<'w> {
    items: Vec<WebhookAnswer<'w>>,
}

/// A new webhook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://hooks.example/countersign", "events": ["*"]}))]
pub struct NewWebhookBody {
    /// An https URL of the public internet.
    #[schema(max_length = 2048)]
    url: String,
    #[schema(nullable = false, max_length = 200)]
    description: Option<String>,
    /// Kinds of events, as `/api/v1/event-types` lists them; all where none is named.
    #[schema(nullable = false)]
    events: Option<Vec<String>>,
}

impl From<NewWebhookBody> for NewWebhook {
    fn from(body: NewWebhookBody) -> Self {
        Self {
            url: body.url,
            description: body.description.unwrap_or_default(),
            events: body.events.unwrap_or_else(|| vec!["*".to_owned()]),
        }
    }
}

/// What changes; everything else stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"disabled": true}))]
pub struct WebhookChange {
    #[schema(nullable = false, max_length = 2048)]
    url: Option<String>,
    #[schema(nullable = false, max_length = 200)]
    description: Option<String>,
    #[schema(nullable = false)]
    events: Option<Vec<String>>,
    #[schema(nullable = false)]
    disabled: Option<bool>,
    #[serde(default, rename = "id")]
    #[schema(inline)]
    _id: ReadOnly,
    #[serde(default, rename = "workspace_id")]
    #[schema(inline)]
    _workspace_id: ReadOnly,
    #[serde(default, rename = "created_at")]
    #[schema(inline)]
    _created_at: ReadOnly,
    #[serde(default, rename = "updated_at")]
    #[schema(inline)]
    _updated_at: ReadOnly,
}

impl From<WebhookChange> for WebhookPatch {
    fn from(body: WebhookChange) -> Self {
        Self { url: body.url, description: body.description, events: body.events, disabled: body.disabled }
    }
}

/// How long messages are signed with the old secret, too.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookOverlap {
    /// Seconds; a day unless something else is said.
    #[schema(nullable = false, minimum = 0, maximum = 2_592_000)]
    overlap_seconds: Option<i64>,
}

/// One event for one webhook, and how the last attempt went.
#[derive(Serialize, ToSchema)]
pub struct DeliveryAnswer<'d> {
    #[schema(value_type = String)]
    event_id: EventId,
    r#type: &'static str,
    /// `pending`, `delivered` or `dead`: tried often enough.
    state: &'static str,
    /// Since the event, or since it was last replayed.
    attempts: i64,
    #[schema(required = true, format = DateTime)]
    next_attempt_at: Option<String>,
    #[schema(required = true, format = DateTime)]
    last_attempt_at: Option<String>,
    /// The receiver's HTTP status.
    #[schema(required = true)]
    last_status: Option<i64>,
    /// Why there was none.
    #[schema(required = true)]
    last_error: Option<&'d str>,
    #[schema(required = true)]
    last_duration_ms: Option<i64>,
    #[schema(format = DateTime)]
    created_at: String,
}

fn show_delivery(delivery: &Delivery) -> DeliveryAnswer<'_> {
    DeliveryAnswer {
        event_id: delivery.event_id,
        r#type: delivery.kind.as_str(),
        state: delivery.state.as_str(),
        attempts: delivery.attempts,
        next_attempt_at: delivery.next_attempt_at.map(Timestamp::rfc3339),
        last_attempt_at: delivery.last_attempt_at.map(Timestamp::rfc3339),
        last_status: delivery.last_status,
        last_error: delivery.last_error.as_deref(),
        last_duration_ms: delivery.last_duration_ms,
        created_at: delivery.created_at.rfc3339(),
    }
}

/// Deliveries, the newest first.
#[derive(Serialize, ToSchema)]
pub struct Deliveries<'d> {
    items: Vec<DeliveryAnswer<'d>>,
    /// For `before`, where there may be more.
    #[schema(required = true)]
    next: Option<String>,
}

/// A new secret, shown this once.
#[derive(Serialize, ToSchema)]
pub struct WebhookSecret<'s> {
    #[schema(value_type = String)]
    id: WebhookId,
    secret: &'s str,
}

/// The event that was sent.
#[derive(Serialize, ToSchema)]
pub struct TestEvent {
    #[schema(value_type = String)]
    event_id: EventId,
}

fn refused(failure: Failure<WebhookRefusal>) -> Problem {
    failure.map(ManagementError::from).into()
}

fn may_read(state: &WebState, manager: &ApiCaller) -> Result<MayRead, Problem> {
    Ok(webhooks::manage::may_read(state.app(), &manager.ctx, &manager.principal, manager.scope()?)?)
}

fn may_change(state: &WebState, manager: &ApiCaller) -> Result<MayChange, Problem> {
    Ok(webhooks::manage::may_change(state.app(), &manager.ctx, &manager.principal, manager.scope()?)?)
}

/// Which webhook the path names; a malformed id names nothing.
fn named(id: &str) -> Result<WebhookId, Problem> {
    id.parse().map_err(|_| ManagementError::from(WebhookRefusal::Unknown).into())
}

/// List webhooks
#[utoipa::path(get, path = "/api/v1/webhooks", operation_id = "list_webhooks", tag = "webhooks", params(OwnerQuery),
    responses((status = 200, description = "All of them, fifty at most", body = Webhooks)),
    security(("bearer" = []), ("session" = [])))]
pub async fn list(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let of = may_read(&state, &manager)?;
    // An owner has fifty at most.
    let all = webhooks::manage::list(state.app(), of, flows::Page::default()).await?;
    let items: Vec<_> = all.items.iter().map(|webhook| show(webhook, None)).collect();
    Ok(json_response(StatusCode::OK, &Webhooks { items }))
}

/// Create a webhook
#[utoipa::path(post, path = "/api/v1/webhooks", operation_id = "create_webhook", tag = "webhooks",
    request_body = NewWebhookBody, params(OwnerQuery, ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, description = "The webhook, and its secret this once", body = WebhookAnswer,
        headers(("etag" = String, description = "Its revision, for `If-Match`")),
        links(("read" = (operation_id = "read_webhook", parameters(("id" = "$response.body#/id")))),
            ("update" = (operation_id = "update_webhook", parameters(("id" = "$response.body#/id")))),
            ("rotate" = (operation_id = "rotate_webhook_secret", parameters(("id" = "$response.body#/id")))),
            ("test" = (operation_id = "test_webhook", parameters(("id" = "$response.body#/id")))),
            ("deliveries" = (operation_id = "list_deliveries", parameters(("id" = "$response.body#/id")))),
            ("delete" = (operation_id = "delete_webhook", parameters(("id" = "$response.body#/id"))))))),
    security(("bearer" = []), ("session" = [])))]
pub async fn create(State(state): State<WebState>, manager: ApiCaller, body: Body<NewWebhookBody>) -> ApiResult {
    let operation = match manager.scope()? {
        Extent::Workspace => Operation::WriteWebhooks,
        Extent::Server => Operation::WriteAllWebhooks,
    };
    once(state, manager, "POST /api/v1/webhooks", operation, body, make).await
}

async fn make(state: WebState, manager: ApiCaller, body: Body<NewWebhookBody>, keeper: Keeper) -> Made {
    let of = may_change(&state, &manager)?;
    let new = NewWebhook::from(body.read()?);
    let keep = keeper.keep(|(webhook, secret): (Webhook, Secret)| {
        again(tagged(json_response(StatusCode::CREATED, &show(&webhook, Some(&secret))), webhook.revision))
    });
    webhooks::manage::create_kept(state.app(), &manager.ctx, of, &new, keep).await.map_err(refused)
}

/// Read a webhook
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", operation_id = "read_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook"), OwnerQuery),
    responses((status = 200, description = "The webhook", body = WebhookAnswer,
        headers(("etag" = String, description = "Its revision, for `If-Match`")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn read(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let (of, id) = (may_read(&state, &manager)?, named(&id)?);
    let webhook = webhooks::manage::read(state.app(), of, id).await.map_err(refused)?;
    Ok(tagged(json_response(StatusCode::OK, &show(&webhook, None)), webhook.revision))
}

/// Change a webhook
///
/// What the body does not name stays as it is.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", operation_id = "update_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook"), OwnerQuery, ("If-Match" = Option<String>, Header)),
    request_body = Option<WebhookChange>,
    responses((status = 200, description = "The webhook as it is now", body = WebhookAnswer,
        headers(("etag" = String, description = "Its revision, for `If-Match`")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn update(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: ApiCaller,
    body: Body<WebhookChange>,
) -> ApiResult {
    let (of, id) = (may_change(&state, &manager)?, named(&id)?);
    let change = WebhookPatch::from(body.read()?);
    let webhook = webhooks::manage::update(state.app(), &manager.ctx, of, id, manager.expected(), &change)
        .await
        .map_err(refused)?;
    Ok(tagged(json_response(StatusCode::OK, &show(&webhook, None)), webhook.revision))
}

/// Delete a webhook
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", operation_id = "delete_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook"), OwnerQuery, ("If-Match" = Option<String>, Header)),
    responses((status = 200, description = "It is gone", body = Deleted)),
    security(("bearer" = []), ("session" = [])))]
pub async fn delete(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let (of, id) = (may_change(&state, &manager)?, named(&id)?);
    webhooks::manage::delete(state.app(), &manager.ctx, of, id, manager.expected()).await.map_err(refused)?;
    Ok(deleted())
}

/// Rotate a webhook's secret
///
/// During the overlap, a day unless told otherwise, messages are signed with both.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/rotate-secret", operation_id = "rotate_webhook_secret",
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook"), OwnerQuery, ("If-Match" = Option<String>, Header)),
    request_body = Option<WebhookOverlap>,
    responses((status = 200, description = "The new secret", body = WebhookSecret,
        headers(("etag" = String, description = "The webhook's revision, for `If-Match`")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn rotate_secret(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: ApiCaller,
    body: Body<WebhookOverlap>,
) -> ApiResult {
    const DAY: i64 = 24 * 60 * 60;
    let (of, id) = (may_change(&state, &manager)?, named(&id)?);
    let seconds = overlap(body.read()?.overlap_seconds, DAY, "overlap_seconds")?;
    let rotated = webhooks::manage::rotate_secret(state.app(), &manager.ctx, of, id, manager.expected(), seconds);
    let (webhook, secret) = rotated.await.map_err(refused)?;
    Ok(tagged(json_response(StatusCode::OK, &WebhookSecret { id, secret: secret.expose() }), webhook.revision))
}

/// Test a webhook
///
/// Sends an event that says nothing but that it arrived.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook"), OwnerQuery), responses((status = 200, description = "It is on its way", body = TestEvent)),
    security(("bearer" = []), ("session" = [])))]
pub async fn test(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let (of, id) = (may_change(&state, &manager)?, named(&id)?);
    let event = webhooks::manage::test(state.app(), &manager.ctx, of, id).await.map_err(refused)?;
    Ok(json_response(StatusCode::OK, &TestEvent { event_id: event }))
}

/// List what became of a webhook's messages
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", operation_id = "list_deliveries", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook"), OwnerQuery, DeliveriesQuery),
    responses((status = 200, description = "The newest first", body = Deliveries)),
    security(("bearer" = []), ("session" = [])))]
pub async fn deliveries(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let (of, id) = (may_read(&state, &manager)?, named(&id)?);
    let limit = manager.number("limit", 50, 100)?;
    let wanted = match manager.query("state") {
        None => None,
        Some(text) => Some(DeliveryState::parse(text).ok_or_else(|| ManagementRefusal::Choice.of("state"))?),
    };
    let before =
        manager.query("before").map(|text| cursor(text).ok_or_else(|| ManagementRefusal::Identifier.of("before")));
    let found = webhooks::manage::deliveries(state.app(), of, id, wanted, before.transpose()?, limit);
    let found = found.await.map_err(refused)?;
    let full = i64::try_from(found.len()).is_ok_and(|rows| rows == limit);
    let next = found.last().filter(|_| full).map(cursor_of);
    let items: Vec<_> = found.iter().map(show_delivery).collect();
    Ok(json_response(StatusCode::OK, &Deliveries { items, next }))
}

/// Where the page after this delivery begins.
pub fn cursor_of(last: &Delivery) -> String {
    format!("{}.{}", last.created_at.seconds(), last.event_id)
}

/// The inverse of [`cursor_of`].
pub fn cursor(text: &str) -> Option<(Timestamp, EventId)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_seconds(at.parse().ok()?), id.parse().ok()?))
}

/// Send one event again
///
/// Whatever became of it.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{event_id}/replay", operation_id = "replay_delivery",
    tag = "webhooks", params(("id" = String, Path, description = "The webhook"), ("event_id" = String, Path, description = "The event"), OwnerQuery),
    responses((status = 200, description = "It is on its way", body = DeliveryAnswer)),
    security(("bearer" = []), ("session" = [])))]
pub async fn replay(
    State(state): State<WebState>,
    Path((id, event)): Path<(String, String)>,
    manager: ApiCaller,
) -> ApiResult {
    let (of, id) = (may_change(&state, &manager)?, named(&id)?);
    let event = event.parse().map_err(|_| Problem::from(ManagementError::from(WebhookRefusal::Unknown)))?;
    let delivery = webhooks::manage::replay(state.app(), &manager.ctx, of, id, event).await.map_err(refused)?;
    Ok(json_response(StatusCode::OK, &show_delivery(&delivery)))
}
