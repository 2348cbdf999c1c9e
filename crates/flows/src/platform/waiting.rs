//! Data in memory that waits for the database.

/// How much data waits to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub audit_events: usize,
    /// Refusals beyond the audit log's budget, since the process started.
    pub left_out: u64,
    /// Clients with pending accesses or unprotected requests.
    pub activity: usize,
    /// Pending events for webhooks.
    pub events: usize,
    /// Queued writes on SQLite; connections that are writing on PostgreSQL.
    pub writes: usize,
    /// Log lines that could not be written, since the process started.
    pub lost_lines: u64,
}
