//! Health of the database.
use crate::platform::dialect;
use crate::platform::page::{MAX_LIMIT, count};
use crate::{SCHEMA_VERSION, StoreError, Tx, params};
use domain::{WebhookId, WorkspaceId};

/// What the operator sees of the database's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatabaseHealth {
    /// Whether the database is PostgreSQL instead of SQLite.
    pub postgres: bool,
    /// The newest migration that has been applied.
    pub schema_version: i64,
    /// Size in bytes, without SQLite's journal.
    pub size: i64,
    /// Webhook deliveries that are still being retried.
    pub deliveries_pending: i64,
    /// Deliveries that have been given up.
    pub deliveries_dead: i64,
}

const SIZE: (&str, &str) = (
    "SELECT p.page_count * s.page_size FROM pragma_page_count() p, pragma_page_size() s",
    "SELECT pg_database_size(current_database())",
);
const PENDING: &str = "SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'pending'";
const DEAD: &str = "SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'dead'";

/// Reads the size and the number of deliveries that are pending or were given up.
pub async fn look(tx: &mut Tx) -> Result<DatabaseHealth, StoreError> {
    let size = dialect::pick(tx, SIZE.0, SIZE.1);
    Ok(DatabaseHealth {
        postgres: tx.is_postgres(),
        schema_version: count(tx, "SELECT MAX(version) FROM schema_migrations", &[]).await?,
        size: count(tx, size, &[]).await?,
        deliveries_pending: count(tx, PENDING, &[]).await?,
        deliveries_dead: count(tx, DEAD, &[]).await?,
    })
}

/// A webhook, and how many of its deliveries are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDeliveries {
    /// The webhook of the deliveries.
    pub webhook_id: WebhookId,
    /// Where it sends its messages.
    pub url: String,
    /// The workspace it belongs to, with its name; `None` for the operator's webhooks.
    pub workspace: Option<(WorkspaceId, String)>,
    /// The number of its deliveries in that state.
    pub deliveries: i64,
}

macro_rules! by_webhook {
    ($state:literal) => {
        concat!(
            "SELECT w.id, w.url, w.workspace_id, s.name, d.deliveries FROM (SELECT webhook_id, COUNT(*) AS deliveries \
             FROM webhook_deliveries WHERE state = '",
            $state,
            "' GROUP BY webhook_id) d JOIN webhooks w ON w.id = d.webhook_id \
             LEFT JOIN workspaces s ON s.id = w.workspace_id ORDER BY d.deliveries DESC, w.id LIMIT $1"
        )
    };
}

const PENDING_BY_WEBHOOK: &str = by_webhook!("pending");
const DEAD_BY_WEBHOOK: &str = by_webhook!("dead");

/// The webhooks with pending deliveries, or with given-up deliveries if `dead`; those with the most first, at most
/// [`MAX_LIMIT`].
pub async fn by_webhook(tx: &mut Tx, dead: bool) -> Result<Vec<WebhookDeliveries>, StoreError> {
    let sql = if dead { DEAD_BY_WEBHOOK } else { PENDING_BY_WEBHOOK };
    let mut rows = tx.all(sql, params![MAX_LIMIT]).await?;
    rows.iter_mut()
        .map(|row| {
            let (webhook_id, url) = (row.parse()?, row.text()?);
            let (workspace, name): (Option<WorkspaceId>, _) = (row.opt_parse()?, row.opt_text()?);
            Ok(WebhookDeliveries { webhook_id, url, workspace: workspace.zip(name), deliveries: row.int()? })
        })
        .collect()
}

/// The cheapest round trip to the database.
pub async fn ping(tx: &mut Tx) -> Result<(), StoreError> {
    count(tx, "SELECT CAST(1 AS BIGINT)", &[]).await.map(drop)
}

/// A write that changes nothing in the end but reaches the disk. SQLite skips writing a row with identical content, so
/// the row is changed and changed back.
pub async fn touch(tx: &mut Tx) -> Result<(), StoreError> {
    let there = "UPDATE schema_migrations SET name = name || ' ' WHERE version = $1";
    let back = "UPDATE schema_migrations SET name = rtrim(name) WHERE version = $1";
    for sql in [there, back] {
        if tx.execute(sql, params![SCHEMA_VERSION]).await? != 1 {
            return Err(StoreError::Other("the database has lost its schema version".to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn deliveries_are_counted_in_indexes_of_their_own() {
        assert!(plan(PENDING)[0].contains("USING COVERING INDEX webhook_deliveries_"), "{:?}", plan(PENDING));
        assert!(plan(DEAD)[0].contains("USING COVERING INDEX webhook_deliveries_dead"), "{:?}", plan(DEAD));
        for (sql, index) in [(PENDING_BY_WEBHOOK, "webhook_deliveries_"), (DEAD_BY_WEBHOOK, "webhook_deliveries_dead")]
        {
            let counted = plan(sql).into_iter().any(|step| step.contains(&format!("USING COVERING INDEX {index}")));
            assert!(counted, "{:?}", plan(sql));
        }
    }
}
