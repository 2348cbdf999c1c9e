//! PostgreSQL: two pools, one of them read-only.
mod hosts;
mod line;
mod pool;

pub(crate) use line::Line;
use line::Open;
pub(crate) use pool::Lease;

use crate::StoreError;
use crate::platform::open_options::StoreOptions;
use crate::platform::tx::{self, Link, Tx};
use futures_util::future::BoxFuture;
use hosts::Hosts;
use pool::{Pool, Terms};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Migrations may take longer than requests; one that takes longer than this is stuck.
const MIGRATION: Duration = Duration::from_hours(1);

/// How much longer than the server we wait. If the server cancels the statement first, the connection stays usable.
const MARGIN: Duration = Duration::from_secs(1);

pub(crate) struct Pools {
    read: Pool,
    write: Pool,
    /// How transactions begin in each pool, and how snapshots begin.
    begin: Begin,
    /// Whether a pooler is in front. Then reads are transactions too: a pooler keeps to one server process only within
    /// one.
    pooler: bool,
    commits: Arc<AtomicU64>,
}

struct Begin {
    read: String,
    snapshot: String,
    write: String,
}

/// Settings of a session: timeouts enforced by the server, because a statement that takes longer is stuck and must not
/// hold its locks; and no compilation of statements, because that takes longer than any of our statements runs.
fn settings(options: &StoreOptions) -> Vec<(&'static str, String)> {
    let millis = |limit: Duration| limit.as_millis().max(1).to_string();
    vec![
        ("statement_timeout", millis(options.statement)),
        ("lock_timeout", millis(options.statement.mul_f32(0.8))),
        ("idle_in_transaction_session_timeout", millis(options.statement)),
        ("jit", "off".to_owned()),
    ]
}

impl Pools {
    pub(crate) fn new(url: &str, options: &StoreOptions) -> Result<Self, StoreError> {
        let hosts = Arc::new(Hosts::read(url, options.connect, options.pooler)?);
        let most = usize::try_from(options.max_connections.div_ceil(2).max(1)).unwrap_or(1);
        let settings = settings(options);
        let pool = |read_only: &str| {
            let mut session = settings.clone();
            session.push(("default_transaction_read_only", read_only.to_owned()));
            // The server should also detect a broken connection and release its locks.
            for (name, value) in [
                ("tcp_keepalives_idle", "10"),
                ("tcp_keepalives_interval", "5"),
                ("tcp_keepalives_count", "3"),
                ("tcp_user_timeout", "15000"),
            ] {
                session.push((name, value.to_owned()));
            }
            let within = options.statement + MARGIN;
            Pool::new(Terms { hosts: hosts.clone(), session, most, patience: options.patience, within })
        };
        let begin = |sql: &str| {
            let mut sql = sql.to_owned();
            if options.pooler {
                for (name, value) in &settings {
                    let _ = write!(sql, "; SET LOCAL {name} = {value}");
                }
            }
            sql
        };
        let begin = Begin {
            read: begin("BEGIN READ ONLY"),
            snapshot: begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
            write: begin("BEGIN READ WRITE"),
        };
        Ok(Self { read: pool("on"), write: pool("off"), begin, pooler: options.pooler, commits: Arc::default() })
    }

    /// A connection for reading.
    pub(crate) async fn read(&self) -> Result<Tx, StoreError> {
        let mut lease = self.read.take().await?;
        if self.pooler {
            lease.line()?.begin(&self.begin.read).await?;
        }
        Ok(Tx::new(Link::Postgres(lease)))
    }

    /// A connection for reading a single snapshot.
    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        let mut lease = self.read.take().await?;
        lease.line()?.begin(&self.begin.snapshot).await?;
        Ok(Tx::new(Link::Postgres(lease)))
    }

    /// Runs `work` in a transaction that ends even if the caller is dropped midway.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let mut lease = self.write.take().await?;
        let (commits, begin) = (self.commits.clone(), self.begin.write.clone());
        let task = tokio::spawn(async move {
            lease.line()?.begin(&begin).await?;
            let mut tx = Tx::new(Link::Postgres(lease));
            let result = work(&mut tx).await;
            let Link::Postgres(mut lease) = std::mem::replace(&mut tx.link, Link::Gone) else { return result };
            match result {
                Ok(value) => {
                    lease.line()?.commit().await?;
                    commits.fetch_add(1, Ordering::Relaxed);
                    tx::committed(tx.after());
                    Ok(value)
                }
                Err(error) => {
                    // The refusal matters more than a connection that has broken since; PostgreSQL then rolls back on
                    // its own.
                    if let Ok(line) = lease.line() {
                        let _ = line.roll_back().await;
                    }
                    Err(error)
                }
            }
        });
        task.await.unwrap_or_else(|_| Err(StoreError::Other("a write panicked".to_owned()).into()))
    }

    /// How many connections are writing right now.
    pub(crate) fn writing(&self) -> usize {
        self.write.lent()
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub(crate) async fn close(&self) {
        tokio::join!(self.write.close(), self.read.close());
    }
}

/// A connection outside the pools: for migrations, which may take longer than requests.
pub(crate) async fn connect(url: &str, options: &StoreOptions) -> Result<Tx, StoreError> {
    let hosts = Hosts::read(url, options.connect, options.pooler)?;
    let connection = hosts.connect(&[]).await?;
    Ok(Tx::new(Link::Postgres(Lease::single(Line::new(
        connection,
        MIGRATION,
        !options.pooler,
        Open::one_more(&Arc::default()),
    )))))
}
