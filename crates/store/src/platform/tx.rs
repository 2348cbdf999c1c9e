//! A connection, or a transaction on one: what every function of the aggregates takes.
use crate::StoreError;
use crate::platform::postgres::{Lease, Line};
use crate::platform::query_plan_connection::Explaining;
use crate::platform::row::Row;
use crate::platform::value::Value;
use rusqlite::CachedStatement;
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs statements. The SQL is the same on both databases, with parameters `$1`, `$2`, …
///
/// On SQLite every statement runs in place and its future is ready immediately.
pub struct Tx {
    pub(crate) link: Link,
    /// Callbacks to run after the commit.
    after: Vec<After>,
}

/// A callback to run after a transaction is committed. It must not wait.
pub(crate) type After = Box<dyn FnOnce() + Send>;

pub(crate) enum Link {
    Sqlite(rusqlite::Connection),
    Postgres(Lease),
    /// Statements are planned but not executed.
    Explain(Explaining),
    /// The connection was returned.
    Gone,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.link {
            Link::Sqlite(_) => "Tx(SQLite)",
            Link::Explain(_) => "Tx(plans)",
            Link::Postgres(_) => "Tx(PostgreSQL)",
            Link::Gone => "Tx(gone)",
        })
    }
}

/// Runs the callbacks after a commit. The commit stands even if one of them panics.
pub(crate) fn committed(after: Vec<After>) {
    for work in after {
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            tracing::error!("what was to be done after a commit panicked");
        }
    }
}

enum Side<'a> {
    Sqlite(&'a mut rusqlite::Connection),
    Explain(&'a mut Explaining),
    Postgres(&'a mut Line),
}

impl Tx {
    pub(crate) fn new(link: Link) -> Self {
        Self { link, after: Vec::new() }
    }

    /// Rows changed on this SQLite connection since it was opened.
    pub(crate) fn rows_changed(&self) -> u64 {
        if let Link::Sqlite(connection) = &self.link { connection.total_changes() } else { 0 }
    }

    /// Registers a callback that runs once this transaction is committed, and never if it is rolled back. It must
    /// neither wait nor fail.
    pub fn once_committed(&mut self, work: impl FnOnce() + Send + 'static) {
        self.after.push(Box::new(work));
    }

    /// Takes the callbacks; the caller runs them after the commit.
    pub(crate) fn after(&mut self) -> Vec<After> {
        std::mem::take(&mut self.after)
    }

    /// The connection that executes the statement.
    fn side(&mut self, sql: &'static str) -> Result<Side<'_>, StoreError> {
        tracing::trace!(target: STATEMENT_LOG, sql);
        match &mut self.link {
            Link::Sqlite(connection) => Ok(Side::Sqlite(connection)),
            Link::Explain(explaining) => Ok(Side::Explain(explaining)),
            Link::Postgres(lease) => Ok(Side::Postgres(lease.line()?)),
            Link::Gone => Err(StoreError::Unavailable("the connection was given back".to_owned())),
        }
    }

    /// Whether this is PostgreSQL: for the few differences in [`crate::platform::dialect`].
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.link, Link::Postgres(_))
    }

    /// Runs a statement that returns no rows. Returns the number of affected rows.
    pub async fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        match self.side(sql)? {
            Side::Sqlite(connection) => Ok(prepared(connection, sql, params)?.raw_execute()? as u64),
            Side::Explain(explaining) => explaining.note(sql).map(|()| 0),
            Side::Postgres(line) => Ok(line.execute(bound(sql, params)?).await?.rows_affected()),
        }
    }

    /// The first row of the result, if any.
    pub async fn one(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        match self.side(sql)? {
            Side::Sqlite(connection) => {
                let mut statement = prepared(connection, sql, params)?;
                let columns = statement.column_count();
                let mut rows = statement.raw_query();
                Ok(rows.next()?.map(|row| Row::sqlite(sql, row, columns)).transpose()?)
            }
            Side::Explain(explaining) => explaining.note(sql).map(|()| None),
            Side::Postgres(line) => {
                // Reads to the end: anything after the first row, such as an error, must not reach the next caller.
                let rows = line.all(bound(sql, params)?).await?;
                Ok(rows.into_iter().next().map(|row| Row::postgres(sql, row)))
            }
        }
    }

    /// All rows of the result. Statements that can return many have a `LIMIT`.
    pub async fn all(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        match self.side(sql)? {
            Side::Sqlite(connection) => {
                let mut statement = prepared(connection, sql, params)?;
                let columns = statement.column_count();
                let mut rows = statement.raw_query();
                let mut all = Vec::new();
                while let Some(row) = rows.next()? {
                    all.push(Row::sqlite(sql, row, columns)?);
                }
                Ok(all)
            }
            Side::Explain(explaining) => explaining.note(sql).map(|()| Vec::new()),
            Side::Postgres(line) => {
                let rows = line.all(bound(sql, params)?).await?;
                Ok(rows.into_iter().map(|row| Row::postgres(sql, row)).collect())
            }
        }
    }

    /// Runs a script of statements without parameters: migrations only.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match self.side(sql)? {
            Side::Sqlite(connection) => connection.execute_batch(sql)?,
            Side::Explain(explaining) => explaining.note(sql)?,
            Side::Postgres(line) => line.script(sql).await?,
        }
        Ok(())
    }
}

/// The log target for statements, which are logged as they run, without their parameters.
pub const STATEMENT_LOG: &str = "countersign::sql";

/// SQLite numbers `$n` by first appearance, PostgreSQL by `n`. Bound by name, both mean the same.
const NAMES: [&str; 32] = [
    "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17",
    "$18", "$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30", "$31", "$32",
];

/// PostgreSQL's text type cannot hold the NUL character, so it is refused on both databases.
fn refuse_nul(params: &[Value<'_>]) -> Result<(), StoreError> {
    if params.iter().any(|value| matches!(value, Value::Text(Some(text)) if text.contains('\0'))) {
        return Err(StoreError::Other("a text holds the NUL character".to_owned()));
    }
    Ok(())
}

fn prepared<'c>(
    connection: &'c rusqlite::Connection,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<CachedStatement<'c>, StoreError> {
    refuse_nul(params)?;
    let mut statement = connection.prepare_cached(sql)?;
    if statement.parameter_count() != params.len() {
        return Err(StoreError::Other(format!("{} parameters for `{sql}`", params.len())));
    }
    for (name, value) in NAMES.into_iter().zip(params) {
        match value {
            Value::Text(text) => statement.raw_bind_parameter(name, text.as_deref())?,
            Value::Int(int) => statement.raw_bind_parameter(name, int)?,
            Value::Blob(blob) => statement.raw_bind_parameter(name, blob.as_deref())?,
        }
    }
    Ok(statement)
}

fn bound(sql: &'static str, params: &[Value<'_>]) -> Result<Query<'static, Postgres, PgArguments>, StoreError> {
    refuse_nul(params)?;
    Ok(params.iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Text(text) => query.bind(text.as_deref()),
        Value::Int(int) => query.bind(*int),
        Value::Blob(blob) => query.bind(blob.as_deref()),
    }))
}
