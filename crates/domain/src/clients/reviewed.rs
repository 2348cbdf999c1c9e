//! The stored facts that a review covers.
use crate::ScopeSet;
use crate::clients::keys::{self, ClientKeys};
use serde::{Deserialize, Serialize};

/// The facts of a client that a review covers. Any new means of identifying a client belongs here too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// The display name.
    pub name: String,
    /// `confidential` or `public`.
    pub client_type: String,
    /// The name of the authentication method (RFC 7591 §2).
    pub auth_method: String,
    /// Whether the client may use either method that takes a secret.
    #[serde(default)]
    pub any_secret_method: bool,
    /// The keys it signs its assertions with, or where they are.
    #[serde(default, skip_serializing_if = "ClientKeys::is_none")]
    pub keys: ClientKeys,
    /// Where its responses may go.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where the browser may go after signing out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Its home page.
    #[serde(default)]
    pub client_uri: Option<String>,
    /// Its logo. The review covers the URL, not the picture.
    #[serde(default)]
    pub logo_uri: Option<String>,
    /// Its terms of service.
    #[serde(default)]
    pub tos_uri: Option<String>,
    /// Its privacy policy.
    #[serde(default)]
    pub policy_uri: Option<String>,
    /// The scopes it may request.
    #[serde(default)]
    pub scopes: ScopeSet,
}

/// A fact that differs from what was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The metadata member.
    pub member: &'static str,
    /// The reviewed lines that are missing now; empty if the fact was not set.
    pub was: Vec<String>,
    /// The lines now; empty if the fact is not set any more.
    pub is: Vec<String>,
}

impl Reviewed {
    /// The facts by member name, each as lines to display.
    pub(crate) fn lines(&self) -> [(&'static str, Vec<String>); 13] {
        let one = |text: &Option<String>| text.iter().cloned().collect();
        // The order of a list is irrelevant.
        let list = |items: &[String]| {
            let mut items = items.to_vec();
            items.sort_unstable();
            items.dedup();
            items
        };
        let scopes: Vec<_> = self.scopes.iter().map(str::to_owned).collect();
        let either = if self.any_secret_method { "client_secret_basic, client_secret_post" } else { "" };
        let method = if either.is_empty() { self.auth_method.as_str() } else { either };
        [
            ("client_name", vec![self.name.clone()]),
            ("client_type", vec![self.client_type.clone()]),
            ("token_endpoint_auth_method", vec![method.to_owned()]),
            (keys::JWKS, self.keys.lines()),
            (keys::JWKS_URI, one(&self.keys.jwks_uri)),
            (keys::SIGNING_ALG, self.keys.alg.iter().map(|alg| alg.as_str().to_owned()).collect()),
            ("redirect_uris", list(&self.redirect_uris)),
            ("post_logout_redirect_uris", list(&self.post_logout_redirect_uris)),
            ("client_uri", one(&self.client_uri)),
            ("logo_uri", one(&self.logo_uri)),
            ("tos_uri", one(&self.tos_uri)),
            ("policy_uri", one(&self.policy_uri)),
            ("scope", list(&scopes)),
        ]
    }
}
