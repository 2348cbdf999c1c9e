//! Client authentication (OAuth 2.1 §2.4): the credentials in a request, and whether they match the client's
//! registration.
use crate::clients::{AuthMethod, Client, ClientSecret};
use crate::platform::params::RawParams;
use crate::{ClientId, Pepper, Secret, Timestamp};
use base64::Engine as _;

crate::refusals! {
    /// Why client authentication failed.
    pub enum ClientRefusal {
        Repeated => InvalidRequest, "parameter_repeated", "A parameter was sent more than once.";
        SecretInQuery => InvalidRequest, "client_secret_in_query", "Client credentials must not be sent in the URL.";
        TwoMethods => InvalidRequest, "two_client_authentication_methods", "Use one client authentication method only.";
        Malformed => InvalidClient, "client_authentication_malformed", "The Authorization header is not valid Basic authentication.";
        Missing => InvalidClient, "client_authentication_missing", "Client authentication is required.";
        Unknown => InvalidClient, "client_unknown", "Client authentication failed.";
        Disabled => InvalidClient, "client_disabled", "Client authentication failed.";
        WrongMethod => InvalidClient, "client_authentication_method_not_registered", "The client is registered for another authentication method.";
        WrongSecret => InvalidClient, "client_secret_wrong", "Client authentication failed.";
        TooManyAttempts => SlowDown, "client_authentication_slowed_down", "Too many failed attempts. Wait before trying again.";
    }
}

/// The client credentials in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientProof {
    pub client_id: ClientId,
    pub method: AuthMethod,
    pub secret: Option<Secret>,
}

fn form_decode(text: &str) -> Option<String> {
    // `form_urlencoded` splits pairs; a single value is parsed as the name of a pair without a value.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(value, _)| value.into_owned())
}

/// The client credentials in an `Authorization` header.
enum Header {
    /// No header, or another scheme.
    NotBasic,
    Malformed,
    /// An id with an empty secret, as some libraries send it for public clients. It names the client and proves
    /// nothing, like a `client_id` in the body (RFC 6749 §2.3.1: an empty secret may be omitted).
    Named(String),
    Basic(String, Secret),
}

/// Parses `Authorization: Basic`; id and secret are form-encoded first (OAuth 2.1 §2.4.1).
fn basic(header: Option<&str>) -> Header {
    let Some((scheme, rest)) = header.and_then(|h| h.split_once(' ')) else { return Header::NotBasic };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Header::NotBasic;
    }
    let decode = || {
        let bytes = base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (id, secret) = text.split_once(':')?;
        let id = form_decode(id)?;
        match form_decode(secret).unwrap_or_default() {
            secret if secret.is_empty() => Some(Header::Named(id)),
            secret => Some(Header::Basic(id, Secret::new(secret))),
        }
    };
    decode().unwrap_or(Header::Malformed)
}

impl ClientProof {
    /// Reads the credentials of a request: from the header, from the body, or only a `client_id`.
    pub fn read(authorization: Option<&str>, body: &RawParams) -> Result<Self, ClientRefusal> {
        use ClientRefusal as R;
        let id = |text: &str| ClientId::parse(text).map_err(|_| R::Unknown);
        let posted = body.get("client_secret");
        let mut named = body.get("client_id").map(str::to_owned);
        let secret = match (basic(authorization), posted) {
            (Header::Basic(..) | Header::Malformed, Some(_)) => return Err(R::TwoMethods),
            (Header::Malformed, None) => return Err(R::Malformed),
            (Header::Basic(user, _) | Header::Named(user), _) if named.as_ref().is_some_and(|n| *n != user) => {
                return Err(R::TwoMethods);
            }
            (Header::Basic(user, secret), None) => {
                return Ok(Self { client_id: id(&user)?, method: AuthMethod::ClientSecretBasic, secret: Some(secret) });
            }
            (Header::Named(user), posted) => {
                named = Some(user);
                posted
            }
            (Header::NotBasic, posted) => posted,
        };
        let client_id = id(&named.ok_or(R::Missing)?)?;
        Ok(match secret {
            Some(secret) => Self { client_id, method: AuthMethod::ClientSecretPost, secret: Some(Secret::new(secret)) },
            None => Self { client_id, method: AuthMethod::None, secret: None },
        })
    }

