//! Why the token endpoint refuses (OAuth 2.1 §3.2): a table for every request, and one for each grant type.
pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod refresh_token;

pub use authorization_code::CodeRefusal;
pub use client_credentials::MachineRefusal;
pub use device_code::DeviceCodeRefusal;
pub use refresh_token::RefreshRefusal;

use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// Refusals of the request itself, whatever its grant type.
    pub enum RequestRefusal {
        GrantTypeMissing => InvalidRequest, "grant_type_missing", "The grant_type parameter is missing.",
            check "check-grant-type", advice "Send grant_type in the body, form-encoded; the URL's query is not read.";
        GrantTypeUnknown => UnsupportedGrantType, "grant_type_unknown", "This grant type is not supported.",
            check "check-grant-type", advice "Send authorization_code, refresh_token, client_credentials or urn:ietf:params:oauth:grant-type:device_code.";
        GrantTypeNotAllowed => UnauthorizedClient, "grant_type_not_registered", "The client is not registered for this grant type.",
            check "check-grant-registered", advice advice::GRANT_TYPE_NOT_REGISTERED;
    }
}
