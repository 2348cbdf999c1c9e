//! Countersign over HTTP: the router, thin handlers, and the pages. A handler extracts, calls one flow, and renders.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod api;
mod assets;
mod body;
mod consoles;
mod cookie_prefix;
mod cookies;
mod error;
mod faults;
mod headers;
mod incoming;
mod manager;
mod once;
mod openapi;
mod pages;
mod path;
mod peer;
mod person;
mod problem;
mod router;
mod state;
mod texts;

pub use router::router;
pub use state::{WebOptions, WebState};
