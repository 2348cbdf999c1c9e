//! Signing and sealing keys; private parts come and go sealed under the master key.
use crate::platform::dialect;
use crate::platform::value::json;
use crate::{Row, StoreError, Tx, params};
use domain::Timestamp;
use domain::platform::keys::{KeyState, SealingKeyRecord, SigningKeyRecord};
use jose::SigningAlg;

/// Keeps all other transactions that call this waiting until this one ends: for looking which keys are missing and then
/// making them, on whatever node.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    dialect::lock_rows(tx, "SELECT pg_advisory_xact_lock(7283490112658)::text", &[]).await
}

pub async fn insert_signing(tx: &mut Tx, key: &SigningKeyRecord) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO signing_keys (kid, alg, state, sealed_private, public_jwk, created_at, activated_at, retired_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            &key.kid,
            key.alg.as_str(),
            key.state.as_str(),
            &key.sealed_private,
            json(&key.public_jwk)?,
            key.created_at,
            key.activated_at,
            key.retired_at,
            key.expires_at,
        ],
    )
    .await?;
    Ok(())
}

fn read_signing(row: &mut Row) -> Result<SigningKeyRecord, StoreError> {
    Ok(SigningKeyRecord {
        kid: row.text()?,
        alg: row.with(SigningAlg::parse)?,
        state: row.with(KeyState::parse)?,
        sealed_private: row.blob()?,
        public_jwk: row.json()?,
        created_at: row.time()?,
        activated_at: row.opt_time()?,
        retired_at: row.opt_time()?,
        expires_at: row.opt_time()?,
    })
}

/// The keys that are not expired at `now`, oldest first.
pub async fn list_signing(tx: &mut Tx, now: Timestamp) -> Result<Vec<SigningKeyRecord>, StoreError> {
    // No LIMIT: a server without one of them would sign or check nothing with it.
    let sql = "SELECT kid, alg, state, sealed_private, public_jwk, created_at, activated_at, retired_at, expires_at \
               FROM signing_keys WHERE expires_at IS NULL OR expires_at > $1 ORDER BY created_at, kid";
    tx.all(sql, params![now]).await?.iter_mut().map(read_signing).collect()
}

/// Moves a key to `state`; `expires_at` is when a retired key is no longer published.
/// `false` when there is no such key, or it is in that state already.
pub async fn set_signing_state(
    tx: &mut Tx,
    kid: &str,
    state: KeyState,
    now: Timestamp,
    expires_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE signing_keys SET state = $2, expires_at = $4, \
             activated_at = CASE WHEN $2 = 'active' THEN $3 ELSE activated_at END, \
             retired_at = CASE WHEN $2 = 'retired' THEN $3 ELSE NULL END WHERE kid = $1 AND state <> $2",
            params![kid, state.as_str(), now, expires_at],
        )
        .await?;
    Ok(changed == 1)
}

/// Removes the keys that expired before `before`; answers how many.
pub async fn delete_expired_signing(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM signing_keys WHERE expires_at < $1", params![before]).await
}

/// Fails with [`StoreError::Conflict`] when the number is taken.
pub async fn insert_sealing(tx: &mut Tx, key: &SealingKeyRecord) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sealing_keys (id, state, sealed, created_at, retired_at) VALUES ($1, $2, $3, $4, $5)",
        params![key.id, key.state.as_str(), &key.sealed, key.created_at, key.retired_at],
    )
    .await?;
    Ok(())
}

fn read_sealing(row: &mut Row) -> Result<SealingKeyRecord, StoreError> {
    Ok(SealingKeyRecord {
        id: row.int()?,
        state: row.with(KeyState::parse)?,
        sealed: row.blob()?,
        created_at: row.time()?,
        retired_at: row.opt_time()?,
    })
}

/// All keys, newest first.
pub async fn list_sealing(tx: &mut Tx) -> Result<Vec<SealingKeyRecord>, StoreError> {
    // No LIMIT: without one of them, tokens that live do not open.
    let sql = "SELECT id, state, sealed, created_at, retired_at FROM sealing_keys ORDER BY id DESC";
    tx.all(sql, &[]).await?.iter_mut().map(read_sealing).collect()
}

/// Which keys there are at `now`, and in which state each is: for seeing whether another node changed any.
pub async fn states(tx: &mut Tx, now: Timestamp) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT kid, state FROM signing_keys WHERE expires_at IS NULL OR expires_at > $1 \
               UNION ALL SELECT CAST(id AS TEXT), state FROM sealing_keys ORDER BY 1";
    tx.all(sql, params![now]).await?.iter_mut().map(|row| Ok((row.text()?, row.text()?))).collect()
}

/// Removes a signing key; answers in which state it was.
pub async fn delete_signing(tx: &mut Tx, kid: &str) -> Result<Option<KeyState>, StoreError> {
    let sql = "DELETE FROM signing_keys WHERE kid = $1 RETURNING state";
    tx.one(sql, params![kid]).await?.map(|mut row| row.with(KeyState::parse)).transpose()
}

/// Removes a sealing key; answers in which state it was.
pub async fn delete_sealing(tx: &mut Tx, id: i64) -> Result<Option<KeyState>, StoreError> {
    let sql = "DELETE FROM sealing_keys WHERE id = $1 RETURNING state";
    tx.one(sql, params![id]).await?.map(|mut row| row.with(KeyState::parse)).transpose()
}

/// `false` when there is no such key, or it is in that state already.
pub async fn set_sealing_state(tx: &mut Tx, id: i64, state: KeyState, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE sealing_keys SET state = $2, retired_at = CASE WHEN $2 = 'retired' THEN $3 ELSE NULL END \
               WHERE id = $1 AND state <> $2";
    Ok(tx.execute(sql, params![id, state.as_str(), now]).await? == 1)
}

/// Whether a grant that lives at `now` got its newest refresh token before `before`, and may need the key that sealed it.
pub async fn needed_for_refresh(tx: &mut Tx, before: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM grants WHERE refresh_issued_at < $1 AND ended_at IS NULL AND expires_at > $2 LIMIT 1";
    Ok(tx.one(sql, params![before, now]).await?.is_some())
}
