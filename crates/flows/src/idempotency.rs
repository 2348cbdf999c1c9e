//! Requests that may be sent again without being done again (the header `Idempotency-Key`). What was answered is kept,
//! sealed, as it can hold secrets that are shown once.
use crate::{App, Ctx, Fault};
use domain::SecretHash;
use serde::{Deserialize, Serialize};
use std::fmt;
use store::idempotency::{Claimed, NewClaim};
use store::{StoreError, Tx};

/// Seconds that a key is remembered.
pub const REMEMBERED: i64 = 24 * 60 * 60;
/// Seconds after which an attempt that nobody finished is taken for dead, such as one of a process that crashed. The
/// next attempt is then done, and may do anew what the dead one had done.
pub const LEASE: i64 = 60;
const USAGE: &str = "idempotency keys";

/// Whether a text can be a key: 1 to 255 visible ASCII characters.
pub fn is_key(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// The hash of texts, none of which can pass for a part of another.
fn hash(app: &App, label: &str, parts: &[&[u8]]) -> SecretHash {
    let mut bytes = label.as_bytes().to_vec();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    app.master().derive(USAGE).hash_bytes(&bytes)
}

/// The hash of a request: of all that makes it this one, such as method, path and body.
pub fn request_hash(app: &App, parts: &[&[u8]]) -> SecretHash {
    hash(app, "request", parts)
}

/// What was answered to a request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

// By hand: answers show secrets.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What to do with a request.
#[derive(Debug)]
pub enum Begun {
    /// It is new: do it, then finish the claim; abandon it when nothing was done.
    Fresh(Claim),
    /// It was done: answer this.
    Replay(Answer),
    /// The key was used for another request.
    Mismatch,
    /// The same request is being done right now.
    InProgress,
}

/// The right to do a request.
#[derive(Debug)]
#[must_use = "an unfinished claim keeps the request from being sent again"]
pub struct Claim {
    hash: SecretHash,
    claim: [u8; 16],
}

/// Claims a key. `caller` names who sent it, so that nobody meets another's keys; see [`is_key`] and [`request_hash`].
pub async fn begin(app: &App, ctx: &Ctx, caller: &str, key: &str, request: SecretHash) -> Result<Begun, Fault> {
    let claim = Claim { hash: hash(app, "key", &[caller.as_bytes(), key.as_bytes()]), claim: ctx.random() };
    let new = NewClaim {
        hash: claim.hash,
        request_hash: request,
        claim: claim.claim,
        now: ctx.now,
        lease_until: ctx.now.plus(LEASE),
        expires_at: ctx.now.plus(REMEMBERED),
    };
    let claimed =
        app.store().write(move |tx| Box::pin(async move { store::idempotency::claim(tx, &new).await })).await?;
    Ok(match claimed {
        Claimed::Fresh => Begun::Fresh(claim),
        Claimed::Finished(sealed) => {
            let plain = app.master().open_for(USAGE, claim.hash.as_bytes(), &sealed);
            let answer = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
            Begun::Replay(answer.ok_or(Fault::Other("a stored answer does not open: the master key was another"))?)
        }
        Claimed::Mismatch => Begun::Mismatch,
        Claimed::InProgress => Begun::InProgress,
    })
}

impl Claim {
    /// The answer as it is stored.
    pub fn seal(&self, app: &App, ctx: &Ctx, answer: &Answer) -> Result<Vec<u8>, Fault> {
        let plain = serde_json::to_vec(answer).map_err(|_| Fault::Other("an answer that is no JSON"))?;
        app.master().seal_for(USAGE, self.hash.as_bytes(), &plain, ctx)
    }

    /// Keeps a sealed answer in the transaction that did what was asked: then either both happened or neither.
    /// `false` when the claim was lost: it took longer than [`LEASE`], and another attempt is at it.
    pub async fn finish_in(&self, tx: &mut Tx, sealed: &[u8]) -> Result<bool, StoreError> {
        store::idempotency::finish(tx, &self.hash, &self.claim, sealed).await
    }

    /// Keeps the answer after what was asked was done.
    pub async fn finish(self, app: &App, ctx: &Ctx, answer: &Answer) -> Result<bool, Fault> {
        let sealed = self.seal(app, ctx, answer)?;
        Ok(app.store().write(move |tx| Box::pin(async move { self.finish_in(tx, &sealed).await })).await?)
    }

    /// Lets go, as nothing was done: the request can be sent again, or another under the same key.
    pub async fn abandon(self, app: &App) -> Result<bool, Fault> {
        let work = app
            .store()
            .write(move |tx| Box::pin(async move { store::idempotency::abandon(tx, &self.hash, &self.claim).await }));
        Ok(work.await?)
    }
}

/// What became of a request that is done once.
#[derive(Debug)]
pub enum Once<E> {
    Done(Answer),
    /// It was done before, and this was answered.
    Replay(Answer),
    /// It was refused: nothing was done, and nothing is kept.
    Refused(E),
    Mismatch,
    InProgress,
}

/// Does a request once: `work` runs when it is new, and to its end even if the caller goes away meanwhile.
///
/// `Err` of `work` means that nothing was done.
pub async fn once<E, F>(
    app: &App,
    ctx: &Ctx,
    caller: &str,
    key: &str,
    request: SecretHash,
    work: F,
) -> Result<Once<E>, Fault>
where
    F: Future<Output = Result<Answer, E>> + Send + 'static,
    E: Send + 'static,
{
    let (app, ctx) = (app.clone(), ctx.clone());
    let (caller, key) = (caller.to_owned(), key.to_owned());
    let task = tokio::spawn(async move {
        let claim = match begin(&app, &ctx, &caller, &key, request).await? {
            Begun::Fresh(claim) => claim,
            Begun::Replay(answer) => return Ok(Once::Replay(answer)),
            Begun::Mismatch => return Ok(Once::Mismatch),
            Begun::InProgress => return Ok(Once::InProgress),
        };
        let (kept, outcome) = match work.await {
            Ok(answer) => (claim.finish(&app, &ctx, &answer).await, Once::Done(answer)),
            Err(refusal) => (claim.abandon(&app).await, Once::Refused(refusal)),
        };
        // What was done was done: the caller is answered, and only a second attempt would notice.
        match kept {
            Ok(true) => {}
            Ok(false) => tracing::warn!("a request took longer than its idempotency key is held"),
            Err(fault) => tracing::error!(%fault, "the answer for an idempotency key was not kept"),
        }
        Ok(outcome)
    });
    task.await.unwrap_or(Err(Fault::Other("a request that was to be done once panicked")))
}
