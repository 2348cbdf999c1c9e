//! Webhook deliveries: each claimed by one node at a time, in order per subject.
use crate::platform::dialect;
use crate::webhooks::key;
use crate::{MAX_LIMIT, Row, StoreError, Tx, params};
use domain::events::EventKind;
use domain::webhooks::{Delivery, DeliveryState, WebhookOwner};
use domain::{EventId, Timestamp, WebhookId};
use serde_json::Value;

/// At most `limit` enabled webhooks after `after` with deliveries due at `now`, by id.
pub async fn due(
    tx: &mut Tx,
    now: Timestamp,
    after: Option<WebhookId>,
    limit: i64,
) -> Result<Vec<WebhookId>, StoreError> {
    let sql = "SELECT w.id FROM webhooks w WHERE w.id > $2 AND w.disabled_at IS NULL AND EXISTS (\
               SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'pending' \
               AND d.next_attempt_at <= $1) ORDER BY w.id LIMIT $3";
    let after = after.map_or_else(String::new, |id| id.to_string());
    let mut rows = tx.all(sql, params![now, after, limit.clamp(1, MAX_LIMIT)]).await?;
    rows.iter_mut().map(Row::parse).collect()
}

/// What is needed to send a claimed delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedDelivery {
    /// The event to send. Receivers use its id to drop duplicates.
    pub event_id: EventId,
    /// The number of attempts, including this one. Distinguishes this claim from a later one: see [`finish`].
    pub attempts: i64,
    /// What happened.
    pub kind: EventKind,
    /// When it happened.
    pub at: Timestamp,
    /// The content of the event.
    pub data: Value,
}

/// The deliveries that one claim looks at. The limit keeps a claim short, however many are waiting.
macro_rules! due {
    ($lock:literal) => {
        concat!(
            "SELECT d.event_id FROM webhook_deliveries d WHERE d.webhook_id = $1 AND d.state = 'pending' \
             AND d.next_attempt_at <= $2 ORDER BY d.next_attempt_at, d.event_id LIMIT 200",
            $lock
        )
    };
}

// No condition is checked again in the UPDATE: SQLite has one writer, and PostgreSQL rechecks a row once it has locked
// it. MATERIALIZED, because PostgreSQL could otherwise evaluate the selection more than once and exceed the limit.
// CROSS JOIN, so that SQLite looks up the due deliveries instead of scanning them all again.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (",
            due!(""),
            "), picked AS MATERIALIZED (SELECT d.event_id FROM due u CROSS JOIN webhook_deliveries d \
             WHERE d.event_id = u.event_id AND d.webhook_id = $1 AND d.state = 'pending' AND d.next_attempt_at <= $2 \
             AND NOT EXISTS (SELECT 1 FROM webhook_deliveries o WHERE o.webhook_id = d.webhook_id \
             AND o.subject = d.subject AND o.state = 'pending' \
             AND (o.seq < d.seq OR (o.seq = d.seq AND o.event_id < d.event_id))) \
             AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = $1 AND w.disabled_at IS NULL) \
             ORDER BY d.next_attempt_at, d.event_id LIMIT $4",
            $lock,
            ") UPDATE webhook_deliveries SET attempts = attempts + 1, next_attempt_at = $3, last_attempt_at = $2 \
             WHERE webhook_id = $1 AND event_id IN (SELECT event_id FROM picked) RETURNING event_id"
        )
    };
}

/// When the first delivery of the same subject is tried next.
macro_rules! first_is_tried {
    () => {
        "(SELECT o.next_attempt_at FROM webhook_deliveries o WHERE o.webhook_id = webhook_deliveries.webhook_id \
         AND o.subject = webhook_deliveries.subject AND o.state = 'pending' ORDER BY o.seq, o.event_id LIMIT 1)"
    };
}

/// Postpones deliveries that wait for an earlier one until that one is due, and at least until this claim's lease ends,
/// so that the next claims need not look at them. [`finish`] makes the next one of a subject due.
macro_rules! put_off {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (",
            due!($lock),
            ") UPDATE webhook_deliveries SET next_attempt_at = CASE WHEN ",
            first_is_tried!(),
            " > $3 THEN ",
            first_is_tried!(),
            " ELSE $3 END WHERE webhook_id = $1 AND event_id IN (SELECT event_id FROM due) AND EXISTS (\
             SELECT 1 FROM webhook_deliveries o WHERE o.webhook_id = webhook_deliveries.webhook_id \
             AND o.subject = webhook_deliveries.subject AND o.state = 'pending' AND (o.seq < webhook_deliveries.seq \
             OR (o.seq = webhook_deliveries.seq AND o.event_id < webhook_deliveries.event_id)))"
        )
    };
}

