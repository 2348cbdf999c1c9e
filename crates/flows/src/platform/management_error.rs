//! The results of management operations.
use crate::Failure;
pub use domain::access::{ManagementError, ManagementRefusal};

/// The result of a management operation.
pub type Managed<T> = Result<T, Failure<ManagementError>>;
