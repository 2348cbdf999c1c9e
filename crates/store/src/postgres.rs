//! PostgreSQL: two pools, one of which cannot write.
use crate::StoreError;
use crate::options::StoreOptions;
use crate::tx::{Link, Tx};
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Statements that a connection keeps prepared: more than this crate has.
const STATEMENTS: usize = 256;

/// A connection that lay idle for longer is asked whether it still lives before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Pools {
    pub(crate) read: PgPool,
    write: PgPool,
    commits: Arc<AtomicU64>,
}

impl Pools {
    pub(crate) fn new(url: &str, options: &StoreOptions) -> Result<Self, StoreError> {
        let connect = connect_options(url)?;
        let each = options.max_connections.div_ceil(2).max(1);
        let pool = |read_only: &'static str| {
            let connect = connect.clone().options([
                ("default_transaction_read_only", read_only),
                // Nothing here takes seconds; what does is stuck, and must not hold its locks.
                ("statement_timeout", "15s"),
                ("lock_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "30s"),
            ]);
            PgPoolOptions::new()
                .max_connections(each)
                .acquire_timeout(options.patience)
                .test_before_acquire(false)
                .before_acquire(|connection, about| {
                    Box::pin(async move {
                        if about.idle_for > TRUSTED_IDLE {
                            connection.ping().await?;
                        }
                        Ok(true)
                    })
                })
                .connect_lazy_with(connect)
        };
        Ok(Self { read: pool("on"), write: pool("off"), commits: Arc::default() })
    }

    /// Runs `work` in a transaction that ends even if the caller goes away in the middle.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let connection = self.write.acquire().await.map_err(StoreError::from)?;
        let commits = self.commits.clone();
        let task = tokio::spawn(async move {
            let begun = sqlx::Transaction::begin(connection, None).await.map_err(StoreError::from)?;
            let mut tx = Tx::new(Link::Transaction(begun));
            let result = work(&mut tx).await;
            let Link::Transaction(begun) = std::mem::replace(&mut tx.link, Link::Gone) else { return result };
            match result {
                Ok(value) => {
                    begun.commit().await.map_err(StoreError::from)?;
                    commits.fetch_add(1, Ordering::Relaxed);
                    Ok(value)
                }
                Err(error) => {
                    // The refusal matters more than a connection that broke since; PostgreSQL then rolls back itself.
                    let _ = begun.rollback().await;
                    Err(error)
                }
            }
        });
        task.await.unwrap_or_else(|_| Err(StoreError::Other("a write panicked".to_owned()).into()))
    }

    /// How many connections write right now.
    pub(crate) fn writing(&self) -> usize {
        usize::try_from(self.write.size()).unwrap_or(usize::MAX).saturating_sub(self.write.num_idle())
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub(crate) async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }
}

fn connect_options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(StoreError::from)?;
    Ok(options.application_name("countersign").statement_cache_capacity(STATEMENTS))
}

/// A connection of its own, outside the pools: for migrations, which may take longer than requests may.
pub(crate) async fn connect(url: &str, patience: Duration) -> Result<PgConnection, StoreError> {
    let options = connect_options(url)?;
    let connecting = PgConnection::connect_with(&options);
    match tokio::time::timeout(patience, connecting).await {
        Ok(connection) => Ok(connection?),
        Err(_) => Err(StoreError::Timeout("PostgreSQL did not accept a connection".to_owned())),
    }
}
