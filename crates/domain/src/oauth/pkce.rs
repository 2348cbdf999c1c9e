//! Proof Key for Code Exchange (RFC 7636), method S256 only.
use crate::platform::encoding::{base64url, from_base64url};
use aws_lc_rs::{constant_time, digest};
use serde::{Deserialize, Serialize};

/// The SHA-256 of the verifier, as the client sent it in `code_challenge`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChallenge([u8; 32]);

/// A `code_challenge` or `code_verifier` that breaks RFC 7636 §4.1 or §4.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("43 to 128 unreserved characters are required")]
pub struct InvalidPkce;

impl CodeChallenge {
    /// An S256 challenge is the base64url of 32 bytes: exactly 43 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidPkce> {
        from_base64url(text).and_then(|b| b.try_into().ok()).map(Self).ok_or(InvalidPkce)
    }

    /// The challenge for a verifier; for our own clients.
    pub fn of(verifier: &str) -> Self {
        let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// The base64url of the challenge, as in `code_challenge`.
    pub fn text(&self) -> String {
        base64url(&self.0)
    }

    /// Whether `verifier` matches, compared in constant time.
    pub fn admits(&self, verifier: &str) -> bool {
        constant_time::verify_slices_are_equal(&Self::of(verifier).0, &self.0).is_ok()
    }
}

/// 43 to 128 characters of `[A-Za-z0-9-._~]` (RFC 7636 §4.1).
pub fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.admits("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.admits("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
    }

    #[test]
    fn checklist_34_lengths_and_characters() {
        for (text, good) in
            [("a".repeat(42), false), ("a".repeat(43), true), ("~".repeat(128), true), ("a".repeat(129), false)]
        {
            assert_eq!(is_verifier(&text), good, "{}", text.len());
        }
        assert!(!is_verifier(&"+".repeat(43)));
        for bad in ["", "short", &"a".repeat(44), &"=".repeat(43), &"a+".repeat(21)] {
            assert!(CodeChallenge::parse(bad).is_err(), "{bad}");
        }
    }
}
