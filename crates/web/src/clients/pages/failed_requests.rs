//! Why requests of an application failed, check by check.
use super::application::{Application, Named, Tab, named};
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::audit::pages::actor_name;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::time;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::clients::Trust;
use domain::diagnosis::{CheckResult, Endpoint};
use domain::{AuditId, Day, Timestamp};
use flows::Failure;
use flows::clients::unprotected::{self, Unprotected};
use flows::diagnosis::failed_requests::{self, FailedRequest, FailedRequestKind, Only, Wanted};
use flows::platform::management_error::ManagementError;
use serde_json::Value;

const ROWS: i64 = 10;

/// The list of changes that were refused, in the address.
const CHANGES: &str = "changes";

/// What became of a check: the stylesheet's name for it, and the words, a text.
pub const fn shown(verdict: CheckResult) -> (&'static str, &'static str) {
    match verdict {
        CheckResult::Passed => ("passed", "dev-verdict-passed"),
        CheckResult::Failed => ("failed", "dev-verdict-failed"),
        CheckResult::NotReached => ("unreached", "dev-verdict-unreached"),
    }
}

/// What was asked for: a text.
const fn endpoint(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Authorization => "dev-endpoint-authorization",
        Endpoint::Token => "dev-endpoint-token",
        Endpoint::TokenByCode => "dev-endpoint-code",
        Endpoint::TokenByRefresh => "dev-endpoint-refresh",
        Endpoint::TokenByClient => "dev-endpoint-client",
        Endpoint::TokenByDevice => "dev-endpoint-device",
        Endpoint::DeviceAuthorization => "dev-endpoint-device-authorization",
        Endpoint::Introspection => "dev-endpoint-introspection",
        Endpoint::Revocation => "dev-endpoint-revocation",
        Endpoint::Userinfo => "dev-endpoint-userinfo",
        Endpoint::Registration => "dev-endpoint-registration",
        Endpoint::Management => "dev-endpoint-management",
    }
}

/// A failed request in the reader's words.
struct Failed {
    request: FailedRequest,
    endpoint: &'static str,
    said: String,
    code: Option<&'static str>,
    /// Name and value of what was sent.
    sent: Vec<(String, String)>,
    checks: Vec<((&'static str, &'static str), String)>,
    advice: Option<String>,
    /// Who wanted it, where it was not the application itself.
    by: Option<String>,
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn failed(frame: &Frame, request: FailedRequest, by: Option<String>) -> Failed {
    let texts = frame.texts();
    let said = match request.told {
        Some((_, english)) => texts.reason(&request.reason, english),
        None => frame.say("dev-failures-inactive"),
    };
    let sent = request.detail.as_object().into_iter().flatten();
    Failed {
        endpoint: endpoint(request.endpoint),
        said,
        code: request.told.map(|(code, _)| code.as_str()),
        sent: sent.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), text(value))).collect(),
        checks: request
            .checks
            .iter()
            .map(|one| (shown(one.verdict), texts.of_code(one.check.key, one.check.title)))
            .collect(),
        advice: request.advice.map(|advice| texts.of_code(advice.key, advice.text)),
        by,
        request,
    }
}

#[derive(Template)]
#[template(path = "clients/failed_requests.html")]
struct FailuresPage<'p> {
    frame: Frame,
    app: Application,
    items: Vec<Failed>,
    next: Option<String>,
    /// Whether it is a later page of the list.
    later: bool,
    /// Whether changes are listed that others were refused, and not the requests of the application.
    changes: bool,
    /// The day and the reason that the list is narrowed to.
    day: Option<String>,
    reason: &'p str,
    /// The whole list.
    whole: String,
    /// Its requests with neither PKCE nor nonce, whatever became of them.
    unprotected: Option<Unprotected>,
}

/// The day that the address names, such as `2026-01-31`.
fn day(text: &str) -> Option<Day> {
    let day = Timestamp::parse(text).map(Day::of);
    day.filter(|day| day.to_string() == text)
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Failures).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let before = person.query("before").parse().ok();
    let (of, whole) = match person.query("of") {
        CHANGES => (FailedRequestKind::Changes, format!("{}?of={CHANGES}", app.at("failures"))),
        _ => (FailedRequestKind::Requests, app.at("failures")),
    };
    let (day, reason) = (day(person.query("day")), person.query("reason"));
    let only = Only { day, reason: Some(reason).filter(|reason| !reason.is_empty()) };
    let here = |before: AuditId| {
        let of = (of == FailedRequestKind::Changes).then(|| ("of", CHANGES.to_owned()));
        let pairs = [of, day.map(|day| ("day", day.to_string())), only.reason.map(|one| ("reason", one.to_owned()))];
        let pairs = pairs.into_iter().flatten().chain([("before", before.to_string())]);
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}?{query}", app.at("failures"))
    };
    let id = named(&path, "client");
    let found = match failed_requests::of_client(
        state.app(),
        &person.ctx,
        &person.principal,
        id,
        Wanted { of, only, before },
        ROWS,
    )
    .await
    {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let unprotected = match unprotected::of_client(state.app(), &person.ctx, &app.client).await {
        Ok(unprotected) => {
            unprotected.filter(|_| of == FailedRequestKind::Requests && only == Only::default() && before.is_none())
        }
        Err(fault) => return person.refused(&state, &Failure::<ManagementError>::from(fault)),
    };
    let frame = person.frame(&state, person.console());
    let failed = |request: FailedRequest| {
        let by = (of == FailedRequestKind::Changes).then(|| actor_name(&frame, &found.names, &request.actor));
        failed(&frame, request, by)
    };
    let page = FailuresPage {
        items: found.items.into_iter().map(failed).collect(),
        next: found.next.map(here),
        day: day.map(|day| time::day(day, frame.language())),
        reason,
        whole,
        later: before.is_some(),
        changes: of == FailedRequestKind::Changes,
        unprotected,
        app,
        frame,
    };
    person.show(&state, &page)
}