    /// The client that the request names, even if the request is otherwise invalid.
    pub fn named(authorization: Option<&str>, body: &RawParams) -> Option<ClientId> {
        let id = match basic(authorization) {
            Header::Basic(user, _) | Header::Named(user) => ClientId::parse(&user),
            Header::NotBasic | Header::Malformed => ClientId::parse(body.get("client_id")?),
        };
        id.ok()
    }

    /// Checks the credentials against the client. The secret is checked before the method, so that an outsider learns
    /// nothing about a client's registration. Returns the matching secret, or `None` if the client has none.
    pub fn check<'c>(
        &self,
        client: Option<&'c Client>,
        pepper: &Pepper,
        now: Timestamp,
    ) -> Result<Option<&'c ClientSecret>, ClientRefusal> {
        use ClientRefusal as R;
        let client = client.ok_or(R::Unknown)?;
        let Some(secret) = &self.secret else {
            return match client.auth_method {
                AuthMethod::None if client.is_active() => Ok(None),
                AuthMethod::None => Err(R::Disabled),
                _ => Err(R::Missing),
            };
        };
        let hash = pepper.hash(secret.expose());
        let live = client.secrets.iter().filter(|s| s.expires_at.is_none_or(|end| now < end));
        // Compares all secrets, whichever matches, so that timing reveals nothing.
        let fits = live.fold(None, |found, s| if s.hash == hash { Some(s) } else { found });
        match (fits, client.is_active(), client.accepts(self.method)) {
            (None, ..) => Err(R::WrongSecret),
            (Some(_), false, _) => Err(R::Disabled),
            (Some(_), true, false) => Err(R::WrongMethod),
            (Some(secret), true, true) => Ok(Some(secret)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(id: &str, secret: &str) -> String {
        let enc = |t: &str| form_urlencoded::byte_serialize(t.as_bytes()).collect::<String>();
        let raw = format!("{}:{}", enc(id), enc(secret));
        format!("bAsIc {}", base64::engine::general_purpose::STANDARD.encode(raw))
    }

    #[test]
    fn checklist_45_86_basic_round_trips_every_character() {
        for secret in ["a:b%c+d e&f=g", "ü", "%41", "=", "plain"] {
            let offered = ClientProof::read(Some(&header("id:1", secret)), &RawParams::default()).unwrap();
            assert_eq!((offered.client_id.as_str(), offered.secret.unwrap().expose()), ("id:1", secret));
        }
    }

    #[test]
    fn point_6_5_an_empty_secret_names_the_client_and_proves_nothing() {
        let offered = ClientProof::read(Some(&header("a", "")), &RawParams::default()).unwrap();
        assert_eq!((offered.client_id.as_str(), offered.method, &offered.secret), ("a", AuthMethod::None, &None));
        assert_eq!(ClientProof::named(Some(&header("a", "")), &RawParams::default()), Some(offered.client_id));
        let other = RawParams::from_pairs([("client_id", "b")]);
        assert_eq!(ClientProof::read(Some(&header("a", "")), &other), Err(ClientRefusal::TwoMethods));
        let posted = RawParams::from_pairs([("client_id", "a"), ("client_secret", "s")]);
        assert_eq!(ClientProof::read(Some(&header("a", "")), &posted).unwrap().method, AuthMethod::ClientSecretPost);
    }

    #[test]
    fn checklist_42_one_method_only() {
        let body = RawParams::from_pairs([("client_id", "a"), ("client_secret", "s")]);
        assert_eq!(ClientProof::read(Some(&header("a", "s")), &body), Err(ClientRefusal::TwoMethods));
        let other = RawParams::from_pairs([("client_id", "b")]);
        assert_eq!(ClientProof::read(Some(&header("a", "s")), &other), Err(ClientRefusal::TwoMethods));
        assert_eq!(ClientProof::read(Some("Basic !!"), &other), Err(ClientRefusal::Malformed));
        assert_eq!(ClientProof::read(None, &RawParams::default()), Err(ClientRefusal::Missing));
        assert_eq!(ClientProof::read(Some("Bearer x"), &other).unwrap().method, AuthMethod::None);
    }
}
