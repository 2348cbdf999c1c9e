//! A connection to PostgreSQL on which every wait has a deadline.
use crate::StoreError;
use crate::platform::error::ends_connection;
use sqlx::postgres::{PgArguments, PgQueryResult, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

/// A connection and its known state.
pub(crate) struct Line {
    connection: PgConnection,
    state: State,
    _open: Open,
}

/// Counts open connections.
pub(crate) struct Open(Arc<AtomicUsize>);

impl Open {
    pub(crate) fn one_more(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and all but one can be true at once")]
struct State {
    within: Duration,
    /// Statements are prepared by name. Not behind a pooler, where the next statement may reach another server process.
    named: bool,
    /// A statement was sent and its response not fully read.
    busy: bool,
    /// The connection is unusable, or a response might belong to an earlier statement.
    lost: bool,
    in_transaction: bool,
    /// A statement of this transaction failed. PostgreSQL then answers `COMMIT` with success but rolls back.
    failed: bool,
}

impl State {
    fn start(&mut self) -> Result<(), StoreError> {
        if self.lost {
            return Err(StoreError::Unavailable("the connection to PostgreSQL was lost".to_owned()));
        }
        self.busy = true;
        Ok(())
    }

    fn heard<T>(&mut self, answer: Result<Result<T, sqlx::Error>, Elapsed>) -> Result<T, StoreError> {
        self.busy = false;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                self.lost |= ends_connection(&error);
                self.failed |= self.in_transaction;
                Err(error.into())
            }
            Err(_) => {
                self.lost = true;
                Err(StoreError::Unavailable("PostgreSQL did not answer in time".to_owned()))
            }
        }
    }
}

impl Line {
    pub(crate) fn new(connection: PgConnection, within: Duration, named: bool, open: Open) -> Self {
        let state = State { within, named, busy: false, lost: false, in_transaction: false, failed: false };
        Self { connection, state, _open: open }
    }

    /// The only place that sends anything to PostgreSQL.
    async fn ask<'c, T, F>(&'c mut self, question: impl FnOnce(&'c mut PgConnection) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, sqlx::Error>> + 'c,
    {
        let Self { connection, state, .. } = self;
        state.start()?;
        // If dropped here, the response is still outstanding and `busy` stays set.
        let answer = timeout(state.within, question(connection)).await;
        state.heard(answer)
    }

    pub(crate) async fn execute(
        &mut self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<PgQueryResult, StoreError> {
        let query = query.persistent(self.state.named);
        self.ask(|connection| query.execute(connection)).await
    }

    pub(crate) async fn all(&mut self, query: Query<'static, Postgres, PgArguments>) -> Result<Vec<PgRow>, StoreError> {
        let query = query.persistent(self.state.named);
        self.ask(|connection| query.fetch_all(connection)).await
    }

    /// Runs statements without parameters.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = AssertSqlSafe(sql.to_owned());
        self.ask(|connection| sqlx::raw_sql(sql).execute(connection)).await.map(drop)
    }

    pub(crate) async fn begin(&mut self, sql: &str) -> Result<(), StoreError> {
        // Set first: if no response arrives, a transaction may still be open.
        self.state.in_transaction = true;
        let begun = self.script(sql).await;
        self.state.failed = false;
        begun
    }

    /// The transaction is known to be committed only after `Ok`.
    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        if self.state.failed {
            self.roll_back().await?;
            return Err(StoreError::Other("a write went on after one of its statements had failed".to_owned()));
        }
        self.script("COMMIT").await?;
        self.state.in_transaction = false;
        Ok(())
    }

    pub(crate) async fn roll_back(&mut self) -> Result<(), StoreError> {
        self.script("ROLLBACK").await?;
        self.state.in_transaction = false;
        Ok(())
    }

    /// Whether the server responds within this time.
    pub(crate) async fn answers(&mut self, within: Duration) -> bool {
        let Self { connection, state, .. } = self;
        state.start().is_ok() && state.heard(timeout(within, connection.ping()).await).is_ok()
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.state.lost
    }

    /// Whether the next caller can use the connection.
    pub(crate) fn is_clean(&self) -> bool {
        !(self.state.lost || self.state.busy || self.state.in_transaction)
    }

    /// Rolls back or drains what the previous caller left behind. Returns `false` if the connection is unusable.
    pub(crate) async fn tidy(&mut self) -> bool {
        if self.state.in_transaction { self.roll_back().await.is_ok() } else { self.answers(self.state.within).await }
    }

    /// Closes the connection gracefully.
    pub(crate) async fn close(self) {
        // An error while closing does not matter.
        let _ = self.connection.close().await;
    }
}
