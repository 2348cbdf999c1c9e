//! All SQL of Countersign, on SQLite and PostgreSQL: one aggregate a file, one text for both databases.
//!
//! Functions take a [`Tx`] and answer rows of the domain, or a named outcome where callers race: what a guarded
//! statement affected *is* the outcome.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod activity;
pub mod app_policy;
pub mod attempts;
pub mod audit;
pub mod audit_search;
pub mod client_people;
pub mod client_users;
pub mod clients;
pub mod consents;
pub mod credentials;
pub mod deliveries;
pub mod device;
pub mod epochs;
pub mod events;
pub mod failures;
pub mod grants;
pub mod health;
pub mod idempotency;
pub mod invitations;
pub mod keys;
pub mod master;
pub mod own_names;
pub mod plan;
pub mod revocations;
pub mod search;
pub mod sessions;
pub mod space;
pub mod spent;
pub mod tokens;
pub mod unprotected;
pub mod users;
pub mod webhooks;
pub mod workspace_apps;
pub mod workspaces;

pub mod bearers;
mod checkpoint;
mod db;
mod dialect;
mod error;
mod explaining;
mod lets_in;
mod migrate;
mod names;
mod options;
mod page;
mod postgres;
mod queue;
mod row;
mod sqlite;
mod tx;
mod value;

pub use db::{Reading, Store, compact, exists, migrate};
pub use error::StoreError;
pub use migrate::{Leave, SCHEMA_VERSION};
pub use options::StoreOptions;
pub use page::{Beside, COUNTED, MAX_LIMIT, MOST_CHOICES, MOST_OF_ARRAY, Page, Paged};
pub use row::Row;
pub use tx::{STATEMENT_LOG, Tx};
pub use value::Value;
