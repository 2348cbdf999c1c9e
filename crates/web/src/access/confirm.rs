//! The confirmation page for actions that end access.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::texts::Rich;
use askama::Template;
use axum::response::Response;

/// Whether the action can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It cannot be undone.
    ForGood,
    /// It can be undone.
    Undo,
    /// It can be undone, except for the access that it ends.
    UndoPartly,
}

impl After {
    /// The text key of what the page says.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ForGood => "confirm-for-good",
            Self::Undo => "confirm-undo",
            Self::UndoPartly => "confirm-undo-partly",
        }
    }

    /// For a change of a rule: it can be undone, except for any access that it ends.
    pub const fn of_rule(ends: bool) -> Self {
        if ends { Self::UndoPartly } else { Self::Undo }
    }
}

/// What is about to happen, and the form that confirms it.
#[derive(Debug, Template)]
#[template(path = "access/confirm.html")]
pub struct Confirm {
    pub frame: Frame,
    pub title: String,
    /// Explanation, one paragraph each.
    pub lines: Vec<Rich>,
    pub after: After,
    /// The form's target and its hidden fields.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
    pub button: String,
    /// The target of the cancel link.
    pub back: String,
}

impl Confirm {
    pub fn show(&self, state: &WebState, person: &PageVisitor) -> Response {
        person.show(state, self)
    }
}
