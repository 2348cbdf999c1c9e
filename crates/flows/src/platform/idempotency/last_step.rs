//! The last step of a transaction that creates something: it returns the result unchanged, or stores the response
//! ([`crate::platform::idempotency::stored_response`]).
use futures_util::future::BoxFuture;
use store::{StoreError, Tx};

/// The last step of a transaction that creates a `T`.
pub trait Last<T: Send + 'static>: Sized + Send + 'static {
    /// The result of the use case.
    type Out: Send + 'static;

    fn within(self, tx: &mut Tx, made: T) -> BoxFuture<'_, Result<Self::Out, StoreError>>;

    /// Adapts this step to an inner use case that creates an `S`, from which `then` makes the `T`.
    fn after<S, F: FnOnce(S) -> T>(self, then: F) -> After<F, Self> {
        After { then, last: self }
    }
}

/// Stores nothing and returns the result unchanged.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl<T: Send + 'static> Last<T> for Plain {
    type Out = T;

    fn within(self, _: &mut Tx, made: T) -> BoxFuture<'_, Result<T, StoreError>> {
        Box::pin(async move { Ok(made) })
    }
}

/// A last step for an inner use case. See [`Last::after`].
#[derive(Debug)]
pub struct After<F, L> {
    then: F,
    last: L,
}

impl<S, T, F, L> Last<S> for After<F, L>
where
    S: Send + 'static,
    T: Send + 'static,
    F: FnOnce(S) -> T + Send + 'static,
    L: Last<T>,
{
    type Out = L::Out;

    fn within(self, tx: &mut Tx, made: S) -> BoxFuture<'_, Result<L::Out, StoreError>> {
        self.last.within(tx, (self.then)(made))
    }
}
