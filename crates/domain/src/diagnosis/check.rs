//! A check, as listed in the tables.

/// Something the server verifies before it performs a request. The rows of the refusals name it by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Translation key: `check-…`.
    pub key: &'static str,
    /// What must hold, in English.
    pub title: &'static str,
}

/// Declares a table of checks, in the order in which they are made: key, title.
macro_rules! checks {
    ($($key:literal, $title:literal;)*) => {
        &[$($crate::diagnosis::Check { key: $key, title: $title },)*]
    };
}
pub(super) use checks;
