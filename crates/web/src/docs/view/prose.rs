//! Text with inline code.
use super::json;
use serde_json::Value;

/// A handler's description, with code between backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose(String);

impl Prose {
    /// The text in a member of a document.
    pub fn read(value: &Value, member: &str) -> Self {
        Self(json::text(value, member))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Text and code alternating, text first.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('`')
    }
}
