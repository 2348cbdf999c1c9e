//! Secrets: what may be shown once, and what may be stored. Confusing the two is a type error.
use crate::platform::encoding::base64url;
use aws_lc_rs::{constant_time, hmac};
use std::fmt;
use zeroize::Zeroizing;

/// A plain-text secret. Never serialized, never printed, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret that exists already; see [`Secret::generate`] for a new one.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// `<prefix>_<kind>_` and 256 random bits, a form that secret scanners can recognise.
    pub fn generate(prefix: &str, kind: &str, random: &[u8; 32]) -> Self {
        Self::new(format!("{prefix}_{kind}_{}", base64url(random)))
    }

    /// The text itself, for the one response that shows it and for comparison.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, which distinguish secrets in a list without revealing them.
    pub fn hint(&self) -> String {
        let text = self.expose();
        text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The stored form of a secret of 256 random bits: its HMAC-SHA-256 under the server's [`Pepper`]. With so much entropy
/// a slow hash would add nothing; the key makes a stolen table useless on its own.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Reads a stored hash; `None` unless there are exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads a stored hash of the right length.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, as the database stores them. Compare hashes with `==`, which takes constant time.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// The key for hashing secrets, derived from the master key.
#[derive(Clone)]
pub struct Pepper(hmac::Key);

impl Pepper {
    /// The key has 256 bits.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The stored form of a secret that is text.
    pub fn hash(&self, secret: &str) -> SecretHash {
        self.hash_bytes(secret.as_bytes())
    }

    /// Like [`Pepper::hash`], for bytes.
    pub fn hash_bytes(&self, secret: &[u8]) -> SecretHash {
        let tag = hmac::sign(&self.0, secret);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        SecretHash(bytes)
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checklist_59_secrets_carry_256_bits_and_never_print() {
        let secret = Secret::generate("cs", "cs", &[0xab; 32]);
        assert_eq!(secret.expose().len(), "cs_cs_".len() + 43);
        assert!(!format!("{secret:?}").contains(secret.expose()));
        let hash = Pepper::new(&[1; 32]).hash(secret.expose());
        assert_eq!(format!("{hash:?}"), "SecretHash(…)");
        assert!(hash != Pepper::new(&[2; 32]).hash(secret.expose()), "another pepper, another hash");
    }
}
