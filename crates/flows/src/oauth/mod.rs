//! The OAuth and OpenID Connect endpoints, from parameters to response.

pub mod authorize;
pub mod client_authentication;
pub mod device;
pub(crate) mod diagnostics;
pub mod discovery;
pub mod end_session;
pub mod introspection;
pub mod revocation;
pub mod token;
pub mod userinfo;
