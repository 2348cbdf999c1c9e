//! Algorithms that others may sign with.
use serde::{Deserialize, Serialize};

/// An algorithm accepted from others (RFC 7518 §3.1, RFC 8037 §3.1). None of them uses a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the specification")]
pub enum AcceptedAlg {
    RS256,
    PS256,
    ES256,
    ES384,
    EdDSA,
}

impl AcceptedAlg {
    /// Every algorithm that can be accepted.
    pub const KNOWN: [Self; 5] = [Self::RS256, Self::PS256, Self::ES256, Self::ES384, Self::EdDSA];

    /// The name in metadata and headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
        }
    }

    /// The algorithm with this name; `Ed25519` is the newer name of EdDSA with that curve (RFC 9864).
    pub fn parse(text: &str) -> Option<Self> {
        let text = if text == "Ed25519" { "EdDSA" } else { text };
        Self::KNOWN.into_iter().find(|alg| alg.as_str() == text)
    }
}
