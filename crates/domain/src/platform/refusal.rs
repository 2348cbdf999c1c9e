//! Error codes and refusals (RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, RFC 6750 §3.1, RFC 7591 §3.2.2,
//! RFC 8628 §3.5).
use std::borrow::Cow;
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// An error code that a client can read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }
        impl ErrorCode {
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

/// A refusal by a rule: what the client sees, and what only the log and audit contain.
pub trait Refusal: fmt::Debug + Send + Sync {
    /// The error code that the client sees.
    fn code(&self) -> ErrorCode;
    /// A sentence for the developer of the client: plain ASCII without `"` and `\` (RFC 6749 §5.2). It never contains a
    /// secret or any part of the request.
    fn public(&self) -> &'static str;
    /// The exact reason, in `snake_case`, for the log and audit.
    fn reason(&self) -> &'static str;
    /// The sentence that the client sees, including what it is about if known (see [`Named`]).
    fn said(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.public())
    }
}

/// Maximum number of characters of a name repeated in an error.
const LONGEST_NAME: usize = 200;

/// A refusal that names what it is about, such as a scope or a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<R> {
    pub why: R,
    /// Only characters that an error description may contain (RFC 6749 §5.2).
    name: Option<String>,
}

impl<R> Named<R> {
    /// A refusal about `name`, which may come from the request. It is truncated, and characters that an error
    /// description may not contain become question marks.
    pub fn of(why: R, name: &str) -> Self {
        let safe = |c: char| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\') { c } else { '?' };
        Self { why, name: Some(name.chars().take(LONGEST_NAME).map(safe).collect()) }
    }

    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Replaces the refusal and keeps the name.
    pub fn map<S>(self, map: impl FnOnce(R) -> S) -> Named<S> {
        Named { why: map(self.why), name: self.name }
    }
}

impl<R> From<R> for Named<R> {
    fn from(why: R) -> Self {
        Self { why, name: None }
    }
}

impl<R: Refusal> Refusal for Named<R> {
    fn code(&self) -> ErrorCode {
        self.why.code()
    }
    fn public(&self) -> &'static str {
        self.why.public()
    }
    fn reason(&self) -> &'static str {
        self.why.reason()
    }
    fn said(&self) -> Cow<'static, str> {
        match &self.name {
            Some(name) => Cow::Owned(format!("{}: {name}", self.why.said().trim_end_matches('.'))),
            None => self.why.said(),
        }
    }
}

/// Declares a refusal enum as a table: variant, error code, exact reason, public sentence.
#[macro_export]
macro_rules! refusals {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$vdoc:meta])* $variant:ident => $code:ident, $reason:literal, $public:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $name { $($(#[$vdoc])* $variant,)* }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }
        impl $crate::platform::refusal::Refusal for $name {
            fn code(&self) -> $crate::platform::refusal::ErrorCode {
                match self { $(Self::$variant => $crate::platform::refusal::ErrorCode::$code,)* }
            }
            fn public(&self) -> &'static str {
                match self { $(Self::$variant => $public,)* }
            }
            fn reason(&self) -> &'static str {
                match self { $(Self::$variant => $reason,)* }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::platform::refusal::Refusal::reason(self))
            }
        }
    };
}
