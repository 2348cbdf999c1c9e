//! The scenarios over HTTP, as one program: linking the server for each file took minutes and gigabytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../../../../bench/src/pages/routes.rs"]
mod routes;
mod world;

mod access;
mod account;
mod activity;
mod app_policy;
mod audit;
mod authorize;
mod bounds;
mod by_token;
mod charts;
mod client_auth;
mod clients_in_the_field;
mod code;
mod connections;
mod consent;
mod device;
mod edges;
mod failures;
mod figures;
mod frozen;
mod idempotency;
mod invitations;
mod keys;
mod master_key;
mod meanwhile;
mod members;
mod odd_requests;
mod oidc;
mod operator;
mod person;
mod purging;
mod races;
mod reference_000_001;
mod reference_002;
mod reference_003;
mod reference_004;
mod refresh;
mod register;
mod revocations;
mod rights;
mod secrets;
mod standing;
mod told;
mod trust;
mod undo;
mod webhook_changes;
mod webhooks;
mod who_may;
mod who_may_forms;
mod who_may_pages;
mod who_may_protocol;
mod workspace_apps;
