//! Sign-in and sign-up.

pub mod password;
pub mod session;
pub mod setup;
pub(crate) mod setup_link;
pub mod sign_up;
