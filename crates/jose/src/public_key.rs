//! The public halves of our own keys as JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037 §2).
use crate::thumbprint::thumbprint;
use crate::{SigningAlg, base64url, from_base64url};
use aws_lc_rs::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Value, json};

/// A public key and the one algorithm it is used with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the members of RFC 7518")]
pub enum PublicKey {
    /// RS256 or PS256: modulus and exponent, big-endian.
    Rsa { alg: SigningAlg, n: Vec<u8>, e: Vec<u8> },
    /// ES256: the uncompressed point, 65 bytes.
    P256 { point: Vec<u8> },
    /// EdDSA: 32 bytes.
    Ed25519 { x: Vec<u8> },
}

impl PublicKey {
    /// The algorithm it is used with.
    pub fn alg(&self) -> SigningAlg {
        match self {
            Self::Rsa { alg, .. } => *alg,
            Self::P256 { .. } => SigningAlg::ES256,
            Self::Ed25519 { .. } => SigningAlg::EdDSA,
        }
    }

    /// The members that describe the key itself, without `kid`, `use` and `alg`.
    fn members(&self) -> Value {
        match self {
            Self::Rsa { n, e, .. } => json!({"kty": "RSA", "n": base64url(n), "e": base64url(e)}),
            Self::P256 { point } => {
                let (x, y) = point.get(1..).unwrap_or_default().split_at(point.len().saturating_sub(1) / 2);
                json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
            }
            Self::Ed25519 { x } => json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(x)}),
        }
    }

    /// The JWK as published.
    pub fn jwk(&self, kid: &str) -> Value {
        let mut jwk = self.members();
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        jwk["alg"] = self.alg().as_str().into();
        jwk
    }

    /// Parses what [`PublicKey::jwk`] returned.
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        let bytes = |name: &str| from_base64url(jwk.get(name)?.as_str()?);
        let alg = SigningAlg::parse(jwk.get("alg")?.as_str()?)?;
        match (jwk.get("kty")?.as_str()?, alg) {
            ("RSA", SigningAlg::RS256 | SigningAlg::PS256) => Some(Self::Rsa { alg, n: bytes("n")?, e: bytes("e")? }),
            ("EC", SigningAlg::ES256) => {
                let point = [vec![4], bytes("x")?, bytes("y")?].concat();
                (point.len() == 65).then_some(Self::P256 { point })
            }
            ("OKP", SigningAlg::EdDSA) => bytes("x").filter(|x| x.len() == 32).map(|x| Self::Ed25519 { x }),
            _ => None,
        }
    }

    /// The JWK thumbprint (RFC 7638).
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.members())
    }

    /// Whether `signature` over `message` was made with this key's private half.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa { alg, n, e } => {
                let scheme = if *alg == SigningAlg::PS256 {
                    &signature::RSA_PSS_2048_8192_SHA256
                } else {
                    &signature::RSA_PKCS1_2048_8192_SHA256
                };
                RsaPublicKeyComponents { n, e }.verify(scheme, message, signature).is_ok()
            }
            Self::P256 { point } => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Self::Ed25519 { x } => UnparsedPublicKey::new(&signature::ED25519, x).verify(message, signature).is_ok(),
        }
    }
}
