//! SQLite: the file, the settings of a connection, and the readers.
use crate::StoreError;
use crate::platform::tx::{Link, Tx};
use parking_lot::Mutex;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Readers that are kept open; more are opened when more are in use at once, and closed afterwards.
const IDLE_READERS: usize = 8;

/// Statements that a connection keeps prepared: more than this crate has.
const STATEMENTS: usize = 256;

/// The file that was opened, told from another that took its place.
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

    /// What is written to a file that was deleted or replaced is gone with the process that has it open.
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

/// Opens the one connection that writes; makes the file (0600) and its folder (0700) if they are not there.
pub(crate) fn writer(path: &Path, patience: Duration) -> Result<Connection, StoreError> {
    create(path).map_err(|e| StoreError::Unavailable(format!("{}: {e}", path.display())))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags, patience)?;
    // Pages that nothing uses can be given back to the disk. Only a file without any table takes this up.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    // Readers never wait for the writer. The mode stays with the file.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that was answered survives a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Room for the inner pages of all indexes, in KiB, so that a write reads little.
    connection.pragma_update(None, "cache_size", -8192)?;
    // Pages in the log before the writer moves to the file what the checkpointer has left. Busy pages change many times on
    // the way, so more is faster; 16 MiB is a price.
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    // Savepoints keep their journal in memory instead of a file each.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// Files up to this size, in bytes, are rewritten when they are opened, if pages cannot be given back yet: that takes less than a
/// second.
const REWRITTEN_WHEN_OPENED: i64 = 64 << 20;

/// Rewrites a small file from before pages could be given back. A larger one waits for [`compact`].
pub(crate) fn adopt(connection: &Connection) -> Result<(), StoreError> {
    if number(connection, "PRAGMA auto_vacuum")? == 2 || size(connection)? > REWRITTEN_WHEN_OPENED {
        return Ok(());
    }
    match compact(connection) {
        // Another process is at work; the next start is as good.
        Err(error) => {
            tracing::info!(%error, "the database file was not rewritten; it is tried again at the next start");
        }
        Ok((before, after)) => tracing::info!(before, after, "the database file was rewritten, so that it can shrink"),
    }
    Ok(())
}

/// Rewrites the file without the pages that nothing uses; answers its size in bytes before and after. Nothing else can write
/// meanwhile.
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

/// Opens a connection that only reads.
pub(crate) fn reader(path: &Path, patience: Duration) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX, patience)
}

fn open(path: &Path, flags: OpenFlags, patience: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(patience)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Plans must not depend on parameters: where they may, SQLite plans a prepared statement anew for every execution.
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
    // SQLite gives its journal files the same permissions. A file that is there is not opened: closing it would give up
    // the locks that this process has on it through other connections.
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

    /// An idle connection, or a new one: never waits, so that nested reads cannot lock each other out.
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
        // Ends a snapshot. A connection that cannot is not used again.
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

/// How SQLite would run a statement on the newest schema, a line a step.
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

    /// `.cargo/config.toml` says why.
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
        // The table has an index of some rows only: whether it serves could depend on the parameter.
        let sql = "SELECT id FROM clients WHERE trust = $1 AND last_used_at IS NULL AND created_at < $2";
        let mut statement = connection.prepare_cached(sql).unwrap();
        for trust in ["anonymous", "verified", "anonymous"] {
            assert!(!statement.exists((trust, 5)).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
