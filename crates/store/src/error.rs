//! What can go wrong with a database, told apart by what the caller can do about it. Never carries a parameter's value.
use rusqlite::ErrorCode;
use rusqlite::ffi;

/// A fault of the store. Outcomes that callers decide by (a replay, a lost race) are values, not errors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is full, or the store was closed. Trying again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// No connection, no place in the queue, or no lock within the time allowed.
    #[error("the database did not answer in time: {0}")]
    Timeout(String),
    /// The database was migrated by a newer version of this program.
    #[error(
        "the database has schema version {found}, and this program knows versions up to {known}: run the newer program"
    )]
    NewerDatabase { found: i64, known: i64 },
    /// The database is behind, and the store was opened without leave to migrate it.
    #[error(
        "the database has schema version {found}, and this program needs version {needed}: run `countersign migrate`"
    )]
    NotMigrated { found: i64, needed: i64 },
    /// A migration that was applied is not the one that this program holds.
    #[error(
        "schema version {version} ({name}) was applied from a different text: the database or the program was altered"
    )]
    ChangedMigration { version: i64, name: String },
    /// Something stored does not parse.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// A unique key exists already; named as `table.column`, or `table.pkey` for the primary key.
    #[error("{0} exists already")]
    Conflict(String),
    /// A row names another that does not exist, or that another row still needs.
    #[error("a row that is referred to is missing, or still referred to")]
    BrokenReference,
    /// Anything else: a fault of this program.
    #[error("the database refused: {0}")]
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = error else {
            return Self::Other(error.to_string());
        };
        let message = message.unwrap_or_else(|| failure.to_string());
        match (failure.code, failure.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::BrokenReference,
            (_, ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Self::Conflict(sqlite_key(&message, true)),
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE) => Self::Conflict(sqlite_key(&message, false)),
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Timeout(message),
            (ErrorCode::CannotOpen | ErrorCode::DiskFull | ErrorCode::SystemIoFailure, _) => Self::Unavailable(message),
            (ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt, _) => Self::Corrupt(message),
            _ => Self::Other(message),
        }
    }
}

/// `UNIQUE constraint failed: users.email_key` names the columns after the colon.
fn sqlite_key(message: &str, primary: bool) -> String {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    match columns.split_once('.') {
        Some((table, _)) if primary => format!("{table}.pkey"),
        _ => columns.to_owned(),
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(refusal) => postgres_refusal(&*refusal),
            sqlx::Error::PoolTimedOut => Self::Timeout("no connection was free".to_owned()),
            sqlx::Error::PoolClosed => Self::Unavailable("the store was closed".to_owned()),
            sqlx::Error::Io(io) => Self::Unavailable(io.to_string()),
            sqlx::Error::Tls(_) => Self::Unavailable("no secure connection to PostgreSQL could be made".to_owned()),
            // It may quote the database URL, and with it the password.
            sqlx::Error::Configuration(_) => Self::Other("the database URL cannot be read".to_owned()),
            other => Self::Other(other.to_string()),
        }
    }
}

/// By SQLSTATE (PostgreSQL, appendix A). The detail field quotes values, so it is left out.
fn postgres_refusal(refusal: &dyn sqlx::error::DatabaseError) -> StoreError {
    let code = refusal.code().unwrap_or_default();
    let text = format!("{} ({code})", refusal.message());
    match code.as_ref() {
        "23505" => {
            let table = refusal.table().unwrap_or_default();
            let key = refusal.constraint().unwrap_or_default();
            let key = key.strip_prefix(table).map_or(key, |rest| rest.trim_start_matches('_'));
            StoreError::Conflict(format!("{table}.{}", key.strip_suffix("_key").unwrap_or(key)))
        }
        "23503" => StoreError::BrokenReference,
        // Cancelled by statement_timeout, lock_not_available, deadlock, serialization failure.
        "57014" | "55P03" | "40P01" | "40001" => StoreError::Timeout(text),
        // Connection exceptions, insufficient resources, shutting or starting up.
        c if c.starts_with("08") || c.starts_with("53") || c.starts_with("57P") => StoreError::Unavailable(text),
        _ => StoreError::Other(text),
    }
}
