//! A client: an OAuth application and what it registered (RFC 7591 §2, OpenID Connect Registration §2).

pub mod api;
pub mod metadata;
pub mod redirect_uri;
pub mod reviewed;
pub(crate) mod terms;

use crate::clients::reviewed::Reviewed;
use crate::{ClientId, ClientSecretId, ScopeSet, SecretHash, Timestamp, UserId, WorkspaceId};
use jose::SigningAlg;
use serde::{Deserialize, Serialize};

/// Whether the client can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    Confidential,
    Public,
}

impl ClientType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }
}

/// How the client proves who it is at the token endpoint (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    None,
    ClientSecretBasic,
    ClientSecretPost,
}

impl AuthMethod {
    pub const ALL: [Self; 3] = [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost];
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.as_str() == text)
    }
}

/// How a client came to be here, and so how far it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// The operator's own product.
    FirstParty,
    /// The operator looked at it.
    Verified,
    /// Registered by a signed-in developer.
    Unverified,
    /// Registered by nobody we know (RFC 7591 without authentication).
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

/// Grants that this server can be asked for at the token endpoint.
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

/// What a token speaks for.
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

/// Everything that was registered and is not looked up by: kept as one JSON document with the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct ClientConfig {
    pub description: String,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub grant_types: Vec<GrantType>,
    pub response_types: Vec<String>,
    /// What the client may ask for.
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
    /// Registered without a word on the method: the secret may come in the header or in the body.
    pub any_secret_method: bool,
    pub id_token_signed_response_alg: Option<SigningAlg>,
    /// Seconds after which the user must have signed in anew (OIDC Registration §2).
    pub default_max_age: Option<i64>,
    pub require_auth_time: bool,
    /// PKCE also from a confidential client (RFC 9700 §2.1.1). Stored without this member, a client was held to PKCE
    /// unless it was exempt. Ask [`ClientConfig::requires_pkce`].
    #[serde(default = "held_to_pkce")]
    pub require_pkce: bool,
    /// Of clients that were stored before `require_pkce`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pkce_exempt: bool,
    pub access_token_format: AccessTokenFormat,
    /// Puts the claims of the scopes into the ID token as well; without it, the server's setting.
    pub id_token_claims: Option<bool>,
    /// Overrides the rule that public clients rotate and confidential ones keep their refresh token.
    pub refresh_rotation: Option<bool>,
    pub access_token_lifetime_seconds: Option<i64>,
    pub refresh_token_lifetime_seconds: Option<i64>,
    pub id_token_lifetime_seconds: Option<i64>,
    /// When not empty, nobody else can authorize this client.
    pub allowed_user_ids: Vec<UserId>,
    /// An application of the operator's own that needs no consent page.
    pub internal: bool,
    pub project_id: Option<String>,
    /// What the operator vouched for, where it has changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Reviewed>,
    /// What the client asked for at registration and did not get: a member, or a member and a value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
}

fn held_to_pkce() -> bool {
    true
}

impl ClientConfig {
    /// Whether the client's own setting asks for PKCE. Public clients need it whatever is set.
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
    /// RFC 7592; absent for clients that are managed in other ways only.
    pub registration_token_hash: Option<SecretHash>,
    /// Raised to end all tokens that the client got in its own name.
    pub credential_epoch: i64,
    /// Raised when all that people allowed it is taken back: what is of an earlier one counts for nothing.
    pub access_epoch: i64,
    /// Counts the changes: a change is made to the revision that was read, or not at all.
    pub revision: i64,
    /// Live secrets only; at most two matter.
    pub secrets: Vec<ClientSecret>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Rounded to a day; absent as long as nobody ever signed in through the client.
    pub last_used_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// One of a client's secrets, as stored.
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

    /// Whether a workspace or a person manages it, and sees who uses it. Without an owner, the operator does.
    pub fn has_owner(&self) -> bool {
        self.owner_workspace_id.is_some() || self.owner_user_id.is_some()
    }

    pub fn is_public(&self) -> bool {
        self.client_type == ClientType::Public
    }

    pub fn may_use(&self, grant: GrantType) -> bool {
        self.config.grant_types.contains(&grant)
    }

    /// Public clients rotate their refresh token, others keep it; a setting overrides (checklist, settled 1).
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.config.refresh_rotation.unwrap_or(self.is_public())
    }

    /// Nobody vouches for the client and nobody ever signed in through it: a redirect to it helps nobody but a phisher
    /// (RFC 9700 §4.11.2; checklist, settled 4).
    pub fn is_untried(&self) -> bool {
        self.trust == Trust::Anonymous && self.last_used_at.is_none()
    }

    /// Another program on the device can receive what is sent to a loopback address or a private-use scheme, so the
    /// client's identity is unproven however often the user agreed (OAuth 2.1 §7.3.1).
    pub fn is_unproven_at(&self, redirect_uri: &str) -> bool {
        self.is_public() && !redirect_uri.starts_with("https://")
    }

    /// The client registered itself (RFC 7591), and no person or workspace owns it. The scopes that it registered do not
    /// bind it: it may ask for all that its trust allows.
    pub fn is_self_registered(&self) -> bool {
        self.registration_token_hash.is_some() && self.owner_workspace_id.is_none() && self.owner_user_id.is_none()
    }

    /// Whether the client may prove who it is in this way.
    pub fn accepts(&self, method: AuthMethod) -> bool {
        let either = self.config.any_secret_method && !self.is_public() && method != AuthMethod::None;
        either || self.auth_method == method
    }

    /// Whether `user` may authorize this client at all.
    pub fn allows(&self, user: UserId) -> bool {
        self.config.allowed_user_ids.is_empty() || self.config.allowed_user_ids.contains(&user)
    }
}
