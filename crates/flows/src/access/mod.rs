//! Callers and their permissions.

pub(crate) mod bearer;
pub mod caller;
pub(crate) mod credential_facts;
pub mod credential_request;
pub mod extent;
pub(crate) mod new_credential;
pub mod principal;
pub mod session;
pub(crate) mod session_records;
