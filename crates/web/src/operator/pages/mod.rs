//! The pages of operators.
pub mod client;
pub mod client_changes;
pub mod clients;
pub mod deliveries;
pub mod health;
pub mod keys;
pub mod settings;
mod units;
pub mod user;
pub mod user_changes;
pub mod users;
pub mod workspace;
pub mod workspaces;

/// Rows on each page of a list.
const ROWS: i64 = 20;
