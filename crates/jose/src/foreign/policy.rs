//! Verifies someone else's token against a policy (RFC 7519 §7.2, RFC 8725).
use super::{AcceptedAlg, KeySet};
use crate::from_base64url;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Longer tokens are refused unread.
const MAX_LENGTH: usize = 16 * 1024;

/// The requirements for a token.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'p> {
    /// The accepted algorithms.
    pub algs: &'p [AcceptedAlg],
    /// The accepted values of `typ`, ignoring case. An empty one also accepts a token without `typ`.
    pub types: &'p [&'p str],
    /// `iss`.
    pub issuer: &'p str,
    /// `aud` must be one of these, and nothing else: a text, or an array with this one value. A token for several
    /// audiences could be used by one of them at the others (RFC 7523bis §4).
    pub audience: &'p [&'p str],
    /// In seconds since 1970.
    pub now: i64,
    /// How many seconds the other clock may be ahead: for `iat` and `nbf`.
    pub ahead: i64,
    /// The longest accepted time until `exp`, in seconds.
    pub max_lifetime: i64,
}

/// Why someone else's token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum InvalidForeignJwt {
    #[error("not a JWT")]
    Malformed,
    #[error("the algorithm is not accepted")]
    Algorithm,
    #[error("the type is not accepted")]
    Type,
    #[error("a critical header is not understood")]
    Critical,
    #[error("no key of the set can have signed it")]
    UnknownKey,
    #[error("the signature is wrong")]
    Signature,
    #[error("the issuer is another")]
    Issuer,
    #[error("it is for another audience")]
    Audience,
    #[error("it does not say when it expires")]
    WithoutExpiry,
    #[error("it has expired")]
    Expired,
    #[error("it lives too long")]
    TooLong,
    #[error("it is not valid yet")]
    NotYet,
}

fn object(part: &str) -> Option<Map<String, Value>> {
    match serde_json::from_slice(&from_base64url(part)?).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// What a token says of itself, before anything is verified: for finding the keys, and for saying why it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Unverified {
    /// Reads header and claims; `None` if the token is malformed.
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.').filter(|_| token.len() <= MAX_LENGTH);
        Some(Self { header: object(parts.next()?)?, claims: object(parts.next()?)? })
    }

    /// A member of the header.
    pub fn header(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    /// A claim.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }
}

/// Reads the claims of a token that was signed with a key in `keys` and satisfies `policy`.
pub fn verify<T: DeserializeOwned>(token: &str, keys: &KeySet, policy: &Policy<'_>) -> Result<T, InvalidForeignJwt> {
    use InvalidForeignJwt as E;
    if token.len() > MAX_LENGTH {
        return Err(E::Malformed);
    }
    let (input, signature) = token.rsplit_once('.').ok_or(E::Malformed)?;
    let (header, claims) = input.split_once('.').ok_or(E::Malformed)?;
    let header = object(header).ok_or(E::Malformed)?;
    let text = |name: &str| match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(E::Malformed),
    };
    // RFC 7515 §4.1.11: an extension that must be understood; we support none.
    if header.contains_key("crit") {
        return Err(E::Critical);
    }
    let alg = text("alg")?.and_then(AcceptedAlg::parse).filter(|alg| policy.algs.contains(alg)).ok_or(E::Algorithm)?;
    let typ = text("typ")?.unwrap_or_default();
    let typ = typ.get(..12).filter(|start| start.eq_ignore_ascii_case("application/")).map_or(typ, |_| &typ[12..]);
    if !policy.types.iter().any(|accepted| accepted.eq_ignore_ascii_case(typ)) {
        return Err(E::Type);
    }
    let signature = from_base64url(signature).ok_or(E::Malformed)?;
    let mut candidates = keys.candidates(text("kid")?, alg).peekable();
    if candidates.peek().is_none() {
        return Err(E::UnknownKey);
    }
    if !candidates.any(|key| key.verifies(alg, input.as_bytes(), &signature)) {
        return Err(E::Signature);
    }
    let claims = object(claims).ok_or(E::Malformed)?;
    check(&claims, policy)?;
    serde_json::from_value(Value::Object(claims)).map_err(|_| E::Malformed)
}

/// Checks the claims that every policy covers.
fn check(claims: &Map<String, Value>, policy: &Policy<'_>) -> Result<(), InvalidForeignJwt> {
    use InvalidForeignJwt as E;
    if claims.get("iss").and_then(Value::as_str) != Some(policy.issuer) {
        return Err(E::Issuer);
    }
    let is_for_us = |one: &Value| one.as_str().is_some_and(|one| policy.audience.contains(&one));
    let audience = match claims.get("aud") {
        Some(Value::Array(all)) => matches!(&all[..], [only] if is_for_us(only)),
        Some(one) => is_for_us(one),
        None => false,
    };
    if !audience {
        return Err(E::Audience);
    }
    // NumericDate (RFC 7519 §2): seconds, possibly with a fraction.
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().filter(|time| time.is_finite()).map(Some).ok_or(E::Malformed),
    };
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
    let (now, ahead, longest) = (policy.now as f64, policy.ahead as f64, policy.max_lifetime as f64);
    let expires = time("exp")?.ok_or(E::WithoutExpiry)?;
    if expires <= now {
        return Err(E::Expired);
    }
    if expires > now + longest + ahead {
        return Err(E::TooLong);
    }
    if time("nbf")?.into_iter().chain(time("iat")?).any(|from| from > now + ahead) {
        return Err(E::NotYet);
    }
    Ok(())
}
