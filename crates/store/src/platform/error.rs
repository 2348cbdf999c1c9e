//! Database errors, classified by what the caller can do about them. They never contain parameter values.
use rusqlite::ErrorCode;
use rusqlite::ffi;

/// A failure of the store. Expected outcomes that callers act on (a replay, a lost race) are values, not errors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database is unreachable or full, or the store is closed. Retrying later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// No connection, queue slot or lock became available in time.
    #[error("the database did not answer in time: {0}")]
    Timeout(String),
    /// The database was migrated by a newer version of this program.
    #[error(
        "the database has schema version {found}, and this program knows versions up to {known}: run the newer program"
    )]
    NewerDatabase {
        /// The version of the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database needs migrations, and the store was opened without permission to apply them.
    #[error(
        "the database has schema version {found}, and this program needs version {needed}: run `countersign migrate`"
    )]
    NotMigrated {
        /// The version of the database.
        found: i64,
        /// The version that this program needs.
        needed: i64,
    },
    /// An applied migration differs from this program's text of it.
    #[error(
        "schema version {version} ({name}) was applied from a different text: the database or the program was altered"
    )]
    ChangedMigration {
        /// The number of the migration.
        version: i64,
        /// Its name when it was applied.
        name: String,
    },
    /// A stored value does not parse.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// A unique key already exists; named as `table.column`, or `table.pkey` for the primary key.
    #[error("{0} exists already")]
    Conflict(String),
    /// A foreign key violation: the referenced row does not exist, or the row is still referenced.
    #[error("a row that is referred to is missing, or still referred to")]
    BrokenReference,
    /// The request's credential ended while the request was in flight; nothing was changed.
    #[error("the credential ended meanwhile")]
    Ended,
    /// Anything else: a bug in this program.
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
            (
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OperationInterrupted,
                _,
            ) => Self::Timeout(message),
            // The operator has to fix a file that cannot be written or was replaced. Until then the database is
            // unavailable.
            (
                ErrorCode::CannotOpen
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory,
                _,
            ) => Self::Unavailable(message),
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
            sqlx::Error::Io(io) => Self::Unavailable(io.to_string()),
            sqlx::Error::Tls(_) => Self::Unavailable("no secure connection to PostgreSQL could be made".to_owned()),
            // The message may quote the database URL, including its password.
            sqlx::Error::Configuration(_) => Self::Other("the database URL cannot be read".to_owned()),
            other => Self::Other(other.to_string()),
        }
    }
}

/// What a SQLSTATE (PostgreSQL, appendix A) means for the caller and the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Conflict,
    BrokenReference,
    /// Aborted by a timeout or for another transaction's sake: a retry on the same connection may succeed.
    Timeout,
    /// The server temporarily lacks a resource; the connection is sound.
    Busy,
    /// The connection is closed or unusable.
    Over,
    Other,
}

fn meaning(code: &str, message: &str) -> Meaning {
    match code {
        "23505" => Meaning::Conflict,
        "23503" => Meaning::BrokenReference,
        // Cancelled by statement_timeout, lock_not_available, deadlock, serialization failure.
        "57014" | "55P03" | "40P01" | "40001" => Meaning::Timeout,
        // A standby that used to be the primary: another host may be primary now. Also sessions and transactions that
        // were ended because they were idle or took too long.
        "25006" | "25P03" | "25P04" => Meaning::Over,
        // Another node has migrated the table: a new connection plans again.
        "0A000" if message.starts_with("cached plan") => Meaning::Over,
        // Connection exceptions; server shutdown or startup.
        c if c.starts_with("08") || c.starts_with("57P") => Meaning::Over,
        // Insufficient resources, including a full disk; system errors.
        c if c.starts_with("53") || c.starts_with("58") => Meaning::Busy,
        _ => Meaning::Other,
    }
}

/// Whether the connection that returned this error is unusable.
pub(crate) fn ends_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(refusal) => {
            meaning(&refusal.code().unwrap_or_default(), refusal.message()) == Meaning::Over
        }
        // The byte stream may be out of step.
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        _ => false,
    }
}

/// Omits the detail field, because it quotes values.
fn postgres_refusal(refusal: &dyn sqlx::error::DatabaseError) -> StoreError {
    let code = refusal.code().unwrap_or_default();
    let text = format!("{} ({code})", refusal.message());
    match meaning(&code, refusal.message()) {
        Meaning::Conflict => {
            let table = refusal.table().unwrap_or_default();
            let key = refusal.constraint().unwrap_or_default();
            let key = key.strip_prefix(table).map_or(key, |rest| rest.trim_start_matches('_'));
            StoreError::Conflict(format!("{table}.{}", key.strip_suffix("_key").unwrap_or(key)))
        }
        Meaning::BrokenReference => StoreError::BrokenReference,
        Meaning::Timeout => StoreError::Timeout(text),
        Meaning::Busy | Meaning::Over => StoreError::Unavailable(text),
        Meaning::Other => StoreError::Other(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_6_1_what_a_code_of_postgresql_means() {
        let told = |code| meaning(code, "");
        for code in ["57014", "55P03", "40P01", "40001"] {
            assert_eq!(told(code), Meaning::Timeout, "{code}");
        }
        for code in ["53000", "53100", "53200", "53300", "53400", "58000", "58030"] {
            assert_eq!(told(code), Meaning::Busy, "{code}");
        }
        for code in ["08000", "08003", "08006", "57P01", "57P02", "57P03", "57P05", "25006", "25P03", "25P04"] {
            assert_eq!(told(code), Meaning::Over, "{code}");
        }
        for code in ["0A000", "22P02", "23502", "23514", "25P02", "28P01", "3D000", "42601", "XX000", ""] {
            assert_eq!(told(code), Meaning::Other, "{code}");
        }
        assert_eq!(meaning("0A000", "cached plan must not change result type"), Meaning::Over);
        assert_eq!((told("23505"), told("23503")), (Meaning::Conflict, Meaning::BrokenReference));
    }

    #[test]
    fn point_6_1_what_a_code_of_sqlite_means() {
        let told = |code| StoreError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        for code in [ffi::SQLITE_BUSY, ffi::SQLITE_BUSY_SNAPSHOT, ffi::SQLITE_LOCKED, ffi::SQLITE_PROTOCOL] {
            assert!(matches!(told(code), StoreError::Timeout(_)), "{code}");
        }
        for code in [
            ffi::SQLITE_FULL,
            ffi::SQLITE_IOERR,
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_CANTOPEN,
            ffi::SQLITE_READONLY,
            ffi::SQLITE_READONLY_DBMOVED,
            ffi::SQLITE_PERM,
            ffi::SQLITE_NOMEM,
        ] {
            assert!(matches!(told(code), StoreError::Unavailable(_)), "{code}");
        }
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB] {
            assert!(matches!(told(code), StoreError::Corrupt(_)), "{code}");
        }
        for code in [ffi::SQLITE_ERROR, ffi::SQLITE_MISUSE, ffi::SQLITE_CONSTRAINT_CHECK] {
            assert!(matches!(told(code), StoreError::Other(_)), "{code}");
        }
    }
}
