//! Why requests of a client failed, check by check.
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
use flows::diagnosis::failed_requests::{
    self, FailedRequest, FailedRequestFilter, FailedRequestKind, FailedRequestQuery,
};
use flows::platform::management_error::ManagementError;
use serde_json::Value;

const ROWS: i64 = 10;

/// The value in the URL for the list of denied changes.
const CHANGES: &str = "changes";

/// How a check's result is shown: its CSS class and its text key.
pub const fn shown(verdict: CheckResult) -> (&'static str, &'static str) {
    match verdict {
        CheckResult::Passed => ("passed", "dev-verdict-passed"),
        CheckResult::Failed => ("failed", "dev-verdict-failed"),
        CheckResult::NotReached => ("unreached", "dev-verdict-unreached"),
    }
}

/// The text key of an endpoint.
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

/// A failed request, as shown.
struct Failed {
    request: FailedRequest,
    endpoint: &'static str,
    said: String,
    code: Option<&'static str>,
    /// Names and values of the parameters sent.
    sent: Vec<(String, String)>,
    checks: Vec<((&'static str, &'static str), String)>,
    advice: Option<String>,
    /// The user who attempted it, if it was not the client itself.
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
    let said = match request.response {
        Some((_, english)) => texts.reason(&request.reason, english),
        None => frame.say("dev-failures-inactive"),
    };
    let sent = request.detail.as_object().into_iter().flatten();
    Failed {
        endpoint: endpoint(request.endpoint),
        said,
        code: request.response.map(|(code, _)| code.as_str()),
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
    /// Whether this is not the first page of the list.
    later: bool,
    /// Whether the page lists denied changes instead of the client's requests.
    changes: bool,
    /// The day that the list is filtered by.
    day: Option<String>,
    reason: &'p str,
    /// The path of the unfiltered list.
    whole: String,
    /// The client's requests with neither PKCE nor nonce, whether or not they failed.
    unprotected: Option<Unprotected>,
}

/// The day in the URL, such as `2026-01-31`.
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
    let only = FailedRequestFilter { day, reason: Some(reason).filter(|reason| !reason.is_empty()) };
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
        FailedRequestQuery { of, only, before },
        ROWS,
    )
    .await
    {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let unprotected = match unprotected::of_client(state.app(), &person.ctx, &app.client).await {
        Ok(unprotected) => unprotected.filter(|_| {
            of == FailedRequestKind::Requests && only == FailedRequestFilter::default() && before.is_none()
        }),
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
