//! The keys that a client registers for its assertions.
use super::keys::{AcceptedAlg, ClientKeys, JWKS, JWKS_URI, SIGNING_ALG};
use super::reader::{MetadataFault, MetadataRefusal as R, Reader};
use super::terms::{Dropped, Terms};
use crate::clients::authentication::AuthMethod;
use crate::platform::outbound::Target;
use jose::foreign::{ForeignKey, KeySet, UnusableKey};
use serde_json::Value;

const MEMBERS: [&str; 3] = [JWKS, JWKS_URI, SIGNING_ALG];

/// Maximum length of `jwks_uri`.
const MAX_URI: usize = 2048;

/// Maximum length of `jwks` as JSON.
const MAX_JWKS: usize = 16 * 1024;

/// Reads and checks the keys of a client with this authentication method. Keys that the method does not use are
/// dropped, or refused if people manage the client.
///
/// What a change does not name stays as it was `before`, unless the change replaces it: keys by value if a URL is named, and the
/// reverse; all of them if the method no longer uses keys.
pub(super) fn read(
    json: &Reader<'_>,
    before: Option<&ClientKeys>,
    method: AuthMethod,
    terms: &Terms<'_>,
    dropped: &mut Dropped,
) -> Result<ClientKeys, MetadataFault> {
    let is_sent = |name: &&str| json.present(name).is_some_and(|value| value != "");
    // Types and lengths are checked even if nothing uses the value, as for every other member.
    let set = json.present(JWKS).filter(|value| *value != "");
    if set.is_some_and(|set| !is_set(set)) {
        return Err(R::KeysMalformed.of(JWKS));
    }
    let (url, alg) = (json.text(JWKS_URI)?, json.text(SIGNING_ALG)?);
    if url.is_some_and(|url| url.chars().count() > MAX_URI) {
        return Err(R::KeysUri.of(JWKS_URI));
    }
    if method != AuthMethod::PrivateKeyJwt {
        return match MEMBERS.into_iter().find(is_sent) {
            Some(unused) if !terms.narrow => Err(R::KeysUnused.of(unused)),
            _ => {
                MEMBERS.iter().filter(|name| is_sent(name)).for_each(|name| dropped.note(name));
                Ok(ClientKeys::default())
            }
        };
    }
    let kept = |name: &str, instead: &str| before.filter(|_| !json.has(name) && json.present(instead).is_none());
    let set = set.or_else(|| kept(JWKS, JWKS_URI)?.jwks.as_ref());
    let url = url.or_else(|| kept(JWKS_URI, JWKS)?.jwks_uri.as_deref());
    let alg = alg.or_else(|| before.filter(|_| !json.has(SIGNING_ALG))?.alg.map(AcceptedAlg::as_str));
    let alg = alg.map(|text| AcceptedAlg::parse(text).ok_or_else(|| R::AuthAlg.of(SIGNING_ALG))).transpose()?;
    match (set, url) {
        (Some(_), Some(_)) => Err(R::KeysTwice.of(JWKS_URI)),
        (None, None) => Err(R::KeysMissing.of(JWKS)),
        (Some(set), None) => {
            let keys = check_set(set).map_err(|why| why.of(JWKS))?;
            if alg.is_some_and(|alg| !keys.signs_with(alg)) {
                return Err(R::KeysUnusable.of(SIGNING_ALG));
            }
            Ok(ClientKeys { jwks: Some(set.clone()), jwks_uri: None, alg })
        }
        (None, Some(url)) => {
            Target::parse(url, terms.reach).map_err(|_| R::KeysUri.of(JWKS_URI))?;
            Ok(ClientKeys { jwks: None, jwks_uri: Some(url.to_owned()), alg })
        }
    }
}

/// Whether this has the form of a JWK set (RFC 7517 §5).
fn is_set(value: &Value) -> bool {
    value.get("keys").and_then(Value::as_array).is_some_and(|keys| keys.iter().all(Value::is_object))
}

/// Checks every key of a set: one that must not be there refuses the set. Keys of other kinds and for other uses are
/// allowed, if there is one that can be used.
fn check_set(set: &Value) -> Result<KeySet, R> {
    if set.to_string().len() > MAX_JWKS {
        return Err(R::TooMany);
    }
    let keys = set.get("keys").and_then(Value::as_array).ok_or(R::KeysMalformed)?;
    for key in keys {
        if key["kty"] == "oct" {
            return Err(R::KeyPrivate);
        }
        match ForeignKey::from_jwk(key) {
            Ok(_) | Err(UnusableKey::Unsupported) => {}
            Err(UnusableKey::Private) => return Err(R::KeyPrivate),
            Err(UnusableKey::Weak) => return Err(R::KeyWeak),
            Err(UnusableKey::Malformed | UnusableKey::NotOnCurve) => return Err(R::KeysMalformed),
        }
    }
    KeySet::from_json(set).map_err(|_| R::KeysUnusable)
}

#[cfg(test)]
#[path = "key_registration_tests.rs"]
mod tests;
