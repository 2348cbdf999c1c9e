//! A request to a token-like endpoint: everything that can prove who sends it.
use crate::oauth::endpoint::Endpoint;
use crate::platform::params::RawParams;
use std::fmt;

/// A request as it was sent. It is built in one place, so that a new kind of proof needs no further argument anywhere.
#[derive(Clone, Copy)]
pub struct Presented<'r> {
    /// The endpoint that was called.
    pub endpoint: Endpoint,
    /// The HTTP method, as in the `htm` of RFC 9449 §4.2.
    pub method: &'r str,
    /// The URL that the client requested, without its query (as in the `htu` of RFC 9449 §4.2).
    pub url: &'r str,
    /// The `Authorization` header; `None` if it is missing or not visible ASCII.
    pub authorization: Option<&'r str>,
    /// The `DPoP` header (RFC 9449 §4.1), not verified.
    pub dpop: Option<&'r str>,
    /// The client's TLS certificate in DER; `None` if the client sent none or the TLS connection ends elsewhere.
    pub certificate: Option<&'r [u8]>,
    /// The query string. Secrets are refused there.
    pub query: &'r RawParams,
    /// The parameters in the body, which has been read.
    pub body: &'r RawParams,
}

impl<'r> Presented<'r> {
    /// The token in the `Authorization` header.
    pub fn bearer(&self) -> Option<&'r str> {
        bearer(self.authorization)
    }
}

/// The token of `Authorization: Bearer …`; the scheme's case does not matter (RFC 9110 §11.1, checklist 86).
pub fn bearer(authorization: Option<&str>) -> Option<&str> {
    let (scheme, token) = authorization.map(|header| header.split_once(' ').unwrap_or((header, "")))?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Without the credentials.
impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, method, url, .. } = self;
        write!(f, "Presented({method} {url}, {endpoint:?})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checklist_86_the_scheme_of_a_bearer_has_no_case() {
        assert_eq!(bearer(Some("bEaReR  x ")), Some("x"));
        assert_eq!(bearer(Some("Bearer")), Some(""));
        for other in [None, Some("Basic x"), Some("Bearerx"), Some("DPoP x")] {
            assert_eq!(bearer(other), None, "{other:?}");
        }
    }

    #[test]
    fn point_1_credentials_are_not_in_the_debug_output() {
        let params = RawParams::from_pairs([("client_secret", "hidden")]);
        let presented = Presented {
            endpoint: Endpoint::Revocation,
            method: "POST",
            url: "https://a.example/oauth2/revoke",
            authorization: Some("Bearer hidden"),
            dpop: Some("hidden"),
            certificate: None,
            query: &params,
            body: &params,
        };
        assert_eq!(format!("{presented:?}"), "Presented(POST https://a.example/oauth2/revoke, Revocation)");
    }
}
