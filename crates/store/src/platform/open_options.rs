//! Options for opening a store.
use crate::platform::migrate::SchemaMode;
use std::time::Duration;

/// Options for opening a store.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Whether migrations are applied, or only checked.
    pub leave: SchemaMode,
    /// The scopes of the operator's catalogue, which migrations may have to store.
    pub declared_scopes: Vec<String>,
    /// Connections to PostgreSQL, half for reading and half for writing. SQLite needs no such limit.
    pub max_connections: u32,
    /// How long a caller waits for a connection in use, a slot in the queue, or a SQLite lock.
    pub patience: Duration,
    /// How long a PostgreSQL host may take to accept a connection.
    pub connect: Duration,
    /// How long a statement may take on PostgreSQL. One second later its connection is closed.
    pub statement: Duration,
    /// A pooler in transaction mode, such as `PgBouncer`, is in front of PostgreSQL: no session state outlives a
    /// transaction.
    pub pooler: bool,
    /// Maximum number of queued writes on SQLite.
    pub queue: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            leave: SchemaMode::Migrate,
            declared_scopes: Vec::new(),
            max_connections: 20,
            patience: Duration::from_secs(10),
            connect: Duration::from_secs(3),
            statement: Duration::from_secs(6),
            pooler: false,
            queue: 4096,
        }
    }
}
