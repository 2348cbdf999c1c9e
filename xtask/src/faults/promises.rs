//! Promises that the server may not keep yet. A figure of one that is switched off is printed but fails nothing; switch it on
//! here once the promise is kept.

/// Each acknowledged change has an audit entry, written in the transaction of the change.
pub const AUDIT: bool = true;

/// What is created with an `Idempotency-Key` is created once, whenever the server is killed.
pub const CREATION_ONCE: bool = true;

/// All networks together have a limited number of guesses at one account, and a user who signed in before still can.
pub const ACCOUNT_CEILING: bool = true;

/// Rejected requests of callers without credentials add a limited number of rows to the audit log, on every endpoint.
pub const BOUNDED_REFUSALS: bool = true;

/// `/readyz` reports whether changes would be accepted, not only whether the database can be read.
pub const READY_TO_WRITE: bool = true;

/// Parsing takes linear time, so that 9,000 parameter names delay nobody.
pub const LINEAR_PARSING: bool = true;

/// The server notices that a database file was removed or replaced.
pub const ANOTHER_FILE: bool = true;

/// A PostgreSQL server that never responds is given up within a deadline, and SIGTERM works in the meantime.
pub const BLACK_HOLE: bool = true;

/// A rolling restart fails no request.
pub const ROLLING_RESTART: bool = true;

/// A log that cannot be written neither fails nor delays a request.
pub const LOG: bool = true;
