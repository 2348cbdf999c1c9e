//! Finds users by a substring of their name or email address.
use crate::account::users;
use crate::platform::dialect::{self, each};
use crate::platform::page::Page;
use crate::platform::row::Row;
use crate::platform::search::{SearchPage, SearchQuery, all_of, arrange, list, total};
use crate::platform::search_index::Kind;
use crate::{StoreError, Tx, params};
use domain::account::User;
use domain::platform::text::fold;
use domain::{Timestamp, UserId};

/// A user as shown to the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundUser {
    /// The account itself, enabled or disabled.
    pub user: User,
    /// Number of workspaces the user is a member of.
    pub workspaces: i64,
    /// The latest sign-in among the sessions that are still stored.
    pub last_sign_in_at: Option<Timestamp>,
}

/// The user's columns, followed by the other fields of [`FoundUser`], for the user `u`.
macro_rules! found_columns {
    () => {
        concat!(
            users::columns!(),
            ", (SELECT COUNT(*) FROM members m WHERE m.user_id = u.id), \
             (SELECT MAX(s.auth_time) FROM sessions s WHERE s.user_id = u.id)"
        )
    };
}

pub(crate) fn found(row: &mut Row) -> Result<FoundUser, StoreError> {
    Ok(FoundUser { user: users::read(row)?, workspaces: row.int()?, last_sign_in_at: row.opt_time()? })
}

pub(crate) const USERS: (&str, &str) =
    each!(concat!("SELECT ", found_columns!(), " FROM "), " CROSS JOIN users u WHERE u.id = j.value->>'id'");

pub(crate) const ALL_USERS: &str = all_of!(found_columns!(), "user", "users u", "u.id");

/// The users with `part` in their email address or name, ignoring case, in order of registration.
pub async fn users(tx: &mut Tx, part: &str, page: Page) -> Result<SearchPage<FoundUser>, StoreError> {
    if part.is_empty() {
        let mut rows = tx.all(ALL_USERS, params![page.offset(), page.limit()]).await?;
        let items = rows.iter_mut().map(found).collect::<Result<_, _>>()?;
        return Ok(SearchPage { items, total: total(tx, Kind::User).await?, more: false });
    }
    let wanted =
        SearchQuery { kind: Kind::User, part: fold(part), belongs: Vec::new(), member_of: None, newest_first: false };
    let (ids, total, more) = wanted.page(tx, page).await?;
    let sql = dialect::pick(tx, USERS.0, USERS.1);
    let mut rows = tx.all(sql, params![list(&ids)]).await?;
    let items = rows.iter_mut().map(found).collect::<Result<_, _>>()?;
    Ok(SearchPage { items: arrange(&ids, items, |found| found.user.id.to_string()), total, more })
}

/// One user by id.
pub async fn user(tx: &mut Tx, id: UserId) -> Result<Option<FoundUser>, StoreError> {
    let sql = concat!("SELECT ", found_columns!(), " FROM users u WHERE u.id = $1");
    tx.one(sql, params![id]).await?.as_mut().map(found).transpose()
}
