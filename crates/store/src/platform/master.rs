//! Everything sealed under the master key. Replacing the key seals all of it again in one transaction.
use crate::platform::dialect;
use crate::{StoreError, Tx, params};
use domain::{SecretHash, Timestamp, WebhookId};

/// How many times this database's master key has been replaced.
pub async fn generation(tx: &mut Tx) -> Result<i64, StoreError> {
    crate::platform::page::count(tx, "SELECT generation FROM master_key WHERE id = 1", &[]).await
}

/// Call before storing anything sealed under the master key of this generation: locks the key against replacement until
/// the transaction ends. Fails if it has been replaced.
pub async fn hold(tx: &mut Tx, expected: i64) -> Result<(), StoreError> {
    dialect::lock_rows(tx, "SELECT generation FROM master_key WHERE id = 1 FOR SHARE", &[]).await?;
    match generation(tx).await? {
        found if found == expected => Ok(()),
        _ => Err(StoreError::Unavailable(REPLACED.to_owned())),
    }
}

const REPLACED: &str = "the master key was replaced: restart this process with the new one";

/// Replaces the key of this generation, and blocks sealing until the transaction ends. Fails if the key was replaced
/// concurrently.
pub async fn replace(tx: &mut Tx, expected: i64, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE master_key SET generation = generation + 1, rotated_at = $2 WHERE id = 1 AND generation = $1";
    match tx.execute(sql, params![expected, now]).await? {
        1 => Ok(()),
        _ => Err(StoreError::Unavailable(REPLACED.to_owned())),
    }
}

/// The secrets that digests are keyed with, by usage.
pub async fn kept(tx: &mut Tx) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    // No LIMIT: one row per usage.
    let mut rows = tx.all("SELECT usage, sealed FROM kept_secrets ORDER BY usage", &[]).await?;
    rows.iter_mut().map(|row| Ok((row.text()?, row.blob()?))).collect()
}

/// Stores the sealed secret for a usage, in place of an earlier one.
pub async fn keep(tx: &mut Tx, usage: &str, sealed: &[u8]) -> Result<(), StoreError> {
    let sql = "INSERT INTO kept_secrets (usage, sealed) VALUES ($1, $2) \
               ON CONFLICT (usage) DO UPDATE SET sealed = excluded.sealed";
    tx.execute(sql, params![usage, sealed]).await.map(drop)
}

/// The private parts of all stored signing keys, including expired ones.
pub async fn signing(tx: &mut Tx) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    // No LIMIT: a handful, and none may be missed.
    let mut rows = tx.all("SELECT kid, sealed_private FROM signing_keys ORDER BY kid", &[]).await?;
    rows.iter_mut().map(|row| Ok((row.text()?, row.blob()?))).collect()
}

/// Replaces the sealed private part of the signing key `kid`.
pub async fn set_signing(tx: &mut Tx, kid: &str, sealed: &[u8]) -> Result<(), StoreError> {
    let sql = "UPDATE signing_keys SET sealed_private = $2 WHERE kid = $1";
    tx.execute(sql, params![kid, sealed]).await.map(drop)
}

/// Replaces the sealed text of a sealing key.
pub async fn set_sealing(tx: &mut Tx, id: i64, sealed: &[u8]) -> Result<(), StoreError> {
    tx.execute("UPDATE sealing_keys SET sealed = $2 WHERE id = $1", params![id, sealed]).await.map(drop)
}

/// The secrets of a webhook: the current one and the previous one.
pub type WebhookSecrets = (WebhookId, Vec<u8>, Option<Vec<u8>>);

/// The secrets of at most `limit` webhooks after the given one, by id.
pub async fn webhooks(tx: &mut Tx, after: Option<WebhookId>, limit: i64) -> Result<Vec<WebhookSecrets>, StoreError> {
    let sql = "SELECT id, sealed_secret, sealed_previous FROM webhooks WHERE id > $1 ORDER BY id LIMIT $2";
    let after = after.map_or_else(String::new, |id| id.to_string());
    let mut rows = tx.all(sql, params![&after, limit]).await?;
    rows.iter_mut().map(|row| Ok((row.parse()?, row.blob()?, row.opt_blob()?))).collect()
}

/// Replaces both sealed secrets of a webhook; `previous` is `None` if it has only one.
pub async fn set_webhook(tx: &mut Tx, id: WebhookId, secret: &[u8], previous: Option<&[u8]>) -> Result<(), StoreError> {
    let sql = "UPDATE webhooks SET sealed_secret = $2, sealed_previous = $3 WHERE id = $1";
    tx.execute(sql, params![id, secret, previous]).await.map(drop)
}

/// At most `limit` responses stored under idempotency keys after the given one, in the order of their hashes.
pub async fn answers(
    tx: &mut Tx,
    after: Option<SecretHash>,
    limit: i64,
) -> Result<Vec<(SecretHash, Vec<u8>)>, StoreError> {
    let sql =
        "SELECT hash, response FROM idempotency_keys WHERE hash > $1 AND response IS NOT NULL ORDER BY hash LIMIT $2";
    let after = after.map_or_else(Vec::new, |hash| hash.as_bytes().to_vec());
    let mut rows = tx.all(sql, params![&after[..], limit]).await?;
    rows.iter_mut().map(|row| Ok((row.hash()?, row.blob()?))).collect()
}

/// Replaces the sealed response stored under an idempotency key. Does nothing if the key has no response.
pub async fn set_answer(tx: &mut Tx, hash: SecretHash, response: &[u8]) -> Result<(), StoreError> {
    let sql = "UPDATE idempotency_keys SET response = $2 WHERE hash = $1 AND response IS NOT NULL";
    tx.execute(sql, params![hash, response]).await.map(drop)
}
