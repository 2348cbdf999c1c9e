//! Grants and consents: what was allowed, how tokens are read against it, and how it ends.

pub mod access_token;
pub(crate) mod bulk_revocation;
pub(crate) mod consents;
pub mod end_disallowed;
pub mod subject;
