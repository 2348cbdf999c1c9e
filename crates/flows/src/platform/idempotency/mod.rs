//! Requests that may be repeated but are processed only once (the header `Idempotency-Key`). The response is stored by the
//! transaction that processes the request: even if the process crashes, either both happened or neither.

pub(crate) mod claim;
pub(crate) mod last_step;
pub(crate) mod stored_response;

pub use crate::platform::idempotency::claim::{
    Begun, Claim, LEASE, REMEMBERED, StoredResponse, begin, is_key, request_hash,
};
pub use crate::platform::idempotency::stored_response::{Keep, Keeper, KeptResponse, Repeatable};
use crate::{Ctx, Fault, Server};
use domain::SecretHash;

/// The outcome of a request that is processed only once.
#[derive(Debug)]
pub enum Once<E> {
    Done(StoredResponse),
    /// The request was processed before, with this response.
    Replay(StoredResponse),
    /// The request was refused: nothing was done, and nothing is stored.
    Refused(E),
    Mismatch,
    InProgress,
}

/// Processes a request only once. If it is new, `work` runs to its end, even if the caller disconnects. The response comes from
/// the [`Keeper`], and only the use case's own transaction can create it.
///
/// An `Err` of `work` means that nothing was done.
pub async fn once<E, F>(
    app: &Server,
    ctx: &Ctx,
    caller: &str,
    key: &str,
    request: SecretHash,
    work: impl FnOnce(Keeper) -> F + Send + 'static,
) -> Result<Once<E>, Fault>
where
    F: Future<Output = Result<KeptResponse, E>> + Send + 'static,
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
