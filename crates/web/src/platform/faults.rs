//! The responses when a handler panics or takes too long: a page for people, JSON for programs.
use crate::WebState;
use crate::platform::headers::RequestId;
use crate::platform::pages::error;
use crate::platform::respond::plain;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::platform::language::Language;
use domain::platform::refusal::FaultRefusal;
use flows::Fault;

/// Marks the response of a handler that panicked, with the panic's message.
#[derive(Debug, Clone)]
struct Panicked(String);

/// Marks the response of a use case that failed with a fault.
#[derive(Debug, Clone)]
pub struct Faulted(pub Fault);

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
pub fn panicked(fault: Box<dyn std::any::Any + Send>) -> Response {
    let said =
        fault.downcast_ref::<String>().cloned().or_else(|| fault.downcast_ref::<&str>().map(ToString::to_string));
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    // `tell` logs it, as it knows the request id.
    response.extensions_mut().insert(Panicked(said.unwrap_or_default()));
    response
}

/// Adds a body to the empty responses of the layers around the handlers.
pub async fn tell(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let person = accept.contains("text/html");
    let language = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    let language = language.and_then(Language::accepted).unwrap_or(Language::English);
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let mut response = next.run(request).await;
    if let Some(Faulted(fault)) = response.extensions_mut().remove() {
        tracing::error!(request_id = id, %fault, "fault");
        return response;
    }
    let (status, fault) = if let Some(Panicked(said)) = response.extensions_mut().remove() {
        tracing::error!(request_id = id, said, "a handler panicked");
        (StatusCode::INTERNAL_SERVER_ERROR, FaultRefusal::Failed)
    } else if response.status() == StatusCode::SERVICE_UNAVAILABLE
        && !response.headers().contains_key(header::CONTENT_TYPE)
    {
        tracing::error!(request_id = id, "a handler took too long");
        (StatusCode::SERVICE_UNAVAILABLE, FaultRefusal::TimedOut)
    } else {
        return response;
    };
    if person {
        return error::ours(&state, language, status, fault, &id);
    }
    plain(status, fault.row().code, fault.row().public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_to_the_log_and_not_to_the_caller() {
        for fault in [Box::new("boom") as Box<dyn std::any::Any + Send>, Box::new("boom".to_owned())] {
            let mut response = panicked(fault);
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let Panicked(said) = response.extensions_mut().remove().unwrap();
            assert_eq!(said, "boom");
        }
    }
}
