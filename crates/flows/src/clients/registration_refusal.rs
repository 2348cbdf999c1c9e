//! Refusals of the registration endpoints.
use crate::platform::management_error::ManagementError;
use domain::clients::metadata::MetadataRefusal;
pub use domain::clients::registration::AccessRefusal;
use domain::diagnosis::Endpoint;
use domain::platform::refusal::{Refusal, RefusalRow};
use serde_json::{Value, json};

/// The reason why nothing was registered or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterRefusal {
    Access(AccessRefusal),
    Metadata(MetadataRefusal),
    /// A known caller lacks the scope or the role, or the client is not theirs.
    Manage(ManagementError),
}

impl Refusal for RegisterRefusal {
    fn row(&self) -> &'static RefusalRow {
        match self {
            Self::Access(r) => r.row(),
            Self::Metadata(r) => r.row(),
            Self::Manage(r) => r.row(),
        }
    }
}

/// Marks events of the registration endpoints, to distinguish them from events of the management APIs.
pub(crate) fn here() -> Value {
    json!({"endpoint": Endpoint::Registration.as_str()})
}
