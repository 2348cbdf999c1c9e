//! The cookies: one that binds pages to a browser, one for the session, and one that tells the next page what was done.
use crate::WebState;
use axum::http::{HeaderMap, HeaderValue, header};

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    Browser,
    Session,
    Notice,
}

impl Cookie {
    pub fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Browser, true) => "__Host-cs_browser",
            (Self::Browser, false) => "cs_browser",
            (Self::Session, true) => "__Host-cs_session",
            (Self::Session, false) => "cs_session",
            (Self::Notice, true) => "__Host-cs_notice",
            (Self::Notice, false) => "cs_notice",
        }
    }

    /// Bytes that a value of ours has at most.
    const fn longest(self) -> usize {
        match self {
            Self::Browser | Self::Session => 200,
            // With the form that undoes what was done.
            Self::Notice => 2000,
        }
    }

    /// The value that the browser sent, if it is one that we could have made.
    pub fn read(self, state: &WebState, headers: &HeaderMap) -> Option<String> {
        read(self.name(state.is_secure()), self.longest(), headers)
    }

    /// For how long the browser keeps it. Most last as long as the browser runs; the server's own limits end them earlier.
    const fn age(self) -> &'static str {
        match self {
            Self::Browser | Self::Session => "",
            Self::Notice => "; Max-Age=60",
        }
    }

    /// Sets the cookie.
    pub fn set(self, state: &WebState, value: &str) -> Option<HeaderValue> {
        self.line(state.is_secure(), value, self.age())
    }

    pub fn clear(self, state: &WebState) -> Option<HeaderValue> {
        self.line(state.is_secure(), "", "; Max-Age=0")
    }

    fn line(self, secure: bool, value: &str, more: &str) -> Option<HeaderValue> {
        let mark = if secure { "; Secure" } else { "" };
        let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{mark}{more}", self.name(secure));
        HeaderValue::try_from(line).ok()
    }
}

fn read(name: &str, longest: usize, headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(n, _)| *n == name).map(|(_, v)| v)?;
    let plausible =
        (16..=longest).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    plausible.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_what_could_be_ours() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=b; cs_browser=0123456789abcdef; cs_session=\"x\"".parse().unwrap());
        assert_eq!(read("cs_browser", 200, &headers).as_deref(), Some("0123456789abcdef"));
        assert_eq!(read("cs_session", 200, &headers), None);
        assert_eq!(
            read("__Host-cs_browser", 200, &headers),
            None,
            "one without the prefix is not taken for one with it"
        );
        headers.append(header::COOKIE, "other=1; __Host-cs_session=ABCdef-_0123456789".parse().unwrap());
        assert_eq!(read("__Host-cs_session", 200, &headers).as_deref(), Some("ABCdef-_0123456789"), "from any line");
        for bad in ["cs_browser=short", "cs_browser", "cs_browser=0123456789abcdef<", "=0123456789abcdef"] {
            let headers = HeaderMap::from_iter([(header::COOKIE, bad.parse().unwrap())]);
            assert_eq!(read("cs_browser", 200, &headers), None, "{bad}");
        }
        let long = format!("cs_browser={}", "x".repeat(201));
        assert_eq!(read("cs_browser", 200, &HeaderMap::from_iter([(header::COOKIE, long.parse().unwrap())])), None);
    }

    #[test]
    fn cookies_are_bound_to_this_host_and_hidden_from_scripts() {
        assert_eq!(
            Cookie::Session.line(true, "v", "").unwrap(),
            "__Host-cs_session=v; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(Cookie::Browser.line(false, "v", "").unwrap(), "cs_browser=v; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(
            Cookie::Session.line(false, "", "; Max-Age=0").unwrap(),
            "cs_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
        assert_eq!(Cookie::Session.line(true, "a\nSet-Cookie: b", ""), None, "no second header");
    }
}
