//! The audit log: written in batches, read by what it is about.
use crate::page::MAX_LIMIT;
use crate::{Row, StoreError, Tx, dialect, params};
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

/// Whether what was attempted was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    /// Anything but `ok`: the exact reason stands in the event.
    Refused,
}

/// Which events to list: those that fit everything that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter<'a> {
    pub client: Option<&'a ClientId>,
    pub user: Option<UserId>,
    pub workspace: Option<WorkspaceId>,
    pub actor: Option<&'a str>,
    pub request_id: Option<&'a str>,
    /// The first letters of the kind, such as `token.`.
    pub kind: Option<&'a str>,
    pub outcome: Option<Outcome>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
}

/// From which end the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    NewestFirst,
    OldestFirst,
}

/// Where an event stands in the log: the last one of a page begins the next.
pub type Place = (Timestamp, AuditId);

macro_rules! list {
    ($lead:literal) => {
        (list!($lead, " ORDER BY at DESC, id DESC LIMIT $13"), list!($lead, " ORDER BY at, id LIMIT $13"))
    };
    ($lead:literal, $order:literal) => {
        concat!(
            "SELECT id, at, kind, outcome, request_id, actor, client_id, user_id, workspace_id, grant_id, ip, detail \
             FROM audit_events WHERE ",
            $lead,
            " AND (at, id) > ($2, $3) AND (at, id) < ($4, $5) AND ($6 = '' OR client_id = $6) \
             AND ($7 = '' OR user_id = $7) AND ($8 = '' OR workspace_id = $8) AND ($9 = '' OR actor = $9) \
             AND ($10 = '' OR request_id = $10) AND substr(kind, 1, length($11)) = $11 \
             AND ($12 = '' OR ($12 = 'ok') = (outcome = 'ok'))",
            $order
        )
    };
}

/// The texts by what leads to the events: the newest first, and the oldest first. Each has its index.
const BY_REQUEST: (&str, &str) = list!("request_id = $1");
const BY_USER: (&str, &str) = list!("user_id = $1");
const BY_CLIENT: (&str, &str) = list!("client_id = $1");
const BY_ACTOR: (&str, &str) = list!("actor = $1");
const BY_WORKSPACE: (&str, &str) = list!("workspace_id = $1");
const BY_TIME: (&str, &str) = list!("$1 = ''");

/// At most `limit` events (1 to [`MAX_LIMIT`]) behind `after`. Costs the same on every page, however long the log.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter<'_>,
    order: Order,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<AuditEvent>, StoreError> {
    let text = |id: Option<String>| id.unwrap_or_default();
    let client = filter.client.map_or("", ClientId::as_str);
    let (user, workspace) =
        (text(filter.user.map(|id| id.to_string())), text(filter.workspace.map(|id| id.to_string())));
    let (actor, request) = (filter.actor.unwrap_or_default(), filter.request_id.unwrap_or_default());
    // What few events share leads; the rest is looked at on the way.
    let leads =
        [(request, BY_REQUEST), (&user, BY_USER), (client, BY_CLIENT), (actor, BY_ACTOR), (&workspace, BY_WORKSPACE)];
    let (lead, texts) = leads.into_iter().find(|(value, _)| !value.is_empty()).unwrap_or(("", BY_TIME));
    let mut low = (filter.from.map_or(i64::MIN, Timestamp::seconds), String::new());
    let mut high = (filter.to.map_or(i64::MAX, Timestamp::seconds), String::new());
    let after = after.map(|(at, id)| (at.seconds(), id.to_string()));
    let sql = match order {
        Order::NewestFirst => {
            high = after.map_or(high.clone(), |after| after.min(high));
            texts.0
        }
        Order::OldestFirst => {
            low = after.map_or(low.clone(), |after| after.max(low));
            texts.1
        }
    };
    let outcome = match filter.outcome {
        None => "",
        Some(Outcome::Ok) => "ok",
        Some(Outcome::Refused) => "refused",
    };
    let kind = filter.kind.unwrap_or_default();
    let limit = limit.clamp(1, MAX_LIMIT);
    let params =
        params![lead, low.0, low.1, high.0, high.1, client, &user, &workspace, actor, request, kind, outcome, limit,];
    tx.all(sql, params).await?.iter_mut().map(read).collect()
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
        detail: row.json()?,
    })
}

/// Users by id, with their addresses. Where a workspace is named, only its members are told.
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

/// Clients by id, with their names; deleted ones too.
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

/// Removes at most `limit` events from before `before`.
pub async fn delete_old(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM audit_events WHERE id IN \
               (SELECT id FROM audit_events WHERE at < $1 ORDER BY at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan;

    #[test]
    fn every_list_is_found_and_ordered_by_an_index() {
        for (texts, index, condition) in [
            (BY_REQUEST, "audit_events_request_id", "request_id=? AND (at,id)>(?,?) AND (at,id)<(?,?)"),
            (BY_USER, "audit_events_user_id", "user_id=? AND (at,id)>(?,?) AND (at,id)<(?,?)"),
            (BY_CLIENT, "audit_events_client_id", "client_id=? AND (at,id)>(?,?) AND (at,id)<(?,?)"),
            (BY_ACTOR, "audit_events_actor", "actor=? AND (at,id)>(?,?) AND (at,id)<(?,?)"),
            (BY_WORKSPACE, "audit_events_workspace_id", "workspace_id=? AND (at,id)>(?,?) AND (at,id)<(?,?)"),
            (BY_TIME, "audit_events_at", "(at,id)>(?,?) AND (at,id)<(?,?)"),
        ] {
            for sql in [texts.0, texts.1] {
                // No further line: nothing is sorted.
                assert_eq!(plan(sql), [format!("SEARCH audit_events USING INDEX {index} ({condition})")]);
            }
        }
    }
}
