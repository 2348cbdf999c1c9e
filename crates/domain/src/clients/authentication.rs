//! The client authentication methods as a table (RFC 7591 §2). Discovery, registration and the token-like endpoints read
//! what is supported from here.
use jose::foreign::AcceptedAlg;
use serde::{Deserialize, Serialize};

/// Whether the client can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// The client runs on a server and can keep a secret or a private key.
    Confidential,
    /// The client runs on a user's device or in a browser. It cannot keep a secret.
    Public,
}

impl ClientType {
    /// The value in the database, in logs and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }
}

/// How the client authenticates at the token endpoint (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// No authentication: public clients only.
    None,
    /// The secret in the `Authorization: Basic` header (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// The secret in the request body (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// An assertion signed with the client's private key (RFC 7523 §2.2).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// The value of `token_endpoint_auth_method` (RFC 7591 §2).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
    /// Any method that a client may be stored with, even if it is not enabled.
    pub fn parse(text: &str) -> Option<Self> {
        CLIENT_AUTHENTICATION.iter().map(|row| row.method).find(|method| method.as_str() == text)
    }
}

/// The part of a request that proves which client sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofSource {
    /// The client only names itself.
    Nothing,
    /// `Authorization: Basic`.
    BasicHeader,
    /// `client_secret` in the body.
    BodySecret,
    /// `client_assertion` in the body (RFC 7521 §4.2).
    Assertion,
}

/// A client authentication method.
#[derive(Debug, Clone, Copy)]
pub struct ClientMethodRow {
    /// The method that the other fields describe.
    pub method: AuthMethod,
    /// The type of a client that registers the method.
    pub client_type: ClientType,
    /// Where the proof is in a request.
    pub source: ProofSource,
    /// The algorithms of a signed proof; empty if the proof is not signed.
    pub algs: &'static [AcceptedAlg],
    /// What a client that did not name its method may use instead (`any_secret_method`).
    pub also_accepts: &'static [AuthMethod],
    /// Whether discovery lists the method, clients may register it and requests may use it.
    pub enabled: bool,
}

/// All methods, in the order in which discovery lists them.
pub static CLIENT_AUTHENTICATION: [ClientMethodRow; 4] = [
    ClientMethodRow {
        method: AuthMethod::None,
        client_type: ClientType::Public,
        source: ProofSource::Nothing,
        algs: &[],
        also_accepts: &[],
        enabled: true,
    },
    ClientMethodRow {
        method: AuthMethod::ClientSecretBasic,
        client_type: ClientType::Confidential,
        source: ProofSource::BasicHeader,
        algs: &[],
        also_accepts: &[AuthMethod::ClientSecretPost],
        enabled: true,
    },
    ClientMethodRow {
        method: AuthMethod::ClientSecretPost,
        client_type: ClientType::Confidential,
        source: ProofSource::BodySecret,
        algs: &[],
        also_accepts: &[AuthMethod::ClientSecretBasic],
        enabled: true,
    },
    ClientMethodRow {
        method: AuthMethod::PrivateKeyJwt,
        client_type: ClientType::Confidential,
        source: ProofSource::Assertion,
        algs: &AcceptedAlg::KNOWN,
        also_accepts: &[],
        enabled: true,
    },
];

/// The methods that clients can register and use.
pub fn enabled_methods() -> impl Iterator<Item = &'static ClientMethodRow> {
    CLIENT_AUTHENTICATION.iter().filter(|row| row.enabled)
}

/// The row of a method that a client wants to register; `None` if the method is unknown or not enabled.
pub fn registrable_method(name: &str) -> Option<&'static ClientMethodRow> {
    enabled_methods().find(|row| row.method.as_str() == name)
}

/// Whether a client that did not name its method, and is registered for one of the two, may use the other.
pub(super) fn are_alternatives(registered: AuthMethod, used: AuthMethod) -> bool {
    CLIENT_AUTHENTICATION.iter().any(|row| row.method == registered && row.also_accepts.contains(&used))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_4_each_method_has_one_row_under_the_name_of_its_registration() {
        let names: Vec<_> = CLIENT_AUTHENTICATION.iter().map(|row| row.method.as_str()).collect();
        assert_eq!(names, ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]);
        for row in &CLIENT_AUTHENTICATION {
            assert_eq!(AuthMethod::parse(row.method.as_str()), Some(row.method));
            let name = serde_json::to_value(row.method).unwrap();
            assert_eq!(name, row.method.as_str(), "stored under the same name");
            let same = CLIENT_AUTHENTICATION.iter().filter(|other| other.source == row.source).count();
            assert_eq!(same, 1, "a request shows which method it uses");
        }
        assert_eq!(AuthMethod::parse("tls_client_auth"), None);
    }

    #[test]
    fn point_4_only_an_enabled_method_can_be_registered() {
        let row = registrable_method("none").unwrap();
        assert_eq!((row.method, row.client_type), (AuthMethod::None, ClientType::Public));
        let row = registrable_method("private_key_jwt").unwrap();
        assert_eq!((row.client_type, row.algs), (ClientType::Confidential, &AcceptedAlg::KNOWN[..]));
        assert!(registrable_method("client_secret_jwt").is_none());
    }

    #[test]
    fn point_4_secrets_may_come_in_header_and_body_and_nothing_replaces_a_secret() {
        use AuthMethod::{ClientSecretBasic, ClientSecretPost, None, PrivateKeyJwt};
        assert!(are_alternatives(ClientSecretBasic, ClientSecretPost));
        assert!(are_alternatives(ClientSecretPost, ClientSecretBasic));
        for method in [None, ClientSecretBasic, ClientSecretPost, PrivateKeyJwt] {
            assert!(!are_alternatives(method, None) && !are_alternatives(None, method));
            assert!(!are_alternatives(method, PrivateKeyJwt) && !are_alternatives(PrivateKeyJwt, method));
        }
    }
}