macro_rules! claimed {
    ($ids:literal) => {
        concat!(
            "SELECT e.id, d.attempts, e.kind, e.at, e.data FROM webhook_deliveries d JOIN events e ON e.id = d.event_id \
             WHERE d.webhook_id = $1 AND d.event_id IN (",
            $ids,
            ") ORDER BY d.subject, d.seq"
        )
    };
}

/// Claims at most `limit` due deliveries for this caller until `lease_ends`; any not finished by then is due again. Of
/// two events with the same subject, the later one waits for the earlier.
pub async fn claim(
    tx: &mut Tx,
    webhook: WebhookId,
    now: Timestamp,
    lease_ends: Timestamp,
    limit: i64,
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let claim = dialect::pick(tx, claim!(""), claim!(" FOR UPDATE OF d SKIP LOCKED"));
    let put_off = dialect::pick(tx, put_off!(""), put_off!(" FOR UPDATE OF d SKIP LOCKED"));
    let mut rows = Vec::new();
    // Each round postpones as many as it looked at. Anything left after the last round waits for the next call.
    for _ in 0..16 {
        rows = tx.all(claim, params![webhook, now, lease_ends, limit]).await?;
        let enough = i64::try_from(rows.len()).is_ok_and(|n| n == limit);
        if enough || tx.execute(put_off, params![webhook, now, lease_ends]).await? == 0 || !rows.is_empty() {
            break;
        }
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = rows.iter_mut().map(|row| Ok(Value::String(row.text()?))).collect::<Result<_, StoreError>>()?;
    let sql = dialect::pick(
        tx,
        claimed!("SELECT value FROM json_each($2)"),
        claimed!("SELECT json_array_elements_text(CAST($2 AS json))"),
    );
    let mut rows = tx.all(sql, params![webhook, Value::Array(ids).to_string()]).await?;
    rows.iter_mut()
        .map(|row| {
            Ok(ClaimedDelivery {
                event_id: row.parse()?,
                attempts: row.int()?,
                kind: row.with(EventKind::parse)?,
                at: row.time()?,
                data: row.json()?,
            })
        })
        .collect()
}

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The delivery's state after this attempt.
    pub state: DeliveryState,
    /// Set while the delivery is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// The HTTP status of the response; `None` if there was none.
    pub status: Option<i64>,
    /// Why the attempt failed, if it did.
    pub error: Option<String>,
    /// How long the attempt took, in milliseconds.
    pub duration_ms: i64,
}

/// Records the result of a claimed attempt. If it was the last attempt, the next delivery of the subject becomes due.
/// Returns `false` if the lease ran out and the delivery was claimed again.
pub async fn finish(
    tx: &mut Tx,
    webhook: WebhookId,
    event: EventId,
    attempts: i64,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<bool, StoreError> {
    // Deleting a webhook starts with the same lock.
    dialect::lock_rows(tx, "SELECT id FROM webhooks WHERE id = $1 FOR KEY SHARE", params![webhook]).await?;
    let sql = "UPDATE webhook_deliveries SET state = $4, next_attempt_at = $5, last_status = $6, last_error = $7, \
               last_duration_ms = $8 WHERE event_id = $1 AND webhook_id = $2 AND attempts = $3 AND state = 'pending'";
    let changed = tx
        .execute(
            sql,
            params![
                event,
                webhook,
                attempts,
                attempt.state.as_str(),
                attempt.next_attempt_at,
                attempt.status,
                attempt.error.as_ref(),
                attempt.duration_ms,
            ],
        )
        .await?;
    if changed == 1 && attempt.state != DeliveryState::Pending {
        let sql = "UPDATE webhook_deliveries SET next_attempt_at = $3 \
                   WHERE webhook_id = $2 AND attempts = 0 AND next_attempt_at > $3 AND state = 'pending' \
                   AND event_id = (SELECT o.event_id FROM webhook_deliveries o WHERE o.webhook_id = $2 \
                   AND o.state = 'pending' AND o.subject = (SELECT f.subject FROM webhook_deliveries f \
                   WHERE f.event_id = $1 AND f.webhook_id = $2) ORDER BY o.seq, o.event_id LIMIT 1)";
        tx.execute(sql, params![event, webhook, now]).await?;
    }
    Ok(changed == 1)
}

/// Which deliveries to list.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// The webhook whose deliveries to list.
    pub webhook: WebhookId,
    /// The owner of the webhook. Webhooks of other owners are not found.
    pub owner: WebhookOwner,
    /// Only deliveries in this state; `None` for all.
    pub state: Option<DeliveryState>,
    /// Only deliveries before this one: the last one of the previous page.
    pub before: Option<(Timestamp, EventId)>,
    /// At most [`MAX_LIMIT`].
    pub limit: i64,
}

