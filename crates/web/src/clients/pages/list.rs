//! The clients of a workspace.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::Pager;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::access::Operation;
use domain::clients::{Client, GrantType, Trust};
use flows::clients::manage::ClientStats;
use flows::clients::ownership::OwnerFilter;
use flows::platform::management_error::ManagementError;
use flows::{Failure, Page, clients};

const ROWS: i64 = 20;

#[derive(Template)]
#[template(path = "clients/list.html")]
struct ListPage<'p> {
    frame: Frame,
    path: String,
    search: &'p str,
    items: Vec<(&'p Client, &'p ClientStats)>,
    pager: Pager,
    /// The page number, if one was requested.
    page: Option<i64>,
    may_create: bool,
    /// Whether the number of users links to them.
    sees_users: bool,
    /// Whether these are the user's own clients rather than a workspace's.
    own: bool,
}

/// The text key of a client's type.
pub fn kind(client: &Client) -> &'static str {
    match (client.config.grant_types.contains(&GrantType::AuthorizationCode), client.is_public()) {
        (false, _) => "dev-app-kind-machine",
        (true, true) => "dev-app-kind-public",
        (true, false) => "dev-app-kind-web",
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let (number, search) = (person.page_number(), person.query("q"));
    let page = Page::new(number, ROWS);
    let (app, principal) = (state.app(), &person.principal);
    let own = person.console() == Section::OwnApplications;
    let whose = if own { OwnerFilter::Caller } else { OwnerFilter::Workspace };
    let found = match clients::manage::search(app, &person.ctx, principal, whose, search, page).await {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let stats = match clients::manage::stats(app, &found.items).await {
        Ok(stats) => stats,
        Err(fault) => return person.refused(&state, &Failure::<ManagementError>::from(fault)),
    };
    let path = person.path(&state, person.console());
    let page = ListPage {
        frame: person.frame(&state, person.console()),
        pager: Pager::new(&path, &[("q", search)], number, ROWS, found.total).limited(found.more),
        page: (!person.query("page").is_empty()).then_some(number),
        path,
        search,
        items: found.items.iter().zip(&stats).collect(),
        may_create: !own && principal.may(Operation::WriteClients).is_ok(),
        sees_users: own || principal.may(Operation::ReadClientUsers).is_ok(),
        own,
    };
    person.show(&state, &page)
}
