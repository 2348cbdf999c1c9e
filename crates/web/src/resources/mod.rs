//! What can be authorized, for programs and for people.

pub mod api;
pub mod permissions;

pub(crate) use api::{managers, programs};
