//! Countersign over HTTP: the router, thin handlers, and the pages. A handler extracts its input, calls one use case, and
//! renders the result.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
mod account;
mod audit;
mod clients;
mod consoles;
mod docs;
mod oauth;
mod operator;
mod platform;
mod resources;
mod router;
mod sign_in;
mod webhooks;
mod workspace;

pub use crate::platform::state::{WebOptions, WebState};
pub use router::router;
