//! The way back from what was just done: a form in the notice that says so.
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// The field with what has to be there still, for a way back to lead anywhere.
pub const ONLY_FROM: &str = "only_from";

/// A form that takes back what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Where it goes.
    pub path: String,
    pub fields: Vec<(String, String)>,
    /// Whether some of what was done stays done.
    pub partly: bool,
}

impl Undo {
    pub fn by(path: String) -> Self {
        Self { path, fields: Vec::new(), partly: false }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }

    /// Gives back what was, unless it is no longer what it is now: somebody else may have changed it since.
    #[must_use]
    pub fn back(self, name: &str, was: impl Display, is: impl Display) -> Self {
        self.with(name, was).with(ONLY_FROM, is)
    }

    /// Says that access which ended stays ended.
    #[must_use]
    pub fn partly(self, partly: bool) -> Self {
        Self { partly, ..self }
    }
}
