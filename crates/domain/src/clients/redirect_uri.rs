//! Redirect URIs: what may be registered, and what a request may use.
use crate::clients::ApplicationType;
use std::net::IpAddr;
use url::{Host, Url};

/// Why a redirect URI cannot be registered (RFC 7591 §3.2.2: `invalid_redirect_uri`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRedirectUri {
    /// It has no scheme, or cannot be parsed.
    #[error("a redirect URI must be an absolute URI")]
    NotAbsolute,
    /// It contains `#` (RFC 6749 §3.1.2).
    #[error("a redirect URI must not have a fragment")]
    Fragment,
    /// It has a user name or a password before the host.
    #[error("a redirect URI must not have user information")]
    UserInfo,
    /// `http` to a host that is not a loopback address.
    #[error("http is accepted for loopback addresses only")]
    PlainHttp,
    /// A private-use scheme without a dot that this server does not list.
    #[error(
        "a private-use scheme needs a dot, such as com.example.app (RFC 8252 section 7.1), or a place in the list of this server"
    )]
    SchemeWithoutDot,
    /// A scheme that browsers execute or hand to another program, such as `javascript`.
    #[error("this scheme is not accepted")]
    Scheme,
    /// A private-use scheme of a web application.
    #[error("private-use schemes and loopback addresses are for native applications")]
    NotForWeb,
    /// It is empty, too long, or has a space or a character outside ASCII.
    #[error("a redirect URI is at most 2,048 visible ASCII characters")]
    Characters,
    /// Its path has `.` or `..`, also percent-encoded, or the URI has a backslash.
    #[error("a redirect URI must not have dot segments or a backslash")]
    Ambiguous,
    /// The host is missing, or some programs would read it differently.
    #[error("the host must follow `//` and have letters, digits, dots and hyphens only")]
    Host,
}

/// Private-use schemes of well-known editors. They lack the dot that RFC 8252 §7.1 requires, and cannot be changed.
pub const EDITOR_SCHEMES: [&str; 5] = ["cursor", "vscode", "vscode-insiders", "windsurf", "zed"];

/// Schemes that execute or read something in a browser, or lead to another protocol. No setting allows them.
const DANGEROUS: [&str; 24] = [
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "data",
    "file",
    "filesystem",
    "ftp",
    "http",
    "https",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "moz-extension",
    "ms-appx",
    "resource",
    "search-ms",
    "sms",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Whether an operator may list the scheme for installed apps.
pub fn is_private_use(scheme: &str) -> bool {
    let shape = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
    shape && !DANGEROUS.contains(&scheme)
}

/// Whether the text contains its host after `//`, in characters that all programs read in the same way.
fn is_plain_host(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = match authority.strip_prefix('[') {
        Some(v6) => return v6.split_once(']').is_some_and(|(ip, _)| ip.parse::<std::net::Ipv6Addr>().is_ok()),
        None => authority.split(':').next().unwrap_or_default(),
    };
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => IpAddr::V4(*ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).is_loopback(),
    }
}

/// Checks a redirect URI for registration. It is stored and compared exactly as sent. `schemes` are private-use schemes
/// that need no dot, and that web applications may use too.
pub fn check_registration(text: &str, kind: ApplicationType, schemes: &[String]) -> Result<(), InvalidRedirectUri> {
    use InvalidRedirectUri as E;
    if text.is_empty() || text.len() > 2048 || !text.bytes().all(|b| (0x21..=0x7e).contains(&b)) {
        return Err(E::Characters);
    }
    let url = Url::parse(text).map_err(|_| E::NotAbsolute)?;
    if text.contains('#') {
        return Err(E::Fragment);
    }
    let path = text.split('?').next().unwrap_or_default();
    if text.contains('\\')
        || path.split('/').any(|s| matches!(s.to_ascii_lowercase().as_str(), "." | ".." | "%2e" | "%2e%2e"))
    {
        return Err(E::Ambiguous);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(E::UserInfo);
    }
    match url.scheme() {
        // `https:a.example` and `HTTPS://a.example` are parsed as URLs by some programs and not by others.
        scheme @ ("http" | "https") if !text.starts_with(&format!("{scheme}://")) || !is_plain_host(text) => {
            Err(E::Host)
        }
        "https" => Ok(()),
        "http" => match url.host() {
            // A web application in development also runs on loopback.
            Some(host) if is_loopback(&host) => Ok(()),
            _ => Err(E::PlainHttp),
        },
        other if DANGEROUS.contains(&other) => Err(E::Scheme),
        other if schemes.iter().any(|listed| listed == other) => Ok(()),
        other if !other.contains('.') => Err(E::SchemeWithoutDot),
        _ if kind == ApplicationType::Web => Err(E::NotForWeb),
        _ => Ok(()),
    }
}

