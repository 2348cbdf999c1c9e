//! Shared infrastructure: connections, transactions, migrations, list pages, and the server's own rows.

pub mod attempts;
pub(crate) mod db;
pub(crate) mod dialect;
pub mod epochs;
pub(crate) mod error;
pub mod health;
pub mod idempotency;
pub mod keys;
pub mod master;
pub(crate) mod migrate;
pub(crate) mod open_options;
pub(crate) mod page;
pub(crate) mod postgres;
pub mod query_plan;
pub(crate) mod query_plan_connection;
pub(crate) mod queue;
pub(crate) mod row;
pub mod search;
pub(crate) mod search_index;
pub mod space;
pub(crate) mod sqlite;
pub(crate) mod sqlite_checkpoint;
pub(crate) mod tx;
pub(crate) mod value;
