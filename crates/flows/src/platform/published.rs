//! The documents that anyone may read, kept ready as bytes.
use crate::platform::keys::Keys;
use crate::{Fault, Settings};
use bytes::Bytes;

/// Discovery and key set, serialized once.
#[derive(Debug)]
pub struct Published {
    /// OpenID Connect Discovery §3 and RFC 8414 §2 in one: every member that either defines and that is true.
    pub metadata: Bytes,
    pub jwks: Bytes,
}

/// Makes the documents from what is enabled: the use cases pass theirs to the server at its start.
pub type Publish = fn(&Settings, &Keys) -> Result<Published, Fault>;
