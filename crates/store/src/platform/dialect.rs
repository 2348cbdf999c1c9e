//! Differences between the two databases. Everything else is one SQL text for both.
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

/// Serializes the deletion of expired rows across all nodes: deleting the same rows in different orders would deadlock.
/// PostgreSQL only; the lock is released when the transaction ends.
pub(crate) async fn lock_cleaning(tx: &mut Tx) -> Result<(), StoreError> {
    lock_rows(tx, "SELECT pg_advisory_xact_lock(7283490112659)::text", &[]).await
}

/// The SQL text for this database, if one text cannot serve both.
pub(crate) fn pick(tx: &Tx, sqlite: &'static str, postgres: &'static str) -> &'static str {
    if tx.is_postgres() { postgres } else { sqlite }
}

/// Serializes additions to the index of names across all nodes. PostgreSQL only; the lock is released when the
/// transaction ends.
pub(crate) async fn lock_names(tx: &mut Tx) -> Result<(), StoreError> {
    lock_rows(tx, "SELECT pg_advisory_xact_lock(7283490112663)::text", &[]).await
}

/// The SQL texts for both databases of a statement over each object `j.value` of the JSON list `$1`.
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
        // Any number will do that nothing else in this database uses. Held to the end of the transaction.
        tx.all("SELECT pg_advisory_xact_lock(7283490112657)::text", &[]).await?;
    } else {
        tx.script("BEGIN IMMEDIATE").await?;
    }
    Ok(())
}

/// Whether any migration has been recorded.
pub(crate) async fn has_migrations(tx: &mut Tx) -> Result<bool, StoreError> {
    let sql = if tx.is_postgres() {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_migrations'"
    } else {
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'"
    };
    Ok(tx.one(sql, &[]).await?.is_some())
}
