//! Requests that may be sent again without being done again (the header `Idempotency-Key`). What was answered is kept by the
//! transaction that does what is asked: whatever happens to the process, either both happened or neither.

pub(crate) mod claim;
pub(crate) mod last_step;
pub(crate) mod stored_response;

pub use crate::platform::idempotency::claim::{
    Begun, Claim, LEASE, REMEMBERED, StoredResponse, begin, is_key, request_hash,
};
pub use crate::platform::idempotency::stored_response::{Keep, Keeper, Kept, Shown};
use crate::{Ctx, Fault, Server};
use domain::SecretHash;

/// What became of a request that is done once.
#[derive(Debug)]
pub enum Once<E> {
    Done(StoredResponse),
    /// It was done before, and this was answered.
    Replay(StoredResponse),
    /// It was refused: nothing was done, and nothing is kept.
    Refused(E),
    Mismatch,
    InProgress,
}

/// Does a request once: `work` runs when it is new, and to its end even if the caller goes away meanwhile. It answers by
/// what keeps the answer, and only the use case's own transaction does that.
///
/// `Err` of `work` means that nothing was done.
pub async fn once<E, F>(
    app: &Server,
    ctx: &Ctx,
    caller: &str,
    key: &str,
    request: SecretHash,
    work: impl FnOnce(Keeper) -> F + Send + 'static,
) -> Result<Once<E>, Fault>
where
    F: Future<Output = Result<Kept, E>> + Send + 'static,
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
        match work(Keeper::of(&app, &ctx, claim)).await {
            Ok(kept) => Ok(Once::Done(kept.answer())),
            Err(refusal) => {
                if let Err(fault) = claim.abandon(&app).await {
                    tracing::error!(%fault, "an idempotency key is held until its time is up");
                }
                Ok(Once::Refused(refusal))
            }
        }
    });
    task.await.unwrap_or(Err(Fault::Other("a request that was to be done once panicked")))
}
