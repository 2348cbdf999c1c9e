//! What the operator of the server sees and does.

pub mod keys_api;
pub mod pages;
pub mod users_api;
