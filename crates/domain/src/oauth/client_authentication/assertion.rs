//! Client assertions (RFC 7523 §3, OpenID Connect Core §9): the rules for a JWT with which a client authenticates.
use crate::clients::keys::ClientKeys;
use crate::oauth::client_authentication::ClientRefusal as R;
use crate::{ClientId, Timestamp};
use jose::foreign::{AcceptedAlg, InvalidForeignJwt as Invalid, KeySet, Policy, Unverified, verify};
use serde::Deserialize;
use serde_json::{Value, json};

/// The `client_assertion_type` of a JWT (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How many seconds a client's clock may be ahead (FAPI 2.0 §5.3.2.1).
const AHEAD: i64 = 10;
/// The longest accepted time until `exp`, in seconds. Some libraries choose an hour.
const MAX_LIFETIME: i64 = 60 * 60;
/// How many seconds longer a `jti` is kept, for nodes whose clocks differ.
const MARGIN: i64 = 60;
/// Maximum number of characters of a `jti`.
const MAX_JTI: usize = 255;

/// What the server expects of an assertion.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'r> {
    /// The issuer, which is always accepted as an audience.
    pub issuer: &'r str,
    /// The URL of the token endpoint, if it is accepted as an audience, too.
    pub token_endpoint: Option<&'r str>,
    /// The server's time.
    pub now: Timestamp,
}

impl Expected<'_> {
    /// The accepted audiences.
    fn audience(&self) -> impl Iterator<Item = &str> {
        [self.issuer].into_iter().chain(self.token_endpoint)
    }
}

/// An assertion that was verified. It is valid once: its `jti` has to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Its id, unique for the client: 1 to 255 characters.
    pub jti: String,
    /// Until when the `jti` has to be remembered.
    pub remember_until: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<Value>,
    jti: Option<Value>,
    exp: f64,
}

fn refusal(invalid: Invalid) -> R {
    match invalid {
        Invalid::Malformed => R::AssertionMalformed,
        Invalid::Algorithm => R::AssertionAlgorithm,
        Invalid::Type => R::AssertionTyp,
        Invalid::Critical => R::AssertionCritical,
        Invalid::UnknownKey => R::AssertionKeyUnknown,
        Invalid::Signature => R::AssertionSignature,
        Invalid::Issuer => R::AssertionIssuer,
        Invalid::Audience => R::AssertionAudience,
        Invalid::WithoutExpiry => R::AssertionWithoutExpiry,
        Invalid::Expired => R::AssertionExpired,
        Invalid::TooLong => R::AssertionTooLong,
        Invalid::NotYet => R::AssertionNotYet,
    }
}

/// The client that an assertion names as its subject, before anything is verified.
pub fn subject(assertion: &str) -> Option<ClientId> {
    ClientId::parse(Unverified::read(assertion)?.claim("sub")?.as_str()?).ok()
}

/// The client of an assertion, before anything is verified: the one that `client_id` names, if it was sent. Issuer and
/// subject must be this client (RFC 7523 §3).
pub fn client(assertion: &str, client_id: Option<&str>) -> Result<ClientId, R> {
    let read = Unverified::read(assertion).ok_or(R::AssertionMalformed)?;
    let text = |name: &str| read.claim(name).and_then(Value::as_str);
    let sub = text("sub").ok_or(R::AssertionSubject)?;
    if client_id.is_some_and(|named| named != sub) {
        return Err(R::AssertionSubject);
    }
    if text("iss") != Some(sub) {
        return Err(R::AssertionIssuer);
    }
    ClientId::parse(sub).map_err(|_| R::Unknown)
}

/// The id of the key that an assertion says it was signed with.
pub fn key_id(assertion: &str) -> Option<String> {
    Some(Unverified::read(assertion)?.header("kid")?.as_str()?.to_owned())
}

