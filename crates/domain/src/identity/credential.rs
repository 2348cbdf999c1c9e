use super::MemberRoles;
use crate::{ApiKeyId, PersonalAccessTokenId, ScopeSet, SecretHash, Timestamp, UserId, WorkspaceId};

/// A workspace's credential: it acts as the workspace, with a role and scopes of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub workspace_id: WorkspaceId,
    pub name: String,
    pub roles: MemberRoles,
    pub scopes: ScopeSet,
    pub hash: SecretHash,
    pub hint: String,
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// A user's credential: it acts as the user, within its scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalAccessToken {
    pub id: PersonalAccessTokenId,
    pub user_id: UserId,
    pub name: String,
    pub scopes: ScopeSet,
    pub hash: SecretHash,
    pub hint: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// Usable at `now`: neither revoked nor expired.
fn is_live(revoked_at: Option<Timestamp>, expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    revoked_at.is_none() && expires_at.is_none_or(|end| now < end)
}

impl ApiKey {
    pub fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.revoked_at, self.expires_at, now)
    }
}

impl PersonalAccessToken {
    pub fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.revoked_at, self.expires_at, now)
    }
}
