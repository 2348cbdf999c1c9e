//! Events, written in the transaction that causes them, together with their deliveries.
use crate::platform::dialect;
use crate::{StoreError, Tx, params};
use domain::events::Event;
use domain::{Timestamp, WebhookId};
use serde_json::{Value, json};

/// The events as one JSON list, so that any number of them is one statement. `n` orders events within the list.
fn list(events: &[Event]) -> String {
    let rows = events.iter().zip(1i64..).map(|(event, n)| {
        let about = event.about();
        json!({
            "id": event.id,
            "n": n,
            "at": event.at,
            "kind": event.kind().as_str(),
            "subject": event.subject(),
            "workspace_id": about.workspace_id,
            "client_id": about.client_id,
            "user_id": about.user_id,
            // A string inside the JSON: the column stores the JSON text as it was written.
            "data": event.data.json().to_string(),
        })
    });
    Value::Array(rows.collect()).to_string()
}

/// Whether webhook `w` subscribes to an event, by its kind and by what it is about.
macro_rules! asks {
    ($kind:literal, $workspace:literal, $client:literal) => {
        concat!(
            "w.disabled_at IS NULL AND (w.workspace_id IS NULL OR w.workspace_id = ",
            $workspace,
            " OR w.workspace_id = (SELECT c.owner_workspace_id FROM clients c WHERE c.id = ",
            $client,
            ")) AND (w.kinds = '*' OR ' ' || w.kinds || ' ' LIKE '% ' || (",
            $kind,
            ") || ' %')"
        )
    };
}

macro_rules! insert {
    ($each:literal, $condition:expr) => {
        concat!(
            "INSERT INTO events (id, at, kind, subject, seq, workspace_id, client_id, user_id, data) \
             SELECT j.value->>'id', CAST(j.value->>'at' AS BIGINT), j.value->>'kind', j.value->>'subject', \
             CAST(j.value->>'n' AS BIGINT) + \
             COALESCE((SELECT MAX(o.seq) FROM events o WHERE o.subject = j.value->>'subject'), 0), \
             j.value->>'workspace_id', j.value->>'client_id', j.value->>'user_id', j.value->>'data' FROM ",
            $each,
            $condition
        )
    };
}

macro_rules! insert_asked {
    ($each:literal) => {
        insert!(
            $each,
            concat!(
                " WHERE EXISTS (SELECT 1 FROM webhooks w WHERE ",
                asks!("j.value->>'kind'", "j.value->>'workspace_id'", "j.value->>'client_id'"),
                ")"
            )
        )
    };
}

// On PostgreSQL, the lock skips a webhook that is being deleted concurrently, instead of violating the foreign key.
macro_rules! deliver {
    ($each:literal, $lock:literal) => {
        concat!(
            "INSERT INTO webhook_deliveries (event_id, webhook_id, subject, seq, state, attempts, next_attempt_at, \
             created_at) SELECT e.id, w.id, e.subject, e.seq, 'pending', 0, e.at, e.at FROM ",
            $each,
            " JOIN events e ON e.id = j.value->>'id' JOIN webhooks w ON ",
            asks!("e.kind", "e.workspace_id", "e.client_id"),
            $lock
        )
    };
}

/// Stores the events that webhooks subscribe to, in list order. Returns how many deliveries were created.
pub async fn append(tx: &mut Tx, events: &[Event]) -> Result<u64, StoreError> {
    if events.is_empty() {
        return Ok(0);
    }
    let list = list(events);
    let sql = dialect::pick(
        tx,
        insert_asked!("json_each($1) AS j"),
        insert_asked!("json_array_elements(CAST($1 AS json)) AS j (value)"),
    );
    if tx.execute(sql, params![&list]).await? == 0 {
        return Ok(0);
    }
    let sql = dialect::pick(
        tx,
        deliver!("json_each($1) AS j", ""),
        deliver!("json_array_elements(CAST($1 AS json)) AS j (value)", " FOR KEY SHARE OF w"),
    );
    tx.execute(sql, params![&list]).await
}

/// Stores an event for one webhook, regardless of its subscription. Returns [`StoreError::BrokenReference`] if there is
/// no such webhook.
pub async fn append_for(tx: &mut Tx, event: &Event, webhook: WebhookId) -> Result<(), StoreError> {
    let list = list(std::slice::from_ref(event));
    let sql = dialect::pick(
        tx,
        insert!("json_each($1) AS j", ""),
        insert!("json_array_elements(CAST($1 AS json)) AS j (value)", ""),
    );
    tx.execute(sql, params![&list]).await?;
    let sql = "INSERT INTO webhook_deliveries (event_id, webhook_id, subject, seq, state, attempts, next_attempt_at, \
               created_at) SELECT e.id, $2, e.subject, e.seq, 'pending', 0, e.at, e.at FROM events e WHERE e.id = $1";
    tx.execute(sql, params![event.id, webhook]).await?;
    Ok(())
}

/// Deletes at most `limit` events older than `before`, with their deliveries.
pub async fn delete_old(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < $1 ORDER BY at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
