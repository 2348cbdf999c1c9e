//! The protocol: OAuth 2.1, OpenID Connect Core, and the RFCs named at each rule.

pub mod client_authentication;
#[allow(missing_docs)]
pub mod end_session;
pub mod endpoint;
#[allow(missing_docs)]
pub mod payload;
pub mod presented;

#[allow(missing_docs)]
pub mod authorize;
#[allow(missing_docs)]
pub mod device;
pub mod id_token;
pub mod pkce;