macro_rules! list {
    ($($condition:literal),+) => {
        concat!(
            "SELECT d.event_id, d.webhook_id, e.kind, d.state, d.attempts, d.next_attempt_at, d.last_attempt_at, \
             d.last_status, d.last_error, d.last_duration_ms, d.created_at FROM webhook_deliveries d \
             JOIN webhooks w ON w.id = d.webhook_id JOIN events e ON e.id = d.event_id \
             WHERE d.webhook_id = $1 AND COALESCE(w.workspace_id, '') = $2 AND ",
            $($condition),+
        )
    };
}

fn read(row: &mut Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        event_id: row.parse()?,
        webhook_id: row.parse()?,
        kind: row.with(EventKind::parse)?,
        state: row.with(DeliveryState::parse)?,
        attempts: row.int()?,
        next_attempt_at: row.opt_time()?,
        last_attempt_at: row.opt_time()?,
        last_status: row.opt_int()?,
        last_error: row.opt_text()?,
        last_duration_ms: row.opt_int()?,
        created_at: row.time()?,
    })
}

macro_rules! page {
    ($state:literal) => {
        list!($state, " AND (d.created_at, d.event_id) < ($3, $4) ORDER BY d.created_at DESC, d.event_id DESC LIMIT $6")
    };
}

const ALL: &str = page!("$5 = ''");
const OF_STATE: &str = page!("d.state = $5");

/// Newest first. The cost is the same for every page, however long the log is.
pub async fn list(tx: &mut Tx, filter: Filter) -> Result<Vec<Delivery>, StoreError> {
    let sql = if filter.state.is_some() { OF_STATE } else { ALL };
    let (at, id) = filter.before.map_or((i64::MAX, String::new()), |(at, id)| (at.seconds(), id.to_string()));
    let state = filter.state.map_or("", DeliveryState::as_str);
    let limit = filter.limit.clamp(1, MAX_LIMIT);
    let mut rows = tx.all(sql, params![filter.webhook, key(filter.owner), at, id, state, limit]).await?;
    rows.iter_mut().map(read).collect()
}

/// The delivery of one event to a webhook; `None` if there is none, or if the webhook belongs to another owner.
pub async fn find(
    tx: &mut Tx,
    webhook: WebhookId,
    owner: WebhookOwner,
    event: EventId,
) -> Result<Option<Delivery>, StoreError> {
    let sql = list!("d.event_id = $3");
    tx.one(sql, params![webhook, key(owner), event]).await?.map(|mut row| read(&mut row)).transpose()
}

/// Sends a delivery again from `now` on, with a full set of attempts, regardless of its state. Returns `false` if the
/// owner has no such delivery.
pub async fn replay(
    tx: &mut Tx,
    webhook: WebhookId,
    owner: WebhookOwner,
    event: EventId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = $4 \
               WHERE event_id = $3 AND webhook_id = $1 \
               AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = $1 AND COALESCE(w.workspace_id, '') = $2)";
    Ok(tx.execute(sql, params![webhook, key(owner), event, now]).await? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn deliveries_are_listed_in_the_order_of_an_index() {
        for (sql, index) in [
            (ALL, "webhook_deliveries_webhook_id (webhook_id=? AND (created_at,event_id)<(?,?))"),
            (OF_STATE, "webhook_deliveries_state (webhook_id=? AND state=? AND (created_at,event_id)<(?,?))"),
        ] {
            let steps = plan(sql);
            assert!(steps.contains(&format!("SEARCH d USING INDEX {index}")), "{steps:?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:?}");
        }
    }
}
