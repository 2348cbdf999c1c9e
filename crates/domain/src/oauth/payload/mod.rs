//! The content of sealed tokens.

pub(crate) mod v0;
pub(crate) mod v1;
pub(crate) mod v2;

use super::pkce::CodeChallenge;
use crate::clients::SubType;
use crate::grants::authorization::{Access, Authorization};
use crate::oauth::authorize::decide::Interaction;
use crate::oauth::authorize::{AuthorizationRequest, Destination};
use crate::platform::encoding::{base64url, from_base64url};
use crate::platform::scope::ScopeSet;
use crate::platform::seal::{Payload, Unopened, exactly};
use crate::{ClientId, GrantId, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// An authorization code: everything the token endpoint needs to create the grant. It is created only after approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodePayload {
    /// The client that may redeem the code.
    pub client_id: ClientId,
    /// Where the response went. If the token request names a redirect URI, it must be this one.
    pub redirect_uri: String,
    /// The PKCE challenge that the verifier must match; `None` if the request had none.
    pub challenge: Option<CodeChallenge>,
    /// Repeated in the ID token; `None` if the request had none.
    pub nonce: Option<String>,
    /// What the user authorized.
    pub authorization: Authorization,
    /// Whether a refresh token may be issued: not if `offline_access` was requested and not allowed.
    pub refreshable: bool,
    /// The grant ends at this time at the latest, because the personal access token does that the user authorized it with.
    pub ends_at: Option<Timestamp>,
    /// 60 seconds after approval, unless the server is set otherwise.
    pub expires_at: Timestamp,
}

/// On whose behalf an access token acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bearer {
    /// A user's authorization. `number` is that of the refresh token issued with it, if those rotate: using the access
    /// token shows that the response arrived.
    Grant {
        /// The grant.
        id: GrantId,
        /// The refresh token's sequence number; `None` if it does not rotate.
        number: Option<i64>,
    },
    /// The client itself (client credentials), at this credential epoch.
    Client {
        /// The client.
        id: ClientId,
        /// Its [`credential_epoch`](crate::clients::Client::credential_epoch) when the token was issued.
        epoch: i64,
    },
}

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPayload {
    /// Whose authority it carries.
    pub bearer: Bearer,
    /// What it allows at most.
    pub scopes: ScopeSet,
    /// The resources it is for (RFC 8707); empty for the server's default.
    pub audience: Vec<String>,
    /// When the token was issued.
    pub issued_at: Timestamp,
    /// The token is invalid from then on.
    pub expires_at: Timestamp,
}

impl AccessPayload {
    /// Whether this server's own APIs accept it. They do not accept a token for another API (RFC 8707 §2,
    /// checklist 74).
    pub fn is_for(&self, issuer: &str) -> bool {
        self.audience.is_empty() || self.audience.iter().any(|resource| resource == issuer)
    }
}

/// A refresh token: its grant and its sequence number. It needs no secret, because the seal cannot be forged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshPayload {
    /// The grant that it refreshes.
    pub grant_id: GrantId,
    /// Compared with the grant's current number: see [`crate::grants::refresh`].
    pub number: i64,
}

/// The claims of a JWT access token (RFC 9068 §2.2), and the grant behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The user, workspace or client that the token speaks for.
    pub sub: String,
    /// The resources it is for, or the issuer.
    pub aud: Audience,
    /// The token is invalid from then on.
    pub exp: Timestamp,
    /// When the token was issued.
    pub iat: Timestamp,
    /// The id of the token, with which it can be revoked alone.
    pub jti: String,
    /// The client it was issued to.
    pub client_id: ClientId,
    /// What it allows at most.
    pub scope: ScopeSet,
    /// The workspace of the roles; `None` if there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tenant_id: Option<WorkspaceId>,
    /// The roles of the user in that workspace; empty if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub roles: Vec<String>,
    /// Only in tokens of earlier versions.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<Timestamp>,
    /// The kind of `sub`; `None` for a client's own tokens.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sub_type: Option<SubType>,
    /// The user who authorized a workspace's token, for resources that need to know. Not `act`, which is for token
    /// exchange (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authorized_by: Option<UserId>,
    /// The bearer, so that revocation is exact for JWTs too. Its format is internal to this server.
    pub cs_bearer: String,
}

