//! How long rows are kept.

/// How long ended grants are kept, in seconds. A grant's row also proves that its code was used, so it must outlive the code.
pub(crate) const KEEP_ENDED_GRANTS: i64 = 24 * 60 * 60;
/// How many days of activity are kept.
pub const ACTIVITY_DAYS: i64 = 400;
