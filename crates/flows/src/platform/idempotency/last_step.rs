//! The last step of a transaction that makes something: what was made is answered as it is, or [`crate::platform::idempotency::stored_response`] keeps the answer.
use futures_util::future::BoxFuture;
use store::{StoreError, Tx};

/// The last step of a transaction that makes a `T`.
pub trait Last<T: Send + 'static>: Sized + Send + 'static {
    /// What the use case answers.
    type Out: Send + 'static;

    fn within(self, tx: &mut Tx, made: T) -> BoxFuture<'_, Result<Self::Out, StoreError>>;

    /// The same for a use case within another, which makes an `S` of which the other's `T` comes.
    fn after<S, F: FnOnce(S) -> T>(self, then: F) -> After<F, Self> {
        After { then, last: self }
    }
}

/// Nothing is kept: what was made is answered as it is.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl<T: Send + 'static> Last<T> for Plain {
    type Out = T;

    fn within(self, _: &mut Tx, made: T) -> BoxFuture<'_, Result<T, StoreError>> {
        Box::pin(async move { Ok(made) })
    }
}

/// A last step that takes what comes of what was made.
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
