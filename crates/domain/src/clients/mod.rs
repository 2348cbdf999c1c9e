//! A client: an OAuth application and its registered metadata (RFC 7591 §2, OpenID Connect Registration §2).

pub mod api;
pub mod authentication;
mod key_registration;
pub mod keys;
pub mod metadata;
mod reader;
pub mod redirect_uri;
pub mod reviewed;
pub(crate) mod terms;

pub use crate::clients::authentication::{AuthMethod, ClientType};
use crate::clients::keys::ClientKeys;
use crate::clients::reviewed::Reviewed;
use crate::{ClientId, ClientSecretId, ScopeSet, SecretHash, Timestamp, UserId, WorkspaceId};
use jose::SigningAlg;
use serde::{Deserialize, Serialize};

/// The trust level of a client, which depends on how it was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// The operator's own product.
    FirstParty,
    /// Reviewed by the operator.
    Verified,
    /// Registered by a signed-in developer.
    Unverified,
    /// Registered without authentication (RFC 7591).
    Anonymous,
}

impl Trust {
    pub const ALL: [Self; 4] = [Self::FirstParty, Self::Verified, Self::Unverified, Self::Anonymous];
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstParty => "first_party",
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::Anonymous => "anonymous",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == text)
    }
}

/// Grant types supported at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    /// RFC 8628.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
}

impl GrantType {
    pub const ALL: [Self; 4] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode];
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.as_str() == text)
    }
}

/// `web` clients redirect to https; `native` ones to loopback addresses and private-use schemes (OIDC Registration §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    #[default]
    Web,
    Native,
}

/// The subject of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum SubType {
    #[default]
    Workspace,
    User,
}

impl SubType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::User => "user",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "workspace" => Some(Self::Workspace),
            "user" => Some(Self::User),
            _ => None,
        }
    }
}

/// The form of a client's access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum AccessTokenFormat {
    /// Sealed; only this server can read it.
    #[default]
    Opaque,
    /// A JWT (RFC 9068).
    Jwt,
}

/// Registered data that is never queried: stored as one JSON document with the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct ClientConfig {
    pub description: String,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub grant_types: Vec<GrantType>,
    pub response_types: Vec<String>,
    /// The scopes the client may request.
    pub scopes: ScopeSet,
    pub application_type: ApplicationType,
    pub client_uri: Option<String>,
    pub logo_uri: Option<String>,
    pub tos_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub contacts: Vec<String>,
    pub software_id: Option<String>,
    pub software_version: Option<String>,
    pub default_sub_type: SubType,
    /// Registered without an authentication method: the secret may be sent in the header or in the body.
    pub any_secret_method: bool,
    /// What the client signs with; empty unless its method is `private_key_jwt`.
    #[serde(skip_serializing_if = "ClientKeys::is_none")]
    pub keys: ClientKeys,
    pub id_token_signed_response_alg: Option<SigningAlg>,
    /// Maximum age of the sign-in, in seconds (OIDC Registration §2).
    pub default_max_age: Option<i64>,
    pub require_auth_time: bool,
    /// Requires PKCE even of a confidential client (RFC 9700 §2.1.1). A client stored without this member required PKCE
    /// unless it was exempt. Use [`ClientConfig::requires_pkce`].
    #[serde(default = "held_to_pkce")]
    pub require_pkce: bool,
    /// For clients stored before `require_pkce` existed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pkce_exempt: bool,
    pub access_token_format: AccessTokenFormat,
    /// Whether to include the claims of the scopes in the ID token; if `None`, the server's setting applies.
    pub id_token_claims: Option<bool>,
    /// Overrides the rule that public clients rotate their refresh token and confidential ones keep it.
    pub refresh_rotation: Option<bool>,
    pub access_token_lifetime_seconds: Option<i64>,
    pub refresh_token_lifetime_seconds: Option<i64>,
    pub id_token_lifetime_seconds: Option<i64>,
    /// If not empty, only these users can authorize this client.
    pub allowed_user_ids: Vec<UserId>,
    /// A client of the operator's own that needs no consent page.
    pub internal: bool,
    pub project_id: Option<String>,
    /// What the operator reviewed, if any of it has changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Box<Reviewed>>,
    /// What the client requested at registration and did not get: a member, or a member and a value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
}

