//! What admins and owners see and change of a workspace, and what its members see of it.

pub mod api_key_scopes;
pub mod apps;

pub mod api_keys;
pub mod invitations;
pub mod join;
pub mod members;
pub mod policy;
mod roles;
