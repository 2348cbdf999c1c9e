//! All SQL of Countersign, for SQLite and PostgreSQL: one file per aggregate, one SQL text for both databases.
//!
//! Functions take a [`Tx`] and return domain types. Where callers race, they return an outcome enum or `bool`: the
//! number of rows that a guarded statement affected *is* the outcome.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod account;
pub mod oauth;
pub mod platform;
pub mod workspace;

pub mod audit;
pub mod clients;
pub mod grants;
pub mod webhooks;

pub use crate::platform::db::{Reading, Store, compact, exists, migrate};
pub use crate::platform::error::StoreError;
pub use crate::platform::migrate::{SCHEMA_VERSION, SchemaMode};
pub use crate::platform::open_options::StoreOptions;
pub use crate::platform::page::{COUNTED, MAX_LIMIT, MOST_CHOICES, MOST_OF_ARRAY, Page, Paged, UserCursor};
pub use crate::platform::row::Row;
pub use crate::platform::tx::{STATEMENT_LOG, Tx};
pub use crate::platform::value::Value;