fn held_to_pkce() -> bool {
    true
}

impl ClientConfig {
    /// Whether the client's own settings require PKCE. Public clients always need it.
    pub fn requires_pkce(&self) -> bool {
        self.require_pkce && !self.pkce_exempt
    }
}

/// A client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub id: ClientId,
    pub name: String,
    pub client_type: ClientType,
    pub auth_method: AuthMethod,
    pub trust: Trust,
    pub owner_workspace_id: Option<WorkspaceId>,
    pub owner_user_id: Option<UserId>,
    pub config: ClientConfig,
    /// RFC 7592; `None` for clients that are only managed in other ways.
    pub registration_token_hash: Option<SecretHash>,
    /// Raised to end all tokens that the client obtained on its own behalf.
    pub credential_epoch: i64,
    /// Raised to revoke everything users allowed it: consents and grants of an earlier epoch are void.
    pub access_epoch: i64,
    /// Incremented by every change. A change applies only to the revision that was read.
    pub revision: i64,
    /// Active secrets only; at most two matter.
    pub secrets: Vec<ClientSecret>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Rounded to a day; `None` if the client has never been used to sign in.
    pub last_used_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// A client secret, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecret {
    pub id: ClientSecretId,
    pub client_id: ClientId,
    pub hash: SecretHash,
    pub hint: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

impl Client {
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none() && self.deleted_at.is_none()
    }

    /// Whether a workspace or user manages it, and sees who uses it. Without an owner, the operator does.
    pub fn has_owner(&self) -> bool {
        self.owner_workspace_id.is_some() || self.owner_user_id.is_some()
    }

    pub fn is_public(&self) -> bool {
        self.client_type == ClientType::Public
    }

    /// Whether the client authenticates with a secret. Others have none.
    pub fn has_secret(&self) -> bool {
        matches!(self.auth_method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)
    }

    pub fn may_use(&self, grant: GrantType) -> bool {
        self.config.grant_types.contains(&grant)
    }

    /// Public clients rotate their refresh token, others keep it; a setting overrides this (checklist, settled 1).
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.config.refresh_rotation.unwrap_or(self.is_public())
    }

    /// The client has no voucher and was never used to sign in: redirecting to it would only help phishers
    /// (RFC 9700 §4.11.2; checklist, settled 4).
    pub fn is_untried(&self) -> bool {
        self.trust == Trust::Anonymous && self.last_used_at.is_none()
    }

    /// Another program on the device can receive what is sent to a loopback address or a private-use scheme, so the
    /// client's identity is unproven no matter how often the user has consented (OAuth 2.1 §7.3.1).
    ///
    /// `None` stands for a device, which anyone may hold.
    pub fn is_unproven_at(&self, redirect_uri: Option<&str>) -> bool {
        self.is_public() && !redirect_uri.is_some_and(|uri| uri.starts_with("https://"))
    }

    /// The client registered itself (RFC 7591), and no user or workspace owns it. It is not limited to the scopes it
    /// registered: it may request everything its trust level allows.
    pub fn is_self_registered(&self) -> bool {
        self.registration_token_hash.is_some() && self.owner_workspace_id.is_none() && self.owner_user_id.is_none()
    }

    /// Whether the client may authenticate with this method.
    pub fn accepts(&self, method: AuthMethod) -> bool {
        let either = self.config.any_secret_method && authentication::are_alternatives(self.auth_method, method);
        self.auth_method == method || either
    }

    /// Whether `user` may authorize this client at all.
    pub fn allows(&self, user: UserId) -> bool {
        self.config.allowed_user_ids.is_empty() || self.config.allowed_user_ids.contains(&user)
    }
}
