//! The pages of the authorization flow.

pub mod authorize;
pub(crate) mod cannot_continue;
pub mod consent;
pub mod device;
pub mod end_session;