/// Verifies an assertion of the client with `keys`. `registered` is what the client registered about them.
pub fn check(
    assertion: &str,
    client: &ClientId,
    registered: &ClientKeys,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<Assertion, R> {
    let only = registered.alg.map(|alg| [alg]);
    let audience: Vec<_> = expected.audience().collect();
    let policy = Policy {
        algs: only.as_ref().map_or(&AcceptedAlg::KNOWN[..], |only| &only[..]),
        types: &["", "JWT", "client-authentication+jwt"],
        issuer: client.as_str(),
        audience: &audience,
        now: expected.now.seconds(),
        ahead: AHEAD,
        max_lifetime: MAX_LIFETIME,
    };
    let claims: Claims = verify(assertion, keys, &policy).map_err(refusal)?;
    if claims.sub.as_ref().and_then(Value::as_str) != Some(client.as_str()) {
        return Err(R::AssertionSubject);
    }
    let jti = claims.jti.as_ref().and_then(Value::as_str).unwrap_or_default();
    if jti.is_empty() || jti.chars().count() > MAX_JTI || jti.chars().any(char::is_control) {
        return Err(R::AssertionJti);
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most an hour after now")]
    let exp = claims.exp.ceil() as i64;
    Ok(Assertion { jti: jti.to_owned(), remember_until: Timestamp::from_seconds(exp).plus(MARGIN) })
}

/// What the developer of the client needs to see of a refused assertion: what came, and what was expected. Never the
/// signature.
pub fn facts(assertion: &str, registered: &ClientKeys, why: R, expected: &Expected<'_>) -> Value {
    let Some(read) = Unverified::read(assertion) else { return json!({}) };
    let claim = |name: &str| cut(read.claim(name));
    let header = |name: &str| cut(read.header(name));
    match why {
        R::AssertionAudience => {
            json!({"aud": claim("aud"), "expected_aud": expected.audience().collect::<Vec<_>>().join(", ")})
        }
        R::AssertionIssuer | R::AssertionSubject => json!({"iss": claim("iss"), "sub": claim("sub")}),
        R::AssertionExpired | R::AssertionTooLong | R::AssertionWithoutExpiry => {
            json!({"exp": claim("exp"), "server_time": expected.now.seconds()})
        }
        R::AssertionNotYet => {
            json!({"iat": claim("iat"), "nbf": claim("nbf"), "server_time": expected.now.seconds()})
        }
        R::AssertionJti | R::AssertionReplayed => json!({"jti": claim("jti")}),
        R::AssertionAlgorithm => {
            let accepted = AcceptedAlg::KNOWN.into_iter().filter(|alg| registered.alg.is_none_or(|only| only == *alg));
            let accepted: Vec<_> = accepted.map(AcceptedAlg::as_str).collect();
            json!({"alg": header("alg"), "expected_alg": accepted.join(", ")})
        }
        R::AssertionTyp => json!({"typ": header("typ")}),
        R::AssertionCritical => json!({"crit": header("crit")}),
        R::AssertionKeyUnknown | R::AssertionSignature => {
            let known: Vec<_> = registered.views().into_iter().filter_map(|key| key.kid).take(MAX_NAMED).collect();
            let known = if known.is_empty() { Value::Null } else { cut(Some(&known.join(", ").into())) };
            json!({"kid": header("kid"), "alg": header("alg"), "registered_kids": known, "jwks_uri": registered.jwks_uri})
        }
        R::KeysUnreachable | R::KeysInvalid => json!({"jwks_uri": registered.jwks_uri}),
        _ => json!({}),
    }
}

/// Maximum number of key ids that are listed.
const MAX_NAMED: usize = 20;
/// Maximum number of characters of a value.
const MAX_VALUE: usize = 200;

/// A value of the token, short enough to be recorded.
fn cut(value: Option<&Value>) -> Value {
    let short = |text: &str| text.chars().take(MAX_VALUE).collect::<String>();
    match value {
        None | Some(Value::Null) => Value::Null,
        Some(Value::String(text)) => short(text).into(),
        Some(Value::Number(number)) => number.clone().into(),
        Some(other) => short(&other.to_string()).into(),
    }
}

#[cfg(test)]
#[path = "assertion_tests.rs"]
mod tests;
