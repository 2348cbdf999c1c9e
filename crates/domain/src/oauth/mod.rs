//! The protocol: OAuth 2.1, OpenID Connect Core, and the RFCs named at each rule.

pub mod client_authentication;
#[allow(missing_docs)]
pub mod end_session;
pub mod endpoint;
pub mod payload;
pub mod presented;

pub mod authorize;
pub mod device;
pub mod id_token;
pub mod pkce;
