//! Pages of lists.
use crate::{StoreError, Tx, Value};
use domain::UserId;

/// Maximum number of rows per page of a list.
pub const MAX_LIMIT: i64 = 100;

/// Maximum number of rows read for a user to choose from. They are not paged, because a choice that is not read cannot
/// be made.
pub const MOST_CHOICES: i64 = 1000;

/// Maximum number of rows in the arrays that reference 004 shows: complete unless there are more.
pub const MOST_OF_ARRAY: i64 = 1000;

/// Upper bound for counts that are only displayed: this number means more than a thousand.
pub const COUNTED: i64 = 1001;

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    limit: i64,
    offset: i64,
}

impl Page {
    /// The page with this number, counted from 1, of `limit` rows each (1 to [`MAX_LIMIT`]).
    pub fn new(number: i64, limit: i64) -> Self {
        Self::at(number, limit.clamp(1, MAX_LIMIT))
    }

    /// Like [`Page::new`], for an array with up to [`MOST_OF_ARRAY`] rows per page.
    pub fn of_array(number: i64, limit: i64) -> Self {
        Self::at(number, limit.clamp(1, MOST_OF_ARRAY))
    }

    fn at(number: i64, limit: i64) -> Self {
        Self { limit, offset: number.saturating_sub(1).max(0).saturating_mul(limit) }
    }

    /// How many rows the page has at most.
    pub const fn limit(self) -> i64 {
        self.limit
    }

    /// How many rows come before the page.
    pub const fn offset(self) -> i64 {
        self.offset
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::new(1, MAX_LIMIT)
    }
}

/// Where a page of users begins. Starting next to a known user costs the same at any position; a page number skips rows
/// one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserCursor {
    /// The page number says where the page begins.
    #[default]
    PageNumber,
    /// The page begins after this user.
    After(UserId),
    /// The page ends before this user.
    Before(UserId),
}

impl UserCursor {
    /// Chooses between the queries that read forwards and backwards from the given user's id, and sets what they skip.
    pub(crate) fn read(
        self,
        page: Page,
        forwards: &'static str,
        backwards: &'static str,
    ) -> (&'static str, String, i64) {
        match self {
            Self::PageNumber => (forwards, String::new(), page.offset()),
            Self::After(user) => (forwards, user.to_string(), 0),
            Self::Before(user) => (backwards, user.to_string(), 0),
        }
    }
}

/// One page, and the total number of rows on all pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// The number of rows on all pages.
    pub total: i64,
}

/// The result of a `SELECT COUNT(*)`.
pub(crate) async fn count(tx: &mut Tx, sql: &'static str, params: &[Value<'_>]) -> Result<i64, StoreError> {
    match tx.one(sql, params).await? {
        Some(mut row) => row.int(),
        None => Ok(0),
    }
}
