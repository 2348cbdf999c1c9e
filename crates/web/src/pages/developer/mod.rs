//! The developer console: the applications of a workspace.
pub mod activity;
mod application;
mod chart;
pub mod create;
pub mod delete;
mod draft;
pub mod failures;
pub mod list;
pub mod overview;
mod returned;
mod scopes;
pub mod secrets;
pub mod settings;
mod snippets;
pub mod trial;
pub mod users;
