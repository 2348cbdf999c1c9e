//! All clients, regardless of owner.
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
use domain::clients::{Client, Trust};
use flows::operator::clients;
use flows::{Page, SearchPage};

#[derive(Template)]
#[template(path = "operator/clients.html")]
struct ClientsPage<'p> {
    frame: Frame,
    problem: Problem,
    part: &'p str,
    tiers: [Choice; 4],
    /// Whether the list is filtered.
    filtered: bool,
    found: SearchPage<Client>,
    pager: Pager,
    path: String,
}

/// A trust level to filter by.
struct Choice {
    value: &'static str,
    name: String,
    chosen: bool,
}

/// The name of a trust level.
pub fn tier(frame: &Frame, trust: Trust) -> String {
    match trust {
        Trust::FirstParty => frame.fill("badge-first-party", "brand", &frame.brand.name),
        Trust::Verified => frame.say("badge-verified"),
        Trust::Unverified => frame.say("badge-unverified"),
        Trust::Anonymous => frame.say("badge-unknown"),
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let (part, only) = (person.query("q"), Trust::parse(person.query("trust")));
    let rows = Page::new(person.page_number(), ROWS);
    let (frame, path) = (person.frame(&state, Section::Clients), person.path(&state, Section::Clients));
    let found = clients::search(state.app(), &person.ctx, &person.principal, part, only, rows).await;
    let (problem, found) = match found {
        Ok(found) => (Problem::default(), found),
        Err(failure) => match Problem::of(&failure, &state, &person, &frame) {
            Ok(problem) => (problem, SearchPage::default()),
            Err(response) => return *response,
        },
    };
    let filters = [("q", part), ("trust", only.map_or("", Trust::as_str))];
    let pager = Pager::new(&path, &filters, person.page_number(), ROWS, found.total).limited(found.more);
    let tiers = Trust::ALL.map(|trust| Choice {
        value: trust.as_str(),
        name: tier(&frame, trust),
        chosen: only == Some(trust),
    });
    let filtered = only.is_some() || !part.is_empty();
    let page = ClientsPage { frame, problem, part, tiers, filtered, found, pager, path };
    if page.problem.is_some() { person.again(&state, &page) } else { person.show(&state, &page) }
}
