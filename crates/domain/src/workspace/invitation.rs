use super::Role;
use crate::account::Email;
use crate::{InvitationId, SecretHash, Timestamp, UserId, WorkspaceId};

/// A link with which anyone who has it can become a member of a workspace, once. The link contains a 256-bit secret;
/// the row contains its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub workspace_id: WorkspaceId,
    pub role: Role,
    pub hash: SecretHash,
    /// The intended recipient, as a note only; anyone with the link may use it.
    pub email: Option<Email>,
    /// `None` if it was created by a key, or the user no longer exists.
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub used_by: Option<UserId>,
    pub revoked_at: Option<Timestamp>,
}

/// The state of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    Open,
    Used,
    Revoked,
    Expired,
    /// The inviter's account is disabled. Once it is enabled, the link is valid again.
    Paused,
}

impl Invitation {
    /// `inviting` says whether the inviter's account is enabled.
    pub fn state(&self, inviting: bool, now: Timestamp) -> InvitationState {
        match self {
            Self { used_at: Some(_), .. } => InvitationState::Used,
            Self { revoked_at: Some(_), .. } => InvitationState::Revoked,
            Self { expires_at, .. } if now >= *expires_at => InvitationState::Expired,
            _ if !inviting => InvitationState::Paused,
            _ => InvitationState::Open,
        }
    }
}
