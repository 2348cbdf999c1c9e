//! The documentation of the API: as a page, as a document for programs, and its problems.
use super::frame::{Frame, Leads, render};
use crate::WebState;
use crate::error::status;
use crate::openapi::Description;
use crate::openapi::view::Page;
use crate::problem::FAULTS;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::access::Denied;
use domain::language::Language;
use domain::oauth::error::Refusal;
use domain::oauth::registration::MetadataRefusal;
use flows::manage::Unmanaged;
use flows::webhooks::WebhookRefusal;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage<'p> {
    frame: Frame,
    page: &'p Page,
}

/// Everything, readable without a program.
pub async fn get(State(state): State<WebState>, Extension(description): Extension<Arc<Description>>) -> Response {
    let page = DocsPage { frame: Frame::without_forms(&state, Language::English), page: &description.page };
    render(&state, &page, StatusCode::OK, Leads::Here, None)
}

/// As `OpenAPI` 3.1.
pub async fn openapi(Extension(description): Extension<Arc<Description>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, description.json.clone()).into_response()
}

/// One `type` of a problem.
struct Problem {
    reason: &'static str,
    status: u16,
    sentence: &'static str,
}

fn problems() -> Vec<Problem> {
    fn all<R: Refusal>(refusals: &[R]) -> impl Iterator<Item = Problem> {
        refusals.iter().map(|refusal| Problem {
            reason: refusal.reason(),
            status: status(refusal.code()).as_u16(),
            sentence: refusal.public(),
        })
    }
    let faults = FAULTS.map(|(code, reason, sentence)| Problem { reason, status: status(code).as_u16(), sentence });
    let refusals =
        all(Unmanaged::ALL).chain(all(Denied::ALL)).chain(all(MetadataRefusal::ALL)).chain(all(WebhookRefusal::ALL));
    let mut problems: Vec<_> = refusals.chain(faults).collect();
    problems.sort_by_key(|problem| (problem.reason, problem.status));
    // Several tables refuse for the same reason.
    problems.dedup_by_key(|problem| (problem.reason, problem.status));
    problems
}

#[derive(Template)]
#[template(path = "problems.html")]
struct ProblemsPage {
    frame: Frame,
    problems: Vec<Problem>,
}

/// Every problem that a management API may answer.
pub async fn problems_page(State(state): State<WebState>) -> Response {
    let page = ProblemsPage { frame: Frame::without_forms(&state, Language::English), problems: problems() };
    render(&state, &page, StatusCode::OK, Leads::Here, None)
}
