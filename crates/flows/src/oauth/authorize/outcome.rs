//! What comes of an authorization request: the next step, the answer to the client, or a page that says why not.
use crate::Failure;
pub use crate::oauth::authorize::page_refusal::AuthorizationResponse;
use crate::oauth::authorize::page_refusal::PageRefusal;
use domain::account::Email;
use domain::clients::Client;
use domain::oauth::authorize::decide::{Choice, ConsentQuestion};
use domain::oauth::authorize::{AuthorizationRequest, AuthorizeRefusal};
use domain::oauth::device::UserCode;
use domain::workspace::WorkspaceMembership;

pub type AuthorizeFailure = Failure<PageRefusal>;

/// What the consent page shows.
#[derive(Debug, Clone)]
pub struct ConsentView {
    pub client: Client,
    pub request: AuthorizationRequest,
    pub ask: ConsentQuestion,
    pub user_email: String,
    /// Whom the application expected instead (`login_hint`). Whether they have an account here is not looked up.
    pub expected: Option<Email>,
    /// The workspace or person that manages the client; nobody does where it registered itself.
    pub developer: Option<String>,
    /// The name of the workspace that tokens in the person's own name show.
    pub home: Option<String>,
    /// Only the workspace is asked for; every scope was allowed before.
    pub only_workspace: bool,
    /// What the device shows that asks, where one does.
    pub user_code: Option<UserCode>,
    pub locales: Locales,
}

/// What the page shows to somebody whose account cannot go on.
#[derive(Debug, Clone)]
pub struct UnableView {
    pub client: Client,
    pub refusal: AuthorizeRefusal,
    pub redirect_uri: String,
    pub user_email: String,
    /// Whom the application expected instead.
    pub expected: Option<Email>,
    /// The workspace or person that manages the client; nobody does where it registered itself.
    pub developer: Option<String>,
    /// The workspaces that do not let the client in.
    pub forbidding: Vec<WorkspaceMembership>,
    /// A device waits for the answer.
    pub on_device: bool,
    /// What a caller without a page sends to the client; nothing where errors do not go there.
    pub answer: Option<AuthorizationResponse>,
    pub locales: Locales,
}

/// The next step, ready to be shown or sent.
#[derive(Debug)]
pub enum AuthorizeOutcome {
    Login {
        interaction: String,
        client: Box<Client>,
        /// Where the answer will go; empty for a device's.
        redirect_uri: String,
        login_hint: Option<String>,
        reauthenticate: bool,
        locales: Locales,
    },
    SelectAccount {
        interaction: String,
        client: Box<Client>,
        /// Where the answer will go; empty for a device's.
        redirect_uri: String,
        user_email: String,
        /// Whom the application expected instead.
        expected: Option<Email>,
        locales: Locales,
    },
    Consent {
        interaction: String,
        view: Box<ConsentView>,
    },
    Unable {
        interaction: String,
        view: Box<UnableView>,
    },
    Answer(AuthorizationResponse),
    /// The answer waits for a device, which will ask for it.
    Device {
        client: Box<Client>,
        allowed: bool,
        locales: Locales,
    },
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
    pub choice: Choice,
    /// A page is open where the question can be asked again. A program gets a default or an error.
    pub on_page: bool,
}
