//! The audit log: batched inserts, and the names of the users and clients it mentions.

pub mod search;

use crate::platform::dialect;
use crate::{Row, StoreError, Tx, params};
use domain::audit::AuditEvent;
use domain::{Timestamp, UserId, WorkspaceId};
use serde_json::json;

macro_rules! insert {
    ($each:literal) => {
        concat!(
            "INSERT INTO audit_events (id, at, kind, outcome, request_id, actor, client_id, user_id, workspace_id, \
             grant_id, ip, credential, detail) SELECT value->>'id', CAST(value->>'at' AS BIGINT), value->>'kind', value->>'outcome', \
             value->>'request_id', value->>'actor', value->>'client_id', value->>'user_id', value->>'workspace_id', \
             value->>'grant_id', value->>'ip', value->>'credential', value->>'detail' FROM ",
            $each
        )
    };
}

/// Inserts all events with one statement; they are passed as one JSON list.
pub async fn insert_many(tx: &mut Tx, events: &[AuditEvent]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let sql = dialect::pick(tx, insert!("json_each($1)"), insert!("json_array_elements(CAST($1 AS json))"));
    tx.execute(sql, params![list(events)]).await?;
    Ok(())
}

/// Like [`insert_many`], but skips events that already exist: for entries that may be generated again.
pub async fn insert_missing(tx: &mut Tx, events: &[AuditEvent]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    // Without a WHERE clause, SQLite parses ON CONFLICT as part of the join.
    macro_rules! missing {
        ($each:literal) => {
            concat!(insert!($each), " WHERE true ON CONFLICT (id) DO NOTHING")
        };
    }
    let sql = dialect::pick(tx, missing!("json_each($1)"), missing!("json_array_elements(CAST($1 AS json))"));
    tx.execute(sql, params![list(events)]).await?;
    Ok(())
}

fn list(events: &[AuditEvent]) -> String {
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
                "credential": event.credential,
                // A string inside the JSON: the column stores the JSON text as it was written.
                "detail": event.detail.to_string(),
            })
        })
        .collect();
    serde_json::Value::Array(rows).to_string()
}

pub(crate) fn read(row: &mut Row) -> Result<AuditEvent, StoreError> {
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
        credential: row.opt_text()?,
        detail: row.json()?,
    })
}

/// Looks up users by id, with their email addresses. If a workspace is given, returns only its members.
pub async fn people(
    tx: &mut Tx,
    ids: &[UserId],
    members_of: Option<WorkspaceId>,
) -> Result<Vec<(UserId, String)>, StoreError> {
    macro_rules! people {
        ($ids:literal) => {
            concat!(
                "SELECT u.id, u.email FROM users u WHERE u.id IN (",
                $ids,
                ") AND ($2 = '' OR EXISTS (SELECT 1 FROM members m WHERE m.user_id = u.id AND m.workspace_id = $2))"
            )
        };
    }
    let sql = dialect::pick(
        tx,
        people!("SELECT value FROM json_each($1)"),
        people!("SELECT json_array_elements_text(CAST($1 AS json))"),
    );
    let of = members_of.map(|id| id.to_string()).unwrap_or_default();
    let mut rows = tx.all(sql, params![json!(ids).to_string(), of]).await?;
    rows.iter_mut().map(|row| Ok((row.parse()?, row.text()?))).collect()
}

/// Looks up clients by id, with their names, including deleted ones.
pub async fn applications(tx: &mut Tx, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
    macro_rules! applications {
        ($ids:literal) => {
            concat!("SELECT c.id, c.name FROM clients c WHERE c.id IN (", $ids, ")")
        };
    }
    let sql = dialect::pick(
        tx,
        applications!("SELECT value FROM json_each($1)"),
        applications!("SELECT json_array_elements_text(CAST($1 AS json))"),
    );
    let mut rows = tx.all(sql, params![json!(ids).to_string()]).await?;
    rows.iter_mut().map(|row| Ok((row.text()?, row.text()?))).collect()
}

/// Deletes at most `limit` events older than `before`.
pub async fn delete_old(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM audit_events WHERE id IN \
               (SELECT id FROM audit_events WHERE at < $1 ORDER BY at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
