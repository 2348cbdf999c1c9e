//! The tests of the store, as one program: each on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[macro_use]
mod common;
mod connections;

mod activity;
mod app_policy;
mod attempts;
mod bearers;
mod client_people;
mod clients;
mod db;
mod device;
mod failover;
mod failures;
mod grants;
mod idempotency;
mod identity;
mod invitations;
mod own_names;
// Here and below: the kit itself needs the whole server.
#[allow(dead_code)]
#[path = "../../../testkit/src/postgres.rs"]
mod postgres;
mod races;
mod records;
mod revocations;
mod schema;
mod search;
mod space;
#[allow(dead_code)]
#[path = "../../../testkit/src/tunnel.rs"]
mod tunnel;
mod webhooks;
