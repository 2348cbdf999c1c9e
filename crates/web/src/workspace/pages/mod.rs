//! The workspace pages for owners, admins and members.

pub mod api_key_scopes;
pub mod apps;

pub mod api_keys;
pub mod invitations;
pub mod join;
pub mod members;
pub mod policy;
mod roles;
