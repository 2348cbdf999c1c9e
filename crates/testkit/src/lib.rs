//! Building blocks of the tests: an application on either database, a browser, a relying party, a fixed clock and
//! deterministic random bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(missing_debug_implementations, clippy::missing_panics_doc, reason = "for tests only")]

mod api;
mod app;
mod browser;
mod contents;
mod database;
mod described;
mod frozen;
mod party;
pub mod postgres;
mod receiver;
mod signer;
mod sources;
pub mod tunnel;
mod wire;

pub use api::Api;
pub use app::{ISSUER, PASSWORD, TestApp, TestUser};
pub use browser::{Browser, Form, Reply, cookie};
pub use contents::Contents;
pub use database::{Database, for_each_database};
pub use frozen::frozen;
pub use jose::SigningAlg;
pub use party::{Kind, Party, Tokens, VERIFIER, basic, claims};
pub use receiver::{Answer, Message, Receiver};
pub use signer::{KeyServer, Signer, asserting};
pub use sources::{FixedClock, SeededRng};
