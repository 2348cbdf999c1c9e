//! Algorithms the server signs with, and the keys it generates for them.
use serde::{Deserialize, Serialize};

/// An algorithm this server signs with (RFC 7518 §3.1, RFC 8037 §3.1). `none` is deliberately missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[expect(missing_docs, reason = "the names of the specification")]
pub enum SigningAlg {
    #[default]
    RS256,
    PS256,
    ES256,
    EdDSA,
}

impl SigningAlg {
    /// Every algorithm a client can choose for its tokens.
    pub const OFFERED: [Self; 4] = [Self::RS256, Self::PS256, Self::ES256, Self::EdDSA];

    /// The name in metadata and headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }

    /// The algorithm with this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::OFFERED.into_iter().find(|alg| alg.as_str() == text)
    }

    /// The kind of key generated for it.
    pub const fn generated(self) -> GeneratedKey {
        match self {
            Self::RS256 | Self::PS256 => GeneratedKey::Rsa2048,
            Self::ES256 => GeneratedKey::P256,
            Self::EdDSA => GeneratedKey::Ed25519,
        }
    }
}

/// A kind of key this server generates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the keys")]
pub enum GeneratedKey {
    Rsa2048,
    P256,
    Ed25519,
}
