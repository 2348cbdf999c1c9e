//! What the operator of the server does, and what the server does by itself.

pub(crate) mod cleaning;
pub mod clients;
pub mod jobs;
pub(crate) mod key_rotation;
pub mod keys;
pub(crate) mod reloaded;
pub mod server;
pub mod users;
pub mod workspaces;
