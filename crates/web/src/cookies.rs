//! The cookies: one that binds pages to a browser, one for the session, and for an hour those of links that were opened.
use crate::WebState;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::InvitationId;
use flows::pass;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    Browser,
    Session,
    /// The pass of the link by which the first operator is made.
    Setup,
    /// The pass of an invitation's link. One for each: what is open in two tabs is not mixed up.
    Invitation(InvitationId),
}

/// Invitations that a browser can have open. Whoever makes it open more has it forget the others, and no other cookie.
const INVITATIONS: usize = 8;

const OF_INVITATION: &str = "cs_invitation_";

impl Cookie {
    pub fn name(self, secure: bool) -> String {
        let host = if secure { "__Host-" } else { "" };
        match self {
            Self::Browser => format!("{host}cs_browser"),
            Self::Session => format!("{host}cs_session"),
            Self::Setup => format!("{host}cs_setup"),
            Self::Invitation(id) => format!("{host}{OF_INVITATION}{id}"),
        }
    }

    /// The value that the browser sent, if it is one that we could have made.
    pub fn read(self, state: &WebState, headers: &HeaderMap) -> Option<String> {
        read(&self.name(state.is_secure()), headers)
    }

    /// Sets the cookie for as long as the browser runs, or its pass is good; the server's own limits end it earlier.
    pub fn set(self, state: &WebState, value: &str) -> Option<HeaderValue> {
        let until = match self {
            Self::Browser | Self::Session => String::new(),
            Self::Setup | Self::Invitation(_) => format!("; Max-Age={}", pass::LIFETIME),
        };
        self.line(state.is_secure(), value, &until)
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

/// The cookies of invitations that have to go before one more is opened.
pub fn too_many_invitations(state: &WebState, headers: &HeaderMap) -> Vec<HeaderValue> {
    let secure = state.is_secure();
    let ids: Vec<InvitationId> = invitations(secure, headers);
    let too_many = ids.len() >= INVITATIONS;
    let clear = |id| Cookie::Invitation(id).clear(state);
    ids.into_iter().filter(|_| too_many).filter_map(clear).collect()
}

fn invitations(secure: bool, headers: &HeaderMap) -> Vec<InvitationId> {
    let before = if secure { format!("__Host-{OF_INVITATION}") } else { OF_INVITATION.to_owned() };
    pairs(headers).filter_map(|(name, _)| name.strip_prefix(&before)?.parse().ok()).collect()
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

fn read(name: &str, headers: &HeaderMap) -> Option<String> {
    let value = pairs(headers).find(|(n, _)| *n == name).map(|(_, v)| v)?;
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
    fn each_invitation_has_a_cookie_of_its_own() {
        let ids = [1, 2].map(|n| InvitationId::new(domain::Timestamp::default(), [n; 10]));
        let [one, two] = ids.map(|id| format!("{}=0123456789abcdef", Cookie::Invitation(id).name(true)));
        let line = format!("{one}; __Host-cs_session=0123456789abcdef; {two}; __Host-cs_invitation_x=1");
        let headers = HeaderMap::from_iter([(header::COOKIE, line.parse().unwrap())]);
        assert_eq!(invitations(true, &headers), ids);
        assert_eq!(invitations(false, &headers), []);
        assert!(read(&Cookie::Invitation(ids[1]).name(true), &headers).is_some());
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
