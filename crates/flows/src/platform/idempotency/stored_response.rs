//! Stores the response to a request under its idempotency key, as the last step of the transaction that processes it.
use crate::platform::idempotency::claim::{Claim, StoredResponse};
use crate::platform::idempotency::last_step::Last;
use crate::{Ctx, Fault, Server};
use futures_util::future::BoxFuture;
use std::fmt;
use store::{StoreError, Tx};

/// The response, and whether a repeated request gets it again.
#[derive(Debug)]
pub enum Repeatable {
    Again(StoredResponse),
    /// Contains nothing that cannot be obtained again: a repeated request is processed like the first one.
    Once(StoredResponse),
}

/// A response that was stored by the transaction of the request, if it had a key. Only a last step creates one, so an endpoint
/// with idempotency keys cannot respond without it.
#[derive(Debug)]
pub struct KeptResponse(StoredResponse);

impl KeptResponse {
    pub fn answer(self) -> StoredResponse {
        self.0
    }
}

/// A claim, with everything needed to store the response.
struct HeldClaim {
    app: Server,
    ctx: Ctx,
    claim: Claim,
}

/// Where the response is stored: under an idempotency key, or nowhere for a request without one.
pub struct Keeper(Option<HeldClaim>);

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keeper").field(&self.0.is_some()).finish()
    }
}

impl Keeper {
    pub(crate) fn of(app: &Server, ctx: &Ctx, claim: Claim) -> Self {
        Self(Some(HeldClaim { app: app.clone(), ctx: ctx.clone(), claim }))
    }

    /// For a request without a key.
    pub const fn nowhere() -> Self {
        Self(None)
    }

    /// Stores the response that `show` makes of the result. `show` runs in the transaction and must not wait for anything.
    pub fn keep<T>(self, show: impl FnOnce(T) -> Result<Repeatable, Fault> + Send + 'static) -> Keep<T> {
        Keep { held: self.0, show: Box::new(show) }
    }
}

type Show<T> = Box<dyn FnOnce(T) -> Result<Repeatable, Fault> + Send>;

/// The last step that stores the response in the transaction that processes the request.
pub struct Keep<T> {
    held: Option<HeldClaim>,
    show: Show<T>,
}

impl<T> fmt::Debug for Keep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keep").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Last<T> for Keep<T> {
    type Out = KeptResponse;

    fn within(self, tx: &mut Tx, made: T) -> BoxFuture<'_, Result<KeptResponse, StoreError>> {
        Box::pin(async move {
            let shown = (self.show)(made).map_err(of_store)?;
            let Some(HeldClaim { app, ctx, claim }) = self.held else {
                let (Repeatable::Again(answer) | Repeatable::Once(answer)) = shown;
                return Ok(KeptResponse(answer));
            };
            let (held, answer) = match shown {
                Repeatable::Again(answer) => {
                    store::platform::master::hold(tx, app.master().generation()).await?;
                    let sealed = claim.seal(&app, &ctx, &answer).map_err(of_store)?;
                    (claim.finish_in(tx, &sealed).await?, answer)
                }
                Repeatable::Once(answer) => (claim.abandon_in(tx).await?, answer),
            };
            // Another attempt has taken over: this transaction is rolled back.
            if held {
                Ok(KeptResponse(answer))
            } else {
                Err(StoreError::Timeout("the lease of an idempotency key".to_owned()))
            }
        })
    }
}

fn of_store(fault: Fault) -> StoreError {
    match fault {
        Fault::Store(error) => error,
        other => StoreError::Other(other.to_string()),
    }
}
