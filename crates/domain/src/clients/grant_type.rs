//! The grant types as a table (RFC 6749 §1.3). Discovery, registration and the token endpoint read what is supported from
//! here.
use super::ClientType;
use serde::{Deserialize, Serialize};

/// What a client presents at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A user's authorization by redirect (RFC 6749 §4.1).
    AuthorizationCode,
    /// A new access token for a grant (RFC 6749 §6).
    RefreshToken,
    /// The client acts on its own behalf (RFC 6749 §4.4).
    ClientCredentials,
    /// RFC 8628.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
}

/// Which clients may register a grant type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantUse {
    /// All clients.
    Any,
    /// Clients that can prove who they are.
    Confidential,
}

/// A grant type.
#[derive(Debug, Clone, Copy)]
pub struct GrantRow {
    /// The grant type that the other fields describe.
    pub grant_type: GrantType,
    /// Who may register it.
    pub who: GrantUse,
    /// Whether discovery lists it, clients may register it and the token endpoint accepts it.
    pub enabled: bool,
}

/// All grant types, in the order in which discovery lists them.
pub static GRANTS: [GrantRow; 4] = [
    GrantRow { grant_type: GrantType::AuthorizationCode, who: GrantUse::Any, enabled: true },
    GrantRow { grant_type: GrantType::RefreshToken, who: GrantUse::Any, enabled: true },
    GrantRow { grant_type: GrantType::ClientCredentials, who: GrantUse::Confidential, enabled: true },
    GrantRow { grant_type: GrantType::DeviceCode, who: GrantUse::Any, enabled: true },
];

/// The grant types that clients can register and use.
pub fn enabled_grants() -> impl Iterator<Item = &'static GrantRow> {
    GRANTS.iter().filter(|row| row.enabled)
}

/// The row of a grant type that a client names; `None` if it is unknown or not enabled.
pub fn enabled_grant(name: &str) -> Option<&'static GrantRow> {
    enabled_grants().find(|row| row.grant_type.as_str() == name)
}

impl GrantRow {
    /// Whether a client of this type may register it.
    pub fn is_for(&self, client_type: ClientType) -> bool {
        match self.who {
            GrantUse::Any => true,
            GrantUse::Confidential => client_type == ClientType::Confidential,
        }
    }
}

impl GrantType {
    /// The value of `grant_type` (RFC 6749) and of `grant_types` (RFC 7591 §2).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_4_grant_types_are_a_table() {
        let names: Vec<_> = enabled_grants().map(|row| row.grant_type.as_str()).collect();
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        assert_eq!(names, ["authorization_code", "refresh_token", "client_credentials", device]);
        for row in enabled_grants() {
            let name = row.grant_type.as_str();
            assert_eq!(enabled_grant(name).map(|found| found.grant_type), Some(row.grant_type));
            // The database and sealed tokens have the same name.
            assert_eq!(serde_json::to_value(row.grant_type).unwrap(), name);
            assert!(row.is_for(ClientType::Confidential));
            assert_eq!(row.is_for(ClientType::Public), row.grant_type != GrantType::ClientCredentials, "{name}");
        }
        assert!(enabled_grant("password").is_none() && enabled_grant("device_code").is_none());
    }
}
