use super::Role;
use crate::account::Email;
use crate::{InvitationId, SecretHash, Timestamp, UserId, WorkspaceId};

/// A link with which anyone who has it can become a member of a workspace, once. The link contains a 256-bit secret;
/// the row contains its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Names the invitation in lists and the audit log. It is not the link's secret.
    pub id: InvitationId,
    /// The workspace that the recipient joins.
    pub workspace_id: WorkspaceId,
    /// The role that the new member gets.
    pub role: Role,
    /// The keyed hash of the link's secret, which is not stored.
    pub hash: SecretHash,
    /// The intended recipient, as a note only; anyone with the link may use it.
    pub email: Option<Email>,
    /// `None` if it was created by a key, or the user no longer exists.
    pub created_by: Option<UserId>,
    /// When the invitation was created.
    pub created_at: Timestamp,
    /// The link is invalid from then on.
    pub expires_at: Timestamp,
    /// `None` until it is accepted.
    pub used_at: Option<Timestamp>,
    /// Who accepted it; `None` until then, or if the user no longer exists.
    pub used_by: Option<UserId>,
    /// `None` unless it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The state of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    /// The link can be used.
    Open,
    /// A user has accepted it.
    Used,
    /// It was revoked before it was used.
    Revoked,
    /// It was not used in time.
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
