//! Someone else's public key, read from a JWK.
use super::AcceptedAlg;
use crate::thumbprint::thumbprint;
use crate::{base64url, from_base64url};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::{Value, json};

/// A well-formed key of sufficient strength.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey(Material);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    /// Modulus and exponent, big-endian.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// The uncompressed point, 65 bytes.
    P256 { point: Vec<u8> },
    /// The uncompressed point, 97 bytes.
    P384 { point: Vec<u8> },
    /// 32 bytes.
    Ed25519 { x: Vec<u8> },
}

/// Why a JWK is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum UnusableKey {
    #[error("a member of the key is missing or malformed")]
    Malformed,
    #[error("this kind of key is not supported")]
    Unsupported,
    #[error("the key is not a public one")]
    Private,
    #[error("RSA keys have 2048 to 8192 bits and an odd exponent of at least 3")]
    Weak,
    #[error("the point is not on the curve")]
    NotOnCurve,
}

const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Larger exponents only make verification slow.
const LONGEST_EXPONENT: usize = 4;

fn without_leading_zeros(bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.into_iter().skip(zeros).collect()
}

fn bits(bytes: &[u8]) -> usize {
    bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize)
}

impl ForeignKey {
    /// Reads a JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2). Unknown members are ignored.
    pub fn from_jwk(jwk: &Value) -> Result<Self, UnusableKey> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str).ok_or(UnusableKey::Malformed);
        let bytes = |name: &str| from_base64url(text(name)?).ok_or(UnusableKey::Malformed);
        if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| jwk.get(name).is_some()) {
            return Err(UnusableKey::Private);
        }
        match text("kty")? {
            "RSA" => Self::rsa(bytes("n")?, bytes("e")?),
            "EC" => match text("crv")? {
                "P-256" => Self::point(32, &bytes("x")?, &bytes("y")?),
                "P-384" => Self::point(48, &bytes("x")?, &bytes("y")?),
                _ => Err(UnusableKey::Unsupported),
            },
            "OKP" if text("crv")? == "Ed25519" => Self::ed25519(bytes("x")?),
            _ => Err(UnusableKey::Unsupported),
        }
    }

    fn rsa(n: Vec<u8>, e: Vec<u8>) -> Result<Self, UnusableKey> {
        let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
        let odd = |bytes: &[u8]| bytes.last().is_some_and(|last| last % 2 == 1);
        let good_exponent = odd(&e) && e.len() <= LONGEST_EXPONENT && e != [1];
        if !RSA_BITS.contains(&bits(&n)) || !odd(&n) || !good_exponent {
            return Err(UnusableKey::Weak);
        }
        Ok(Self(Material::Rsa { n, e }))
    }

    fn point(size: usize, x: &[u8], y: &[u8]) -> Result<Self, UnusableKey> {
        // RFC 7518 §6.2.1.2: the full size of a coordinate.
        if x.len() != size || y.len() != size {
            return Err(UnusableKey::Malformed);
        }
        let point = [&[4], x, y].concat();
        let (material, algorithm): (_, &'static dyn VerificationAlgorithm) = if size == 32 {
            (Material::P256 { point: point.clone() }, &ECDSA_P256_SHA256_FIXED)
        } else {
            (Material::P384 { point: point.clone() }, &ECDSA_P384_SHA384_FIXED)
        };
        ParsedPublicKey::new(algorithm, &point).map_err(|_| UnusableKey::NotOnCurve)?;
        Ok(Self(material))
    }

    fn ed25519(x: Vec<u8>) -> Result<Self, UnusableKey> {
        if x.len() != 32 {
            return Err(UnusableKey::Malformed);
        }
        ParsedPublicKey::new(&ED25519, &x).map_err(|_| UnusableKey::NotOnCurve)?;
        Ok(Self(Material::Ed25519 { x }))
    }

    /// The kind of key, for people: `RSA 2048`, `P-256`.
    pub fn kind(&self) -> String {
        match &self.0 {
            Material::Rsa { n, .. } => format!("RSA {}", bits(n)),
            Material::P256 { .. } => "P-256".to_owned(),
            Material::P384 { .. } => "P-384".to_owned(),
            Material::Ed25519 { .. } => "Ed25519".to_owned(),
        }
    }

    /// Whether this kind of key signs with this algorithm.
    pub fn signs_with(&self, alg: AcceptedAlg) -> bool {
        matches!(
            (&self.0, alg),
            (Material::Rsa { .. }, AcceptedAlg::RS256 | AcceptedAlg::PS256)
                | (Material::P256 { .. }, AcceptedAlg::ES256)
                | (Material::P384 { .. }, AcceptedAlg::ES384)
                | (Material::Ed25519 { .. }, AcceptedAlg::EdDSA)
        )
    }

    /// Whether `signature` over `message` was made with the private half of this key and this algorithm.
    pub fn verifies(&self, alg: AcceptedAlg, message: &[u8], signature: &[u8]) -> bool {
        let plain = |algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
        };
        match (&self.0, alg) {
            (Material::Rsa { n, e }, AcceptedAlg::RS256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            (Material::Rsa { n, e }, AcceptedAlg::PS256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature).is_ok()
            }
            (Material::P256 { point }, AcceptedAlg::ES256) => plain(&ECDSA_P256_SHA256_FIXED, point),
            (Material::P384 { point }, AcceptedAlg::ES384) => plain(&ECDSA_P384_SHA384_FIXED, point),
            (Material::Ed25519 { x }, AcceptedAlg::EdDSA) => plain(&ED25519, x),
            _ => false,
        }
    }

    /// The required members, without any that only identify the key.
    pub fn members(&self) -> Value {
        let point = |curve: &str, point: &[u8]| {
            let (x, y) = point.get(1..).unwrap_or_default().split_at(point.len().saturating_sub(1) / 2);
            json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)})
        };
        match &self.0 {
            Material::Rsa { n, e } => json!({"kty": "RSA", "n": base64url(n), "e": base64url(e)}),
            Material::P256 { point: bytes } => point("P-256", bytes),
            Material::P384 { point: bytes } => point("P-384", bytes),
            Material::Ed25519 { x } => json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(x)}),
        }
    }

    /// The JWK thumbprint (RFC 7638, RFC 8037 §2).
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.members())
    }
}
