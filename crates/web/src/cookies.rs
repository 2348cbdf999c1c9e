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
    fn name(self, secure: bool) -> &'static str {
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
        self.line(state, value, "")
    }

    pub fn clear(self, state: &WebState) -> Option<HeaderValue> {
        self.line(state, "", "; Max-Age=0")
    }

    fn line(self, state: &WebState, value: &str, more: &str) -> Option<HeaderValue> {
        let secure = state.is_secure();
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
    }
}
