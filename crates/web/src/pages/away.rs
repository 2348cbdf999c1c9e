//! The way from a form of ours to the address of a client.
use super::frame::{Frame, Leads, render, see_other};
use crate::WebState;
use crate::incoming::{Browser, Incoming};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

#[derive(Template)]
#[template(path = "away.html")]
struct AwayPage<'p> {
    frame: Frame,
    location: &'p str,
}

/// Sends whoever sent a form on to a client. Browsers hold all redirects after a form against the policy of its page, those of
/// the client as well, which may send its users on to a host that nobody knows here. So browsers get a page that leads away at
/// once, where their journey begins anew. Programs get a redirect, and so does whoever is led to an installed application:
/// systems open one more willingly behind the press of a button.
pub fn after_form(state: &WebState, incoming: &Incoming, browser: &Browser, location: &str) -> Response {
    let navigates = incoming.header("sec-fetch-mode") == Some("navigate");
    let is_site = ["https://", "http://"].iter().any(|scheme| location.starts_with(scheme));
    if !(navigates && is_site) {
        return see_other(location);
    }
    let page = AwayPage { frame: Frame::new(state, browser), location };
    render(state, &page, StatusCode::OK, Leads::Here, None)
}
