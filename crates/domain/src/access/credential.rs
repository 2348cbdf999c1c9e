use crate::access::is_operator_scope;
use crate::workspace::{MemberRoles, Role};
use crate::{ApiKeyId, PersonalAccessTokenId, ScopeSet, SecretHash, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// A workspace's credential: it acts as the workspace, with its own role and scopes.
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

/// The user responsible for an API key, with their current roles in its workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creator {
    pub id: UserId,
    pub name: String,
    /// `None` if they are no longer a member of the workspace.
    pub roles: Option<MemberRoles>,
    pub is_operator: bool,
    pub is_active: bool,
}

/// What an API key may currently do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRights {
    pub roles: MemberRoles,
    /// Whether its operator scopes are effective.
    pub operator: bool,
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

/// The personal access token that a user authorized a client with. Nothing that results from it outlives the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizingToken {
    pub id: PersonalAccessTokenId,
    pub expires_at: Option<Timestamp>,
}

/// Whether it is usable at `now`, that is, neither revoked nor expired.
fn is_live(revoked_at: Option<Timestamp>, expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    revoked_at.is_none() && expires_at.is_none_or(|end| now < end)
}

impl ApiKey {
    pub fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.revoked_at, self.expires_at, now)
    }

    fn has_operator_scopes(&self) -> bool {
        self.scopes.iter().any(is_operator_scope)
    }

    /// What the key may do given its creator's current state: at most what they may. Returns `None` if the creator may
    /// no longer do anything in the workspace. A key without a creator comes from the command line and keeps its
    /// rights.
    pub fn rights(&self, creator: Option<&Creator>) -> Option<KeyRights> {
        let Some(creator) = creator else {
            return Some(KeyRights { roles: self.roles.clone(), operator: self.has_operator_scopes() });
        };
        let own = creator.roles.as_ref().filter(|_| creator.is_active)?;
        // The operator assigns these names, and so keeps all of them.
        let keeps = |name: &&String| creator.is_operator || own.extra.contains(name);
        let extra = self.roles.extra.iter().filter(keeps).cloned().collect();
        let roles = MemberRoles { role: self.roles.role.min(own.role), extra };
        Some(KeyRights { roles, operator: creator.is_operator && self.has_operator_scopes() })
    }

    /// Whether the key may do less than it was created with, because its creator has lost rights.
    pub fn has_lost_rights(&self, creator: Option<&Creator>) -> bool {
        self.rights(creator) != self.rights(None)
    }

    /// Whether the key would have all its rights with this user as its creator.
    pub fn fits(&self, role: Role, is_operator: bool) -> bool {
        self.roles.role <= role && (is_operator || !self.has_operator_scopes())
    }
}

impl PersonalAccessToken {
    pub fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.revoked_at, self.expires_at, now)
    }
}
