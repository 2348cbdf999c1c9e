//! The endpoints of the protocol, and the pages on the way.

pub mod authorize_api;
pub(crate) mod client_authentication;
pub mod device_authorization;
pub mod discovery;
pub mod introspection;
pub mod pages;
pub mod revocation;
pub mod token;
pub mod userinfo;
