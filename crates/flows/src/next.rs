//! What comes of an authorization request: the next step, the answer to the client, or a page that says why not.
use crate::Failure;
use domain::client::Client;
use domain::oauth::authorize::{AuthorizationRequest, AuthorizeRefusal, Callback};
use domain::oauth::decision::Ask;
use domain::oauth::error::{ErrorCode, Refusal};
use domain::{ScopeSet, WorkspaceId};

domain::refusals! {
    /// Why an interaction (a sign-in or consent page) cannot go on.
    pub enum InteractionRefusal {
        Unknown => InvalidRequest, "interaction_unknown", "This page is not valid. Go back to the application and start again.";
        Expired => InvalidRequest, "interaction_expired", "This page has expired. Go back to the application and start again.";
        OtherBrowser => InvalidRequest, "interaction_of_another_browser", "This page belongs to another browser. Go back to the application and start again.";
        OtherUser => InvalidRequest, "interaction_of_another_user", "Another account was signed in meanwhile. Go back to the application and start again.";
        NotSignedIn => LoginRequired, "interaction_without_session", "Sign in first.";
        NotAsked => InvalidRequest, "interaction_without_question", "There is nothing to decide here. Go back to the application and start again.";
    }
}

/// Why there is no next step and nobody to send an answer to: the user reads it on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRefusal {
    pub reason: PageReason,
    /// The name of the client that the user came from, where it is known.
    pub client_name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageReason {
    Authorize(AuthorizeRefusal),
    Interaction(InteractionRefusal),
}

impl PageReason {
    pub(crate) fn refusal(&self) -> &dyn Refusal {
        match self {
            Self::Authorize(refusal) => refusal,
            Self::Interaction(refusal) => refusal,
        }
    }
}

impl Refusal for PageRefusal {
    fn code(&self) -> ErrorCode {
        self.reason.refusal().code()
    }
    fn public(&self) -> &'static str {
        self.reason.refusal().public()
    }
    fn reason(&self) -> &'static str {
        self.reason.refusal().reason()
    }
}

pub type AuthorizeFailure = Failure<PageRefusal>;

/// An answer for the client: where it goes and what it says.
#[derive(Debug, Clone)]
pub struct Answer {
    pub callback: Callback,
    /// `code`, `state`, `iss`; or `error`, `error_description`, `state`, `iss` (RFC 9207).
    pub params: Vec<(String, String)>,
}

/// What the consent page shows.
#[derive(Debug, Clone)]
pub struct ConsentView {
    pub client: Client,
    pub request: AuthorizationRequest,
    pub ask: Ask,
    pub user_email: String,
    /// The workspace or person that manages the client; nobody does where it registered itself.
    pub developer: Option<String>,
    /// Only the workspace is asked for; every scope was allowed before.
    pub only_workspace: bool,
    pub locales: Locales,
}

/// The next step, ready to be shown or sent.
#[derive(Debug)]
pub enum Next {
    Login {
        interaction: String,
        client: Box<Client>,
        login_hint: Option<String>,
        reauthenticate: bool,
        locales: Locales,
    },
    SelectAccount {
        interaction: String,
        client: Box<Client>,
        user_email: String,
        locales: Locales,
    },
    Consent {
        interaction: String,
        view: Box<ConsentView>,
    },
    Answer(Answer),
}

/// The languages that the next page should speak: tags of BCP 47.
#[derive(Debug, Clone, Default)]
pub struct Locales {
    /// What the request asked for, the most wanted first (OpenID Connect Core §3.1.2.1, `ui_locales`).
    pub asked: Vec<String>,
    /// What the person has set.
    pub set: Option<String>,
}

/// The user's answer to the consent page.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    pub allow: bool,
    pub workspace: Option<WorkspaceId>,
    /// What was ticked; `None` when the form or body does not choose.
    pub ticked: Option<ScopeSet>,
}
