//! The workspaces of a user, with links to each.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::{Link, of_workspace};
use crate::platform::pages::pager::{Pager, ROWS};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::workspace::WorkspaceMembership;
use flows::account::workspaces;
use flows::{Page, Paged};

#[derive(Template)]
#[template(path = "account/workspaces.html")]
struct WorkspacesPage<'p> {
    frame: Frame,
    path: String,
    q: &'p str,
    /// Whether there are enough for a search to help.
    many: bool,
    workspaces: Vec<(WorkspaceMembership, Vec<Link>)>,
    pager: Pager,
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let (q, number) = (person.query("q"), person.page_number());
    let page = Page::new(number, ROWS);
    let found = workspaces::page(state.app(), &person.ctx, &person.principal, q, page).await;
    let Paged { items, total } = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let path = state.path("/workspaces");
    let links = |member: WorkspaceMembership| {
        let links = of_workspace(state.base(), &person.principal, &member);
        (member, links)
    };
    let page = WorkspacesPage {
        frame: person.frame(&state, None),
        q,
        many: total > 7 || !q.is_empty(),
        workspaces: items.into_iter().map(links).collect(),
        pager: Pager::new(&path, &[("q", q)], number, ROWS, total),
        path,
    };
    person.show(&state, &page)
}
