//! Refusals of an authorization that only the user may see, not the client.
use domain::oauth::authorize::{AuthorizeRefusal, Callback};
use domain::platform::refusal::{ErrorCode, Named, Refusal};
use std::borrow::Cow;

domain::refusals! {
    /// The reason why an interaction (a sign-in or consent page) cannot continue.
    pub enum InteractionRefusal {
        Unknown => InvalidRequest, "interaction_unknown", "This page is not valid. Go back to the application and start again.";
        Expired => InvalidRequest, "interaction_expired", "This page has expired. Go back to the application and start again.";
        OtherBrowser => InvalidRequest, "interaction_of_another_browser", "This page belongs to another browser. Go back to the application and start again.";
        OtherUser => InvalidRequest, "interaction_of_another_user", "Another account was signed in meanwhile. Go back to the application and start again.";
        NotSignedIn => LoginRequired, "interaction_without_session", "Sign in first.";
        DeviceSettled => InvalidRequest, "device_settled", "This code was answered before, or has expired. Start again on the device.";
        WorkspaceNotNamed => InvalidRequest, "workspace_not_chosen", "The user belongs to several workspaces: name one of them in workspace.";
        BeyondToken => InsufficientScope, "scope_beyond_personal_token", "The personal access token has none of the requested scopes.";
        NotAsked => InvalidRequest, "interaction_without_question", "There is nothing to decide here. Go back to the application and start again.";
    }
}

/// A response to the client: its destination and parameters.
#[derive(Debug, Clone)]
pub struct AuthorizationResponse {
    pub callback: Callback,
    /// `code`, `state`, `iss`; or `error`, `error_description`, `state`, `iss` (RFC 9207).
    pub params: Vec<(String, String)>,
}

/// A refusal without a response to the client: the user reads it on a page.
#[derive(Debug, Clone)]
pub struct PageRefusal {
    pub reason: PageReason,
    /// The name of the client that the user came from, if it is known.
    pub client_name: Option<String>,
    /// The response that the user may take to the client by a link. It is not sent automatically (RFC 9700 §4.11.2).
    pub back: Option<Box<AuthorizationResponse>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageReason {
    Authorize(Named<AuthorizeRefusal>),
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
    fn said(&self) -> Cow<'static, str> {
        self.reason.refusal().said()
    }
}
