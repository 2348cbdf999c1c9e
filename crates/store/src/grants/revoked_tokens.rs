//! Rows that expire with the tokens they refer to: revoked access tokens, used assertions, one-time links.
use crate::platform::dialect;
use crate::{StoreError, Tx, params};
use domain::platform::seal::TokenId;
use domain::{ClientId, SecretHash, Timestamp};

/// Revokes a single access token. Returns `false` if it was already revoked.
pub async fn revoke_token(tx: &mut Tx, token: TokenId, expires_at: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO revoked_tokens (token_id, expires_at) VALUES ($1, $2) ON CONFLICT (token_id) DO NOTHING";
    Ok(tx.execute(sql, params![token, expires_at]).await? == 1)
}

/// Whether this single token was revoked. Does not look at its grant or client.
pub async fn is_revoked(tx: &mut Tx, token: TokenId) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT expires_at FROM revoked_tokens WHERE token_id = $1", params![token]).await?.is_some())
}

/// The result of using something that is valid once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleUse {
    /// It was not used before, and is now.
    First,
    /// It was already used.
    Replayed,
}

/// Records the `jti` of a client's assertion (RFC 7523 §3).
pub async fn use_assertion(
    tx: &mut Tx,
    client: &ClientId,
    jti: &str,
    expires_at: Timestamp,
) -> Result<SingleUse, StoreError> {
    let sql = "INSERT INTO used_assertions (client_id, jti, expires_at) VALUES ($1, $2, $3) \
               ON CONFLICT (client_id, jti) DO NOTHING";
    let inserted = tx.execute(sql, params![client, jti, expires_at]).await?;
    Ok(if inserted == 1 { SingleUse::First } else { SingleUse::Replayed })
}

/// The purpose of the link that creates the first operator.
pub const FIRST_OPERATOR: &str = "first operator";

/// Stores a one-time token, such as the link that creates the first operator. `purpose` is what it may be used for, and
/// `subject` whom it concerns.
pub async fn insert_one_time(
    tx: &mut Tx,
    hash: &SecretHash,
    purpose: &str,
    subject: Option<&str>,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO one_time_tokens (hash, purpose, subject, expires_at, used_at) VALUES ($1, $2, $3, $4, NULL)";
    tx.execute(sql, params![hash, purpose, subject, expires_at]).await?;
    Ok(())
}

/// Invalidates all one-time tokens for a purpose. A concurrent attempt to use one waits for this and then finds none.
pub async fn void_one_time(tx: &mut Tx, purpose: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM one_time_tokens WHERE purpose = $1 AND used_at IS NULL";
    tx.execute(sql, params![purpose]).await.map(drop)
}

/// The result of using a one-time token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneTimeUse {
    /// The token was valid, and is now used up.
    Good {
        /// What the token was stored for, if anything.
        subject: Option<String>,
    },
    /// Unknown, expired, already used, or for another purpose. The caller does not learn which.
    Refused,
}

/// Uses a one-time token. Of concurrent attempts with one token, at most one succeeds.
pub async fn take_one_time(
    tx: &mut Tx,
    hash: &SecretHash,
    purpose: &str,
    now: Timestamp,
) -> Result<OneTimeUse, StoreError> {
    let sql = "UPDATE one_time_tokens SET used_at = $3 \
               WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 RETURNING subject";
    match tx.one(sql, params![hash, purpose, now]).await? {
        Some(mut row) => Ok(OneTimeUse::Good { subject: row.opt_text()? }),
        None => Ok(OneTimeUse::Refused),
    }
}

/// Whether a one-time token is valid, without using it: for the page that its link opens.
pub async fn is_one_time_good(
    tx: &mut Tx,
    hash: &SecretHash,
    purpose: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "SELECT subject FROM one_time_tokens \
               WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3";
    Ok(tx.one(sql, params![hash, purpose, now]).await?.is_some())
}

/// Deletes at most `limit` rows of each kind that expired before `before`. Returns how many in total.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let mut removed = 0;
    for sql in [
        "DELETE FROM revoked_tokens WHERE token_id IN \
         (SELECT token_id FROM revoked_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        "DELETE FROM used_assertions WHERE (client_id, jti) IN \
         (SELECT client_id, jti FROM used_assertions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        "DELETE FROM one_time_tokens WHERE hash IN \
         (SELECT hash FROM one_time_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    ] {
        removed += tx.execute(sql, params![before, limit]).await?;
    }
    Ok(removed)
}
