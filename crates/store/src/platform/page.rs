//! Pages of lists.
use crate::{StoreError, Tx, Value};
use domain::UserId;

/// No list answers more rows at once.
pub const MAX_LIMIT: i64 = 100;

/// Rows that are read at once where somebody chooses among all that is theirs: a choice that is not read cannot be made.
pub const MOST_CHOICES: i64 = 1000;

/// Rows of the arrays that reference 004 shows: they are complete unless there are more.
pub const MOST_OF_ARRAY: i64 = 1000;

/// What may be very many and is only told is counted to here: this number says more than a thousand.
pub const COUNTED: i64 = 1001;

/// A part of a list.
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

    /// The same of an array, with up to [`MOST_OF_ARRAY`] rows.
    pub fn of_array(number: i64, limit: i64) -> Self {
        Self::at(number, limit.clamp(1, MOST_OF_ARRAY))
    }

    fn at(number: i64, limit: i64) -> Self {
        Self { limit, offset: number.saturating_sub(1).max(0).saturating_mul(limit) }
    }

    pub const fn limit(self) -> i64 {
        self.limit
    }

    pub const fn offset(self) -> i64 {
        self.offset
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::new(1, MAX_LIMIT)
    }
}

/// Where a page of people begins. Beside somebody who is known it costs the same in a list of any length; by its number,
/// whoever is before it is passed over one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserCursor {
    #[default]
    Nobody,
    After(UserId),
    Before(UserId),
}

impl UserCursor {
    /// Chooses among the texts that read forwards and backwards, which take the id that it names, and what they pass over.
    pub(crate) fn read(
        self,
        page: Page,
        forwards: &'static str,
        backwards: &'static str,
    ) -> (&'static str, String, i64) {
        match self {
            Self::Nobody => (forwards, String::new(), page.offset()),
            Self::After(user) => (forwards, user.to_string(), 0),
            Self::Before(user) => (backwards, user.to_string(), 0),
        }
    }
}

/// One page, and how many rows all pages have together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    pub items: Vec<T>,
    pub total: i64,
}

/// The number that a `SELECT COUNT(*)` answers.
pub(crate) async fn count(tx: &mut Tx, sql: &'static str, params: &[Value<'_>]) -> Result<i64, StoreError> {
    match tx.one(sql, params).await? {
        Some(mut row) => row.int(),
        None => Ok(0),
    }
}
