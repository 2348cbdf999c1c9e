//! The owner and the webhook that a page is about.
use crate::WebState;
use crate::access::create_once::NotCreated;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::nav::Section;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::WebhookId;
use domain::platform::refusal::Refusal;
use flows::access::extent::Extent;
use flows::platform::management_error::ManagementError;
use flows::webhooks::manage::{MayChange, MayRead, WebhookRefusal};
use flows::{Failure, Fault, webhooks};
use std::convert::Infallible;

/// The path parameters. Below a workspace's path the webhooks are the workspace's, elsewhere the operator's.
#[derive(Debug)]
pub struct WebhookPath {
    scope: Extent,
    pub section: Section,
    id: String,
    pub event: String,
}

impl FromRequestParts<WebState> for WebhookPath {
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

/// The page shown instead.
#[derive(Debug)]
pub struct PageError(Box<Response>);

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Box<Response>> for PageError {
    fn from(response: Box<Response>) -> Self {
        Self(response)
    }
}

impl From<PageError> for NotCreated {
    fn from(stop: PageError) -> Self {
        stop.0.into()
    }
}

pub type PageResult = Result<Response, PageError>;

/// The error page of a failed use case.
pub fn stop<R: Refusal>(state: &WebState, person: &PageVisitor, failure: &Failure<R>) -> PageError {
    PageError(Box::new(person.refused(state, failure)))
}

/// The error page of a fault.
pub fn fault(state: &WebState, person: &PageVisitor, fault: Fault) -> PageError {
    stop(state, person, &Failure::<WebhookRefusal>::from(fault))
}

/// Converts a failure to a management error, which forms can show.
pub fn management_failure(failure: Failure<WebhookRefusal>) -> Failure<ManagementError> {
    failure.map(ManagementError::from)
}

impl WebhookPath {
    /// The path of the list.
    pub fn path(&self, state: &WebState, person: &PageVisitor) -> String {
        person.path(state, self.section)
    }

    /// The owner of the webhooks, if the user may read them.
    pub fn may_read(&self, state: &WebState, person: &PageVisitor) -> Result<MayRead, PageError> {
        webhooks::manage::may_read(state.app(), &person.ctx, &person.principal, self.scope)
            .map_err(|failure| stop(state, person, &failure))
    }

    /// The owner of the webhooks, if the user may change them.
    pub fn may_change(&self, state: &WebState, person: &PageVisitor) -> Result<MayChange, PageError> {
        webhooks::manage::may_change(state.app(), &person.ctx, &person.principal, self.scope)
            .map_err(|failure| stop(state, person, &failure))
    }

    /// The id in the path. A malformed id is treated as unknown.
    pub fn id(&self, state: &WebState, person: &PageVisitor) -> Result<WebhookId, PageError> {
        self.id.parse().map_err(|_| stop(state, person, &Failure::Refused(WebhookRefusal::Unknown)))
    }
}
