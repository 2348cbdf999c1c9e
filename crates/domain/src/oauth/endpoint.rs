//! The endpoints that clients call, by the names used in events.
use crate::clients::GrantType;

/// The requested endpoint. Each has its own checks ([`crate::diagnosis`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The authorization endpoint, and its JSON API.
    Authorization,
    /// The token endpoint, if the grant type is unknown.
    Token,
    /// The token endpoint with an authorization code (RFC 6749 §4.1.3).
    TokenByCode,
    /// The token endpoint with a refresh token (RFC 6749 §6).
    TokenByRefresh,
    /// The token endpoint with client credentials (RFC 6749 §4.4).
    TokenByClient,
    /// The token endpoint with a device code (RFC 8628 §3.4).
    TokenByDevice,
    /// Where devices start (RFC 8628).
    DeviceAuthorization,
    /// Introspection (RFC 7662).
    Introspection,
    /// Revocation (RFC 7009).
    Revocation,
    /// Userinfo (OpenID Connect Core §5.3).
    Userinfo,
    /// Dynamic registration and its management.
    Registration,
    /// The management APIs and pages.
    Management,
}

impl Endpoint {
    /// In the order of a client's usual requests.
    pub const ALL: [Self; 12] = [
        Self::Authorization,
        Self::Token,
        Self::TokenByCode,
        Self::TokenByRefresh,
        Self::TokenByClient,
        Self::TokenByDevice,
        Self::DeviceAuthorization,
        Self::Introspection,
        Self::Revocation,
        Self::Userinfo,
        Self::Registration,
        Self::Management,
    ];

    /// The name used in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorize",
            Self::Token => "token",
            Self::TokenByCode => "token.authorization_code",
            Self::TokenByRefresh => "token.refresh_token",
            Self::TokenByClient => "token.client_credentials",
            Self::TokenByDevice => "token.device_code",
            Self::DeviceAuthorization => "device_authorization",
            Self::Introspection => "introspection",
            Self::Revocation => "token.revoked",
            Self::Userinfo => "userinfo",
            Self::Registration => "registration",
            Self::Management => "management",
        }
    }

    /// The token endpoint with this grant type.
    pub const fn of_grant(grant: GrantType) -> Self {
        match grant {
            GrantType::AuthorizationCode => Self::TokenByCode,
            GrantType::RefreshToken => Self::TokenByRefresh,
            GrantType::ClientCredentials => Self::TokenByClient,
            GrantType::DeviceCode => Self::TokenByDevice,
        }
    }

    /// Whether the client authenticates before anything else.
    pub const fn authenticates(self) -> bool {
        !matches!(self, Self::Authorization | Self::Userinfo | Self::Registration | Self::Management)
    }
}
