//! Sign-in and sign-up.

pub mod home;
pub mod password;
pub mod setup;
pub mod sign_up;
