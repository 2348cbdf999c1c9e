//! What the two databases do differently. Everything else is one text for both.
use crate::StoreError;
use crate::platform::tx::Tx;
use crate::platform::value::Value;

/// Locks rows in the order of the statement, so that two writes of many rows meet at the first one and cannot deadlock.
///
/// PostgreSQL only: `… ORDER BY id FOR UPDATE`. SQLite has one writer at a time.
pub(crate) async fn lock_rows(tx: &mut Tx, sql: &'static str, params: &[Value<'_>]) -> Result<(), StoreError> {
    if tx.is_postgres() {
        tx.all(sql, params).await?;
    }
    Ok(())
}

/// Lets one write at a time, over all nodes, remove what has expired: two that remove the same rows in different orders
/// would deadlock. PostgreSQL only; the lock ends with the transaction.
pub(crate) async fn lock_cleaning(tx: &mut Tx) -> Result<(), StoreError> {
    lock_rows(tx, "SELECT pg_advisory_xact_lock(7283490112659)::text", &[]).await
}

/// The text for this database, where one text cannot serve both.
pub(crate) fn pick(tx: &Tx, sqlite: &'static str, postgres: &'static str) -> &'static str {
    if tx.is_postgres() { postgres } else { sqlite }
}

/// Lets one write at a time, over all nodes, add to the index of names. PostgreSQL only; the lock ends with the transaction.
pub(crate) async fn lock_names(tx: &mut Tx) -> Result<(), StoreError> {
    lock_rows(tx, "SELECT pg_advisory_xact_lock(7283490112663)::text", &[]).await
}

/// The texts for the two databases of a statement over each object `j.value` of the JSON list `$1`.
macro_rules! each {
    ($before:expr, $after:expr) => {
        (
            concat!($before, "json_each($1) AS j", $after),
            concat!($before, "json_array_elements(CAST($1 AS json)) AS j (value)", $after),
        )
    };
}
pub(crate) use each;

/// Begins a transaction that no other migration can overlap.
pub(crate) async fn begin_migration(tx: &mut Tx) -> Result<(), StoreError> {
    if tx.is_postgres() {
        tx.script("BEGIN").await?;
        // Any number will do, as long as nobody else in this database uses it. Held to the end of the transaction.
        tx.all("SELECT pg_advisory_xact_lock(7283490112657)::text", &[]).await?;
    } else {
        tx.script("BEGIN IMMEDIATE").await?;
    }
    Ok(())
}

/// Whether any migration was ever recorded.
pub(crate) async fn has_migrations(tx: &mut Tx) -> Result<bool, StoreError> {
    let sql = if tx.is_postgres() {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_migrations'"
    } else {
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'"
    };
    Ok(tx.one(sql, &[]).await?.is_some())
}
