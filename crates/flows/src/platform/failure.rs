//! How a use case fails: refused by a rule, or by a fault of our own.
use domain::platform::refusal::Refusal;
use domain::platform::seal::SealFault;
use jose::KeyFault;
use store::StoreError;

/// A fault of our own: the caller did nothing wrong and is told nothing but the request id.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealFault),
    #[error("signing failed: {0}")]
    Signing(#[from] KeyFault),
    /// Too much of it waits already.
    #[error("no room for more {0}")]
    Full(&'static str),
    /// Another node can read it, which was updated already.
    #[error("sealed by a later version of this server")]
    Later,
    #[error("{0}")]
    Other(&'static str),
}

impl Fault {
    /// No fault at all: the credential that the request came with ended while the request was on its way.
    pub const fn is_end_of_credential(&self) -> bool {
        matches!(self, Self::Store(StoreError::Ended))
    }

    /// Trying again later may help: the database is away, the server has too much to do, or the nodes are being updated.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Later | Self::Store(StoreError::Unavailable(_) | StoreError::Timeout(_)))
    }
}

/// Refused, or our fault. `R` is the use case's own enum of exact refusals.
#[derive(Debug, Clone)]
pub enum Failure<R> {
    Refused(R),
    Fault(Fault),
}

impl<R: Refusal> Failure<R> {
    /// The exact reason, for log and audit.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.reason(),
            Self::Fault(_) => "fault",
        }
    }
}

impl<R> Failure<R> {
    /// The same failure with the refusal told in another enum.
    pub fn map<S>(self, map: impl FnOnce(R) -> S) -> Failure<S> {
        match self {
            Self::Refused(refusal) => Failure::Refused(map(refusal)),
            Self::Fault(fault) => Failure::Fault(fault),
        }
    }
}

impl<R> From<Fault> for Failure<R> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<R> From<StoreError> for Failure<R> {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::Store(error))
    }
}

impl<R> From<SealFault> for Failure<R> {
    fn from(error: SealFault) -> Self {
        Self::Fault(Fault::Seal(error))
    }
}

/// Shorthand for the refusal of a rule.
pub(crate) fn refuse<T, R>(refusal: R) -> Result<T, Failure<R>> {
    Err(Failure::Refused(refusal))
}
