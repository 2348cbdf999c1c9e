//! Attempts at guessable secrets: how much of each allowance is used, across all nodes.
use crate::platform::dialect;
use crate::{StoreError, Tx, params};
use domain::platform::allowance::Tally;
use domain::{SecretHash, Timestamp};

/// Reads how much of an allowance is used, zero for a new one, and locks it until the transaction ends, so that only
/// one of several concurrent callers gets the last attempt. Lock several allowances in the order of their hashes.
pub async fn hold(tx: &mut Tx, hash: &SecretHash, now: Timestamp) -> Result<Tally, StoreError> {
    let sql = "INSERT INTO attempts (hash, level, last_at, expires_at) VALUES ($1, 0, $2, $2) \
               ON CONFLICT (hash) DO UPDATE SET expires_at = attempts.expires_at RETURNING level, last_at";
    let row = tx.one(sql, params![hash, now]).await?;
    row.map_or(Ok(Tally::new(now)), |mut row| Ok(Tally { level: row.int()?, last: row.time()? }))
}

/// Stores the usage of a locked allowance, and until when to keep it.
pub async fn put(tx: &mut Tx, hash: &SecretHash, tally: Tally, until: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE attempts SET level = $2, last_at = $3, expires_at = $4 WHERE hash = $1";
    tx.execute(sql, params![hash, tally.level, tally.last, until]).await?;
    Ok(())
}

/// Credits part of the usage back.
pub async fn give_back(tx: &mut Tx, hash: &SecretHash, drawn: i64) -> Result<(), StoreError> {
    let sql = "UPDATE attempts SET level = CASE WHEN level > $2 THEN level - $2 ELSE 0 END WHERE hash = $1";
    tx.execute(sql, params![hash, drawn]).await?;
    Ok(())
}

/// Resets the allowance.
pub async fn forget(tx: &mut Tx, hash: &SecretHash) -> Result<(), StoreError> {
    tx.execute("DELETE FROM attempts WHERE hash = $1", params![hash]).await?;
    Ok(())
}

/// Deletes at most `limit` allowances that fully recovered before `before`. Rows that are locked at the moment are
/// kept.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = dialect::pick(
        tx,
        "DELETE FROM attempts WHERE hash IN \
         (SELECT hash FROM attempts WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        "DELETE FROM attempts WHERE hash IN \
         (SELECT hash FROM attempts WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    );
    tx.execute(sql, params![before, limit]).await
}
