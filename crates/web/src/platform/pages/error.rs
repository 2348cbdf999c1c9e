//! The error page: what happened, who has to act, and the request id.
use super::frame::{Frame, Leads, render, with_browser};
use crate::WebState;
use crate::platform::request::{Browser, Incoming};
use crate::platform::respond::{fault_said, method_not_allowed, plain, status};
use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use domain::account::SignInRefusal;
use domain::oauth::authorize::ResponseMode;
use domain::platform::language::Language;
use domain::platform::refusal::{ErrorCode, FaultRefusal, Refusal, RefusalRow};
use flows::Failure;
use flows::access::caller::Caller;
use flows::oauth::authorize::AuthorizeFailure;

#[derive(Template)]
#[template(path = "platform/error.html")]
struct RefusedPage<'p> {
    frame: Frame,
    code: &'p str,
    description: String,
    way: Way<'p>,
    /// The text key of who has to act, unless the description covers it.
    turn: Option<&'static str>,
    request_id: &'p str,
}

fn turn(code: &str, what: What<'_>) -> Option<&'static str> {
    let reason = match what {
        What::Text("error-no-page" | "error-form-only") => return Some("turn-nobodys"),
        What::Text(_) => return None,
        What::Reason(reason, _) => reason,
    };
    Some(match reason {
        "role_too_low" | "owners_only" | "workspace_unknown" => "turn-admins",
        "invitation_not_open" | "setup_not_open" => return None,
        "not_the_operator" => "turn-operators",
        "redirect_uri_not_registered" | "redirect_uri_missing" => "turn-developers",
        _ => turn_of(code),
    })
}

fn turn_of(code: &str) -> &'static str {
    match code {
        "server_error" | "temporarily_unavailable" => "turn-ours",
        "access_denied" | "not_found" | "method_not_allowed" => "turn-nobodys",
        "slow_down" => "turn-wait",
        "invalid_client" | "invalid_scope" | "unauthorized_client" | "unsupported_response_type" => "turn-developers",
        _ => "turn-again",
    }
}

/// The page's description of the error.
#[derive(Debug, Clone, Copy)]
enum What<'s> {
    /// The key of a text.
    Text(&'static str),
    /// A refusal or fault: its exact reason, and its English sentence.
    Reason(&'s str, &'s str),
}

