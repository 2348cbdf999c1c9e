//! Failures of use cases: refusals, and internal faults.
use domain::platform::refusal::Refusal;
use domain::platform::seal::SealFault;
use jose::KeyFault;
use store::StoreError;

/// An internal fault. The caller did nothing wrong and learns only the request id.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealFault),
    #[error("signing failed: {0}")]
    Signing(#[from] KeyFault),
    /// The queue for this work is full.
    #[error("no room for more {0}")]
    Full(&'static str),
    /// Sealed by a node that has already been updated; this node cannot read it.
    #[error("sealed by a later version of this server")]
    Later,
    #[error("{0}")]
    Other(&'static str),
}

impl Fault {
    /// Whether the credential of the request ended during the request, which is no fault of the server.
    pub const fn is_end_of_credential(&self) -> bool {
        matches!(self, Self::Store(StoreError::Ended))
    }

    /// Whether a retry may help: the database is unavailable, the server is overloaded, or the nodes are being updated.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Later | Self::Store(StoreError::Unavailable(_) | StoreError::Timeout(_)))
    }
}

/// Errors of a transaction that fails if the request's credential ended in the meantime.
pub trait MayEndCredential {
    fn is_end_of_credential(&self) -> bool;
}

impl MayEndCredential for StoreError {
    fn is_end_of_credential(&self) -> bool {
        matches!(self, Self::Ended)
    }
}

impl<R> MayEndCredential for Failure<R> {
    fn is_end_of_credential(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.is_end_of_credential())
    }
}

/// A refusal or an internal fault. `R` is the use case's own enum of exact refusals.
#[derive(Debug, Clone)]
pub enum Failure<R> {
    Refused(R),
    Fault(Fault),
}

impl<R: Refusal> Failure<R> {
    /// The exact reason, for the log and the audit log.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.reason(),
            Self::Fault(_) => "fault",
        }
    }
}

impl<R> Failure<R> {
    /// Converts the refusal to another enum.
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

/// Shorthand for a refusal.
pub(crate) fn refuse<T, R>(refusal: R) -> Result<T, Failure<R>> {
    Err(Failure::Refused(refusal))
}
