//! How the database is.
use crate::page::count;
use crate::{StoreError, Tx, dialect};

/// What the operator is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatabaseHealth {
    pub postgres: bool,
    pub schema_version: i64,
    /// Bytes; without the journal of SQLite.
    pub size: i64,
    /// Deliveries of webhooks that are still tried.
    pub deliveries_pending: i64,
    /// Deliveries that nobody tries any more.
    pub deliveries_dead: i64,
}

const SIZE: (&str, &str) = (
    "SELECT p.page_count * s.page_size FROM pragma_page_count() p, pragma_page_size() s",
    "SELECT pg_database_size(current_database())",
);
const PENDING: &str = "SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'pending'";
const DEAD: &str = "SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'dead'";

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

/// The shortest way to the database and back.
pub async fn ping(tx: &mut Tx) -> Result<(), StoreError> {
    count(tx, "SELECT CAST(1 AS BIGINT)", &[]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan;

    #[test]
    fn deliveries_are_counted_in_indexes_of_their_own() {
        assert!(plan(PENDING)[0].contains("USING COVERING INDEX webhook_deliveries_"), "{:?}", plan(PENDING));
        assert!(plan(DEAD)[0].contains("USING COVERING INDEX webhook_deliveries_dead"), "{:?}", plan(DEAD));
    }
}
