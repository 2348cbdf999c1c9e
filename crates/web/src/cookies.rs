//! The two cookies: one that binds pages to a browser, and one for the session.
use crate::WebState;
use axum::http::{HeaderMap, HeaderValue, header};

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    Browser,
    Session,
}

impl Cookie {
    pub fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Browser, true) => "__Host-cs_browser",
            (Self::Browser, false) => "cs_browser",
            (Self::Session, true) => "__Host-cs_session",
            (Self::Session, false) => "cs_session",
        }
    }

    /// The value that the browser sent, if it is one that we could have made.
    pub fn read(self, state: &WebState, headers: &HeaderMap) -> Option<String> {
        read(self.name(state.is_secure()), headers)
    }

    /// Sets the cookie for as long as the browser runs; the server's own limits end it earlier.
    pub fn set(self, state: &WebState, value: &str) -> Option<HeaderValue> {
        self.line(state.is_secure(), value, "")
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

fn read(name: &str, headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(n, _)| *n == name).map(|(_, v)| v)?;
    let plausible =
        (16..=200).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    plausible.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_what_could_be_ours() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=b; cs_browser=0123456789abcdef; cs_session=\"x\"".parse().unwrap());
        assert_eq!(read("cs_browser", &headers).as_deref(), Some("0123456789abcdef"));
        assert_eq!(read("cs_session", &headers), None);
        assert_eq!(read("__Host-cs_browser", &headers), None, "one without the prefix is not taken for one with it");
        headers.append(header::COOKIE, "other=1; __Host-cs_session=ABCdef-_0123456789".parse().unwrap());
        assert_eq!(read("__Host-cs_session", &headers).as_deref(), Some("ABCdef-_0123456789"), "from any line");
        for bad in ["cs_browser=short", "cs_browser", "cs_browser=0123456789abcdef<", "=0123456789abcdef"] {
            let headers = HeaderMap::from_iter([(header::COOKIE, bad.parse().unwrap())]);
            assert_eq!(read("cs_browser", &headers), None, "{bad}");
        }
        let long = format!("cs_browser={}", "x".repeat(201));
        assert_eq!(read("cs_browser", &HeaderMap::from_iter([(header::COOKIE, long.parse().unwrap())])), None);
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
