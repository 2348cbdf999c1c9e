//! The protocol endpoints, and the pages of their flows.

pub mod authorize_api;
pub(crate) mod client_authentication;
pub mod device_authorization;
pub mod discovery;
pub mod introspection;
pub mod pages;
pub mod revocation;
pub mod token;
pub mod userinfo;
