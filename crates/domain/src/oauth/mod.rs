//! The protocol: OAuth 2.1, OpenID Connect Core, and the RFCs named at each rule.

pub mod client_authentication;
pub mod device_request;
pub mod end_session;
pub mod endpoint;
pub mod payload;
pub mod presented;
pub mod presented_token;
pub mod token;
pub mod userinfo;

pub mod authorize;
pub mod device;
pub mod id_token;
pub mod pkce;