/// Whether a request's `redirect_uri` matches the registered one: equal as text (RFC 9700 §4.1.3). Only the port of a
/// loopback address may differ, because a native app opens it at run time (RFC 8252 §7.3): for the IP addresses always,
/// because editors register as web applications, and for the name `localhost` if the application is native.
pub fn matches(registered: &str, requested: &str, kind: ApplicationType) -> bool {
    let any_port = |host: &str| kind == ApplicationType::Native || host != "http://localhost";
    registered == requested
        || match (loopback_without_port(registered), loopback_without_port(requested)) {
            (Some(a), Some(b)) => a == b && any_port(a.0),
            _ => false,
        }
}

/// Splits `http://127.0.0.1:8123/cb` into (`http://127.0.0.1`, `/cb`). `None` unless the text has exactly this form.
fn loopback_without_port(text: &str) -> Option<(&str, &str)> {
    let authority_at = "http://".len();
    let rest = text.strip_prefix("http://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = if authority.starts_with('[') {
        authority.find(']').map(|i| &authority[..=i])?
    } else {
        authority.split(':').next()?
    };
    let port = &authority[host.len()..];
    let port_is_plain = port.is_empty()
        || port.strip_prefix(':').is_some_and(|p| {
            (1..=5).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()) && p.parse::<u16>().is_ok()
        });
    let known = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    (known && port_is_plain && !tail.contains(['#', '\\'])).then(|| (&text[..authority_at + host.len()], tail))
}

/// The host to display on the consent page: the redirect's host, or the scheme of an installed app.
pub fn display_host(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) => match url.host_str() {
            Some(host) => url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            None => format!("{}:", url.scheme()),
        },
        Err(_) => String::new(),
    }
}

