//! What a user allowed a client, per workspace.
use crate::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};

/// What a user allowed a client to do, in one workspace or, when no workspace is named, for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub user_id: UserId,
    pub client_id: ClientId,
    pub workspace_id: Option<WorkspaceId>,
    pub scopes: ScopeSet,
    /// Those of them that the client need not ask for again. What a person allowed with a personal access token is not among
    /// them: it ends with the token.
    pub standing: ScopeSet,
    /// The client may stay connected without having asked for `offline_access`.
    pub stays: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
