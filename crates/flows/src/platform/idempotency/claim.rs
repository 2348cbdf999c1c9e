//! Claims on idempotency keys, and the stored responses. Responses are sealed, because they can contain secrets that are shown
//! only once.
use crate::platform::keys::ANSWERS;
use crate::{Ctx, Fault, Server};
use domain::SecretHash;
use serde::{Deserialize, Serialize};
use std::fmt;
use store::platform::idempotency::{ClaimResult, NewClaim};
use store::{StoreError, Tx};

/// Seconds that a key is remembered.
pub const REMEMBERED: i64 = 24 * 60 * 60;
/// Seconds after which an unfinished attempt is considered dead, for example because its process crashed. The next attempt then
/// takes over. Should the first one still be running, it cannot commit without its claim.
pub const LEASE: i64 = 15;

/// Whether a text is a valid key: 1 to 255 visible ASCII characters.
pub fn is_key(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Hashes several texts; their lengths are included, so that no text can be mistaken for part of another.
fn hash(app: &Server, label: &str, parts: &[&[u8]]) -> SecretHash {
    let mut bytes = label.as_bytes().to_vec();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    app.master().derive(ANSWERS).hash_bytes(&bytes)
}

/// Hashes everything that identifies a request, such as its method, path and body.
pub fn request_hash(app: &Server, parts: &[&[u8]]) -> SecretHash {
    hash(app, "request", parts)
}

/// The response to a request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponse {
    /// The HTTP status.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

// Written by hand, because responses contain secrets.
impl fmt::Debug for StoredResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// How to handle a request.
#[derive(Debug)]
pub enum Begun {
    /// A new request: process it, and finish the claim in the same transaction, or abandon it if nothing was done.
    Fresh(Claim),
    /// A repeated request: return this response.
    Replay(StoredResponse),
    /// The key was used for a different request.
    Mismatch,
    /// The same request is being processed right now.
    InProgress,
}

/// The exclusive right to process a request.
#[derive(Debug, Clone, Copy)]
#[must_use = "an unfinished claim keeps the request from being sent again"]
pub struct Claim {
    hash: SecretHash,
    claim: [u8; 16],
}

/// Claims a key. `caller` identifies the sender, so that callers never share keys; see [`is_key`] and [`request_hash`].
pub async fn begin(app: &Server, ctx: &Ctx, caller: &str, key: &str, request: SecretHash) -> Result<Begun, Fault> {
    let claim = Claim { hash: hash(app, "key", &[caller.as_bytes(), key.as_bytes()]), claim: ctx.random() };
    let new = NewClaim {
        hash: claim.hash,
        request_hash: request,
        claim: claim.claim,
        now: ctx.now,
        lease_until: ctx.now.plus(LEASE),
        expires_at: ctx.now.plus(REMEMBERED),
    };
    let claimed = app
        .store()
        .write(move |tx| Box::pin(async move { store::platform::idempotency::claim(tx, &new).await }))
        .await?;
    Ok(match claimed {
        ClaimResult::Fresh => Begun::Fresh(claim),
        ClaimResult::Finished(sealed) => {
            let plain = app.master().open_for(ANSWERS, claim.hash.as_bytes(), &sealed);
            let answer = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
            Begun::Replay(answer.ok_or(Fault::Other("a stored answer does not open: the master key was another"))?)
        }
        ClaimResult::Mismatch => Begun::Mismatch,
        ClaimResult::InProgress => Begun::InProgress,
    })
}

/// Abandons all unfinished claims of an earlier process, before this process serves. Only on SQLite, where no other process can
/// hold claims.
pub(crate) async fn abandon_all(app: &Server) -> Result<u64, Fault> {
    Ok(app.store().write(|tx| Box::pin(store::platform::idempotency::abandon_all(tx))).await?)
}

impl Claim {
    /// Seals the response for storage.
    pub(crate) fn seal(&self, app: &Server, ctx: &Ctx, answer: &StoredResponse) -> Result<Vec<u8>, Fault> {
        let plain = serde_json::to_vec(answer).map_err(|_| Fault::Other("an answer that is no JSON"))?;
        app.master().seal_for(ANSWERS, self.hash.as_bytes(), &plain, ctx)
    }

    /// Stores a sealed response in the transaction that processes the request. Returns `false` if the claim was lost because it
    /// took longer than [`LEASE`] and another attempt took over.
    pub(crate) async fn finish_in(&self, tx: &mut Tx, sealed: &[u8]) -> Result<bool, StoreError> {
        store::platform::idempotency::finish(tx, &self.hash, &self.claim, sealed).await
    }

    /// Abandons the claim in the transaction that processes the request, for a response that is not stored.
    pub(crate) async fn abandon_in(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        store::platform::idempotency::abandon(tx, &self.hash, &self.claim).await
    }

    /// Abandons the claim because nothing was done: the request can be repeated, or the key used for another.
    pub async fn abandon(self, app: &Server) -> Result<bool, Fault> {
        Ok(app.store().write(move |tx| Box::pin(async move { self.abandon_in(tx).await })).await?)
    }
}
