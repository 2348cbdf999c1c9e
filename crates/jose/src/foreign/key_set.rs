//! Someone else's JWK set (RFC 7517 §5).
use super::{AcceptedAlg, ForeignKey};
use serde_json::Value;

/// More keys than anyone needs, even while rotating several algorithms.
const MAX_KEYS: usize = 100;

/// The keys of a set that can verify signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    kid: Option<String>,
    /// The only algorithm the key is intended for, if specified.
    alg: Option<AcceptedAlg>,
    key: ForeignKey,
}

/// Why a document is not a JWK set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum InvalidKeySet {
    #[error("`keys` is not an array of objects")]
    Malformed,
    #[error("a key set has at most 100 keys")]
    TooMany,
    #[error("no key of the set can verify a signature")]
    NoneUsable,
}

/// Whether a key may verify signatures: it is for signing, with a known algorithm.
fn is_for_signatures(jwk: &Value) -> bool {
    let used = jwk.get("use").is_none_or(|used| used == "sig");
    let operations =
        jwk.get("key_ops").is_none_or(|all| all.as_array().is_some_and(|a| a.iter().any(|o| o == "verify")));
    let known = jwk.get("alg").is_none_or(|alg| alg.as_str().and_then(AcceptedAlg::parse).is_some());
    used && operations && known
}

impl KeySet {
    /// Reads a set. Keys of other kinds and for other uses are skipped (RFC 7517 §5).
    pub fn from_json(set: &Value) -> Result<Self, InvalidKeySet> {
        let keys = set.get("keys").and_then(Value::as_array).ok_or(InvalidKeySet::Malformed)?;
        if keys.len() > MAX_KEYS {
            return Err(InvalidKeySet::TooMany);
        }
        if keys.iter().any(|key| !key.is_object()) {
            return Err(InvalidKeySet::Malformed);
        }
        let text = |jwk: &Value, name: &str| jwk.get(name).and_then(Value::as_str).map(str::to_owned);
        let usable = keys.iter().filter(|jwk| is_for_signatures(jwk)).filter_map(|jwk| {
            let key = ForeignKey::from_jwk(jwk).ok()?;
            let alg = text(jwk, "alg").as_deref().and_then(AcceptedAlg::parse);
            alg.is_none_or(|alg| key.signs_with(alg)).then(|| Named { kid: text(jwk, "kid"), alg, key })
        });
        let keys: Vec<_> = usable.collect();
        if keys.is_empty() { Err(InvalidKeySet::NoneUsable) } else { Ok(Self { keys }) }
    }

    /// The keys that can have made a signature with this algorithm; without a `kid`, any of them.
    pub(crate) fn candidates(&self, kid: Option<&str>, alg: AcceptedAlg) -> impl Iterator<Item = &ForeignKey> {
        let named = move |key: &&Named| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid));
        let fits = move |key: &&Named| key.key.signs_with(alg) && key.alg.is_none_or(|only| only == alg);
        self.keys.iter().filter(named).filter(fits).map(|key| &key.key)
    }

    /// Whether it has a key with this id.
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// Whether one of its keys may sign with this algorithm.
    pub fn signs_with(&self, alg: AcceptedAlg) -> bool {
        self.candidates(None, alg).next().is_some()
    }

    /// The keys themselves, with their ids.
    pub fn keys(&self) -> impl Iterator<Item = (Option<&str>, &ForeignKey)> {
        self.keys.iter().map(|key| (key.kid.as_deref(), &key.key))
    }
}
