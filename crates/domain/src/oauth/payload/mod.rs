//! What stands inside the sealed tokens.

pub(crate) mod v0;
pub(crate) mod v1;

use super::pkce::CodeChallenge;
use crate::access::AuthorizingToken;
use crate::clients::SubType;
use crate::grants::claims::ClaimsRequest;
use crate::grants::consent::Home;
use crate::oauth::authorize::decide::Interaction;
use crate::platform::encoding::{base64url, from_base64url};
use crate::platform::scope::ScopeSet;
use crate::platform::seal::{Payload, Unopened, exactly};
use crate::{ClientId, GrantId, SessionId, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// An authorization code: all that the token endpoint needs to make the grant. It exists only after approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodePayload {
    pub client_id: ClientId,
    pub redirect_uri: String,
    pub challenge: Option<CodeChallenge>,
    pub nonce: Option<String>,
    pub scopes: ScopeSet,
    pub resources: Vec<String>,
    pub claims: ClaimsRequest,
    pub sub_type: SubType,
    /// The workspace that the grant will speak for; for a user grant, the person's only or default one, whose `tenant_id`
    /// its tokens carry.
    pub workspace_id: Option<WorkspaceId>,
    pub user_id: UserId,
    pub session_id: Option<SessionId>,
    pub by_token: Option<AuthorizingToken>,
    pub auth_time: Option<Timestamp>,
    pub acr: Option<String>,
    /// Whether a refresh token may come with it: not where `offline_access` was asked for and not allowed.
    pub refreshable: bool,
    /// The epochs of the client and the person when it was allowed, added up. Neither ever falls: the sum is another one as
    /// soon as either was raised.
    pub epoch: i64,
    pub expires_at: Timestamp,
}

/// Who an access token speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bearer {
    /// A user's authorization. `number` is that of the refresh token that it came with, where those rotate: a use of the
    /// access token shows that the response arrived.
    Grant { id: GrantId, number: Option<i64> },
    /// The client itself (client credentials), at this credential epoch.
    Client { id: ClientId, epoch: i64 },
}

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPayload {
    pub bearer: Bearer,
    pub scopes: ScopeSet,
    /// The resources that it is for (RFC 8707); empty for the server's default.
    pub audience: Vec<String>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

impl AccessPayload {
    /// Whether this server's own APIs accept it: a token for another API is not for them (RFC 8707 §2, checklist 74).
    pub fn is_for(&self, issuer: &str) -> bool {
        self.audience.is_empty() || self.audience.iter().any(|resource| resource == issuer)
    }
}

/// A refresh token: its grant and its sequence number. It needs no secret, because the seal cannot be forged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshPayload {
    pub grant_id: GrantId,
    pub number: i64,
}

/// The claims of a JWT access token (RFC 9068 §2.2), and the grant behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    pub iss: String,
    pub sub: String,
    pub aud: Audience,
    pub exp: Timestamp,
    pub iat: Timestamp,
    pub jti: String,
    pub client_id: ClientId,
    pub scope: ScopeSet,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tenant_id: Option<WorkspaceId>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub roles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<Timestamp>,
    /// What `sub` is; absent for a client's own tokens.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sub_type: Option<SubType>,
    /// The person who authorized a workspace's token, for resources that ask for it. Not `act`, which is for token
    /// exchange (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authorized_by: Option<UserId>,
    /// The bearer, so that revocation is exact for JWTs too. Its form is this server's own business.
    pub cs_bearer: String,
}

/// One audience is a string, several are an array (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// The named resources, or the issuer when there is none (RFC 9068 §3: a default resource indicator).
    pub fn of(resources: &[String], issuer: &str) -> Self {
        match resources {
            [] => Self::One(issuer.to_owned()),
            [one] => Self::One(one.clone()),
            many => Self::Many(many.to_vec()),
        }
    }
    pub fn into_resources(self, issuer: &str) -> Vec<String> {
        match self {
            Self::One(one) if one == issuer => Vec::new(),
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

impl Payload for AccessPayload {
    fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
        let v0::AccessPayload { bearer, scopes, audience, issued_at, expires_at } = v0::read(version, plain)?;
        Some(Self { bearer: bearer.into(), scopes, audience, issued_at, expires_at })
    }
}

impl Payload for Bearer {
    fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
        v0::read::<v0::Bearer>(version, plain).map(Self::from)
    }
}

impl From<v0::Bearer> for Bearer {
    fn from(old: v0::Bearer) -> Self {
        match old {
            v0::Bearer::Grant { id, answer } => Self::Grant { id, number: answer.map(|answer| answer.seq) },
            v0::Bearer::Client { id, epoch } => Self::Client { id, epoch },
        }
    }
}

impl Payload for RefreshPayload {
    fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
        // The secret told voided responses of one number apart. Now each response has a number of its own.
        let v0::RefreshPayload { grant_id, seq, .. } = v0::read(version, plain)?;
        Some(Self { grant_id, number: seq })
    }
}

impl Payload for CodePayload {
    const VERSION: u8 = 2;

    fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
        let old = match version {
            1 => exactly::<v1::CodePayload>(plain),
            _ => v0::read::<v0::CodePayload>(version, plain).map(v1::CodePayload::from),
        };
        old.map(Self::from)
    }
}

impl From<v1::CodePayload> for CodePayload {
    fn from(old: v1::CodePayload) -> Self {
        Self {
            client_id: old.client_id,
            redirect_uri: old.redirect_uri,
            challenge: old.challenge,
            nonce: old.nonce,
            scopes: old.scopes,
            resources: old.resources,
            claims: old.claims,
            sub_type: old.sub_type,
            workspace_id: old.workspace_id,
            user_id: old.user_id,
            session_id: old.session_id,
            by_token: old.by_token,
            auth_time: old.auth_time,
            acr: old.acr,
            refreshable: old.refreshable,
            // None was raised by then.
            epoch: 0,
            expires_at: old.expires_at,
        }
    }
}

impl Payload for Interaction {
    const VERSION: u8 = 2;

    fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
        let old: v1::Interaction = if version == 1 { exactly(plain)? } else { v0::read(version, plain)? };
        Some(old.into())
    }
}

impl From<v1::Interaction> for Interaction {
    fn from(old: v1::Interaction) -> Self {
        Self {
            request: old.request,
            browser: old.browser,
            expires_at: old.expires_at,
            fresh_session: old.fresh_session,
            account_selected: old.account_selected,
            asked: old.asked,
            told: old.told,
            device: old.device,
            // Nothing recorded it then.
            home: Home::Unknown,
        }
    }
}

impl Bearer {
    /// A text form for the claim of a JWT access token: version, dot, payload.
    pub fn to_text(&self) -> String {
        // A bearer is a few ids: it always serializes.
        format!("{}.{}", Self::VERSION, base64url(&postcard::to_stdvec(self).unwrap_or_default()))
    }
    /// Reads this version or an older one; version 0 had no dot.
    pub fn from_text(text: &str) -> Result<Self, Unopened> {
        let (version, payload) = text.split_once('.').unwrap_or(("0", text));
        let version = version.parse().map_err(|_| Unopened::NotOurs)?;
        Self::read(version, &from_base64url(payload).ok_or(Unopened::NotOurs)?)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
