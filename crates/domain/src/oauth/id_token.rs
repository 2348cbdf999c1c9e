//! ID tokens (OpenID Connect Core §2).
use crate::account::PersonProof;
use crate::grants::claims::{ClaimsRequest, Subject};
use crate::platform::encoding::base64url;
use crate::platform::scope::ScopeSet;
use crate::{ClientId, SessionId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The content of an ID token.
#[derive(Debug)]
pub struct IdToken<'t> {
    /// The claim `iss`.
    pub issuer: &'t str,
    /// The claim `aud`: an ID token is only for the client that requested it.
    pub client_id: &'t ClientId,
    /// The claim `iat`.
    pub issued_at: Timestamp,
    /// The claim `exp`.
    pub expires_at: Timestamp,
    /// How the user was authenticated; `None` if the authorization came from a personal access token.
    pub proof: Option<&'t PersonProof>,
    /// As sent in the authorization request; `None` if there was none, or on refresh.
    pub nonce: Option<&'t str>,
    /// The claim `sid`; `None` if the authorization came from a personal access token.
    pub session_id: Option<SessionId>,
    /// The access token issued with it, for `at_hash`.
    pub access_token: &'t str,
    /// The user, and the workspace in which they use the client.
    pub subject: Subject<'t>,
    /// The scopes of the access token.
    pub scopes: &'t ScopeSet,
    /// The claims requested by name and allowed.
    pub claims: &'t ClaimsRequest,
    /// Whether it includes the claims of the scopes.
    pub with_scopes: bool,
}

/// The left half of the SHA-256 of the access token (OpenID Connect Core §3.1.3.6). EdDSA with Ed25519 hashes with
/// SHA-512 itself, and so does its `at_hash`.
fn at_hash(access_token: &str, sha512: bool) -> String {
    use aws_lc_rs::digest::{SHA256, SHA512, digest};
    let hash = digest(if sha512 { &SHA512 } else { &SHA256 }, access_token.as_bytes());
    base64url(&hash.as_ref()[..hash.as_ref().len() / 2])
}

impl IdToken<'_> {
    /// The claims to sign; `sha512` if the signature algorithm uses that hash.
    pub fn claims(&self, sha512: bool) -> Map<String, Value> {
        let mut claims = self.subject.id_token(self.scopes, self.claims, self.with_scopes);
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", self.issuer.into());
        put("aud", self.client_id.as_str().into());
        put("exp", self.expires_at.seconds().into());
        put("iat", self.issued_at.seconds().into());
        put("at_hash", at_hash(self.access_token, sha512).into());
        if let Some(proof) = self.proof {
            put("auth_time", proof.at.seconds().into());
            put("amr", proof.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().into());
            if let Some(acr) = proof.level.acr() {
                put("acr", acr.into());
            }
        }
        if let Some(nonce) = self.nonce {
            put("nonce", nonce.into());
        }
        if let Some(session) = self.session_id {
            put("sid", session.to_string().into());
        }
        claims
    }
}

/// The content of an `id_token_hint`: one of our ID tokens, expired or not (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Hint {
    /// The issuer, which must be this server.
    pub iss: String,
    /// The user, or the workspace in old ID tokens of workspace grants.
    pub sub: String,
    /// The client that the token was issued to.
    pub aud: String,
    /// The session in which it was issued; `None` if there was none.
    #[serde(default)]
    pub sid: Option<SessionId>,
    /// The workspace in which the user used the client.
    #[serde(default)]
    pub tenant_id: Option<WorkspaceId>,
}
