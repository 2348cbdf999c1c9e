//! What operators manage, and the server's background jobs.

pub(crate) mod cleaning;
pub mod clients;
pub mod jobs;
pub(crate) mod key_rotation;
pub mod keys;
pub(crate) mod reloaded;
pub mod server;
pub mod users;
pub mod workspaces;
