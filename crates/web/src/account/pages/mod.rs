//! What people see and change of their own.
pub mod apps;
pub mod new_token;
pub mod profile;
pub mod security;
pub mod sessions;
pub mod tokens;
pub mod workspaces;
