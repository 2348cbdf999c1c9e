//! Outcomes of an authorization request: the next step, the response to the client, or a page that explains the refusal.
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
    /// The account that the client expected instead (`login_hint`). Whether it exists is not looked up.
    pub expected: Option<Email>,
    /// The workspace or user that manages the client; `None` for self-registered clients.
    pub developer: Option<String>,
    /// The name of the workspace that tokens in the user's own name show.
    pub home: Option<String>,
    /// Whether the page asks only for the workspace, because all scopes are allowed already.
    pub only_workspace: bool,
    /// The code that the device shows, if a device asks.
    pub user_code: Option<UserCode>,
    pub locales: Locales,
}

/// The content of the page for a user whose account cannot continue.
#[derive(Debug, Clone)]
pub struct UnableView {
    pub client: Client,
    pub refusal: AuthorizeRefusal,
    /// Where the response will go; `None` for a device.
    pub redirect_uri: Option<String>,
    pub user_email: String,
    /// The account that the client expected instead.
    pub expected: Option<Email>,
    /// The workspace or user that manages the client; `None` for self-registered clients.
    pub developer: Option<String>,
    /// The workspaces whose policy does not allow the client.
    pub forbidding: Vec<WorkspaceMembership>,
    /// Whether a device waits for the answer.
    pub on_device: bool,
    /// The response for the client, for callers without a page; `None` if errors are not sent there.
    pub answer: Option<AuthorizationResponse>,
    pub locales: Locales,
}

/// The next step, ready to be shown or sent.
#[derive(Debug)]
pub enum AuthorizeOutcome {
    Login {
        interaction: String,
        client: Box<Client>,
        /// Where the response will go; `None` for a device.
        redirect_uri: Option<String>,
        login_hint: Option<String>,
        reauthenticate: bool,
        locales: Locales,
    },
    SelectAccount {
        interaction: String,
        client: Box<Client>,
        /// Where the response will go; `None` for a device.
        redirect_uri: Option<String>,
        user_email: String,
        /// The account that the client expected instead.
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
    /// The answer is stored for the device, which polls for it.
    Device {
        client: Box<Client>,
        allowed: bool,
        locales: Locales,
    },
}

/// The languages for the next page, as BCP 47 tags.
#[derive(Debug, Clone, Default)]
pub struct Locales {
    /// The languages that the request asked for, by preference (OpenID Connect Core §3.1.2.1, `ui_locales`).
    pub asked: Vec<String>,
    /// The user's own setting.
    pub set: Option<String>,
}

/// The user's answer to the consent page.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    pub allow: bool,
    pub choice: Choice,
    /// Whether the answer comes from a page, which can ask the question again. Other callers get a default or an error.
    pub on_page: bool,
}
