//! Records of the keys that sign ID tokens and seal opaque tokens. Private parts are sealed under the master key.
use crate::Timestamp;
use jose::SigningAlg;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The state of a key. It is published before it signs, and stays published until the last token it signed has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Published but not used yet, so that verifiers can fetch it ahead of time.
    Next,
    /// Signs or seals.
    Active,
    /// Only verifies or opens.
    Retired,
}

impl KeyState {
    /// The value in the database and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// Reads [`KeyState::as_str`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired].into_iter().find(|s| s.as_str() == text)
    }
}

/// A signing key as stored.
#[derive(Clone, PartialEq)]
pub struct SigningKeyRecord {
    /// The key id, as tokens name it: derived from the public key.
    pub kid: String,
    /// The algorithm, which the key never changes.
    pub alg: SigningAlg,
    /// Whether the key signs, or is only published.
    pub state: KeyState,
    /// PKCS #8, sealed under the master key.
    pub sealed_private: Vec<u8>,
    /// The public JWK (RFC 7517) as published.
    pub public_jwk: serde_json::Value,
    /// When the key was generated.
    pub created_at: Timestamp,
    /// When it began to sign; `None` if it never did.
    pub activated_at: Option<Timestamp>,
    /// When it stopped signing; `None` until then.
    pub retired_at: Option<Timestamp>,
    /// From then on it is neither published nor stored.
    pub expires_at: Option<Timestamp>,
}

/// A key that seals opaque tokens, as stored.
#[derive(Clone, PartialEq)]
pub struct SealingKeyRecord {
    /// The number at the beginning of sealed tokens; newer keys have higher ones.
    pub id: i64,
    /// Whether the key seals new tokens or only opens old ones.
    pub state: KeyState,
    /// 32 bytes, sealed under the master key.
    pub sealed: Vec<u8>,
    /// When the key was generated.
    pub created_at: Timestamp,
    /// When it stopped sealing; `None` until then.
    pub retired_at: Option<Timestamp>,
}

impl fmt::Debug for SigningKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeyRecord({}, {:?}, {:?})", self.kid, self.alg, self.state)
    }
}

impl fmt::Debug for SealingKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKeyRecord({}, {:?})", self.id, self.state)
    }
}
