use super::Role;
use crate::account::Email;
use crate::{InvitationId, SecretHash, Timestamp, UserId, WorkspaceId};

/// A link that lets whoever holds it become a member of a workspace, once. The link holds a secret of 256 bits; the row
/// holds its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub workspace_id: WorkspaceId,
    pub role: Role,
    pub hash: SecretHash,
    /// Whom it was meant for, as a memory; anybody who has the link may use it.
    pub email: Option<Email>,
    /// Absent when it was made by a key, or the person is gone.
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub used_by: Option<UserId>,
    pub revoked_at: Option<Timestamp>,
}

/// What has become of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    Open,
    Used,
    Revoked,
    Expired,
    /// The inviter's account is disabled. Once it is enabled, the link is good again.
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
