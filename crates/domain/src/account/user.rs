use super::{Email, Zone};
use crate::{Timestamp, UserId, WorkspaceId};

/// A user who can sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The `sub` of the user's tokens.
    pub id: UserId,
    /// Unique among users without regard to case.
    pub email: Email,
    /// Whether the user has proved that the address is theirs.
    pub email_verified: bool,
    /// The display name: 1 to 100 characters.
    pub name: String,
    /// The URL of a picture, if any.
    pub picture: Option<String>,
    /// Argon2id in PHC string form; `None` for users who cannot sign in by password.
    pub password_hash: Option<String>,
    /// Whether the user may run the server.
    pub is_operator: bool,
    /// Named in `tenant_id` of user tokens if the user belongs to several workspaces.
    pub default_workspace_id: Option<WorkspaceId>,
    /// BCP 47, as chosen by the user.
    pub locale: Option<String>,
    /// The time zone for displaying times; if `None`, the browser's.
    pub zone: Option<Zone>,
    /// `None` while the account is enabled.
    pub disabled_at: Option<Timestamp>,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When the profile, the password or the state of the account last changed.
    pub updated_at: Timestamp,
    /// Raised to end everything that acts for the user. Anything authorized under an earlier epoch, even if still in
    /// progress, is void.
    pub epoch: i64,
}

impl User {
    /// Whether the account is enabled. The user may still have no password.
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }
}

// Implemented by hand, so that the password hash never reaches a log.
impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}
