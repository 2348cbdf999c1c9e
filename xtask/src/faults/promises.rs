//! What the server does not promise yet. Such a figure is printed and fails nothing; who keeps the promise switches it on here.

/// Each acknowledged change has its audit entry, written in the transaction of the change.
pub const AUDIT: bool = true;

/// What was created under an `Idempotency-Key` is created once, whenever the server is killed.
pub const CREATION_ONCE: bool = true;

/// All networks together have a bounded number of guesses at one account, and whoever signed in before still can.
pub const ACCOUNT_CEILING: bool = true;

/// Refusals of callers who prove nothing add a bounded number of rows to the audit log, on every endpoint.
pub const BOUNDED_REFUSALS: bool = true;

/// `/readyz` says whether a change would be accepted, and not only whether the database can be read.
pub const READY_TO_WRITE: bool = true;

/// Parsing is linear, so that 9,000 parameter names hold nobody up.
pub const LINEAR_PARSING: bool = true;

/// A file of the database that is removed or replaced under the server is noticed.
pub const ANOTHER_FILE: bool = true;

/// A PostgreSQL server that never answers is given up within a deadline, and SIGTERM works meanwhile.
pub const BLACK_HOLE: bool = true;

/// A rolling restart fails no request.
pub const ROLLING_RESTART: bool = true;

/// A log that cannot be written fails and delays no request.
pub const LOG: bool = true;
