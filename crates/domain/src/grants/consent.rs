//! What a user allowed a client, per workspace.
use crate::clients::Client;
use crate::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

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
    /// Only in the person's own name.
    pub home: Home,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The workspace that tokens in a person's own name show, as the consent page named it to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Home {
    /// Nothing is known of what the page named.
    #[default]
    Unknown,
    /// The page named this one, or none.
    Named(Option<WorkspaceId>),
}

impl Home {
    /// What was named, or else the `default` of now.
    pub fn or(self, default: Option<WorkspaceId>) -> Option<WorkspaceId> {
        match self {
            Self::Named(home) => home,
            Self::Unknown => default,
        }
    }
}

/// The workspace that a token in the person's own name shows where nobody was asked: the one of the consent. It is the default of
/// now where the consent is from before it was remembered, and where the client asks nobody, so that no page named any.
pub fn home_unasked(client: &Client, consents: &[Consent], default: Option<WorkspaceId>) -> Option<WorkspaceId> {
    if client.config.internal {
        return default;
    }
    let own = consents.iter().find(|consent| consent.workspace_id.is_none());
    own.map(|consent| consent.home).unwrap_or_default().or(default)
}

impl Consent {
    /// Whether the next authorization in the person's own name, where nobody is asked, shows the default workspace of then.
    pub fn follows_default(&self, client: &Client) -> bool {
        self.workspace_id.is_none() && (client.config.internal || self.home == Home::Unknown)
    }
}
