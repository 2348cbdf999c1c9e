//! The grant: one active authorization, which refresh extends and revocation ends.

pub mod authorization;
pub mod claims;
pub mod consent;
pub mod refresh;

use crate::clients::SubType;
use crate::grants::authorization::{Access, Authorization};
use crate::grants::claims::ClaimsRequest;
use crate::platform::seal::TokenId;
use crate::workspace::MemberRoles;
use crate::{ClientId, GrantId, ScopeSet, Timestamp, WorkspaceId};
use std::fmt;

/// Why a grant ended. The text is used in the store, the audit log and the `grant ended` event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Revoked by the client or the user (RFC 7009, account pages).
    Revoked,
    /// Its authorization code was used a second time (RFC 9700 §4.2.4).
    CodeReplayed,
    /// A superseded refresh token was used (RFC 9700 §4.14.2).
    RefreshTokenReplayed,
    /// The user revoked the consent it is based on.
    ConsentRevoked,
    /// The client was deleted.
    ClientDeleted,
    /// The client's owner removed the user from those who may use it.
    UserNotAllowed,
    /// The user ended the session, and the grant with it.
    SignedOut,
    /// The user is no longer a member of the workspace.
    MembershipLost,
    /// The workspace no longer allows the client.
    ClientForbidden,
    /// The personal access token that the user authorized it with was revoked or has expired.
    PersonalTokenEnded,
}

impl EndReason {
    /// In the order in which the schema of events lists them.
    pub const ALL: [Self; 10] = [
        Self::Revoked,
        Self::CodeReplayed,
        Self::RefreshTokenReplayed,
        Self::ConsentRevoked,
        Self::ClientDeleted,
        Self::UserNotAllowed,
        Self::SignedOut,
        Self::MembershipLost,
        Self::ClientForbidden,
        Self::PersonalTokenEnded,
    ];
    /// The value in the database, in the log and in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::CodeReplayed => "code_replayed",
            Self::RefreshTokenReplayed => "refresh_token_replayed",
            Self::ConsentRevoked => "consent_revoked",
            Self::ClientDeleted => "client_deleted",
            Self::UserNotAllowed => "user_not_allowed",
            Self::SignedOut => "signed_out",
            Self::MembershipLost => "membership_lost",
            Self::ClientForbidden => "workspace_policy_forbids_client",
            Self::PersonalTokenEnded => "personal_token_ended",
        }
    }
    /// Reads [`EndReason::as_str`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The refresh state of a grant: see [`crate::grants::refresh`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshState {
    /// The current sequence number, starting at 1.
    pub number: i64,
    /// The last redeemed number; `None` if none was redeemed.
    pub redeemed: Option<i64>,
    /// Whether an access token issued with the current number has been used.
    pub used: bool,
    /// When the current number was first issued.
    pub issued_at: Timestamp,
}

/// An active authorization of a client by a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Named in sealed tokens, the audit log and events.
    pub id: GrantId,
    /// The client that holds its tokens.
    pub client_id: ClientId,
    /// What the user authorized, and how.
    pub authorization: Authorization,
    /// The id of the code it was created from, unique.
    pub code_id: TokenId,
    /// As sent in the authorization request; `None` if there was none.
    pub nonce: Option<String>,
    /// When its code was redeemed.
    pub created_at: Timestamp,
    /// The grant is invalid from then on: the idle limit, extended by each refresh, up to the absolute limit.
    pub expires_at: Timestamp,
    /// The absolute limit, fixed at creation.
    pub absolute_expires_at: Timestamp,
    /// When it was created or last refreshed.
    pub last_used_at: Timestamp,
    /// When and why it ended; `None` while it has not.
    pub ended: Option<(Timestamp, EndReason)>,
    /// `None` if it has no refresh token.
    pub refresh: Option<RefreshState>,
    /// Whether its ID tokens name the user. Those of older workspace grants named the workspace.
    pub names_person: bool,
}

