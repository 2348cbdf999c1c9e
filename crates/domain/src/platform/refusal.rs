//! Refusals by rules, as rows of tables.
use super::challenge::{Challenge, Scheme};
pub use super::error_code::ErrorCode;
use std::borrow::Cow;
use std::fmt;

/// All that there is to say about a refusal, except for its texts in other languages.
#[derive(Debug, PartialEq, Eq)]
pub struct RefusalRow {
    /// The error code that the client sees.
    pub code: ErrorCode,
    /// The exact reason, in `snake_case`, for the log and the audit log.
    pub reason: &'static str,
    /// A sentence for the developer of the client: plain ASCII without `"` and `\` (RFC 6749 §5.2). It never contains a
    /// secret or any part of the request.
    pub public: &'static str,
    /// The scheme to offer because the request had no credential at all; empty for all other refusals.
    pub asks_for: &'static [Scheme],
    /// What diagnosis tells developers of clients; `None` for refusals of people and of management.
    pub explanation: Option<Explanation>,
}

impl RefusalRow {
    /// The challenge of the response, with this description of the error.
    pub fn challenge(&self, description: Option<&str>) -> Option<Challenge> {
        match (self.asks_for, self.code) {
            ([Scheme::Bearer, ..], _) => Some(Challenge::NO_TOKEN),
            ([], ErrorCode::InvalidClient) => Some(Challenge::Basic),
            ([], code) => Challenge::of_token(code, description),
        }
    }
}

/// The rows of a table, in the order of the checks that refuse.
pub type RefusalRows = &'static [&'static RefusalRow];

/// What diagnosis tells about a refusal.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The key of the check that failed; `diagnosis` has its title and its place among the checks.
    pub check: &'static str,
    /// What the developer of the client can do.
    pub advice: Advice,
}

/// What to change after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// The exact reason of the refusal.
    pub reason: &'static str,
    /// Translation key: `advice-` and the reason.
    pub key: &'static str,
    /// In English.
    pub text: &'static str,
}

/// A refusal by a rule: what the client sees, and what only the log and audit contain.
pub trait Refusal: fmt::Debug + Send + Sync {
    /// What there is to say about it.
    fn row(&self) -> &'static RefusalRow;
    /// The error code that the client sees.
    fn code(&self) -> ErrorCode {
        self.row().code
    }
    /// The sentence that the client sees, without a name.
    fn public(&self) -> &'static str {
        self.row().public
    }
    /// The exact reason, for the log and audit.
    fn reason(&self) -> &'static str {
        self.row().reason
    }
    /// The sentence that the client sees, including what it is about if known (see [`Named`]).
    fn said(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.public())
    }
}

/// Maximum number of characters of a name repeated in an error.
const LONGEST_NAME: usize = 200;

/// A refusal that names what it is about, such as a scope or a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<R> {
    /// The refusal.
    pub why: R,
    /// Only characters that an error description may contain (RFC 6749 §5.2).
    name: Option<String>,
}

impl<R> Named<R> {
    /// A refusal about `name`, which may come from the request. It is truncated, and characters that an error
    /// description may not contain become question marks.
    pub fn of(why: R, name: &str) -> Self {
        let safe = |c: char| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\') { c } else { '?' };
        Self { why, name: Some(name.chars().take(LONGEST_NAME).map(safe).collect()) }
    }

    /// What it is about, if known.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Replaces the refusal and keeps the name.
    pub fn map<S>(self, map: impl FnOnce(R) -> S) -> Named<S> {
        Named { why: map(self.why), name: self.name }
    }
}

impl<R> From<R> for Named<R> {
    fn from(why: R) -> Self {
        Self { why, name: None }
    }
}

impl<R: Refusal> Refusal for Named<R> {
    fn row(&self) -> &'static RefusalRow {
        self.why.row()
    }
    fn said(&self) -> Cow<'static, str> {
        match &self.name {
            Some(name) => Cow::Owned(format!("{}: {name}", self.why.said().trim_end_matches('.'))),
            None => self.why.said(),
        }
    }
}

/// Declares a refusal enum as a table: variant, error code, exact reason, public sentence; the scheme
/// to offer if there was no credential; and for diagnosis the check that refuses, and advice. Refusals of people and of management have neither. A row says everything once.
macro_rules! refusals {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $(
        $(#[$vdoc:meta])* $variant:ident => $code:ident, $reason:literal, $public:literal
            $(, asks for $scheme:ident)? $(, check $check:literal, advice $advice:expr)?;
    )* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(clippy::doc_markdown, reason = "the documentation of a variant is its sentence, as clients read it")]
        $vis enum $name { $(#[doc = $public] $(#[$vdoc])* $variant,)* }
        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The rows of the table. The compiler warns if `diagnosis` does not list them.
            pub(crate) const ROWS: $crate::platform::refusal::RefusalRows = &[$(Self::$variant.row(),)*];

            /// What there is to say about this refusal.
            pub const fn row(self) -> &'static $crate::platform::refusal::RefusalRow {
                match self {
                    $(Self::$variant => &$crate::platform::refusal::RefusalRow {
                        code: $crate::platform::refusal::ErrorCode::$code,
                        reason: $reason,
                        public: $public,
                        asks_for: &[$($crate::platform::challenge::Scheme::$scheme)?],
                        explanation: $crate::platform::refusal::explanation!($reason $(, $check, $advice)?),
                    },)*
                }
            }
        }
        impl $crate::platform::refusal::Refusal for $name {
            fn row(&self) -> &'static $crate::platform::refusal::RefusalRow {
                (*self).row()
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.row().reason)
            }
        }
    };
}

pub(crate) use refusals;

/// The explanation of a row, if it has one.
macro_rules! explanation {
    ($reason:literal) => {
        None
    };
    ($reason:literal, $check:literal, $advice:expr) => {
        Some($crate::platform::refusal::Explanation {
            check: $check,
            advice: $crate::platform::refusal::Advice {
                reason: $reason,
                key: concat!("advice-", $reason),
                text: $advice,
            },
        })
    };
}

pub(crate) use explanation;

refusals! {
    /// What the caller learns of a fault of the server.
    pub enum FaultRefusal {
        NotAvailable => TemporarilyUnavailable, "not_available", "The server is not available for the moment. Try again.";
        TimedOut => TemporarilyUnavailable, "timed_out", "The server took too long to answer. Try again in a moment.";
        Failed => ServerError, "fault", "The server failed. The request id tells the operator where to look.",
            check "check-server", advice "Nothing in the application: the server failed. Try again, and give whoever runs it the request id.";
    }
}
