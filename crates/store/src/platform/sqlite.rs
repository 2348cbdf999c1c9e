//! SQLite: the file, the settings of a connection, and the readers.
use crate::StoreError;
use crate::platform::tx::{Link, Tx};
use parking_lot::Mutex;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Idle readers kept open. More are opened on demand and closed after use.
const IDLE_READERS: usize = 8;

/// Prepared statements cached per connection: more than this crate has.
const STATEMENTS: usize = 256;

/// The identity of the opened file, to detect if another one replaces it.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    path: PathBuf,
    #[cfg(unix)]
    file: (u64, u64),
}

impl Opened {
    pub(crate) fn note(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            path: path.to_owned(),
            #[cfg(unix)]
            file: identity(path)?,
        })
    }

    /// Detects that the file was deleted or replaced: anything written to it would be lost when the process ends.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        #[cfg(unix)]
        if identity(&self.path)? != self.file {
            return Err(StoreError::Unavailable(format!(
                "{} was replaced since it was opened: restart the server to use the new file",
                self.path.display()
            )));
        }
        Ok(())
    }
}

/// Device and inode.
#[cfg(unix)]
fn identity(path: &Path) -> Result<(u64, u64), StoreError> {
    use std::os::unix::fs::MetadataExt as _;
    let about = std::fs::metadata(path).map_err(|e| StoreError::Unavailable(format!("{}: {e}", path.display())))?;
    Ok((about.dev(), about.ino()))
}

/// Opens the only connection that writes. Creates the file (0600) and its folder (0700) if missing.
pub(crate) fn writer(path: &Path, patience: Duration) -> Result<Connection, StoreError> {
    create(path).map_err(|e| StoreError::Unavailable(format!("{}: {e}", path.display())))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags, patience)?;
    // Lets unused pages be released to the disk. Only takes effect on a file without tables.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    // Readers never wait for the writer. The mode is stored in the file.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A committed write survives a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Room for the inner pages of all indexes, in KiB, so that a write reads little.
    connection.pragma_update(None, "cache_size", -8192)?;
    // Pages in the log before the writer moves what the checkpointer has left. Busy pages change many times until then,
    // so a higher limit is faster; the cost is a log of 16 MiB.
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    // Keeps the journals of savepoints in memory instead of in one file each.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// Files up to this size, in bytes, are rewritten when opened if they cannot release pages yet: that takes less than a
/// second.
const REWRITTEN_WHEN_OPENED: i64 = 64 << 20;

/// Rewrites a small file created before pages could be released. A larger one needs [`compact`].
pub(crate) fn adopt(connection: &Connection) -> Result<(), StoreError> {
    if number(connection, "PRAGMA auto_vacuum")? == 2 || size(connection)? > REWRITTEN_WHEN_OPENED {
        return Ok(());
    }
    match compact(connection) {
        // Another process is using the file; the next start will do it.
        Err(error) => {
            tracing::info!(%error, "the database file was not rewritten; it is tried again at the next start");
        }
        Ok((before, after)) => tracing::info!(before, after, "the database file was rewritten, so that it can shrink"),
    }
    Ok(())
}

/// Rewrites the file without its unused pages, and returns its size in bytes before and after. Nothing else can write
/// in the meantime.
pub(crate) fn compact(connection: &Connection) -> Result<(i64, i64), StoreError> {
    let before = size(connection)?;
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    // The copy may be large.
    connection.pragma_update(None, "temp_store", "FILE")?;
    let done = connection.execute_batch("VACUUM");
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    done?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok((before, size(connection)?))
}

fn number(connection: &Connection, pragma: &str) -> Result<i64, StoreError> {
    Ok(connection.query_row(pragma, [], |row| row.get(0))?)
}

fn size(connection: &Connection) -> Result<i64, StoreError> {
    Ok(number(connection, "PRAGMA page_count")? * number(connection, "PRAGMA page_size")?)
}

/// Opens a read-only connection.
pub(crate) fn reader(path: &Path, patience: Duration) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX, patience)
}

fn open(path: &Path, flags: OpenFlags, patience: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(patience)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Plans must not depend on parameters: if they could, SQLite would plan a prepared statement again for every
    // execution.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    let mut file = std::fs::OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        folder.recursive(true).create(parent)?;
    }
    // SQLite gives its journal files the same permissions. An existing file is not opened: closing it would release the
    // locks this process holds on it through other connections.
    match file.write(true).create_new(true).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Read-only connections. A point read takes microseconds, less than handing it to another thread would.
pub(crate) struct Readers {
    opened: Opened,
    patience: Duration,
    /// `None` once the store is closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Readers {
    pub(crate) fn new(opened: Opened, patience: Duration) -> Self {
        Self { opened, patience, idle: Mutex::new(Some(Vec::new())) }
    }

    /// An idle connection, or a new one. Never waits, so nested reads cannot deadlock.
    pub(crate) fn take(&self) -> Result<Tx, StoreError> {
        let idle = match self.idle.lock().as_mut() {
            Some(idle) => idle.pop(),
            None => return Err(StoreError::Unavailable("the store was closed".to_owned())),
        };
        if let Some(connection) = idle {
            return Ok(Tx::new(Link::Sqlite(connection)));
        }
        let connection = reader(&self.opened.path, self.patience)?;
        self.opened.check()?;
        Ok(Tx::new(Link::Sqlite(connection)))
    }

    pub(crate) fn give_back(&self, connection: Connection) {
        // Ends a snapshot. If that fails, the connection is not reused.
        if !connection.is_autocommit() && connection.execute_batch("ROLLBACK").is_err() {
            return;
        }
        if let Some(idle) = self.idle.lock().as_mut()
            && idle.len() < IDLE_READERS
        {
            idle.push(connection);
        }
    }

    pub(crate) fn close(&self) {
        drop(self.idle.lock().take());
    }
}

/// How SQLite would execute a statement on the newest schema, one line per step.
#[cfg(test)]
pub(crate) fn plan(sql: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut tx = Tx::new(Link::Sqlite(writer(&folder.path().join("test.db"), Duration::from_secs(1)).unwrap()));
    let migrated = crate::platform::migrate::run(&mut tx, crate::SchemaMode::Migrate, &[]);
    futures_util::FutureExt::now_or_never(migrated).unwrap().unwrap();
    let Link::Sqlite(connection) = &tx.link else { panic!("not SQLite") };
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Parameters stay NULL: plans do not depend on them.
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    /// `.cargo/config.toml` explains why.
    #[test]
    fn long_rows_are_read_by_way_of_the_cache() {
        let connection = Connection::open_in_memory().unwrap();
        let mut options = connection.prepare("PRAGMA compile_options").unwrap();
        let options: Vec<String> = options.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(options.iter().any(|one| one.starts_with("THREADSAFE")), "{options:?}");
        assert!(!options.iter().any(|one| one == "DIRECT_OVERFLOW_READ"), "{options:?}");
    }

    #[test]
    fn a_prepared_statement_is_planned_once() {
        let folder = tempfile::tempdir().unwrap();
        let connection = writer(&folder.path().join("test.db"), Duration::from_secs(1)).unwrap();
        connection.execute_batch(include_str!("../../migrations/sqlite/0001_init.sql")).unwrap();
        // The table has a partial index: whether it applies could depend on the parameter.
        let sql = "SELECT id FROM clients WHERE trust = $1 AND last_used_at IS NULL AND created_at < $2";
        let mut statement = connection.prepare_cached(sql).unwrap();
        for trust in ["anonymous", "verified", "anonymous"] {
            assert!(!statement.exists((trust, 5)).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
