use crate::access::is_operator_scope;
use crate::workspace::{MemberRoles, Role};
use crate::{ApiKeyId, PersonalAccessTokenId, ScopeSet, SecretHash, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// A workspace's credential: it acts as the workspace, with its own role and scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key in lists and in the audit log. It is not the secret.
    pub id: ApiKeyId,
    /// The workspace that the key acts as.
    pub workspace_id: WorkspaceId,
    /// A label for lists: 1 to 100 characters.
    pub name: String,
    /// The roles given at creation. What the key may do now can be less: see [`ApiKey::rights`].
    pub roles: MemberRoles,
    /// The operations it may perform.
    pub scopes: ScopeSet,
    /// The keyed hash of the secret, which is not stored.
    pub hash: SecretHash,
    /// The last four characters of the secret.
    pub hint: String,
    /// The user who created it; `None` for keys created on the command line.
    pub created_by: Option<UserId>,
    /// When the key was created.
    pub created_at: Timestamp,
    /// `None` if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// Accurate to a minute; `None` if the key was never used.
    pub last_used_at: Option<Timestamp>,
    /// `None` unless the key was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The user responsible for an API key, with their current roles in its workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creator {
    /// The creator, or the user who adopted the key since.
    pub id: UserId,
    /// The user's current display name.
    pub name: String,
    /// `None` if they are no longer a member of the workspace.
    pub roles: Option<MemberRoles>,
    /// Whether the user is an operator now.
    pub is_operator: bool,
    /// Whether the account is enabled.
    pub is_active: bool,
}

/// What an API key may currently do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRights {
    /// At most the roles of the key and those of its creator.
    pub roles: MemberRoles,
    /// Whether its operator scopes are effective.
    pub operator: bool,
}

/// A user's credential: it acts as the user, within its scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalAccessToken {
    /// Names the token in lists and in the audit log. It is not the secret.
    pub id: PersonalAccessTokenId,
    /// The user it acts as.
    pub user_id: UserId,
    /// A label for lists: 1 to 100 characters.
    pub name: String,
    /// The operations it may perform.
    pub scopes: ScopeSet,
    /// The keyed hash of the secret, which is not stored.
    pub hash: SecretHash,
    /// The last four characters of the secret.
    pub hint: String,
    /// When the token was created.
    pub created_at: Timestamp,
    /// `None` if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// Accurate to a minute; `None` if the token was never used.
    pub last_used_at: Option<Timestamp>,
    /// `None` unless the token was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The personal access token that a user authorized a client with. Nothing that results from it outlives the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizingToken {
    /// The token, which may have been revoked since.
    pub id: PersonalAccessTokenId,
    /// When the token expires; `None` if it does not.
    pub expires_at: Option<Timestamp>,
}

/// Whether it is usable at `now`, that is, neither revoked nor expired.
fn is_live(revoked_at: Option<Timestamp>, expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    revoked_at.is_none() && expires_at.is_none_or(|end| now < end)
}

impl ApiKey {
    /// Whether the key is neither revoked nor expired at `now`. Does not look at its creator: see [`ApiKey::rights`].
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
    /// Whether the token is neither revoked nor expired at `now`. Does not look at its user.
    pub fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.revoked_at, self.expires_at, now)
    }
}
