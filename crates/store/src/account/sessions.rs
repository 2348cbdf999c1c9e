//! Signed-in browsers.
use crate::account::users;
use crate::platform::dialect;
use crate::platform::page::{MAX_LIMIT, Page, Paged, count};
use crate::platform::value::{Value, json};
use crate::{Row, StoreError, Tx, params};
use domain::account::{PersonMethod, PersonProof, Session, User};
use domain::{SecretHash, SessionId, Timestamp, UserId};

macro_rules! columns {
    () => {
        "s.id, s.secret_hash, s.user_id, s.auth_time, s.amr, s.created_at, s.last_seen_at, s.expires_at, s.ip, s.user_agent"
    };
}

fn read(row: &mut Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.parse()?,
        secret_hash: row.hash()?,
        user_id: row.parse()?,
        proof: {
            let (at, amr) = (row.time()?, row.json::<Vec<String>>()?);
            // A later version may have written methods that this one does not know.
            PersonProof::new(amr.iter().filter_map(|name| PersonMethod::parse(name)).collect(), at)
        },
        created_at: row.time()?,
        last_seen_at: row.time()?,
        expires_at: row.time()?,
        ip: row.text()?,
        user_agent: row.text()?,
    })
}

/// The methods as a JSON array of their names.
fn amr(session: &Session) -> Result<Value<'static>, StoreError> {
    json(&session.proof.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>())
}

/// Stores a new session. Returns [`StoreError::Conflict`] if its id or hash already exists.
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sessions (id, secret_hash, user_id, auth_time, amr, created_at, last_seen_at, expires_at, ip, \
         user_agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            session.id,
            &session.secret_hash,
            session.user_id,
            session.proof.at,
            amr(session)?,
            session.created_at,
            session.last_seen_at,
            session.expires_at,
            &session.ip,
            &session.user_agent,
        ],
    )
    .await?;
    Ok(())
}

/// Finds the session with this secret and its user, if the session has not expired at `now` and the user is not
/// disabled.
pub async fn by_secret_hash(
    tx: &mut Tx,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<(Session, User)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", ",
        users::columns!(),
        " FROM sessions s JOIN users u ON u.id = s.user_id \
         WHERE s.secret_hash = $1 AND s.expires_at > $2 AND u.disabled_at IS NULL"
    );
    let row = tx.one(sql, params![hash, now]).await?;
    row.map(|mut row| Ok((read(&mut row)?, users::read(&mut row)?))).transpose()
}

/// Extends the session's idle limit. Returns `false` if the session has ended.
pub async fn touch(
    tx: &mut Tx,
    id: SessionId,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1";
    Ok(tx.execute(sql, params![id, last_seen_at, expires_at]).await? == 1)
}

/// Stores a session whose user has authenticated again: every field except the creation time. The secret changes, which
/// prevents session fixation. Returns `false` if the session has ended or belongs to another user.
pub async fn reauthenticate(tx: &mut Tx, session: &Session) -> Result<bool, StoreError> {
    let sql = "UPDATE sessions SET secret_hash = $3, amr = $4, auth_time = $5, last_seen_at = $6, expires_at = $7, \
               ip = $8, user_agent = $9 WHERE id = $1 AND user_id = $2";
    let params = params![
        session.id,
        session.user_id,
        &session.secret_hash,
        amr(session)?,
        session.proof.at,
        session.last_seen_at,
        session.expires_at,
        &session.ip,
        &session.user_agent,
    ];
    Ok(tx.execute(sql, params).await? == 1)
}

/// Replaces the session's secret. Returns `false` if the session has ended or belongs to another user.
pub async fn renew(tx: &mut Tx, id: SessionId, user: UserId, secret: &SecretHash) -> Result<bool, StoreError> {
    let sql = "UPDATE sessions SET secret_hash = $3 WHERE id = $1 AND user_id = $2";
    Ok(tx.execute(sql, params![id, user, secret]).await? == 1)
}

/// Returns `false` if the session had already ended.
pub async fn end(tx: &mut Tx, id: SessionId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM sessions WHERE id = $1", params![id]).await? == 1)
}

/// Ends a session only if it belongs to this user.
pub async fn end_for_user(tx: &mut Tx, id: SessionId, user: UserId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
    Ok(tx.execute(sql, params![id, user]).await? == 1)
}

/// Ends all of a user's sessions except `except`. Returns how many.
pub async fn end_all_for_user(tx: &mut Tx, user: UserId, except: Option<SessionId>) -> Result<u64, StoreError> {
    let kept = except.map_or_else(String::new, |id| id.to_string());
    tx.execute("DELETE FROM sessions WHERE user_id = $1 AND id <> $2", params![user, kept]).await
}

/// The user's active sessions, most recently seen first; at most [`MAX_LIMIT`].
pub async fn list_for_user(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM sessions s WHERE s.user_id = $1 AND s.expires_at > $2 ORDER BY s.last_seen_at DESC, s.id LIMIT $3"
    );
    tx.all(sql, params![user, now, MAX_LIMIT]).await?.iter_mut().map(read).collect()
}

/// A page of the user's active sessions.
pub async fn page_for_user(
    tx: &mut Tx,
    user: UserId,
    page: Page,
    now: Timestamp,
) -> Result<Paged<Session>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM sessions s WHERE s.user_id = $1 AND s.expires_at > $2 ORDER BY s.last_seen_at DESC, s.id \
         LIMIT $3 OFFSET $4"
    );
    let mut rows = tx.all(sql, params![user, now, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read).collect::<Result<_, _>>()?;
    let total = "SELECT COUNT(*) FROM sessions WHERE user_id = $1 AND expires_at > $2";
    Ok(Paged { items, total: count(tx, total, params![user, now]).await? })
}

/// One of the user's active sessions.
pub async fn of_user(tx: &mut Tx, id: SessionId, user: UserId, now: Timestamp) -> Result<Option<Session>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM sessions s WHERE s.id = $1 AND s.user_id = $2 AND s.expires_at > $3");
    tx.one(sql, params![id, user, now]).await?.map(|mut row| read(&mut row)).transpose()
}

/// Deletes at most `limit` sessions that expired before `before`.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM sessions WHERE id IN \
               (SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
