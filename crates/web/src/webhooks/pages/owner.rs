//! Whose webhooks a page is about, and which one.
use crate::WebState;
use crate::access::create_once::Unmade;
use crate::access::page_visitor::Person;
use crate::platform::pages::nav::Section;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::WebhookId;
use domain::platform::refusal::Refusal;
use flows::access::extent::Extent;
use flows::platform::management_error::ManageRefusal;
use flows::webhooks::manage::{MayChange, MayRead, WebhookRefusal};
use flows::{Failure, Fault, webhooks};
use std::convert::Infallible;

/// What the path names: in a workspace's path the workspace's, elsewhere the operator's.
#[derive(Debug)]
pub struct Place {
    scope: Extent,
    pub section: Section,
    id: String,
    pub event: String,
}

impl FromRequestParts<WebState> for Place {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Infallible> {
        let path = RawPathParams::from_request_parts(parts, state).await;
        let named = |name: &str| {
            let found = path.as_ref().ok().and_then(|path| path.iter().find(|(param, _)| *param == name));
            found.map(|(_, value)| value.to_owned())
        };
        let (scope, section) = match named("workspace") {
            Some(_) => (Extent::Workspace, Section::Webhooks),
            None => (Extent::Server, Section::AllWebhooks),
        };
        Ok(Self { scope, section, id: named("id").unwrap_or_default(), event: named("event").unwrap_or_default() })
    }
}

/// The page that is shown instead.
#[derive(Debug)]
pub struct Stop(Box<Response>);

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Box<Response>> for Stop {
    fn from(response: Box<Response>) -> Self {
        Self(response)
    }
}

impl From<Stop> for Unmade {
    fn from(stop: Stop) -> Self {
        stop.0.into()
    }
}

pub type Answer = Result<Response, Stop>;

/// The page of a use case that failed.
pub fn stop<R: Refusal>(state: &WebState, person: &Person, failure: &Failure<R>) -> Stop {
    Stop(Box::new(person.refused(state, failure)))
}

/// The same of a fault of ours.
pub fn fault(state: &WebState, person: &Person, fault: Fault) -> Stop {
    stop(state, person, &Failure::<WebhookRefusal>::from(fault))
}

/// As forms read it.
pub fn told(failure: Failure<WebhookRefusal>) -> Failure<ManageRefusal> {
    failure.map(ManageRefusal::from)
}

impl Place {
    /// Where the list is.
    pub fn path(&self, state: &WebState, person: &Person) -> String {
        person.path(state, self.section)
    }

    /// Whose webhooks they are, where the person may read them.
    pub fn may_read(&self, state: &WebState, person: &Person) -> Result<MayRead, Stop> {
        webhooks::manage::may_read(state.app(), &person.ctx, &person.principal, self.scope)
            .map_err(|failure| stop(state, person, &failure))
    }

    /// The same, where the person may change them.
    pub fn may_change(&self, state: &WebState, person: &Person) -> Result<MayChange, Stop> {
        webhooks::manage::may_change(state.app(), &person.ctx, &person.principal, self.scope)
            .map_err(|failure| stop(state, person, &failure))
    }

    /// Which webhook the path names; a malformed id names nothing.
    pub fn id(&self, state: &WebState, person: &Person) -> Result<WebhookId, Stop> {
        self.id.parse().map_err(|_| stop(state, person, &Failure::Refused(WebhookRefusal::Unknown)))
    }
}
