//! Users who can sign in.
use crate::platform::dialect;
use crate::platform::page::{Page, Paged, count};
use crate::platform::search_index::{self, Entry};
use crate::{Row, StoreError, Tx, params};
use domain::account::{Email, User, Zone};
use domain::{Timestamp, UserId, WorkspaceId};

macro_rules! columns {
    () => {
        "u.id, u.email, u.email_verified, u.name, u.picture, u.password_hash, u.is_operator, u.default_workspace_id, \
         u.locale, u.zone, u.disabled_at, u.created_at, u.updated_at, u.epoch"
    };
}
pub(crate) use columns;

/// Reads [`columns`].
pub(crate) fn read(row: &mut Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.parse()?,
        email: row.with(|text| Email::parse(text).ok())?,
        email_verified: row.bool()?,
        name: row.text()?,
        picture: row.opt_text()?,
        password_hash: row.opt_text()?,
        is_operator: row.bool()?,
        default_workspace_id: row.opt_parse()?,
        locale: row.opt_text()?,
        zone: row.opt_parse()?,
        disabled_at: row.opt_time()?,
        created_at: row.time()?,
        updated_at: row.time()?,
        epoch: row.int()?,
    })
}

/// Fails with [`StoreError::Conflict`] (`users.email_key`) if the email address is taken, ignoring case.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO users (id, email, email_key, email_verified, name, picture, password_hash, is_operator, \
         default_workspace_id, locale, zone, disabled_at, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            user.id,
            user.email.as_str(),
            user.email.key(),
            user.email_verified,
            &user.name,
            user.picture.as_ref(),
            user.password_hash.as_ref(),
            user.is_operator,
            user.default_workspace_id,
            user.locale.as_ref(),
            user.zone.as_ref().map(Zone::as_str),
            user.disabled_at,
            user.created_at,
            user.updated_at,
        ],
    )
    .await?;
    search_index::put(tx, &Entry::of_user(user.id, &user.email.key(), &user.name)).await
}

