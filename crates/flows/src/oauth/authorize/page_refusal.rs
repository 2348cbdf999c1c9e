//! Refusals of an authorization that only the user may see, not the client.
use domain::oauth::authorize::{AuthorizeRefusal, Callback, InteractionRefusal};
use domain::platform::refusal::{Named, Refusal, RefusalRow};
use std::borrow::Cow;

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
    fn row(&self) -> &'static RefusalRow {
        self.reason.refusal().row()
    }
    fn said(&self) -> Cow<'static, str> {
        self.reason.refusal().said()
    }
}
