//! JSON Web Signatures (RFC 7515) in compact form: the parts that need no private key.
use crate::{PublicKey, SigningAlg, base64url, from_base64url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The `typ` of an ID token, which differs from an access token's so that neither is accepted as the other
/// (RFC 8725 §3.11).
pub const TYP_ID_TOKEN: &str = "JWT";
/// RFC 9068 §2.1.
pub const TYP_ACCESS_TOKEN: &str = "at+jwt";

#[derive(Debug, Serialize, Deserialize)]
struct Header<'h> {
    alg: &'h str,
    #[serde(default)]
    typ: &'h str,
    #[serde(default)]
    kid: &'h str,
}

/// The bytes to sign: base64url(header) `.` base64url(claims).
pub(crate) fn signing_input<T: Serialize>(
    alg: SigningAlg,
    typ: &str,
    kid: &str,
    claims: &T,
) -> Result<String, serde_json::Error> {
    let header = serde_json::to_vec(&Header { alg: alg.as_str(), typ, kid })?;
    let claims = serde_json::to_vec(claims)?;
    Ok(format!("{}.{}", base64url(&header), base64url(&claims)))
}

/// The compact form of a signed input.
pub(crate) fn compact(mut signing_input: String, signature: &[u8]) -> String {
    signing_input.push('.');
    signing_input.push_str(&base64url(signature));
    signing_input
}

/// Why a token was not accepted.
#[expect(missing_docs, reason = "the messages say it")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJwt {
    #[error("not a compact JWS")]
    Malformed,
    #[error("signed with an unknown key")]
    UnknownKey,
    #[error("the algorithm is not that of the key")]
    WrongAlg,
    #[error("the type is not the expected one")]
    WrongType,
    #[error("the signature is wrong")]
    BadSignature,
}

/// The `kid` in the header of what looks like a JWT. Does not verify anything.
pub fn key_id(token: &str) -> Option<String> {
    let (header, _) = token.split_once('.')?;
    let bytes = from_base64url(header)?;
    let header: Header = serde_json::from_slice(&bytes).ok()?;
    Some(header.kid.to_owned())
}

/// Reads the claims of a JWT signed with one of `keys`. The algorithm is the key's, never the header's (RFC 8725 §3.1).
/// The caller checks expiry, issuer and audience.
pub fn verify<'k, T: DeserializeOwned>(
    token: &str,
    typ: &str,
    keys: impl IntoIterator<Item = (&'k str, &'k PublicKey)>,
) -> Result<T, InvalidJwt> {
    let (input, signature) = token.rsplit_once('.').ok_or(InvalidJwt::Malformed)?;
    let (header, claims) = input.split_once('.').ok_or(InvalidJwt::Malformed)?;
    let header = from_base64url(header).ok_or(InvalidJwt::Malformed)?;
    let signature = from_base64url(signature).ok_or(InvalidJwt::Malformed)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| InvalidJwt::Malformed)?;
    let (_, key) = keys.into_iter().find(|(kid, _)| *kid == header.kid).ok_or(InvalidJwt::UnknownKey)?;
    if header.alg != key.alg().as_str() {
        return Err(InvalidJwt::WrongAlg);
    }
    if !header.typ.eq_ignore_ascii_case(typ) {
        return Err(InvalidJwt::WrongType);
    }
    if !key.verifies(input.as_bytes(), &signature) {
        return Err(InvalidJwt::BadSignature);
    }
    let claims = from_base64url(claims).ok_or(InvalidJwt::Malformed)?;
    serde_json::from_slice(&claims).map_err(|_| InvalidJwt::Malformed)
}
