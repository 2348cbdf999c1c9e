//! Who is calling.
use domain::access::{ApiKey, AuthorizingToken, Credential, KeyRights};
use domain::account::{Session, User};
use domain::workspace::Workspace;
use domain::{PersonalAccessTokenId, ScopeSet, SessionId, Timestamp, WorkspaceId};

/// A signed-in browser, and its user.
#[derive(Debug, Clone)]
pub struct SessionView {
    pub session: Session,
    pub user: User,
}

/// A user by personal access token.
#[derive(Debug, Clone)]
pub struct PatView {
    pub id: PersonalAccessTokenId,
    pub scopes: ScopeSet,
    pub expires_at: Option<Timestamp>,
    pub user: User,
}

/// A workspace by API key.
#[derive(Debug, Clone)]
pub struct KeyView {
    pub key: ApiKey,
    pub workspace: Workspace,
    /// What the key may do now, as its creator stands.
    pub rights: KeyRights,
}

/// Who is calling.
#[derive(Debug, Clone)]
pub enum Caller {
    Nobody,
    Session(Box<SessionView>),
    Pat(Box<PatView>),
    ApiKey(Box<KeyView>),
    /// A key that may do nothing, as its creator left the workspace or is disabled.
    OrphanedKey(WorkspaceId),
}

impl Caller {
    /// What they prove their identity with.
    pub fn credential(&self) -> Option<Credential> {
        match self {
            Self::Session(view) => Some(Credential::Session(view.session.id)),
            Self::Pat(view) => Some(Credential::PersonalToken(view.id)),
            Self::ApiKey(view) => Some(Credential::ApiKey(view.key.id)),
            Self::Nobody | Self::OrphanedKey(_) => None,
        }
    }

    /// The person, if there is one.
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::Session(view) => Some(&view.user),
            Self::Pat(view) => Some(&view.user),
            Self::ApiKey(_) | Self::OrphanedKey(_) | Self::Nobody => None,
        }
    }
    pub fn session_id(&self) -> Option<SessionId> {
        match self {
            Self::Session(view) => Some(view.session.id),
            _ => None,
        }
    }
    /// What the person acts with, where it is no session.
    pub fn token(&self) -> Option<AuthorizingToken> {
        match self {
            Self::Pat(view) => Some(AuthorizingToken { id: view.id, expires_at: view.expires_at }),
            _ => None,
        }
    }
    /// The scopes that a personal access token confines its person to.
    pub fn confined_to(&self) -> Option<&ScopeSet> {
        match self {
            Self::Pat(view) => Some(&view.scopes),
            _ => None,
        }
    }
    /// When the person last proved who they are; a token proves nothing of the kind.
    pub fn auth_time(&self) -> Option<Timestamp> {
        match self {
            Self::Session(view) => Some(view.session.auth_time),
            _ => None,
        }
    }
}
