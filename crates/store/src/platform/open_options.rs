//! How a store is opened.
use crate::platform::migrate::SchemaMode;
use std::time::Duration;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Whether migrations are applied, or only found to be there.
    pub leave: SchemaMode,
    /// The scopes of the operator's catalogue, which migrations may have to write down.
    pub declared_scopes: Vec<String>,
    /// Connections to PostgreSQL, half for reading and half for writing. SQLite needs no such limit.
    pub max_connections: u32,
    /// How long a caller waits for a connection that is in use, a place in the queue, or a lock of SQLite.
    pub patience: Duration,
    /// How long a host of PostgreSQL may take to accept a connection.
    pub connect: Duration,
    /// How long PostgreSQL may take over a statement. A second later its connection is closed.
    pub statement: Duration,
    /// A pooler in transaction mode, such as `PgBouncer`, stands in front of PostgreSQL: nothing that belongs to a session
    /// outlives a transaction there.
    pub pooler: bool,
    /// Writes that may wait in the queue on SQLite.
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
