//! The audit log of the caller's workspace, or with `owner=operator` of the whole server.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::platform::problem::{ApiResult, Problem};
use crate::platform::respond::json_response;
use crate::platform::schema::webhooks::{AuditEvents, AuditPageQuery, AuditQuery};
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use domain::{AuditId, ClientId, Timestamp, UserId, WorkspaceId};
use flows::audit::read::{Filter, KindFilter, OutcomeFilter};
use flows::platform::management_error::ManagementRefusal;
use flows::{Fault, audit};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(export))
}

/// What is asked for; owned, as an export outlives its request.
#[derive(Debug, Clone)]
struct AuditFilter {
    part: audit::read::MayRead,
    client: Option<ClientId>,
    user: Option<UserId>,
    workspace: Option<WorkspaceId>,
    actor: Option<String>,
    credential: Option<String>,
    request_id: Option<String>,
    kind: Option<String>,
    outcome: Option<OutcomeFilter>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl AuditFilter {
    fn read(state: &WebState, manager: &ApiCaller) -> Result<Self, Problem> {
        let part = audit::read::may_read(state.app(), &manager.ctx, &manager.principal, manager.scope()?)?;
        let of = part.workspace();
        let named = manager.query("workspace_id").map(str::parse).transpose();
        let named: Option<WorkspaceId> = named.map_err(|_| ManagementRefusal::Identifier.of("workspace_id"))?;
        // A workspace's admin reads of no other workspace, whatever is asked for.
        if of.is_some() && named.is_some() && of != named {
            return Err(ManagementRefusal::WorkspaceUnknown.into());
        }
        let time = |name: &'static str| match manager.query(name) {
            None => Ok(None),
            Some(text) => {
                Timestamp::parse(text).map(Some).ok_or_else(|| Problem::from(ManagementRefusal::Moment.of(name)))
            }
        };
        let text = |name: &str| manager.query(name).map(str::to_owned);
        Ok(Self {
            part,
            client: match manager.query("client_id") {
                None => None,
                Some(id) => Some(ClientId::parse(id).map_err(|_| ManagementRefusal::Identifier.of("client_id"))?),
            },
            user: match manager.query("user_id") {
                None => None,
                Some(id) => Some(id.parse().map_err(|_| ManagementRefusal::Identifier.of("user_id"))?),
            },
            workspace: named,
            actor: text("actor"),
            credential: text("credential"),
            request_id: text("request_id"),
            kind: text("kind"),
            outcome: match manager.query("outcome") {
                None => None,
                Some("ok") => Some(OutcomeFilter::Ok),
                Some("refused") => Some(OutcomeFilter::Refused),
                Some(_) => return Err(ManagementRefusal::Choice.of("outcome").into()),
            },
            from: time("from")?,
            to: time("to")?,
        })
    }

    fn filter(&self) -> Filter<'_> {
        Filter {
            client: self.client.as_ref(),
            user: self.user,
            workspace: self.workspace,
            actor: self.actor.as_deref(),
            credential: self.credential.as_deref(),
            request_id: self.request_id.as_deref(),
            kind: self.kind.as_deref().map(KindFilter::Beginning),
            outcome: self.outcome,
            from: self.from,
            to: self.to,
        }
    }
}

/// Read the audit log
#[utoipa::path(get, path = "/api/v1/audit-events", operation_id = "list_audit_events", tag = "audit",
    params(AuditQuery, AuditPageQuery), responses((status = 200, description = "The newest first", body = AuditEvents)),
    security(("bearer" = []), ("session" = [])))]
pub async fn list(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let asked = AuditFilter::read(&state, &manager)?;
    let limit = manager.number("limit", 50, 100)?;
    let before = manager.query("before").map(str::parse::<AuditId>).transpose();
    let before = before.map_err(|_| ManagementRefusal::Identifier.of("before"))?;
    let page = audit::read::list(state.app(), asked.part, &asked.filter(), before, limit).await?;
    let items: Vec<Value> = page.events.iter().map(audit::read::view).collect();
    Ok(json_response(StatusCode::OK, &json!({"items": items, "next": page.next})))
}

/// Export the audit log
///
/// All of it as JSON lines, the oldest first.
// Read as fast as the caller takes it; a caller that goes away ends it.
#[utoipa::path(get, path = "/api/v1/audit-events/export", operation_id = "export_audit_events", tag = "audit",
    params(AuditQuery),
    responses((status = 200, description = "One event a line", body = String, content_type = "application/jsonl")),
    security(("bearer" = []), ("session" = [])))]
pub async fn export(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let asked = AuditFilter::read(&state, &manager)?;
    let (app, ctx) = (state.app().clone(), manager.ctx.clone());
    let (send, receive) = mpsc::channel::<Result<String, Fault>>(1);
    tokio::spawn(async move {
        let filter = asked.filter();
        let mut export = audit::read::export(&app, &ctx, asked.part, &filter);
        while let Some(lines) = export.next().await.transpose() {
            let failed = lines.is_err();
            if send.send(lines).await.is_err() || failed {
                break;
            }
        }
    });
    let lines = stream::unfold(receive, async |mut receive| receive.recv().await.map(|lines| (lines, receive)));
    let headers = [(header::CONTENT_TYPE, "application/jsonl"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(lines)).into_response())
}