/// A single audience is a string, several are an array (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// The usual form.
    One(String),
    /// Only for tokens that several resources accept.
    Many(Vec<String>),
}

impl Audience {
    /// The named resources, or the issuer if there are none (RFC 9068 §3: a default resource indicator).
    pub fn of(resources: &[String], issuer: &str) -> Self {
        match resources {
            [] => Self::One(issuer.to_owned()),
            [one] => Self::One(one.clone()),
            many => Self::Many(many.to_vec()),
        }
    }
    /// The inverse of [`Audience::of`]: empty for the issuer alone.
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
        // The secret distinguished voided responses with the same number. Now each response has its own number.
        let v0::RefreshPayload { grant_id, seq, .. } = v0::read(version, plain)?;
        Some(Self { grant_id, number: seq })
    }
}

impl Payload for CodePayload {
    const VERSION: u8 = 3;

    fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
        let old: v2::CodePayload = match version {
            2 => exactly(plain)?,
            1 => exactly::<v1::CodePayload>(plain)?.into(),
            _ => v1::CodePayload::from(v0::read::<v0::CodePayload>(version, plain)?).into(),
        };
        Some(old.into())
    }
}

impl From<v2::CodePayload> for CodePayload {
    fn from(old: v2::CodePayload) -> Self {
        let access = Access {
            sub_type: old.sub_type,
            workspace_id: old.workspace_id.filter(|_| old.sub_type == SubType::Workspace),
            scopes: old.scopes,
            resources: old.resources,
            claims: old.claims,
        };
        let authorization = Authorization {
            user_id: old.user_id,
            access,
            home_workspace_id: old.workspace_id.filter(|_| old.sub_type == SubType::User),
            session_id: old.session_id,
            by_token: old.by_token.map(|token| token.id),
            proof: old.proof,
            epoch: old.epoch,
        };
        Self {
            client_id: old.client_id,
            redirect_uri: old.redirect_uri,
            challenge: old.challenge,
            nonce: old.nonce,
            authorization,
            refreshable: old.refreshable,
            ends_at: old.by_token.and_then(|token| token.expires_at),
            expires_at: old.expires_at,
        }
    }
}

impl Payload for Interaction {
    const VERSION: u8 = 3;

    fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
        let old: v2::Interaction = match version {
            2 => exactly(plain)?,
            1 => exactly::<v1::Interaction>(plain)?.into(),
            _ => v0::read::<v1::Interaction>(version, plain)?.into(),
        };
        Some(old.into())
    }
}

impl From<v2::Interaction> for Interaction {
    fn from(old: v2::Interaction) -> Self {
        let request = old.request;
        let access = Access {
            sub_type: request.sub_type,
            workspace_id: request.workspace,
            scopes: request.scopes,
            resources: request.resources,
            claims: request.claims,
        };
        let request = AuthorizationRequest {
            client_id: request.client_id,
            destination: old.device.map_or(Destination::Redirect(request.callback), Destination::Device),
            access,
            challenge: request.challenge,
            nonce: request.nonce,
            prompt: request.prompt,
            max_age: request.max_age,
            login_hint: request.login_hint,
            hinted_sub: request.hinted_sub,
            acr_values: request.acr_values,
            ui_locales: request.ui_locales,
            received_at: request.received_at,
        };
        Self {
            request,
            browser: old.browser,
            expires_at: old.expires_at,
            fresh_session: old.fresh_session,
            account_selected: old.account_selected,
            consent_shown_to: old.asked,
            refusal_shown_to: old.told,
            home: old.home,
        }
    }
}

impl Bearer {
    /// A text form for the claim of a JWT access token: version, dot, payload.
    pub fn to_text(&self) -> String {
        // A bearer consists of a few ids and always serializes.
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