/// A grant with everything that decides whether it is valid, read in one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantContext {
    /// The grant itself, even if it has ended.
    pub grant: Grant,
    /// The sum of the current epochs of the client, the client in the grant's workspace, and the user.
    pub epoch: i64,
    /// Whether the user's account is enabled.
    pub user_active: bool,
    /// Whether the client is neither disabled nor deleted.
    pub client_active: bool,
    /// The user's roles in the grant's workspace, or in the home workspace of a user grant. `None` if the user is not
    /// (or no longer) a member, or the workspace does not allow the client.
    pub roles: Option<MemberRoles>,
    /// The workspace of those roles: `tenant_id`.
    pub tenant_id: Option<WorkspaceId>,
    /// The workspace that owns the client.
    pub client_workspace: Option<WorkspaceId>,
    /// Whether this particular access token was revoked.
    pub token_revoked: bool,
}

/// Why a grant is not valid. The reason is for the log and audit; the client sees `invalid_grant` or `active: false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantInactive {
    /// It was ended, or an epoch was raised since.
    Ended(EndReason),
    /// The idle or the absolute limit has passed.
    Expired,
    /// The user's account is disabled.
    UserDisabled,
    /// The client is disabled or deleted.
    ClientDisabled,
    /// It speaks for a workspace that the user has left, or that does not allow the client.
    MembershipLost,
}

impl GrantInactive {
    /// The exact reason, for the log and the audit log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Ended(why) => why.as_str(),
            Self::Expired => "grant_expired",
            Self::UserDisabled => "user_disabled",
            Self::ClientDisabled => "client_disabled",
            Self::MembershipLost => "membership_lost",
        }
    }
}

impl GrantContext {
    /// Checks that the grant is valid at `now`: not ended, not expired, and everything it depends on is still valid
    /// (OAuth 2.1 §4.3.1).
    pub fn check(&self, now: Timestamp) -> Result<&Grant, GrantInactive> {
        let grant = &self.grant;
        if let Some((_, why)) = grant.ended {
            return Err(GrantInactive::Ended(why));
        }
        if now >= grant.expires_at {
            return Err(GrantInactive::Expired);
        }
        if grant.authorization.epoch != self.epoch {
            return Err(GrantInactive::Ended(EndReason::ConsentRevoked));
        }
        if !self.user_active {
            return Err(GrantInactive::UserDisabled);
        }
        if !self.client_active {
            return Err(GrantInactive::ClientDisabled);
        }
        if grant.access().sub_type == SubType::Workspace && self.roles.is_none() {
            return Err(GrantInactive::MembershipLost);
        }
        Ok(grant)
    }
}

impl Grant {
    /// What the user granted.
    pub const fn access(&self) -> &Access {
        &self.authorization.access
    }

    /// The scopes allowed only for claims requested by name, which the tokens do not carry. Older grants may contain
    /// names that were never allowed.
    pub fn scopes_of_claims(&self) -> ScopeSet {
        if self.names_person { self.access().claims.scopes().minus(&self.access().scopes) } else { ScopeSet::default() }
    }

    /// The claims requested by name that a token with these scopes returns.
    pub fn claims_for(&self, scopes: &ScopeSet) -> ClaimsRequest {
        self.access().claims.within(&scopes.union(&self.scopes_of_claims()))
    }

    /// Whether a refresh may return an ID token: its `sub` must be the same as in the first one (OpenID Connect
    /// Core §12.2).
    pub fn keeps_sub(&self) -> bool {
        self.names_person || self.access().sub_type == SubType::User
    }

    /// The `sub` of its access tokens: the workspace for workspace grants, the user for user grants. ID tokens and
    /// userinfo always name the user.
    pub fn subject(&self) -> String {
        match self.access().workspace_id {
            Some(workspace) if self.access().sub_type == SubType::Workspace => workspace.to_string(),
            _ => self.authorization.user_id.to_string(),
        }
    }
}
