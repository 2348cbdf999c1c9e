//! A client: an OAuth application and its registered metadata (RFC 7591 §2, OpenID Connect Registration §2).

pub mod api;
pub mod authentication;
pub mod grant_type;
mod key_registration;
pub mod keys;
pub mod metadata;
mod reader;
pub mod redirect_uri;
pub mod registration;
pub mod reviewed;
pub(crate) mod terms;

pub use crate::clients::authentication::{AuthMethod, ClientType};
pub use crate::clients::grant_type::GrantType;
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
    /// From the most trusted to the least trusted.
    pub const ALL: [Self; 4] = [Self::FirstParty, Self::Verified, Self::Unverified, Self::Anonymous];
    /// The value in the database and in the APIs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstParty => "first_party",
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::Anonymous => "anonymous",
        }
    }
    /// Reads [`Trust::as_str`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == text)
    }
}

/// `web` clients redirect to https; `native` ones to loopback addresses and private-use schemes (OIDC Registration §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// Redirects to https, and to loopback addresses in development.
    #[default]
    Web,
    /// Installed on the user's device. Also redirects to private-use schemes.
    Native,
}

/// The subject of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum SubType {
    /// The token speaks for the workspace that the user chose.
    #[default]
    Workspace,
    /// The token speaks for the user personally.
    User,
}

impl SubType {
    /// The value of `sub_type` in tokens and introspection, and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::User => "user",
        }
    }
    /// Reads [`SubType::as_str`]; `None` for anything else.
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
    /// Text for users; at most 1000 characters, empty if none. Only the owner can set it.
    pub description: String,
    /// Where responses may be sent, exactly as registered. Empty if the client cannot redirect, or if its owner adds
    /// them later.
    pub redirect_uris: Vec<String>,
    /// Where the browser may go after signing out (OpenID Connect RP-Initiated Logout §3.1).
    pub post_logout_redirect_uris: Vec<String>,
    /// The grant types the client may use; never empty for a registered client.
    pub grant_types: Vec<GrantType>,
    /// `code`, or empty if the client cannot use authorization codes.
    pub response_types: Vec<String>,
    /// The scopes the client may request.
    pub scopes: ScopeSet,
    /// Decides which redirect URIs are accepted.
    pub application_type: ApplicationType,
    /// The client's home page: an https URL, or http on loopback.
    pub client_uri: Option<String>,
    /// The URL of the client's logo.
    pub logo_uri: Option<String>,
    /// The URL of its terms of service.
    pub tos_uri: Option<String>,
    /// The URL of its privacy policy.
    pub policy_uri: Option<String>,
    /// Addresses of people responsible for the client. They are returned to it and not used.
    pub contacts: Vec<String>,
    /// The client software, as it names itself (RFC 7591 §2). It is returned and not used.
    pub software_id: Option<String>,
    /// The version of the client software, as it names itself. It is returned and not used.
    pub software_version: Option<String>,
    /// Used by requests that do not say what their token speaks for.
    pub default_sub_type: SubType,
    /// Registered without an authentication method: the secret may be sent in the header or in the body.
    pub any_secret_method: bool,
    /// What the client signs with; empty unless its method is `private_key_jwt`.
    #[serde(skip_serializing_if = "ClientKeys::is_none")]
    pub keys: ClientKeys,
    /// The algorithm of ID tokens; `None` for the server's default, RS256.
    pub id_token_signed_response_alg: Option<SigningAlg>,
    /// Maximum age of the sign-in, in seconds (OIDC Registration §2).
    pub default_max_age: Option<i64>,
    /// Returned to the client; ID tokens contain `auth_time` regardless.
    pub require_auth_time: bool,
    /// Requires PKCE even of a confidential client (RFC 9700 §2.1.1). A client stored without this member required PKCE
    /// unless it was exempt. Use [`ClientConfig::requires_pkce`].
    #[serde(default = "held_to_pkce")]
    pub require_pkce: bool,
    /// For clients stored before `require_pkce` existed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pkce_exempt: bool,
    /// The default for access tokens.
    pub access_token_format: AccessTokenFormat,
    /// Whether to include the claims of the scopes in the ID token; if `None`, the server's setting applies.
    pub id_token_claims: Option<bool>,
    /// Overrides the rule that public clients rotate their refresh token and confidential ones keep it.
    pub refresh_rotation: Option<bool>,
    /// In seconds, at most [`metadata::LONGEST_SIGNED`]; `None` for the server's setting.
    pub access_token_lifetime_seconds: Option<i64>,
    /// In seconds: a refresh token expires if it is not used for so long. `None` for the server's setting.
    pub refresh_token_lifetime_seconds: Option<i64>,
    /// In seconds, at most [`metadata::LONGEST_SIGNED`]; `None` for the server's setting.
    pub id_token_lifetime_seconds: Option<i64>,
    /// If not empty, only these users can authorize this client.
    pub allowed_user_ids: Vec<UserId>,
    /// A client of the operator's own that needs no consent page.
    pub internal: bool,
    /// An id of the owner's own choice. It is returned and not used.
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
    /// The `client_id`.
    pub id: ClientId,
    /// The display name. It is not unique, and a self-registered client chooses it.
    pub name: String,
    /// Whether the client can keep a secret. Follows from its authentication method.
    pub client_type: ClientType,
    /// How it authenticates. [`Client::accepts`] knows the exception.
    pub auth_method: AuthMethod,
    /// What it may do follows from this; the operator sets it.
    pub trust: Trust,
    /// Its members manage the client. `None` if a user or the operator owns it.
    pub owner_workspace_id: Option<WorkspaceId>,
    /// This user alone manages the client. `None` if a workspace or the operator owns it.
    pub owner_user_id: Option<UserId>,
    /// The registered metadata that is not a column of its own.
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
    /// When the client was registered; `client_id_issued_at`.
    pub created_at: Timestamp,
    /// When its registration last changed.
    pub updated_at: Timestamp,
    /// Rounded to a day; `None` if the client has never been used to sign in.
    pub last_used_at: Option<Timestamp>,
    /// `None` while the client is enabled. A disabled client cannot get or use tokens.
    pub disabled_at: Option<Timestamp>,
    /// `None` unless the client was deleted. Its row stays for the audit log, and its id is never used again.
    pub deleted_at: Option<Timestamp>,
}

/// A client secret, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// Names the secret in lists. It is not the secret.
    pub id: ClientSecretId,
    /// The client it authenticates.
    pub client_id: ClientId,
    /// The keyed hash of the secret, which is not stored.
    pub hash: SecretHash,
    /// The last four characters of the secret.
    pub hint: String,
    /// When the secret was created.
    pub created_at: Timestamp,
    /// `None` if it does not expire. A replaced secret expires after an overlap.
    pub expires_at: Option<Timestamp>,
    /// Accurate to an hour; `None` if it was never used.
    pub last_used_at: Option<Timestamp>,
}

impl Client {
    /// Whether the client is neither disabled nor deleted.
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none() && self.deleted_at.is_none()
    }

    /// Whether a workspace or user manages it, and sees who uses it. Without an owner, the operator does.
    pub fn has_owner(&self) -> bool {
        self.owner_workspace_id.is_some() || self.owner_user_id.is_some()
    }

    /// Whether the client cannot keep a secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.client_type == ClientType::Public
    }

    /// Whether the client authenticates with a secret. Others have none.
    pub fn has_secret(&self) -> bool {
        matches!(self.auth_method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)
    }

    /// Whether the client is registered for this grant type.
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
