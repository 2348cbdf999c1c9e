//! Reads the audit log, a page at a time or as an export in JSON lines.
use crate::access::extent::Extent;
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::ManagementError;
use crate::platform::refused::refused;
use crate::{Ctx, Failure, Fault, Server};
use domain::access::{Operation, Principal};
use domain::audit::AuditEvent;
use domain::{AuditId, WorkspaceId};
use serde_json::{Value, json};
use store::audit::search::{AuditCursor, Order};
pub use store::audit::search::{Filter, KindFilter, LOOKED_AT, OutcomeFilter};

/// The part of the audit log that a caller may read: one workspace's, or all of it.
#[derive(Debug, Clone, Copy)]
pub struct MayRead(pub(crate) Option<WorkspaceId>);

impl MayRead {
    pub const fn workspace(self) -> Option<WorkspaceId> {
        self.0
    }

    /// Limits the filter to this part.
    const fn narrowed<'a>(self, filter: &Filter<'a>) -> Filter<'a> {
        let workspace = if self.0.is_some() { self.0 } else { filter.workspace };
        Filter { workspace, ..*filter }
    }
}

pub fn may_read(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    scope: Extent,
) -> Result<MayRead, Failure<ManagementError>> {
    let workspace = match scope {
        Extent::Workspace => principal.workspace_for(Operation::ReadAudit).map(Some),
        Extent::Server => principal.may(Operation::ReadAllAudit).map(|()| None),
    };
    let part = workspace.map_err(|denied| refused(app, ctx, "audit.read", AuditSubject::default(), denied))?;
    Ok(MayRead(part))
}

/// The maximum number of events in a page, and in each read of an export.
pub const MOST: i64 = store::MAX_LIMIT;

/// The position of an event in the log. Its id begins with its time.
pub(crate) fn place(id: AuditId) -> AuditCursor {
    (id.time(), id)
}

/// A page of the audit log, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    pub events: Vec<AuditEvent>,
    /// Pass it as `before` to get the next page; `None` on the last page. A page that is not full may have a next page: if few
    /// events match, the search stops after [`LOOKED_AT`] events.
    pub next: Option<AuditId>,
}

/// The newest `limit` events (1 to [`MOST`]) that match, optionally only those before `before`. Events of the last second may not
/// be written yet.
pub async fn list(
    app: &Server,
    part: MayRead,
    filter: &Filter<'_>,
    before: Option<AuditId>,
    limit: i64,
) -> Result<AuditPage, Fault> {
    let (limit, filter) = (limit.clamp(1, MOST), &part.narrowed(filter));
    let mut tx = app.store().read().await?;
    let looked = store::audit::search::list(&mut tx, filter, Order::NewestFirst, before.map(place), limit).await?;
    Ok(AuditPage { next: looked.further.map(|(_, id)| id), events: looked.events })
}

/// The JSON of an event: times in RFC 3339, absent facts as `null`.
pub fn view(event: &AuditEvent) -> Value {
    json!({
        "id": event.id,
        "at": event.at.rfc3339(),
        "kind": event.kind,
        "outcome": event.outcome,
        "request_id": event.request_id,
        "actor": event.actor,
        "credential": event.credential,
        "client_id": event.client_id,
        "user_id": event.user_id,
        "workspace_id": event.workspace_id,
        "grant_id": event.grant_id,
        "ip": event.ip,
        "detail": event.detail,
    })
}

/// An export in progress. It holds one page at a time, and no database connection between pages.
#[derive(Debug)]
pub struct Export<'a> {
    app: Server,
    filter: Filter<'a>,
    after: Option<AuditCursor>,
    done: bool,
}

/// Exports all existing events that match, oldest first.
pub fn export<'a>(app: &Server, ctx: &Ctx, part: MayRead, filter: &Filter<'a>) -> Export<'a> {
    let filter = part.narrowed(filter);
    // Excludes events that are written while the export runs, so that every export ends.
    let end = ctx.now.plus(1);
    let filter = Filter { to: Some(filter.to.map_or(end, |to| to.min(end))), ..filter };
    Export { app: app.clone(), filter, after: None, done: false }
}

impl Export<'_> {
    /// Returns the next lines, one event each, or `None` at the end.
    pub async fn next(&mut self) -> Result<Option<String>, Fault> {
        let mut lines = String::new();
        while lines.is_empty() && !self.done {
            let looked = {
                let mut tx = self.app.store().read().await?;
                store::audit::search::list(&mut tx, &self.filter, Order::OldestFirst, self.after, MOST).await?
            };
            for event in &looked.events {
                lines.push_str(&view(event).to_string());
                lines.push('\n');
            }
            self.done = looked.further.is_none();
            self.after = looked.further;
        }
        Ok(Some(lines).filter(|lines| !lines.is_empty()))
    }
}
