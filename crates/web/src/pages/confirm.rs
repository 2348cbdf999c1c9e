//! The question before anything that ends access.
use crate::WebState;
use crate::pages::frame::Frame;
use crate::person::Person;
use crate::texts::Rich;
use askama::Template;
use axum::response::Response;

/// What is about to happen, and the form that makes it so.
#[derive(Debug, Template)]
#[template(path = "confirm.html")]
pub struct Confirm {
    pub frame: Frame,
    pub title: String,
    /// What it means, a paragraph each.
    pub lines: Vec<Rich>,
    /// Where the form goes, and what it brings along.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
    pub button: String,
    /// Where whoever thinks better of it goes.
    pub back: String,
}

impl Confirm {
    pub fn show(&self, state: &WebState, person: &Person) -> Response {
        person.show(state, self)
    }
}
