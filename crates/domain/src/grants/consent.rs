//! What a user allowed a client, per workspace.
use crate::clients::Client;
use crate::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// What a user allowed a client in one workspace, or personally if there is no workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The user who consented.
    pub user_id: UserId,
    /// The client that they allowed something.
    pub client_id: ClientId,
    /// The workspace it is for; `None` for a personal consent.
    pub workspace_id: Option<WorkspaceId>,
    /// Everything that the user allows, including what ends with a personal access token.
    pub scopes: ScopeSet,
    /// The scopes that the client need not ask for again. Scopes allowed with a personal access token are not included:
    /// they end with the token.
    pub standing: ScopeSet,
    /// Whether the client may stay connected without having requested `offline_access`.
    pub stays: bool,
    /// Only for personal consents.
    pub home: Home,
    /// When the consent was first given.
    pub created_at: Timestamp,
    /// When scopes were last added.
    pub updated_at: Timestamp,
}

/// The workspace that tokens of a personal consent reveal, as the consent page named it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Home {
    /// It is not known what the page named.
    #[default]
    Unknown,
    /// The page named this workspace, or none.
    Named(Option<WorkspaceId>),
}

impl Home {
    /// The named workspace, or else the current `default`.
    pub fn or(self, default: Option<WorkspaceId>) -> Option<WorkspaceId> {
        match self {
            Self::Named(home) => home,
            Self::Unknown => default,
        }
    }
}

/// The workspace that a personal token reveals when no page is shown: the one in the consent. It is the current default
/// if the consent is older than this field, or if the client skips consent, so that no page named any.
pub fn home_unasked(client: &Client, consents: &[Consent], default: Option<WorkspaceId>) -> Option<WorkspaceId> {
    if client.config.internal {
        return default;
    }
    let own = consents.iter().find(|consent| consent.workspace_id.is_none());
    own.map(|consent| consent.home).unwrap_or_default().or(default)
}

impl Consent {
    /// Whether the next personal authorization without a page uses the user's default workspace at that time.
    pub fn follows_default(&self, client: &Client) -> bool {
        self.workspace_id.is_none() && (client.config.internal || self.home == Home::Unknown)
    }
}
