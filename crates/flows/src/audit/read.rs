//! Reading the audit log: a page at a time, or all of it as JSON lines.
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
pub use store::audit::search::{Filter, Kind, LOOKED_AT, Outcome};

/// The part of the log that a caller may read: a workspace's, or all of it.
#[derive(Debug, Clone, Copy)]
pub struct MayRead(pub(crate) Option<WorkspaceId>);

impl MayRead {
    pub const fn workspace(self) -> Option<WorkspaceId> {
        self.0
    }

    /// No more than this part.
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

/// Events that one page of the log has at most, and an export reads at once.
pub const MOST: i64 = store::MAX_LIMIT;

/// Where an event stands in the log. Its id tells: it begins with its time.
pub(crate) fn place(id: AuditId) -> AuditCursor {
    (id.time(), id)
}

/// A part of the log, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    pub events: Vec<AuditEvent>,
    /// Ask for what is before this one; absent on the last page. There may be one after a page that is not full: when few
    /// events fit, a page stops after having looked at [`LOOKED_AT`].
    pub next: Option<AuditId>,
}

/// The newest `limit` events (1 to [`MOST`]) that fit, of those before `before` if one is named. Events of the last second
/// may still wait to be written.
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

/// An event as it is shown: times in RFC 3339, absent facts as `null`.
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

/// An export under way. It holds one page at a time, and no connection between two.
#[derive(Debug)]
pub struct Export<'a> {
    app: Server,
    filter: Filter<'a>,
    after: Option<AuditCursor>,
    done: bool,
}

/// All events that fit and that are there by now, the oldest first.
pub fn export<'a>(app: &Server, ctx: &Ctx, part: MayRead, filter: &Filter<'a>) -> Export<'a> {
    let filter = part.narrowed(filter);
    // What is written while the export runs is for the next one, so that each comes to an end.
    let end = ctx.now.plus(1);
    let filter = Filter { to: Some(filter.to.map_or(end, |to| to.min(end))), ..filter };
    Export { app: app.clone(), filter, after: None, done: false }
}

impl Export<'_> {
    /// The next lines, one event each; `None` at the end.
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