/// The user with this id, enabled or disabled; `None` if there is none.
pub async fn by_id(tx: &mut Tx, id: UserId) -> Result<Option<User>, StoreError> {
    let row = tx.one(concat!("SELECT ", columns!(), " FROM users u WHERE u.id = $1"), params![id]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// Like [`by_id`], for callers that change the user based on what they read: no other transaction can change the user
/// until this one ends.
pub async fn by_id_for_change(tx: &mut Tx, id: UserId) -> Result<Option<User>, StoreError> {
    dialect::lock_rows(tx, "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE", params![id]).await?;
    by_id(tx, id).await
}

/// Like [`by_id`], for callers that rely on what they read without changing it: no other transaction can change the
/// user until this one ends.
pub async fn by_id_held(tx: &mut Tx, id: UserId) -> Result<Option<User>, StoreError> {
    dialect::lock_rows(tx, "SELECT id FROM users WHERE id = $1 FOR SHARE", params![id]).await?;
    by_id(tx, id).await
}

/// Finds a user by [`Email::key`].
pub async fn by_email_key(tx: &mut Tx, key: &str) -> Result<Option<User>, StoreError> {
    let row = tx.one(concat!("SELECT ", columns!(), " FROM users u WHERE u.email_key = $1"), params![key]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// The fields that users can change themselves.
#[derive(Debug, Clone)]
pub struct Profile<'a> {
    /// The address as the user wrote it. It is unique without regard to case.
    pub email: &'a Email,
    /// Whether the user has proved that the address is theirs.
    pub email_verified: bool,
    /// The name that apps and other members see.
    pub name: &'a str,
    /// The URL of a picture; `None` removes it.
    pub picture: Option<&'a str>,
    /// The workspace that user tokens name if the user belongs to several; `None` for no default.
    pub default_workspace_id: Option<WorkspaceId>,
    /// The language of pages; `None` follows the browser.
    pub locale: Option<&'a str>,
    /// The time zone of displayed times; `None` follows the browser.
    pub zone: Option<&'a Zone>,
}

/// Returns `false` if there is no such user, and [`StoreError::Conflict`] if the email address is taken.
pub async fn update_profile(
    tx: &mut Tx,
    id: UserId,
    profile: &Profile<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE users SET email = $2, email_key = $3, email_verified = $4, name = $5, picture = $6, \
             default_workspace_id = $7, locale = $8, zone = $9, updated_at = $10 WHERE id = $1",
            params![
                id,
                profile.email.as_str(),
                profile.email.key(),
                profile.email_verified,
                profile.name,
                profile.picture,
                profile.default_workspace_id,
                profile.locale,
                profile.zone.map(Zone::as_str),
                now,
            ],
        )
        .await?;
    if changed == 1 {
        search_index::put(tx, &Entry::of_user(id, &profile.email.key(), profile.name)).await?;
    }
    Ok(changed == 1)
}

/// `hash` is in PHC string form; `None` disables sign-in by password.
pub async fn set_password(tx: &mut Tx, id: UserId, hash: Option<&str>, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1";
    Ok(tx.execute(sql, params![id, hash, now]).await? == 1)
}

/// Like [`set_password`], but only while the hash is still `from`, so that of two concurrent changes only one succeeds.
/// Returns `false` if the password was changed in the meantime.
pub async fn change_password(
    tx: &mut Tx,
    id: UserId,
    from: &str,
    to: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET password_hash = $3, updated_at = $4 WHERE id = $1 AND password_hash = $2";
    Ok(tx.execute(sql, params![id, from, to, now]).await? == 1)
}

/// Disables the user at `now`, or enables them. Everything that depends on a disabled user becomes invalid on its next
/// check.
pub async fn set_disabled(tx: &mut Tx, id: UserId, disabled: bool, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET disabled_at = $2, updated_at = $3 WHERE id = $1";
    Ok(tx.execute(sql, params![id, disabled.then_some(now), now]).await? == 1)
}

/// Sets whether the email address is verified. Returns `false` if it is no longer the user's address, compared by
/// [`Email::key`].
pub async fn set_email_verified(
    tx: &mut Tx,
    id: UserId,
    email_key: &str,
    verified: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET email_verified = $3, updated_at = $4 WHERE id = $1 AND email_key = $2";
    Ok(tx.execute(sql, params![id, email_key, verified, now]).await? == 1)
}

/// Grants or removes operator rights. Returns `false` if there is no such user.
pub async fn set_operator(tx: &mut Tx, id: UserId, operator: bool, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET is_operator = $2, updated_at = $3 WHERE id = $1";
    Ok(tx.execute(sql, params![id, operator, now]).await? == 1)
}

/// Whether this user is the only operator. Locks all operators until the transaction ends, so that two operators cannot
/// remove each other at the same time.
pub async fn is_last_operator(tx: &mut Tx, id: UserId) -> Result<bool, StoreError> {
    let lock = "SELECT id FROM users WHERE is_operator = 1 ORDER BY id FOR NO KEY UPDATE";
    dialect::lock_rows(tx, lock, &[]).await?;
    is_only_operator(tx, id).await
}

/// Like [`is_last_operator`], without a lock: for display only, not for decisions.
pub async fn is_only_operator(tx: &mut Tx, id: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*), COUNT(CASE WHEN id = $1 THEN 1 END) FROM users \
               WHERE is_operator = 1 AND disabled_at IS NULL";
    let Some(mut row) = tx.one(sql, params![id]).await? else { return Ok(false) };
    let (all, own): (i64, i64) = (row.int()?, row.int()?);
    Ok(all == 1 && own == 1)
}

/// All users in order of registration.
pub async fn list(tx: &mut Tx, page: Page) -> Result<Paged<User>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM users u ORDER BY u.id LIMIT $1 OFFSET $2");
    let mut rows = tx.all(sql, params![page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read).collect::<Result<_, _>>()?;
    Ok(Paged { items, total: self::count_all(tx).await? })
}

/// The number of all users, enabled and disabled.
pub async fn count_all(tx: &mut Tx) -> Result<i64, StoreError> {
    count(tx, "SELECT COUNT(*) FROM users", &[]).await
}

/// Whether any operator can sign in. Until then, a one-time link creates the first one.
pub async fn has_operator(tx: &mut Tx) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM users WHERE is_operator = 1 AND disabled_at IS NULL LIMIT 1";
    Ok(tx.one(sql, &[]).await?.is_some())
}
