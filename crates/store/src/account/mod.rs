//! Users and their sessions.

pub mod search;
pub mod sessions;
pub mod users;
