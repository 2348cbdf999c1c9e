//! Resource indicators (RFC 8707): which ones a request may name, and when two are the same.
use crate::platform::params::RawParams;
use std::borrow::Cow;
use std::collections::HashSet;
use url::{Host, Url};

/// Maximum length of a resource, in bytes.
const LONGEST: usize = 2048;

/// A `resource` that tokens cannot be for, as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownResource(pub String);

/// The resources that tokens can be for.
#[derive(Debug, Clone, Copy)]
pub struct Resources<'r> {
    /// The declared resources, as the operator wrote them.
    pub known: &'r [String],
    /// The issuer: the server itself is always a resource.
    pub issuer: &'r str,
    /// If none is known, any https or loopback URL is accepted.
    pub unlisted: bool,
}

impl Resources<'_> {
    fn has(&self, asked: &str) -> bool {
        let open = self.unlisted && self.known.is_empty() && is_address(asked);
        open || self.known.iter().any(|known| same(known, asked))
    }

    /// The resources named in a request, without duplicates, in order and as the client wrote them, because the token's
    /// `aud` repeats them. The issuer means "no resource in particular".
    pub fn named(&self, params: &RawParams) -> Result<Vec<String>, UnknownResource> {
        let (mut named, mut seen) = (Vec::new(), HashSet::new());
        for asked in params.all("resource") {
            let asked = if same(asked, self.issuer) { self.issuer } else { asked };
            if asked != self.issuer && !self.has(asked) {
                return Err(UnknownResource(asked.to_owned()));
            }
            if seen.insert(normal(asked)) {
                named.push(asked.to_owned());
            }
        }
        if named == [self.issuer] {
            named.clear();
        }
        Ok(named)
    }
}

/// Whether every requested resource was granted.
pub fn all_granted(asked: &[String], granted: &[String]) -> bool {
    if asked.is_empty() {
        return true;
    }
    let granted: HashSet<_> = granted.iter().map(|one| normal(one)).collect();
    asked.iter().all(|one| granted.contains(&normal(one)))
}

/// Whether two resource indicators are the same after the normalisation of RFC 3986 §6.2.2.1 (case of scheme, host and
/// percent-encoding) and §6.2.3 (default port, empty path).
pub fn same(one: &str, other: &str) -> bool {
    one == other || normal(one) == normal(other)
}

fn default_port(scheme: &str) -> Option<&'static str> {
    match scheme {
        "https" => Some("443"),
        "http" => Some("80"),
        _ => None,
    }
}

/// The normal form; a text that is not a URI stays unchanged.
fn normal(text: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = text.split_once(':') else { return Cow::Borrowed(text) };
    let scheme = scheme.to_ascii_lowercase();
    let Some(rest) = rest.strip_prefix("//") else { return Cow::Owned(format!("{scheme}:{}", escapes(rest))) };
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, place)) => (format!("{user}@"), place),
        None => (String::new(), authority),
    };
    let default = default_port(&scheme);
    // A colon within brackets belongs to an IPv6 address.
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        _ => (place, ""),
    };
    let port = if port.is_empty() || Some(port) == default { String::new() } else { format!(":{port}") };
    let root = if default.is_some() && !tail.starts_with('/') { "/" } else { "" };
    Cow::Owned(format!("{scheme}://{user}{}{port}{root}{}", host.to_ascii_lowercase(), escapes(tail)))
}

/// Converts the hexadecimal digits of percent-encodings to upper case.
fn escapes(text: &str) -> String {
    let mut digits = 0_u8;
    let upper = text.chars().map(|c| {
        let is_digit = digits > 0 && c.is_ascii_hexdigit();
        digits = if c == '%' { 2 } else { digits.saturating_sub(1) };
        if is_digit { c.to_ascii_uppercase() } else { c }
    });
    upper.collect()
}

/// An https URL, or one on loopback, that a token can be for (RFC 8707 §2: absolute, without a fragment).
fn is_address(text: &str) -> bool {
    let plain =
        text.len() <= LONGEST && text.bytes().all(|b| (0x21..=0x7e).contains(&b)) && !text.contains(['#', '"', '\\']);
    let Ok(url) = Url::parse(text) else { return false };
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let written = text.split_once("://").is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'));
    let place = url.scheme() == "https" || (url.scheme() == "http" && local);
    plain && written && place && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://as.example";

    fn named(known: &[&str], unlisted: bool, asked: &[&str]) -> Result<Vec<String>, UnknownResource> {
        let known: Vec<_> = known.iter().map(|one| (*one).to_owned()).collect();
        let params = RawParams::from_pairs(asked.iter().map(|one| ("resource", *one)));
        Resources { known: &known, issuer: ISSUER, unlisted }.named(&params)
    }

    #[test]
    fn narrowing_point_4_resources_compare_by_their_normal_form() {
        for (one, other) in [
            ("https://api.example", "https://api.example/"),
            ("HTTPS://API.example/v1", "https://api.example:443/v1"),
            ("http://localhost:80", "http://LOCALHOST/"),
            ("https://api.example?x=1", "https://api.example/?x=1"),
            ("https://api.example/%c3%a4", "https://api.example/%C3%A4"),
            ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"),
            ("URN:a:b", "urn:a:b"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("https://api.example/v1", "https://api.example/V1"),
            ("https://api.example/v1", "https://api.example/v1/"),
            ("https://api.example:444/", "https://api.example/"),
            ("http://api.example/", "https://api.example/"),
            ("https://api.example/", "https://api.example.evil/"),
            ("https://api.example/abc", "https://api.example/ABC"),
            ("urn:a:b", "urn:A:b"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn narrowing_point_4_the_audience_is_what_was_asked_for() {
        let known = ["https://api.example/"];
        assert_eq!(named(&known, true, &["HTTPS://api.example"]).unwrap(), ["HTTPS://api.example"]);
        assert_eq!(named(&known, true, &["https://api.example", "https://API.example/"]).unwrap().len(), 1);
        assert_eq!(named(&known, true, &["https://as.example/"]).unwrap(), [""; 0], "the issuer stands for none");
        let other = "https://other.example/";
        assert_eq!(named(&known, true, &[other]), Err(UnknownResource(other.to_owned())), "once one is listed");
    }

    #[test]
    fn narrowing_point_4_while_none_is_listed_any_address_is_a_resource() {
        for good in ["https://mcp.example/mcp", "http://localhost:3000/mcp", "http://127.0.0.1:3000", "http://[::1]/"] {
            assert_eq!(named(&[], true, &[good]).unwrap(), [good]);
            assert!(named(&[], false, &[good]).is_err(), "{good}");
        }
        for bad in [
            "http://mcp.example/",
            "urn:x",
            "https:mcp.example",
            "https:///mcp.example",
            "https://a@mcp.example/",
            "https://mcp.example/#x",
            "javascript:alert(1)",
            "mcp",
        ] {
            assert!(named(&[], true, &[bad]).is_err(), "{bad}");
        }
    }
}
