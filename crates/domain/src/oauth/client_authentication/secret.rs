//! A client secret: in `Authorization: Basic` (`client_secret_basic`) or in the body (`client_secret_post`).
use crate::clients::{AuthMethod, Client, ClientSecret};
use crate::oauth::client_authentication::refusal::ClientRefusal as R;
use crate::oauth::client_authentication::registered::registered;
use crate::{Pepper, Secret, Timestamp};
use base64::Engine as _;

/// The client credentials in an `Authorization` header.
pub(super) enum Header {
    /// No header, or another scheme.
    NotBasic,
    Malformed,
    /// An id with an empty secret, as some libraries send it for public clients. It names the client and proves
    /// nothing, like a `client_id` in the body (RFC 6749 §2.3.1: an empty secret may be omitted).
    Named(String),
    Basic(String, Secret),
}

impl Header {
    /// Parses `Authorization: Basic`; id and secret are form-encoded first (OAuth 2.1 §2.4.1).
    pub(super) fn parse(header: Option<&str>) -> Self {
        let Some((scheme, rest)) = header.and_then(|h| h.split_once(' ')) else { return Self::NotBasic };
        if !scheme.eq_ignore_ascii_case("basic") {
            return Self::NotBasic;
        }
        let decode = || {
            let bytes = base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let (id, secret) = text.split_once(':')?;
            let id = form_decode(id)?;
            match form_decode(secret).unwrap_or_default() {
                secret if secret.is_empty() => Some(Self::Named(id)),
                secret => Some(Self::Basic(id, Secret::new(secret))),
            }
        };
        decode().unwrap_or(Self::Malformed)
    }

    /// The client that the header names.
    pub(super) fn client(&self) -> Option<&str> {
        match self {
            Self::Named(id) | Self::Basic(id, _) => Some(id),
            Self::NotBasic | Self::Malformed => None,
        }
    }
}

fn form_decode(text: &str) -> Option<String> {
    // `form_urlencoded` splits pairs; a single value is parsed as the name of a pair without a value.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(value, _)| value.into_owned())
}

/// Checks a secret, and returns the stored one that it matches. The secret is checked before the method, so that an
/// outsider learns nothing about a client's registration.
pub fn check<'c>(
    client: &'c Client,
    method: AuthMethod,
    secret: &Secret,
    pepper: &Pepper,
    now: Timestamp,
) -> Result<&'c ClientSecret, R> {
    let hash = pepper.hash(secret.expose());
    let live = client.secrets.iter().filter(|s| s.expires_at.is_none_or(|end| now < end));
    // Compares all secrets, whichever matches, so that timing reveals nothing.
    let matching = live.fold(None, |found, s| if s.hash == hash { Some(s) } else { found });
    let has_keys = client.auth_method == AuthMethod::PrivateKeyJwt;
    let matching = matching.ok_or(if has_keys { R::SecretOfKeyClient } else { R::WrongSecret })?;
    registered(client, method)?;
    Ok(matching)
}
