//! Private signing keys, parsed once.
use crate::jwt::{compact, signing_input};
use crate::{GeneratedKey, PublicKey, SigningAlg};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use serde::Serialize;
use std::fmt;
use zeroize::Zeroizing;

enum Private {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A key for signing.
pub struct OwnKey {
    kid: String,
    public: PublicKey,
    private: Private,
    // For blinding and for signature nonces. These are internal to the library, not an input of any rule.
    random: SystemRandom,
}

/// A problem with one of our own keys, never the caller's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum KeyFault {
    #[error("a key could not be made or read")]
    Unusable,
    #[error("claims that do not serialize")]
    Claims,
    #[error("the library refused to sign")]
    Refused,
}

const BROKEN: KeyFault = KeyFault::Unusable;

impl OwnKey {
    /// Generates a key: 2048 bits for RSA (checklist 52). Returns PKCS #8.
    pub fn generate(kind: GeneratedKey) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        let der = match kind {
            GeneratedKey::Rsa2048 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| BROKEN)?;
                aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair)
                    .map_err(|_| BROKEN)?
                    .as_ref()
                    .to_vec()
            }
            GeneratedKey::P256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| BROKEN)?;
                pair.to_pkcs8v1().map_err(|_| BROKEN)?.as_ref().to_vec()
            }
            GeneratedKey::Ed25519 => {
                let pair = Ed25519KeyPair::generate().map_err(|_| BROKEN)?;
                pair.to_pkcs8v1().map_err(|_| BROKEN)?.as_ref().to_vec()
            }
        };
        Ok(Zeroizing::new(der))
    }

    /// Parses PKCS #8.
    #[expect(clippy::disallowed_methods, reason = "blinding and nonces of signatures are the library's own business")]
    pub fn parse(kid: &str, alg: SigningAlg, pkcs8: &[u8]) -> Result<Self, KeyFault> {
        let (public, private) = Self::halves(alg, pkcs8)?;
        Ok(Self { kid: kid.to_owned(), public, private, random: SystemRandom::new() })
    }

    /// The name of a new key: its thumbprint (RFC 7638), which is unique.
    pub fn name(alg: SigningAlg, pkcs8: &[u8]) -> Result<String, KeyFault> {
        Ok(Self::halves(alg, pkcs8)?.0.thumbprint())
    }

    fn halves(alg: SigningAlg, pkcs8: &[u8]) -> Result<(PublicKey, Private), KeyFault> {
        Ok(match alg {
            SigningAlg::RS256 | SigningAlg::PS256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| BROKEN)?;
                let n = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
                let e = pair.public_key().exponent().big_endian_without_leading_zero().to_vec();
                (PublicKey::Rsa { alg, n, e }, Private::Rsa(pair))
            }
            SigningAlg::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(|_| BROKEN)?;
                (PublicKey::P256 { point: pair.public_key().as_ref().to_vec() }, Private::P256(pair))
            }
            SigningAlg::EdDSA => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| BROKEN)?;
                (PublicKey::Ed25519 { x: pair.public_key().as_ref().to_vec() }, Private::Ed25519(pair))
            }
        })
    }

    /// The name that identifies it in tokens (`kid`).
    pub fn kid(&self) -> &str {
        &self.kid
    }
    /// The algorithm it signs with.
    pub fn alg(&self) -> SigningAlg {
        self.public.alg()
    }
    /// The published half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A signed JWT in compact form.
    pub fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, KeyFault> {
        let input = signing_input(self.alg(), typ, &self.kid, claims).map_err(|_| KeyFault::Claims)?;
        let failed = KeyFault::Refused;
        let signature = match &self.private {
            Private::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let scheme = if self.alg() == SigningAlg::PS256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(scheme, &self.random, input.as_bytes(), &mut signature).map_err(|_| failed)?;
                signature
            }
            Private::P256(pair) => pair.sign(&self.random, input.as_bytes()).map_err(|_| failed)?.as_ref().to_vec(),
            Private::Ed25519(pair) => pair.sign(input.as_bytes()).as_ref().to_vec(),
        };
        Ok(compact(input, &signature))
    }
}

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnKey({}, {:?})", self.kid, self.alg())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InvalidJwt, base64url, verify};
    use serde_json::{Value, json};

    #[test]
    fn checklist_52_77_every_algorithm_signs_and_verifies_and_nothing_else_passes() {
        for alg in SigningAlg::OFFERED {
            let pkcs8 = OwnKey::generate(alg.generated()).unwrap();
            let key = OwnKey::parse(&OwnKey::name(alg, &pkcs8).unwrap(), alg, &pkcs8).unwrap();
            if let PublicKey::Rsa { n, .. } = key.public() {
                assert_eq!(n.len() * 8, 2048);
            }
            let token = key.sign("JWT", &json!({"sub": "x"})).unwrap();
            let published = PublicKey::from_jwk(&key.public().jwk(key.kid())).unwrap();
            assert_eq!(&published, key.public());
            let keys = || [(key.kid(), &published)];
            assert_eq!(verify::<Value>(&token, "JWT", keys()).unwrap()["sub"], "x");
            assert_eq!(verify::<Value>(&token, "at+jwt", keys()), Err(InvalidJwt::WrongType));
            assert_eq!(verify::<Value>(&token, "JWT", [("other", &published)]), Err(InvalidJwt::UnknownKey));
            let (head, signature) = token.rsplit_once('.').unwrap();
            let forged = base64url(br#"{"alg":"none","typ":"JWT","kid":""}"#);
            let body = head.split_once('.').unwrap().1;
            assert!(verify::<Value>(&format!("{forged}.{body}."), "JWT", keys()).is_err());
            let changed = format!("{}.{}.{signature}", head.split_once('.').unwrap().0, base64url(br#"{"sub":"y"}"#));
            assert_eq!(verify::<Value>(&changed, "JWT", keys()), Err(InvalidJwt::BadSignature));
        }
    }
}
