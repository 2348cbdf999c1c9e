//! What can be allowed, as programs and people read it.

pub mod api;
pub mod permissions;
