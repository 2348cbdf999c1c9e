//! Secrets that are shown once, in the response to the form that created them.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::texts::Rich;
use askama::Template;
use axum::response::Response;
use domain::Secret;

/// A secret and what to do with it.
#[derive(Debug, Template)]
#[template(path = "access/reveal.html")]
pub struct Shown<'s> {
    pub frame: Frame,
    pub title: String,
    pub lead: Rich,
    pub label: String,
    /// The id of the element with the secret.
    pub id: &'static str,
    /// In clear text; the page is not cached.
    pub value: Revealed<'s>,
    /// Where the page's link leads.
    pub back: String,
}

/// A secret that the page shows in clear text and nothing else prints.
pub struct Revealed<'s> {
    before: &'s str,
    secret: &'s Secret,
}

impl<'s> Revealed<'s> {
    /// A secret at the end of a text.
    pub fn after(before: &'s str, secret: &'s Secret) -> Self {
        Self { before, secret }
    }

    fn text(&self) -> String {
        format!("{}{}", self.before, self.secret.expose())
    }
}

impl std::fmt::Debug for Revealed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Revealed(…)")
    }
}

impl Shown<'_> {
    pub fn show(&self, state: &WebState, person: &PageVisitor) -> Response {
        person.show(state, self)
    }
}
