//! OAuth state other than grants.

pub mod device;
