//! Reading the audit log.

pub mod read;
pub mod search;
