//! The public documents, ready to be served as bytes.
use crate::platform::keys::Keys;
use crate::{Fault, Settings};
use bytes::Bytes;

/// Discovery metadata and the key set, serialized once.
#[derive(Debug)]
pub struct Published {
    /// OpenID Connect Discovery §3 and RFC 8414 §2 in one: every member that either of them defines and that applies.
    pub metadata: Bytes,
    pub jwks: Bytes,
}

/// Builds the documents from what is enabled. Passed to the server at startup, because the use cases that build them depend on
/// it.
pub type Publish = fn(&Settings, &Keys) -> Result<Published, Fault>;
