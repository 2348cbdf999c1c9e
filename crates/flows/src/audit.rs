//! Reading the audit log: a page at a time, or all of it as JSON lines.
use crate::{App, Ctx, Fault};
use domain::AuditId;
use domain::audit::AuditEvent;
use serde_json::{Value, json};
pub use store::audit::{Filter, Outcome};
use store::audit::{Order, Place};

/// Events that one page of the log has at most, and an export reads at once.
pub const MOST: i64 = store::MAX_LIMIT;

/// Where an event stands in the log. Its id tells: it begins with its time.
pub(crate) fn place(id: AuditId) -> Place {
    (id.time(), id)
}

/// A part of the log, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    pub events: Vec<AuditEvent>,
    /// Ask for what is before this one; absent on the last page.
    pub next: Option<AuditId>,
}

/// The newest `limit` events (1 to [`MOST`]) that fit, of those before `before` if one is named. Events of the last second
/// may still wait to be written.
pub async fn list(app: &App, filter: &Filter<'_>, before: Option<AuditId>, limit: i64) -> Result<AuditPage, Fault> {
    let limit = limit.clamp(1, MOST);
    let mut tx = app.store().read().await?;
    let events = store::audit::list(&mut tx, filter, Order::NewestFirst, before.map(place), limit).await?;
    let full = i64::try_from(events.len()).is_ok_and(|found| found == limit);
    Ok(AuditPage { next: events.last().map(|last| last.id).filter(|_| full), events })
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
    app: App,
    filter: Filter<'a>,
    after: Option<AuditId>,
    done: bool,
}

/// All events that fit and that are there by now, the oldest first.
pub fn export<'a>(app: &App, ctx: &Ctx, filter: &Filter<'a>) -> Export<'a> {
    // What is written while the export runs is for the next one, so that each comes to an end.
    let end = ctx.now.plus(1);
    let filter = Filter { to: Some(filter.to.map_or(end, |to| to.min(end))), ..*filter };
    Export { app: app.clone(), filter, after: None, done: false }
}

impl Export<'_> {
    /// The next lines, one event each; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<String>, Fault> {
        if self.done {
            return Ok(None);
        }
        let events = {
            let mut tx = self.app.store().read().await?;
            store::audit::list(&mut tx, &self.filter, Order::OldestFirst, self.after.map(place), MOST).await?
        };
        self.done = i64::try_from(events.len()).is_ok_and(|found| found < MOST);
        self.after = events.last().map(|last| last.id);
        let mut lines = String::new();
        for event in &events {
            lines.push_str(&view(event).to_string());
            lines.push('\n');
        }
        Ok(Some(lines).filter(|lines| !lines.is_empty()))
    }
}
