//! The error page: what happened, whose turn it is, and the request id.
use super::frame::{Frame, Leads, render, with_browser};
use crate::WebState;
use crate::error::{fault_said, plain, status};
use crate::incoming::Incoming;
use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use domain::oauth::error::{ErrorCode, Refusal};
use flows::Failure;
use flows::authorize::AuthorizeFailure;

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'p> {
    frame: Frame,
    code: &'p str,
    description: &'p str,
    /// The application that the user came from.
    client_name: Option<&'p str>,
    /// Whose turn it is.
    turn: &'p str,
    request_id: &'p str,
}

fn turn(code: &str) -> &'static str {
    match code {
        "server_error" | "temporarily_unavailable" => "This is our fault, not yours. Try again in a moment.",
        "access_denied" | "not_found" => "You can close this page.",
        "slow_down" => "Wait a little, then try again.",
        "invalid_client" | "invalid_scope" | "unauthorized_client" | "unsupported_response_type" => {
            "You did nothing wrong. The developer of the application has to mend this."
        }
        _ => "Go back to the application and start again. If this happens again, tell its developer.",
    }
}

/// What the page says.
struct Said<'s> {
    status: StatusCode,
    code: &'s str,
    description: &'s str,
    /// The application that the user came from.
    client_name: Option<&'s str>,
}

fn show(state: &WebState, incoming: &Incoming, said: &Said<'_>) -> Response {
    let browser = incoming.browser(state);
    let page = RefusedPage {
        frame: Frame::new(state, &browser),
        code: said.code,
        description: said.description,
        client_name: said.client_name,
        turn: turn(said.code),
        request_id: incoming.ctx.facts.request_id.as_str(),
    };
    with_browser(state, &browser, render(state, &page, said.status, Leads::Here, None))
}

pub fn page(state: &WebState, incoming: &Incoming, status: StatusCode, code: &str, description: &str) -> Response {
    show(state, incoming, &Said { status, code, description, client_name: None })
}

/// The page for a failed use case. Pages answer 400 where programs would read 401: there is nothing to authenticate with.
pub fn failure<R: Refusal>(state: &WebState, incoming: &Incoming, failure: &Failure<R>) -> Response {
    named(state, incoming, failure, None)
}

/// The same for an authorization that cannot go on; names the application where it is known.
pub fn interrupted(state: &WebState, incoming: &Incoming, failure: &AuthorizeFailure) -> Response {
    let client_name = match failure {
        Failure::Refused(refusal) => refusal.client_name.as_deref(),
        Failure::Fault(_) => None,
    };
    named(state, incoming, failure, client_name)
}

fn named<R: Refusal>(
    state: &WebState,
    incoming: &Incoming,
    failure: &Failure<R>,
    client_name: Option<&str>,
) -> Response {
    let (code, description) = match failure {
        Failure::Refused(refusal) => (refusal.code(), refusal.public()),
        Failure::Fault(fault) => fault_said(fault, &incoming.ctx.facts.request_id),
    };
    let status = match status(code) {
        StatusCode::UNAUTHORIZED => StatusCode::BAD_REQUEST,
        other => other,
    };
    show(state, incoming, &Said { status, code: code.as_str(), description, client_name })
}

/// A fault of our own, where nothing else of the request is known any more.
pub fn ours(state: &WebState, status: StatusCode, code: &str, description: &str, request_id: &str) -> Response {
    let frame = Frame::without_forms(state);
    let page = RefusedPage { frame, code, description, client_name: None, turn: turn(code), request_id };
    render(state, &page, status, Leads::Here, None)
}

/// A form that no page of ours in this browser sent.
pub fn forged(state: &WebState, incoming: &Incoming) -> Response {
    tracing::warn!(request_id = incoming.ctx.facts.request_id, reason = "form_token_wrong", "refused");
    let said = "This form was not sent from a page of this server in this browser. Load the page again; cookies must be allowed.";
    page(state, incoming, StatusCode::BAD_REQUEST, ErrorCode::InvalidRequest.as_str(), said)
}

/// Nothing is here.
pub async fn not_found(State(state): State<WebState>, incoming: Incoming) -> Response {
    if incoming.header(header::ACCEPT).is_some_and(|accept| accept.contains("text/html")) {
        return page(&state, &incoming, StatusCode::NOT_FOUND, "not_found", "There is no page at this address.");
    }
    plain(StatusCode::NOT_FOUND, ErrorCode::InvalidRequest, "There is nothing at this address.")
}
