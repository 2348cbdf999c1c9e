//! Keeping the answer to a request under its idempotency key, as the last step of the transaction that does what it asks.
use crate::platform::idempotency::claim::{Claim, StoredResponse};
use crate::platform::idempotency::last_step::Last;
use crate::{Ctx, Fault, Server};
use futures_util::future::BoxFuture;
use std::fmt;
use store::{StoreError, Tx};

/// What to answer, and whether it is answered again to whoever sends the same again.
#[derive(Debug)]
pub enum Shown {
    Again(StoredResponse),
    /// Nothing that could not be had again: whoever sends the same again is treated as the first time.
    Once(StoredResponse),
}

/// An answer that was kept, where there was a key, by the transaction that did what was asked. Nothing else makes one: an
/// endpoint that is done once cannot answer without it.
#[derive(Debug)]
pub struct Kept(StoredResponse);

impl Kept {
    pub fn answer(self) -> StoredResponse {
        self.0
    }
}

/// The right to do a request, with all that it takes to keep the answer.
struct Held {
    app: Server,
    ctx: Ctx,
    claim: Claim,
}

/// Where an answer is kept: under an idempotency key, or nowhere for a request that has none.
pub struct Keeper(Option<Held>);

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keeper").field(&self.0.is_some()).finish()
    }
}

impl Keeper {
    pub(crate) fn of(app: &Server, ctx: &Ctx, claim: Claim) -> Self {
        Self(Some(Held { app: app.clone(), ctx: ctx.clone(), claim }))
    }

    /// For a request without a key.
    pub const fn nowhere() -> Self {
        Self(None)
    }

    /// Keeps what `show` makes of what was made. It runs in the transaction: it must not wait for anything.
    pub fn keep<T>(self, show: impl FnOnce(T) -> Result<Shown, Fault> + Send + 'static) -> Keep<T> {
        Keep { held: self.0, show: Box::new(show) }
    }
}

type Show<T> = Box<dyn FnOnce(T) -> Result<Shown, Fault> + Send>;

/// Keeps the answer to a request in the transaction that does what it asks.
pub struct Keep<T> {
    held: Option<Held>,
    show: Show<T>,
}

impl<T> fmt::Debug for Keep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keep").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Last<T> for Keep<T> {
    type Out = Kept;

    fn within(self, tx: &mut Tx, made: T) -> BoxFuture<'_, Result<Kept, StoreError>> {
        Box::pin(async move {
            let shown = (self.show)(made).map_err(of_store)?;
            let Some(Held { app, ctx, claim }) = self.held else {
                let (Shown::Again(answer) | Shown::Once(answer)) = shown;
                return Ok(Kept(answer));
            };
            let (held, answer) = match shown {
                Shown::Again(answer) => {
                    store::platform::master::hold(tx, app.master().generation()).await?;
                    let sealed = claim.seal(&app, &ctx, &answer).map_err(of_store)?;
                    (claim.finish_in(tx, &sealed).await?, answer)
                }
                Shown::Once(answer) => (claim.abandon_in(tx).await?, answer),
            };
            // Another attempt does it, or has: this one is taken back.
            if held { Ok(Kept(answer)) } else { Err(StoreError::Timeout("the lease of an idempotency key".to_owned())) }
        })
    }
}

fn of_store(fault: Fault) -> StoreError {
    match fault {
        Fault::Store(error) => error,
        other => StoreError::Other(other.to_string()),
    }
}
