//! The API documentation: its pages, the document for programs, and the list of problems.
use crate::WebState;
use crate::docs::openapi::Description;
use crate::docs::view::{Docs, Group, OBJECTS, OVERVIEW, PROBLEMS, Piece};
use crate::platform::pages::error;
use crate::platform::pages::frame::{Frame, Leads, render};
use crate::platform::request::Incoming;
use crate::platform::respond::status;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::access::PermissionDenied;
use domain::clients::metadata::MetadataRefusal;
use domain::platform::language::Language;
use domain::platform::refusal::{FaultRefusal, Refusal, RefusalRow};
use flows::platform::management_error::ManagementRefusal;
use flows::webhooks::manage::WebhookRefusal;
use std::sync::{Arc, LazyLock, OnceLock};
use utoipa::openapi::OpenApi;

/// The description, built on first use: it takes more memory than the rest of an idle server, and many servers never need it.
#[derive(Debug)]
pub struct Documentation {
    built: OnceLock<Description>,
    /// Each operation once.
    endpoints: fn() -> OpenApi,
}

type Described = Extension<Arc<Documentation>>;

impl Documentation {
    pub fn new(endpoints: fn() -> OpenApi) -> Self {
        Self { built: OnceLock::new(), endpoints }
    }
}

fn described<'d>(state: &WebState, docs: &'d Documentation) -> &'d Description {
    docs.built.get_or_init(|| Description::new((docs.endpoints)(), state.app().settings(), state.is_secure()))
}

/// A frame in English: like the API itself, the documentation is not translated.
fn english(state: &WebState) -> Frame {
    Frame::without_forms(state, Language::English)
}

fn show(state: &WebState, page: &impl Template) -> Response {
    render(state, page, StatusCode::OK, Leads::Here, None)
}

#[derive(Template)]
#[template(path = "docs/overview.html")]
struct OverviewPage<'d> {
    frame: Frame,
    docs: &'d Docs,
    path: &'d str,
}

/// An overview, with links to the details.
pub async fn overview(State(state): State<WebState>, Extension(once): Described) -> Response {
    show(&state, &OverviewPage { frame: english(&state), docs: &described(&state, &once).docs, path: OVERVIEW })
}

#[derive(Template)]
#[template(path = "docs/group.html")]
struct GroupPage<'d> {
    frame: Frame,
    docs: &'d Docs,
    path: &'d str,
    group: &'d Group,
}

/// All operations of a group.
pub async fn group(
    State(state): State<WebState>,
    Extension(once): Described,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Response {
    let docs = &described(&state, &once).docs;
    let Some(group) = docs.group(&name) else { return error::not_found(State(state), incoming).await };
    show(&state, &GroupPage { frame: english(&state), docs, path: &group.path, group })
}

#[derive(Template)]
#[template(path = "docs/objects.html")]
struct ObjectsPage<'d> {
    frame: Frame,
    docs: &'d Docs,
    path: &'d str,
}

/// Every object, with the pages that show it.
pub async fn objects(State(state): State<WebState>, Extension(once): Described) -> Response {
    show(&state, &ObjectsPage { frame: english(&state), docs: &described(&state, &once).docs, path: OBJECTS })
}

/// The document as `OpenAPI` 3.1.
pub async fn openapi(State(state): State<WebState>, Extension(once): Described) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, described(&state, &once).json.clone()).into_response()
}

/// One problem `type`.
struct Problem {
    reason: &'static str,
    status: u16,
    sentence: &'static str,
}

static ALL_PROBLEMS: LazyLock<Vec<Problem>> = LazyLock::new(|| {
    fn all<R: Refusal>(refusals: &[R]) -> impl Iterator<Item = &'static RefusalRow> {
        refusals.iter().map(Refusal::row)
    }
    let rows = all(ManagementRefusal::ALL)
        .chain(all(PermissionDenied::ALL))
        .chain(all(MetadataRefusal::ALL))
        .chain(all(WebhookRefusal::ALL))
        .chain(all(&[FaultRefusal::NotAvailable, FaultRefusal::Failed]));
    let mut problems: Vec<_> = rows
        .map(|row| Problem { reason: row.reason, status: status(row.code).as_u16(), sentence: row.public })
        .collect();
    problems.sort_by_key(|problem| (problem.reason, problem.status));
    // Several tables refuse with the same reason.
    problems.dedup_by_key(|problem| (problem.reason, problem.status));
    problems
});

#[derive(Template)]
#[template(path = "docs/problems.html")]
struct ProblemsPage<'d> {
    frame: Frame,
    docs: &'d Docs,
    path: &'d str,
    problems: &'d [Problem],
}

/// Every problem that a management API can return.
pub async fn problems(State(state): State<WebState>, Extension(once): Described) -> Response {
    let docs = &described(&state, &once).docs;
    show(&state, &ProblemsPage { frame: english(&state), docs, path: PROBLEMS, problems: &ALL_PROBLEMS })
}
