//! A check, as listed in the tables.

/// Something the server verifies before it performs a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Translation key: `check-…`.
    pub key: &'static str,
    /// What must hold, in English.
    pub title: &'static str,
    /// The exact reasons of the refusals it causes.
    pub reasons: &'static [&'static str],
}

/// What to change after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    pub reason: &'static str,
    /// Translation key: `advice-` and the reason.
    pub key: &'static str,
    /// In English.
    pub text: &'static str,
}

/// Declares a table of checks, in the order in which they are made: key, title, reasons.
macro_rules! checks {
    ($($key:literal, $title:literal => [$($reason:literal),* $(,)?];)*) => {
        &[$($crate::diagnosis::Check { key: $key, title: $title, reasons: &[$($reason),*] },)*]
    };
}
pub(super) use checks;

/// Declares a table of advice: reason, text.
macro_rules! advice {
    ($($reason:literal => $text:literal;)*) => {
        &[$($crate::diagnosis::Advice { reason: $reason, key: concat!("advice-", $reason), text: $text },)*]
    };
}
pub(super) use advice;
