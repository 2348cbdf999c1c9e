//! What operators see and do.

pub mod keys_api;
pub mod pages;
pub mod users_api;