/// The link on the page.
#[derive(Debug, Clone, Copy)]
enum Way<'s> {
    Home,
    /// Names the client that the user came from.
    Client(&'s str),
    /// Back to the client with the error: its name, the URL, and the fields of a form if the client's response mode needs one.
    Return(&'s str, &'s str, Option<&'s [(String, String)]>),
    /// To the list at this path, which should contain the missing object.
    List(&'s str),
}

struct Said<'s> {
    status: StatusCode,
    code: &'s str,
    what: What<'s>,
    way: Way<'s>,
}

fn body<'p>(frame: Frame, said: &Said<'p>, request_id: &'p str) -> RefusedPage<'p> {
    let description = match said.what {
        What::Text(key) => frame.say(key),
        What::Reason(reason, english) => frame.texts().reason(reason, english),
    };
    let turn = turn(said.code, said.what).filter(|_| !matches!(said.way, Way::List(_)));
    RefusedPage { frame, code: said.code, description, way: said.way, turn, request_id }
}

fn show(state: &WebState, incoming: &Incoming, browser: &Browser, said: &Said<'_>) -> Response {
    let page = body(Frame::new(state, browser), said, &incoming.ctx.facts.request_id);
    let leads = match said.way {
        Way::Return(_, _, Some(_)) => Leads::ToClient,
        _ => Leads::Here,
    };
    with_browser(state, browser, render(state, &page, said.status, leads, None))
}

/// The caller signed in to this browser, or the page for a fault.
pub async fn caller(state: &WebState, incoming: &Incoming) -> Result<Caller, Response> {
    let caller = incoming.session(state).await;
    caller.map_err(|fault| failure::<SignInRefusal>(state, incoming, &fault.into()))
}

/// The browser, in the language of the signed-in user if there is one.
async fn known(state: &WebState, incoming: &Incoming) -> Browser {
    let browser = incoming.browser(state);
    match incoming.session(state).await {
        Ok(Caller::Session(view)) => browser.used_by(&view.user),
        _ => browser,
    }
}

/// The page for a failed use case. Pages return 400 where programs would get 401, since there is nothing to authenticate with.
pub fn failure<R: Refusal>(state: &WebState, incoming: &Incoming, failure: &Failure<R>) -> Response {
    named(state, incoming, &incoming.browser(state), failure, Way::Home)
}

/// Like [`failure`], for a user whose language is known. If something was not found, the page links to its list.
pub fn to_person<R: Refusal>(
    state: &WebState,
    incoming: &Incoming,
    browser: &Browser,
    failure: &Failure<R>,
    list: Option<&str>,
) -> Response {
    let absent = matches!(failure, Failure::Refused(refusal) if refusal.code() == ErrorCode::NotFound);
    named(state, incoming, browser, failure, list.filter(|_| absent).map_or(Way::Home, Way::List))
}

/// Like [`failure`], for an authorization that cannot continue. Names the client if it is known.
pub fn interrupted(state: &WebState, incoming: &Incoming, failure: &AuthorizeFailure) -> Response {
    let browser = incoming.browser(state);
    let Failure::Refused(refusal) = failure else { return named(state, incoming, &browser, failure, Way::Home) };
    let (client, back) = (refusal.client_name.as_deref(), refusal.back.as_deref());
    let Some((client, answer)) = client.zip(back) else {
        return named(state, incoming, &browser, failure, client.map_or(Way::Home, Way::Client));
    };
    let pairs: Vec<_> = answer.params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let address = answer.callback.location(&pairs);
    let posted = answer.callback.mode() == ResponseMode::FormPost;
    let way = Way::Return(client, &address, posted.then_some(&*answer.params));
    named(state, incoming, &browser, failure, way)
}

fn named<R: Refusal>(
    state: &WebState,
    incoming: &Incoming,
    browser: &Browser,
    failure: &Failure<R>,
    way: Way<'_>,
) -> Response {
    let &RefusalRow { code, reason, public: english, .. } = match failure {
        Failure::Fault(fault) if fault.is_end_of_credential() => return session_over(state, incoming),
        Failure::Refused(refusal) => refusal.row(),
        Failure::Fault(fault) => fault_said(fault, &incoming.ctx.facts.request_id),
    };
    let status = match status(code) {
        StatusCode::UNAUTHORIZED => StatusCode::BAD_REQUEST,
        other => other,
    };
    show(state, incoming, browser, &Said { status, code: code.as_str(), what: What::Reason(reason, english), way })
}

/// The page for a fault, when nothing else about the request is available.
pub fn ours(state: &WebState, language: Language, status: StatusCode, fault: FaultRefusal, id: &str) -> Response {
    let RefusalRow { code, reason, public, .. } = fault.row();
    let said = Said { status, code: code.as_str(), what: What::Reason(reason, public), way: Way::Home };
    render(state, &body(Frame::without_forms(state, language), &said, id), status, Leads::Here, None)
}

fn bad_request(state: &WebState, incoming: &Incoming, text: &'static str) -> Response {
    let code = ErrorCode::InvalidRequest.as_str();
    let said = Said { status: StatusCode::BAD_REQUEST, code, what: What::Text(text), way: Way::Home };
    show(state, incoming, &incoming.browser(state), &said)
}

/// A form that cannot be parsed or lacks a field of the page's form. `why` is for the log.
pub fn unreadable(state: &WebState, incoming: &Incoming, why: &str) -> Response {
    tracing::warn!(request_id = incoming.ctx.facts.request_id, reason = "form_unreadable", why, "refused");
    bad_request(state, incoming, "error-form-unreadable")
}

/// A form that was not sent from one of our pages in this browser.
pub fn forged(state: &WebState, incoming: &Incoming) -> Response {
    tracing::warn!(request_id = incoming.ctx.facts.request_id, reason = "form_token_wrong", "refused");
    bad_request(state, incoming, "error-form-forged")
}

/// A form that was already used to create something, sent again with other values.
pub fn form_used(state: &WebState, incoming: &Incoming, browser: &Browser) -> Response {
    tracing::warn!(request_id = incoming.ctx.facts.request_id, reason = "form_used", "refused");
    let what = What::Text("error-form-used");
    let said = Said { status: StatusCode::CONFLICT, code: ErrorCode::Conflict.as_str(), what, way: Way::Home };
    show(state, incoming, browser, &said)
}

/// A form from a page that was opened when another user was signed in.
pub fn form_of_another(state: &WebState, incoming: &Incoming, browser: &Browser) -> Response {
    tracing::warn!(request_id = incoming.ctx.facts.request_id, reason = "form_of_another", "refused");
    let what = What::Text("error-form-of-another");
    let said = Said { status: StatusCode::CONFLICT, code: ErrorCode::Conflict.as_str(), what, way: Way::Home };
    show(state, incoming, browser, &said)
}

/// A form whose session has ended.
pub fn session_over(state: &WebState, incoming: &Incoming) -> Response {
    tracing::warn!(request_id = incoming.ctx.facts.request_id, reason = "session_over", "refused");
    bad_request(state, incoming, "error-session-over")
}

fn wants_page(incoming: &Incoming) -> bool {
    incoming.header(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
}

/// A form's target opened directly, for example the URL of a page that was the response to a form.
pub async fn not_opened(State(state): State<WebState>, incoming: Incoming) -> Response {
    if wants_page(&incoming) {
        let (code, what) = (ErrorCode::MethodNotAllowed.as_str(), What::Text("error-form-only"));
        let said = Said { status: StatusCode::METHOD_NOT_ALLOWED, code, what, way: Way::Home };
        return show(&state, &incoming, &known(&state, &incoming).await, &said);
    }
    method_not_allowed()
}

/// The page for an unknown path.
pub async fn not_found(State(state): State<WebState>, incoming: Incoming) -> Response {
    if wants_page(&incoming) {
        let what = What::Text("error-no-page");
        let said = Said { status: StatusCode::NOT_FOUND, code: "not_found", what, way: Way::Home };
        return show(&state, &incoming, &known(&state, &incoming).await, &said);
    }
    plain(StatusCode::NOT_FOUND, ErrorCode::InvalidRequest, "There is nothing at this address.")
}
