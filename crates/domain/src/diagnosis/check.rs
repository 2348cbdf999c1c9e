//! A check as the tables have it.

/// Something that the server looks at before it does what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Names it for translations: `check-…`.
    pub key: &'static str,
    /// What must hold, in English.
    pub title: &'static str,
    /// The exact reasons of the refusals that it causes.
    pub reasons: &'static [&'static str],
}

/// What to change after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    pub reason: &'static str,
    /// Names it for translations: `advice-` and the reason.
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
