//! The developer console: the clients of a workspace.

pub mod failed_requests;
pub mod try_it;
pub(crate) mod try_it_result;

pub mod activity;
mod application;
mod chart;
pub mod create;
pub mod delete;
mod draft;
pub mod list;
pub mod overview;
mod scopes;
pub mod secrets;
pub mod settings;
mod snippets;
pub mod users;
