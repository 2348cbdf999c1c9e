use super::{Email, Zone};
use crate::{Timestamp, UserId, WorkspaceId};

/// A person who can sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: Email,
    pub email_verified: bool,
    pub name: String,
    pub picture: Option<String>,
    /// Argon2id in PHC string form; absent for people who cannot sign in by password.
    pub password_hash: Option<String>,
    pub is_operator: bool,
    /// Named in `tenant_id` of user tokens when the user belongs to several workspaces.
    pub default_workspace_id: Option<WorkspaceId>,
    /// BCP 47, as chosen by the user.
    pub locale: Option<String>,
    /// The time zone that the user reads times in; without one, the browser's.
    pub zone: Option<Zone>,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Raised when all that acts for them ends: what they allowed before, and is on its way, counts for nothing.
    pub epoch: i64,
}

impl User {
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }
}

// By hand, so that the password hash never reaches a log.
impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}
