//! Error codes (RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, RFC 6750 §3.1, RFC 7591 §3.2.2,
//! RFC 8628 §3.5).
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// An error code that a client can read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $(#[doc = concat!("`", $text, "`")] $(#[$doc])* $name,)* }
        impl ErrorCode {
            /// The code on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    InvalidRequest = "invalid_request";
    InvalidClient = "invalid_client";
    InvalidGrant = "invalid_grant";
    UnauthorizedClient = "unauthorized_client";
    UnsupportedGrantType = "unsupported_grant_type";
    UnsupportedResponseType = "unsupported_response_type";
    UnsupportedTokenType = "unsupported_token_type";
    InvalidScope = "invalid_scope";
    InvalidTarget = "invalid_target";
    AccessDenied = "access_denied";
    ServerError = "server_error";
    TemporarilyUnavailable = "temporarily_unavailable";
    LoginRequired = "login_required";
    InteractionRequired = "interaction_required";
    AccountSelectionRequired = "account_selection_required";
    ConsentRequired = "consent_required";
    RequestNotSupported = "request_not_supported";
    RequestUriNotSupported = "request_uri_not_supported";
    RegistrationNotSupported = "registration_not_supported";
    UnmetAuthenticationRequirements = "unmet_authentication_requirements";
    InvalidToken = "invalid_token";
    InsufficientScope = "insufficient_scope";
    InvalidRedirectUri = "invalid_redirect_uri";
    InvalidClientMetadata = "invalid_client_metadata";
    SlowDown = "slow_down";
    AuthorizationPending = "authorization_pending";
    ExpiredToken = "expired_token";
    /// For the management APIs, which follow HTTP rather than OAuth.
    NotFound = "not_found";
    MethodNotAllowed = "method_not_allowed";
    Conflict = "conflict";
    PreconditionFailed = "precondition_failed";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
