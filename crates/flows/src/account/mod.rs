//! A user's own account, and user records.

pub mod apps;
pub(crate) mod end_access;
pub mod password;
pub mod profile;
pub(crate) mod profile_records;
pub mod sessions;
pub(crate) mod token_records;
pub mod tokens;
pub(crate) mod users;
pub mod workspaces;
