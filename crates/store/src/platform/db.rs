//! The store: reads and writes on either database.
use crate::StoreError;
use crate::platform::migrate::{self, SchemaMode};
use crate::platform::open_options::StoreOptions;
use crate::platform::postgres::{self, Pools};
use crate::platform::queue::Queue;
use crate::platform::sqlite::{self, Opened, Readers};
use crate::platform::sqlite_checkpoint::Checkpointer;
use crate::platform::tx::{Link, Tx};
use crate::platform::{dialect, health};
use futures_util::future::BoxFuture;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;

/// A database; cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Backend>);

enum Backend {
    Sqlite { readers: Arc<Readers>, queue: Queue },
    Postgres(Pools),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match *self.0 {
            Backend::Sqlite { .. } => "Store(SQLite)",
            Backend::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}

/// The location of a database.
enum Location<'a> {
    Sqlite(PathBuf),
    Postgres(&'a str),
}

fn location(url: &str) -> Result<Location<'_>, StoreError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if !path.is_empty() && !path.starts_with(':') {
            return Ok(Location::Sqlite(path.into()));
        }
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Location::Postgres(url));
    }
    // Does not repeat the URL: it may contain a password.
    Err(StoreError::Other("the database URL is neither `sqlite:path/to/file` nor `postgres://…`".to_owned()))
}

/// A connection outside of any store.
async fn alone(url: &str, options: &StoreOptions) -> Result<Tx, StoreError> {
    match location(url)? {
        Location::Sqlite(path) => Ok(Tx::new(Link::Sqlite(sqlite::writer(&path, options.patience)?))),
        Location::Postgres(url) => postgres::connect(url, options).await,
    }
}

/// Migrates the database at `url` to this program's schema version and returns the versions that were applied.
///
/// It migrates regardless of `options.leave`.
pub async fn migrate(url: &str, options: &StoreOptions) -> Result<Vec<i64>, StoreError> {
    migrate::run(&mut alone(url, options).await?, SchemaMode::Migrate, &options.declared_scopes).await
}

/// Whether there is a database at `url` that was migrated by any version. Changes nothing.
pub async fn exists(url: &str, options: &StoreOptions) -> Result<bool, StoreError> {
    if let Location::Sqlite(path) = location(url)?
        && !path.exists()
    {
        return Ok(false);
    }
    dialect::has_migrations(&mut alone(url, options).await?).await
}

/// Rewrites SQLite's file without its unused pages, and returns its size in bytes before and after. `None` for
/// PostgreSQL, which reclaims space on its own.
pub async fn compact(url: &str, options: &StoreOptions) -> Result<Option<(i64, i64)>, StoreError> {
    match location(url)? {
        Location::Sqlite(path) if path.exists() => sqlite::compact(&sqlite::writer(&path, options.patience)?).map(Some),
        Location::Sqlite(path) => Err(StoreError::Unavailable(format!("{}: there is no such file", path.display()))),
        Location::Postgres(_) => Ok(None),
    }
}

impl Store {
    /// Opens `sqlite:path/to/file` or `postgres://user:password@host/database`.
    pub async fn open(url: &str, options: &StoreOptions) -> Result<Self, StoreError> {
        let backend = match location(url)? {
            Location::Sqlite(path) => {
                let mut tx = Tx::new(Link::Sqlite(sqlite::writer(&path, options.patience)?));
                migrate::run(&mut tx, options.leave, &options.declared_scopes).await?;
                let Link::Sqlite(writer) = tx.link else { return Err(StoreError::Other("no writer".to_owned())) };
                if options.leave == SchemaMode::Migrate {
                    sqlite::adopt(&writer)?;
                }
                let checkpointer = Checkpointer::start(sqlite::writer(&path, options.patience)?)?;
                let opened = Opened::note(&path)?;
                let queue = Queue::start(writer, opened.clone(), checkpointer, options.queue, options.patience)?;
                Backend::Sqlite { readers: Arc::new(Readers::new(opened, options.patience)), queue }
            }
            Location::Postgres(url) => {
                let mut tx = postgres::connect(url, options).await?;
                migrate::run(&mut tx, options.leave, &options.declared_scopes).await?;
                Backend::Postgres(Pools::new(url, options)?)
            }
        };
        Ok(Self(Arc::new(backend)))
    }

    /// A connection for reading. Each statement sees the current state of the database; none can write.
    pub async fn read(&self) -> Result<Reading, StoreError> {
        match &*self.0 {
            Backend::Sqlite { readers, .. } => Ok(Reading { tx: readers.take()?, home: Some(readers.clone()) }),
            Backend::Postgres(pools) => Ok(Reading { tx: pools.read().await?, home: None }),
        }
    }

    /// A connection for reading on which all statements see the same snapshot of the database.
    pub async fn snapshot(&self) -> Result<Reading, StoreError> {
        match &*self.0 {
            Backend::Sqlite { .. } => {
                let mut reading = self.read().await?;
                reading.tx.execute("BEGIN", &[]).await?;
                Ok(reading)
            }
            Backend::Postgres(pools) => Ok(Reading { tx: pools.snapshot().await?, home: None }),
        }
    }

    /// Runs `work` as one transaction: after `Ok` all of it is durable, after `Err` or a panic none of it.
    ///
    /// It runs to completion even if the caller is dropped. On SQLite `work` must not wait for anything but the
    /// database.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &*self.0 {
            Backend::Sqlite { queue, .. } => queue.write(work).await,
            Backend::Postgres(pools) => pools.write(work).await,
        }
    }

    /// Checks that a write succeeds, and a read on its own connection.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.write(|tx| Box::pin(health::touch(tx))).await?;
        let mut reading = self.read().await?;
        health::ping(&mut reading).await
    }

    /// The number of writes queued on SQLite, or in progress on PostgreSQL.
    pub fn waiting(&self) -> usize {
        match &*self.0 {
            Backend::Sqlite { queue, .. } => queue.waiting(),
            Backend::Postgres(pools) => pools.writing(),
        }
    }

    /// Whether a write blocks all others: SQLite has one writer.
    pub fn is_serial(&self) -> bool {
        matches!(*self.0, Backend::Sqlite { .. })
    }

    /// The number of transactions this store has committed.
    pub fn commits(&self) -> u64 {
        match &*self.0 {
            Backend::Sqlite { queue, .. } => queue.commits(),
            Backend::Postgres(pools) => pools.commits(),
        }
    }

    /// Finishes queued writes and closes the database. Later calls return [`StoreError::Unavailable`].
    pub async fn close(&self) {
        match &*self.0 {
            Backend::Sqlite { readers, queue } => {
                readers.close();
                queue.close().await;
            }
            Backend::Postgres(pools) => pools.close().await,
        }
    }
}

/// A borrowed connection for reading; returned when dropped.
pub struct Reading {
    tx: Tx,
    home: Option<Arc<Readers>>,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Reading").field(&self.tx).finish()
    }
}

impl Deref for Reading {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for Reading {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // PostgreSQL connections return to their pool on their own.
        if let Some(home) = &self.home
            && let Link::Sqlite(connection) = std::mem::replace(&mut self.tx.link, Link::Gone)
        {
            home.give_back(connection);
        }
    }
}
