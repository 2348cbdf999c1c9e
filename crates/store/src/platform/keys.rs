//! Signing and sealing keys. Private parts are stored sealed under the master key.
use crate::platform::dialect;
use crate::platform::value::json;
use crate::{Row, StoreError, Tx, params};
use domain::Timestamp;
use domain::platform::keys::{KeyState, SealingKeyRecord, SigningKeyRecord};
use jose::SigningAlg;

/// Blocks all other transactions that call this until this one ends, so that only one node checks for missing keys and
/// creates them.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    dialect::lock_rows(tx, "SELECT pg_advisory_xact_lock(7283490112658)::text", &[]).await
}

/// Stores a new signing key. Returns [`StoreError::Conflict`] if its `kid` already exists.
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

/// The keys not expired at `now`, oldest first.
pub async fn list_signing(tx: &mut Tx, now: Timestamp) -> Result<Vec<SigningKeyRecord>, StoreError> {
    // No LIMIT: without one of them the server could not sign or verify with it.
    let sql = "SELECT kid, alg, state, sealed_private, public_jwk, created_at, activated_at, retired_at, expires_at \
               FROM signing_keys WHERE expires_at IS NULL OR expires_at > $1 ORDER BY created_at, kid";
    tx.all(sql, params![now]).await?.iter_mut().map(read_signing).collect()
}

/// Changes the state of a key; `expires_at` is when a retired key stops being published.
/// Returns `false` if there is no such key or it already has that state.
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

/// Deletes the keys that expired before `before`. Returns how many.
pub async fn delete_expired_signing(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM signing_keys WHERE expires_at < $1", params![before]).await
}

/// Fails with [`StoreError::Conflict`] if the number is taken.
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
    // No LIMIT: without one of them, valid tokens could not be opened.
    let sql = "SELECT id, state, sealed, created_at, retired_at FROM sealing_keys ORDER BY id DESC";
    tx.all(sql, &[]).await?.iter_mut().map(read_sealing).collect()
}

/// All keys at `now` with their states, for detecting changes made by another node.
pub async fn states(tx: &mut Tx, now: Timestamp) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT kid, state FROM signing_keys WHERE expires_at IS NULL OR expires_at > $1 \
               UNION ALL SELECT CAST(id AS TEXT), state FROM sealing_keys ORDER BY 1";
    tx.all(sql, params![now]).await?.iter_mut().map(|row| Ok((row.text()?, row.text()?))).collect()
}

/// Deletes a signing key and returns its state.
pub async fn delete_signing(tx: &mut Tx, kid: &str) -> Result<Option<KeyState>, StoreError> {
    let sql = "DELETE FROM signing_keys WHERE kid = $1 RETURNING state";
    tx.one(sql, params![kid]).await?.map(|mut row| row.with(KeyState::parse)).transpose()
}

/// Deletes a sealing key and returns its state.
pub async fn delete_sealing(tx: &mut Tx, id: i64) -> Result<Option<KeyState>, StoreError> {
    let sql = "DELETE FROM sealing_keys WHERE id = $1 RETURNING state";
    tx.one(sql, params![id]).await?.map(|mut row| row.with(KeyState::parse)).transpose()
}

/// Returns `false` if there is no such key or it already has that state.
pub async fn set_sealing_state(tx: &mut Tx, id: i64, state: KeyState, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE sealing_keys SET state = $2, retired_at = CASE WHEN $2 = 'retired' THEN $3 ELSE NULL END \
               WHERE id = $1 AND state <> $2";
    Ok(tx.execute(sql, params![id, state.as_str(), now]).await? == 1)
}

/// Whether any grant active at `now` got its newest refresh token before `before`, and may need the key that sealed it.
pub async fn needed_for_refresh(tx: &mut Tx, before: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM grants WHERE refresh_issued_at < $1 AND ended_at IS NULL AND expires_at > $2 LIMIT 1";
    Ok(tx.one(sql, params![before, now]).await?.is_some())
}
