//! A single workspace: its members and its clients.
use super::ROWS;
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::Pager;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::account::User;
use domain::clients::{Client, Trust};
use domain::workspace::Member;
use flows::operator::workspaces::{self, FoundWorkspace};
use flows::{Page, Paged};

#[derive(Template)]
#[template(path = "operator/workspace.html")]
struct WorkspacePage {
    frame: Frame,
    one: FoundWorkspace,
    list: List,
    pager: Pager,
    back: String,
    path: String,
    users: String,
    clients: String,
}

/// The list that is shown.
enum List {
    Members(Vec<(Member, User)>),
    Applications(Vec<Client>),
}

impl List {
    fn is_of_members(&self) -> bool {
        matches!(self, Self::Members(_))
    }
}

pub async fn members(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    show(&state, &person, &id, true).await
}

pub async fn applications(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    show(&state, &person, &id, false).await
}

async fn show(state: &WebState, person: &PageVisitor, id: &str, members: bool) -> Response {
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let one = match workspaces::find(app, ctx, who, id).await {
        Ok(one) => one,
        Err(failure) => return person.refused(state, &failure),
    };
    let (id, page) = (one.workspace.id, Page::new(person.page_number(), ROWS));
    let found = if members {
        let found = workspaces::members(app, ctx, who, id, page).await;
        found.map(|Paged { items, total }| (List::Members(items), total))
    } else {
        let found = workspaces::applications(app, ctx, who, id, page).await;
        found.map(|Paged { items, total }| (List::Applications(items), total))
    };
    let (list, total) = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(state, &failure),
    };
    let back = person.path(state, Section::Workspaces);
    let path = format!("{back}/{id}");
    let here = if members { path.clone() } else { format!("{path}/applications") };
    let page = WorkspacePage {
        frame: person.frame(state, Section::Workspaces),
        pager: Pager::new(&here, &[], person.page_number(), ROWS, total),
        users: person.path(state, Section::Users),
        clients: person.path(state, Section::Clients),
        one,
        list,
        back,
        path,
    };
    person.show(state, &page)
}
