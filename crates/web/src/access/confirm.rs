//! The question before anything that ends access.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::texts::Rich;
use askama::Template;
use axum::response::Response;

/// What can be done about it afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing: it is for good.
    ForGood,
    /// It can be undone.
    Undo,
    /// It can be undone, but for the access that it ends.
    UndoPartly,
}

impl After {
    /// What the page says: a text.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ForGood => "confirm-for-good",
            Self::Undo => "confirm-undo",
            Self::UndoPartly => "confirm-undo-partly",
        }
    }

    /// Of a rule, which can be put back where it ends nothing.
    pub const fn of_rule(ends: bool) -> Self {
        if ends { Self::UndoPartly } else { Self::Undo }
    }
}

/// What is about to happen, and the form that makes it so.
#[derive(Debug, Template)]
#[template(path = "access/confirm.html")]
pub struct Confirm {
    pub frame: Frame,
    pub title: String,
    /// What it means, a paragraph each.
    pub lines: Vec<Rich>,
    pub after: After,
    /// Where the form goes, and what it brings along.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
    pub button: String,
    /// Where whoever thinks better of it goes.
    pub back: String,
}

impl Confirm {
    pub fn show(&self, state: &WebState, person: &PageVisitor) -> Response {
        person.show(state, self)
    }
}
