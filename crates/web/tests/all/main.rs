//! The tests of the pages, as one program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod account_pages;
mod audit_pages;
mod consent_pages;
mod developer_pages;
mod device_pages;
mod docs_pages;
mod figures;
mod flags;
mod operator_pages;
mod pages;
mod receives;
mod sent_twice;
mod true_pages;
mod unable_pages;
mod undo;
mod way_in;
mod webhook_pages;
mod workspace_pages;
mod workspace_search;