/// Whether the redirect goes to a program on the user's own device, no matter which one listens there.
pub fn is_on_device(text: &str) -> bool {
    !text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ApplicationType::{Native, Web};
    use proptest::prelude::*;

    #[test]
    fn checklist_3_5_6_what_may_be_registered() {
        use InvalidRedirectUri as E;
        let table = [
            ("https://a.example/cb?x=1", Web, Ok(())),
            ("https://a.example/cb#f", Web, Err(E::Fragment)),
            ("https://a.example/cb#", Web, Err(E::Fragment)),
            ("http://a.example/cb", Web, Err(E::PlainHttp)),
            ("http://localhost.example/cb", Native, Err(E::PlainHttp)),
            ("http://127.0.0.1/cb", Web, Ok(())),
            ("http://[::1]:99/cb", Native, Ok(())),
            ("http://localhost:3000/cb", Web, Ok(())),
            ("com.example.app:/cb", Native, Ok(())),
            ("com.example.app:/cb", Web, Err(E::NotForWeb)),
            ("myapp://cb", Native, Err(E::SchemeWithoutDot)),
            ("javascript:alert(1)", Native, Err(E::Scheme)),
            ("/cb", Web, Err(E::NotAbsolute)),
            ("", Web, Err(E::Characters)),
            ("https://user@a.example/cb", Web, Err(E::UserInfo)),
            ("https://a.example/a/../cb", Web, Err(E::Ambiguous)),
            ("https://a.example/a/%2e%2e/cb", Web, Err(E::Ambiguous)),
            ("https://a.example\\@b.example/", Web, Err(E::Ambiguous)),
        ];
        for (text, kind, expected) in table {
            assert_eq!(check_registration(text, kind, &[]), expected, "{text}");
        }
    }

    /// Checklist 5.
    #[test]
    fn narrowing_point_1_editors_may_and_dangerous_schemes_never() {
        use InvalidRedirectUri as E;
        let schemes: Vec<_> = EDITOR_SCHEMES.iter().map(|one| (*one).to_owned()).collect();
        for scheme in EDITOR_SCHEMES {
            assert!(is_private_use(scheme));
            assert_eq!(check_registration(&format!("{scheme}://anysphere.mcp/oauth"), Web, &schemes), Ok(()));
            let refused = check_registration(&format!("{scheme}://anysphere.mcp/oauth"), Native, &[]);
            assert_eq!(refused, Err(E::SchemeWithoutDot), "{scheme}");
        }
        for scheme in DANGEROUS.iter().filter(|scheme| !scheme.starts_with("http")) {
            assert!(!is_private_use(scheme));
            let listed = [(*scheme).to_owned()];
            assert_eq!(check_registration(&format!("{scheme}:x"), Native, &listed), Err(E::Scheme), "{scheme}");
        }
        for odd in ["", "1a", "Cursor", "a b", "a:", "javascript"] {
            assert!(!is_private_use(odd), "{odd}");
        }
    }

    #[test]
    fn narrowing_point_1_hosts_are_written_plainly() {
        use InvalidRedirectUri as E;
        for odd in [
            "https:a.example",
            "https:///a.example",
            "https:/a.example",
            "https://*/cb",
            "https://*.a.example/cb",
            "https://a'b.example/cb",
            "https://a\"b.example/cb",
            "https://%61.example/cb",
            "HTTPS://a.example/cb",
            "http:127.0.0.1/cb",
        ] {
            let refused = check_registration(odd, Web, &[]);
            assert!(matches!(refused, Err(E::Host | E::NotAbsolute)), "{odd} {refused:?}");
        }
        for good in ["https://a.example", "https://A-b.example:8443/cb?x", "http://[::1]:9/cb"] {
            assert_eq!(check_registration(good, Web, &[]), Ok(()), "{good}");
        }
    }

    #[test]
    fn checklist_1_equal_as_text() {
        let registered = "https://a.example/cb";
        for other in [
            "https://a.example/cb/",
            "https://a.example/CB",
            "https://A.example/cb",
            "https://a.example/cb?x=1",
            "https://a.example:443/cb",
            "https://a.example/c",
            "https://a.example/cb%20",
            "",
        ] {
            assert!(!matches(registered, other, Web) && !matches(registered, other, Native), "{other}");
        }
        assert!(matches(registered, registered, Web));
    }

    #[test]
    fn checklist_4_any_port_on_loopback_for_native_clients() {
        for host in ["127.0.0.1", "[::1]", "localhost"] {
            let registered = format!("http://{host}/cb");
            assert!(matches(&registered, &format!("http://{host}:51004/cb"), Native));
            assert!(matches(&format!("http://{host}:1/cb"), &format!("http://{host}:2/cb"), Native));
            let web = matches(&registered, &format!("http://{host}:51004/cb"), Web);
            assert_eq!(web, host != "localhost", "narrowing point 1: IP addresses for every client");
            for wrong in ["/cb/", "/other", "/cb?x=1"] {
                assert!(!matches(&registered, &format!("http://{host}:51004{wrong}"), Native));
            }
            assert!(!matches(&registered, &format!("http://{host}:99999/cb"), Native));
            assert!(!matches(&registered, &format!("http://{host}:80@evil.example/cb"), Native));
            assert!(!matches(&registered, &format!("https://{host}:80/cb"), Native));
        }
        assert!(!matches("http://127.0.0.1/cb", "http://localhost/cb", Native));
        assert!(!matches("http://a.example/cb", "http://a.example:8/cb", Native));
    }

    proptest! {
        /// Any text accepted in place of the registered one leads to the same loopback host and path.
        #[test]
        fn a_match_never_leaves_the_device(requested in "http://(localhost|127.0.0.1|\\[::1\\])[:@./a-z0-9#?\\\\]{0,12}") {
            if matches("http://127.0.0.1/cb", &requested, Native) {
                let url = Url::parse(&requested).unwrap();
                prop_assert_eq!(url.host_str(), Some("127.0.0.1"));
                prop_assert_eq!(url.path(), "/cb");
                prop_assert!(url.fragment().is_none() && url.username().is_empty());
            }
        }
    }
}
