//! Pages where users see and change their own account.
pub mod apps;
pub mod new_token;
pub mod profile;
pub mod security;
pub mod sessions;
pub mod tokens;
pub mod workspaces;
