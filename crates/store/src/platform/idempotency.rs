//! Idempotency keys: a request sent again with the same key is not executed again. Of concurrent requests only one is
//! executed: the unique key decides.
use crate::platform::dialect;
use crate::{StoreError, Tx, params};
use domain::{SecretHash, Timestamp};

/// A request that claims an idempotency key.
#[derive(Debug, Clone, Copy)]
pub struct NewClaim {
    /// Hash of the caller and their key.
    pub hash: SecretHash,
    /// Hash of the request.
    pub request_hash: SecretHash,
    /// Distinguishes this attempt from every other.
    pub claim: [u8; 16],
    /// The time of this attempt; keys that expire by then are free again.
    pub now: Timestamp,
    /// An attempt not finished by then counts as crashed.
    pub lease_until: Timestamp,
    /// When the key expires.
    pub expires_at: Timestamp,
}

/// The result of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimResult {
    /// The caller executes the request, then finishes or abandons the claim.
    Fresh,
    /// The request was already executed; this is the sealed response.
    Finished(Vec<u8>),
    /// The key was used for a different request.
    Mismatch,
    /// Another attempt is in progress.
    InProgress,
}

/// Claims a key for one attempt. Of concurrent attempts with one key, at most one gets [`ClaimResult::Fresh`].
pub async fn claim(tx: &mut Tx, new: &NewClaim) -> Result<ClaimResult, StoreError> {
    let claimed = tx
        .execute(
            "INSERT INTO idempotency_keys (hash, request_hash, claim, response, created_at, lease_until, expires_at) \
             VALUES ($1, $2, $3, NULL, $4, $5, $6) ON CONFLICT (hash) DO UPDATE \
             SET request_hash = excluded.request_hash, claim = excluded.claim, response = NULL, \
             created_at = excluded.created_at, lease_until = excluded.lease_until, expires_at = excluded.expires_at \
             WHERE idempotency_keys.expires_at <= $4 OR (idempotency_keys.response IS NULL \
             AND idempotency_keys.lease_until <= $4 AND idempotency_keys.request_hash = excluded.request_hash)",
            params![new.hash, new.request_hash, &new.claim[..], new.now, new.lease_until, new.expires_at],
        )
        .await?;
    if claimed == 1 {
        return Ok(ClaimResult::Fresh);
    }
    let sql = "SELECT request_hash, response FROM idempotency_keys WHERE hash = $1";
    let Some(mut row) = tx.one(sql, params![new.hash]).await? else {
        // Abandoned between the two statements: the next attempt can claim it.
        return Ok(ClaimResult::InProgress);
    };
    Ok(match (row.hash()?, row.opt_blob()?) {
        (request, _) if request != new.request_hash => ClaimResult::Mismatch,
        (_, Some(response)) => ClaimResult::Finished(response),
        (_, None) => ClaimResult::InProgress,
    })
}

/// Stores the response. Returns `false` if the claim was lost or abandoned.
pub async fn finish(tx: &mut Tx, hash: &SecretHash, claim: &[u8; 16], response: &[u8]) -> Result<bool, StoreError> {
    let sql = "UPDATE idempotency_keys SET response = $3 WHERE hash = $1 AND claim = $2 AND response IS NULL";
    Ok(tx.execute(sql, params![hash, &claim[..], response]).await? == 1)
}

/// Releases a claim under which nothing was executed. Returns `false` if it was lost or finished.
pub async fn abandon(tx: &mut Tx, hash: &SecretHash, claim: &[u8; 16]) -> Result<bool, StoreError> {
    let sql = "DELETE FROM idempotency_keys WHERE hash = $1 AND claim = $2 AND response IS NULL";
    Ok(tx.execute(sql, params![hash, &claim[..]]).await? == 1)
}

/// Releases all claims that an earlier process left behind, and returns how many. Only for SQLite, whose file is used
/// by one process; on PostgreSQL they may belong to another node. If the earlier process is still running after all, it
/// has lost its claims and executes nothing.
pub async fn abandon_all(tx: &mut Tx) -> Result<u64, StoreError> {
    if tx.is_postgres() {
        return Ok(0);
    }
    tx.execute("DELETE FROM idempotency_keys WHERE response IS NULL", &[]).await
}

/// Deletes at most `limit` keys that expired before `before`.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM idempotency_keys WHERE hash IN \
               (SELECT hash FROM idempotency_keys WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
