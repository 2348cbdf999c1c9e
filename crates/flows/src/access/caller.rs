//! The caller of a request.
use domain::access::{ApiKey, AuthorizingToken, Credential, KeyRights};
use domain::account::{PersonProof, Session, User};
use domain::workspace::Workspace;
use domain::{PersonalAccessTokenId, ScopeSet, SessionId, Timestamp, WorkspaceId};

/// A signed-in browser, and its user.
#[derive(Debug, Clone)]
pub struct SessionView {
    pub session: Session,
    pub user: User,
}

/// A user, authenticated by a personal access token.
#[derive(Debug, Clone)]
pub struct PatView {
    pub id: PersonalAccessTokenId,
    pub scopes: ScopeSet,
    pub expires_at: Option<Timestamp>,
    pub user: User,
}

/// A workspace, authenticated by an API key.
#[derive(Debug, Clone)]
pub struct KeyView {
    pub key: ApiKey,
    pub workspace: Workspace,
    /// The key's current rights, which depend on those of its creator.
    pub rights: KeyRights,
}

/// The caller of a request.
#[derive(Debug, Clone)]
pub enum Caller {
    /// No credential, or one that is unknown, revoked or expired.
    Anonymous,
    Session(Box<SessionView>),
    Pat(Box<PatView>),
    ApiKey(Box<KeyView>),
    /// A key without rights, because its creator left the workspace or is disabled.
    OrphanedKey(WorkspaceId),
}

impl Caller {
    /// The credential that authenticates the caller.
    pub fn credential(&self) -> Option<Credential> {
        match self {
            Self::Session(view) => Some(Credential::Session(view.session.id)),
            Self::Pat(view) => Some(Credential::PersonalToken(view.id)),
            Self::ApiKey(view) => Some(Credential::ApiKey(view.key.id)),
            Self::Anonymous | Self::OrphanedKey(_) => None,
        }
    }

    /// The caller's user, if there is one.
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::Session(view) => Some(&view.user),
            Self::Pat(view) => Some(&view.user),
            Self::ApiKey(_) | Self::OrphanedKey(_) | Self::Anonymous => None,
        }
    }
    pub fn session_id(&self) -> Option<SessionId> {
        match self {
            Self::Session(view) => Some(view.session.id),
            _ => None,
        }
    }
    /// The personal access token, if the user authenticated with one.
    pub fn token(&self) -> Option<AuthorizingToken> {
        match self {
            Self::Pat(view) => Some(AuthorizingToken { id: view.id, expires_at: view.expires_at }),
            _ => None,
        }
    }
    /// The scopes that a personal access token limits its user to.
    pub fn confined_to(&self) -> Option<&ScopeSet> {
        match self {
            Self::Pat(view) => Some(&view.scopes),
            _ => None,
        }
    }
    /// How the user was authenticated. A token proves nothing about that.
    pub fn proof(&self) -> Option<&PersonProof> {
        match self {
            Self::Session(view) => Some(&view.session.proof),
            _ => None,
        }
    }
}
