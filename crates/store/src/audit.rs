//! The audit log: written in batches, read by what it is about.
use crate::page::MAX_LIMIT;
use crate::{Row, StoreError, Tx, Value, dialect, params};
use domain::audit::AuditEvent;
use domain::{AuditId, ClientId, Timestamp, UserId, WorkspaceId};
use serde_json::json;

macro_rules! insert {
    ($each:literal) => {
        concat!(
            "INSERT INTO audit_events (id, at, kind, outcome, request_id, actor, client_id, user_id, workspace_id, \
             grant_id, ip, detail) SELECT value->>'id', CAST(value->>'at' AS BIGINT), value->>'kind', value->>'outcome', \
             value->>'request_id', value->>'actor', value->>'client_id', value->>'user_id', value->>'workspace_id', \
             value->>'grant_id', value->>'ip', value->>'detail' FROM ",
            $each
        )
    };
}

/// Writes them all with one statement: they travel as one JSON list.
pub async fn insert_many(tx: &mut Tx, events: &[AuditEvent]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            json!({
                "id": event.id,
                "at": event.at,
                "kind": event.kind,
                "outcome": event.outcome,
                "request_id": event.request_id,
                "actor": event.actor,
                "client_id": event.client_id,
                "user_id": event.user_id,
                "workspace_id": event.workspace_id,
                "grant_id": event.grant_id,
                "ip": event.ip,
                // A text within the text: the column holds JSON as it was written.
                "detail": event.detail.to_string(),
            })
        })
        .collect();
    let sql = dialect::pick(tx, insert!("json_each($1)"), insert!("json_array_elements(CAST($1 AS json))"));
    tx.execute(sql, params![serde_json::Value::Array(rows).to_string()]).await?;
    Ok(())
}

/// What the events asked for are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    Everything,
    Client(&'a ClientId),
    User(UserId),
    Workspace(WorkspaceId),
}

/// Which events to list.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    pub about: About<'a>,
    /// Only outcomes other than `ok`.
    pub failures_only: bool,
    /// Only what was before this event: the last one of the page before.
    pub before: Option<(Timestamp, AuditId)>,
    /// At most [`MAX_LIMIT`].
    pub limit: i64,
}

macro_rules! list {
    ($condition:literal) => {
        concat!(
            "SELECT id, at, kind, outcome, request_id, actor, client_id, user_id, workspace_id, grant_id, ip, detail \
             FROM audit_events WHERE ",
            $condition,
            " AND (at, id) < ($2, $3) AND ($4 = 0 OR outcome <> 'ok') ORDER BY at DESC, id DESC LIMIT $5"
        )
    };
}

/// The newest first. Costs the same on every page, however long the log.
pub async fn list(tx: &mut Tx, filter: Filter<'_>) -> Result<Vec<AuditEvent>, StoreError> {
    let (sql, subject) = match filter.about {
        About::Everything => (list!("$1 = ''"), Value::from("")),
        About::Client(id) => (list!("client_id = $1"), Value::from(id)),
        About::User(id) => (list!("user_id = $1"), Value::from(id)),
        About::Workspace(id) => (list!("workspace_id = $1"), Value::from(id)),
    };
    let (at, id) = filter.before.map_or((i64::MAX, String::new()), |(at, id)| (at.seconds(), id.to_string()));
    let limit = filter.limit.clamp(1, MAX_LIMIT);
    tx.all(sql, &[subject, at.into(), id.into(), filter.failures_only.into(), limit.into()])
        .await?
        .iter_mut()
        .map(read)
        .collect()
}

fn read(row: &mut Row) -> Result<AuditEvent, StoreError> {
    Ok(AuditEvent {
        id: row.parse()?,
        at: row.time()?,
        kind: row.text()?,
        outcome: row.text()?,
        request_id: row.text()?,
        actor: row.text()?,
        client_id: row.opt_client_id()?,
        user_id: row.opt_parse()?,
        workspace_id: row.opt_parse()?,
        grant_id: row.opt_parse()?,
        ip: row.opt_text()?,
        detail: row.json()?,
    })
}

/// Removes at most `limit` events from before `before`.
pub async fn delete_old(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM audit_events WHERE id IN \
               (SELECT id FROM audit_events WHERE at < $1 ORDER BY at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
