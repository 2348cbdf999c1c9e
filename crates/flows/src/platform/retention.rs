//! How long rows are kept.

/// A grant's row also proves that its code was used: it stays well past the code's life, in seconds.
pub(crate) const KEEP_ENDED_GRANTS: i64 = 24 * 60 * 60;
/// Days of figures that are kept.
pub const ACTIVITY_DAYS: i64 = 400;
