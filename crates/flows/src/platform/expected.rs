//! A value to set, unless somebody else has set another meanwhile.

/// What a setting is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'f, T> {
    pub to: T,
    /// What it has to be still, as it is written; otherwise nothing is set, and `changed_meanwhile` is the refusal.
    pub only_from: Option<&'f str>,
}

impl<T> From<T> for Expected<'_, T> {
    fn from(to: T) -> Self {
        Self { to, only_from: None }
    }
}
