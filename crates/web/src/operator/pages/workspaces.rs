//! All workspaces.
use super::ROWS;
use crate::WebState;
use crate::access::field_error::Problem;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::Pager;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use flows::operator::workspaces::{self, FoundWorkspace};
use flows::{Page, SearchPage};

#[derive(Template)]
#[template(path = "operator/workspaces.html")]
struct WorkspacesPage<'p> {
    frame: Frame,
    problem: Problem,
    part: &'p str,
    found: SearchPage<FoundWorkspace>,
    pager: Pager,
    path: String,
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let (part, page) = (person.query("q"), Page::new(person.page_number(), ROWS));
    let (frame, path) = (person.frame(&state, Section::Workspaces), person.path(&state, Section::Workspaces));
    let (problem, found) = match workspaces::search(state.app(), &person.ctx, &person.principal, part, page).await {
        Ok(found) => (Problem::default(), found),
        Err(failure) => match Problem::of(&failure, &state, &person, &frame) {
            Ok(problem) => (problem, SearchPage::default()),
            Err(response) => return *response,
        },
    };
    let pager = Pager::new(&path, &[("q", part)], person.page_number(), ROWS, found.total).limited(found.more);
    let page = WorkspacesPage { frame, problem, part, found, pager, path };
    if page.problem.is_some() { person.again(&state, &page) } else { person.show(&state, &page) }
}
