//! Signing in and up.

pub mod home;
pub mod password;
pub mod setup;
pub mod sign_up;
