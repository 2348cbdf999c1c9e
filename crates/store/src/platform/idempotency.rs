//! Keys under which a request may be sent again without being done again. Of those that come at once, one is done: the
//! unique key decides.
use crate::platform::dialect;
use crate::{StoreError, Tx, params};
use domain::{SecretHash, Timestamp};

/// A request that wants to be done once.
#[derive(Debug, Clone, Copy)]
pub struct NewClaim {
    /// Of the caller and their key.
    pub hash: SecretHash,
    /// Of what is asked.
    pub request_hash: SecretHash,
    /// Tells this attempt from every other.
    pub claim: [u8; 16],
    pub now: Timestamp,
    /// An attempt that was not finished by then is taken for dead.
    pub lease_until: Timestamp,
    /// The key is forgotten then.
    pub expires_at: Timestamp,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The caller is to do it, and to finish or abandon the claim.
    Fresh,
    /// It was done: the sealed response.
    Finished(Vec<u8>),
    /// The key was used for something else.
    Mismatch,
    /// Another attempt is at it.
    InProgress,
}

pub async fn claim(tx: &mut Tx, new: &NewClaim) -> Result<Claimed, StoreError> {
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
        return Ok(Claimed::Fresh);
    }
    let sql = "SELECT request_hash, response FROM idempotency_keys WHERE hash = $1";
    let Some(mut row) = tx.one(sql, params![new.hash]).await? else {
        // Abandoned between the two statements: the next attempt finds it free.
        return Ok(Claimed::InProgress);
    };
    Ok(match (row.hash()?, row.opt_blob()?) {
        (request, _) if request != new.request_hash => Claimed::Mismatch,
        (_, Some(response)) => Claimed::Finished(response),
        (_, None) => Claimed::InProgress,
    })
}

/// Keeps the response. `false` when the claim was lost meanwhile, or abandoned.
pub async fn finish(tx: &mut Tx, hash: &SecretHash, claim: &[u8; 16], response: &[u8]) -> Result<bool, StoreError> {
    let sql = "UPDATE idempotency_keys SET response = $3 WHERE hash = $1 AND claim = $2 AND response IS NULL";
    Ok(tx.execute(sql, params![hash, &claim[..], response]).await? == 1)
}

/// Lets go of a claim under which nothing was done; `false` when it was lost meanwhile, or finished.
pub async fn abandon(tx: &mut Tx, hash: &SecretHash, claim: &[u8; 16]) -> Result<bool, StoreError> {
    let sql = "DELETE FROM idempotency_keys WHERE hash = $1 AND claim = $2 AND response IS NULL";
    Ok(tx.execute(sql, params![hash, &claim[..]]).await? == 1)
}

/// Lets go of all claims that an earlier process left behind; answers how many. Only for SQLite, whose file one process serves:
/// elsewhere they may be another node's. Should that process live after all, it does nothing any more, as with any claim that
/// was lost.
pub async fn abandon_all(tx: &mut Tx) -> Result<u64, StoreError> {
    if tx.is_postgres() {
        return Ok(0);
    }
    tx.execute("DELETE FROM idempotency_keys WHERE response IS NULL", &[]).await
}

/// Removes at most `limit` keys that expired before `before`.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM idempotency_keys WHERE hash IN \
               (SELECT hash FROM idempotency_keys WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
