//! Grants and consents: created by users, checked for each token, and revoked.

pub mod access_token;
pub(crate) mod bulk_revocation;
pub(crate) mod consents;
pub mod end_disallowed;
pub mod subject;
