//! The keys that a client signs its assertions with (`private_key_jwt`, RFC 7523), as it registers them.
pub use jose::foreign::AcceptedAlg;
use jose::foreign::{ForeignKey, KeySet};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The members of RFC 7591 §2 and OpenID Connect Registration §2.
pub const JWKS: &str = "jwks";
/// The URL of the client's public keys.
pub const JWKS_URI: &str = "jwks_uri";
/// The only algorithm that the client's assertions may be signed with.
pub const SIGNING_ALG: &str = "token_endpoint_auth_signing_alg";

/// Where a client's public keys are, and which algorithm it uses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientKeys {
    /// The keys themselves, as they were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// The URL that publishes the keys. They are fetched when they are needed, and cached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The only algorithm that the client's assertions may be signed with, if it named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<AcceptedAlg>,
}

/// A key for people to recognise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    /// The id that the client gave the key, if any.
    pub kid: Option<String>,
    /// RFC 7638.
    pub thumbprint: String,
    /// `RSA 2048`, `P-256` …
    pub kind: String,
}

impl ClientKeys {
    /// Whether the client registered no keys, no URL and no algorithm.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The keys that are registered by value and can be used; empty if they are at `jwks_uri`.
    pub fn views(&self) -> Vec<KeyView> {
        let set = self.jwks.as_ref().and_then(|set| KeySet::from_json(set).ok());
        let view = |(kid, key): (Option<&str>, &ForeignKey)| KeyView {
            kid: kid.map(str::to_owned),
            thumbprint: key.thumbprint(),
            kind: key.kind(),
        };
        set.iter().flat_map(KeySet::keys).map(view).collect()
    }

    /// The keys by value, one line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |key: KeyView| format!("{} ({})", key.thumbprint, key.kind);
        let mut lines: Vec<_> = self.views().into_iter().map(line).collect();
        lines.sort_unstable();
        lines
    }
}
