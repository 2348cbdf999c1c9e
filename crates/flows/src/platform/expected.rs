//! A conditional change of a value, to detect concurrent changes.

/// A new value, with the value that it may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'f, T> {
    pub to: T,
    /// The current value must still be this one, as text. Otherwise nothing is changed, and the refusal is `changed_meanwhile`.
    pub only_from: Option<&'f str>,
}

impl<T> From<T> for Expected<'_, T> {
    fn from(to: T) -> Self {
        Self { to, only_from: None }
    }
}
