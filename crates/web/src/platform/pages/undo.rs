//! Undoing what was just done: a form in the notice.
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// The field with the value that must still be current for the undo to work.
pub const ONLY_FROM: &str = "only_from";

/// A form that undoes what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The form's target.
    pub path: String,
    pub fields: Vec<(String, String)>,
    /// Whether some of it cannot be undone.
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

    /// Restores the previous value `was`, unless the current one is no longer `is`: someone else may have changed it since.
    #[must_use]
    pub fn back(self, name: &str, was: impl Display, is: impl Display) -> Self {
        self.with(name, was).with(ONLY_FROM, is)
    }

    /// Sets whether some of it cannot be undone, because revoked access stays revoked.
    #[must_use]
    pub fn partly(self, partly: bool) -> Self {
        Self { partly, ..self }
    }
}
