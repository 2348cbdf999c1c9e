//! What a process holds in memory for the database.

/// What waits in memory to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub audit_events: usize,
    /// Refusals that were too many for the audit log, since the process began.
    pub left_out: u64,
    /// Clients whose accesses and unprotected requests were counted.
    pub activity: usize,
    /// Events that webhooks ask for.
    pub events: usize,
    /// Writes in the queue of SQLite; connections that write, on PostgreSQL.
    pub writes: usize,
    /// Lines of the log that could not be written, since the process began.
    pub lost_lines: u64,
}
