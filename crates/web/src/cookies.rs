//! The cookies: one that binds pages to a browser, one for the session, one that tells the next page what was done, and for an
//! hour those of links that were opened.
use crate::WebState;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::InvitationId;
use flows::pass;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    Browser,
    Session,
    /// What was just done.
    Notice,
    /// The pass of the link by which the first operator is made.
    Setup,
    /// The pass of an invitation's link. One for each: what is open in two tabs is not mixed up.
    Invitation(InvitationId),
}

/// Invitations that a browser can have open. Whoever makes it open more has it forget the others, and no other cookie.
const INVITATIONS: usize = 8;

/// Seconds in which the next page has to come, for it to tell what was done.
pub const SOON: i64 = 60;

const OF_INVITATION: &str = "cs_invitation_";

impl Cookie {
    pub fn name(self, secure: bool) -> String {
        let host = if secure { "__Host-" } else { "" };
        match self {
            Self::Browser => format!("{host}cs_browser"),
            Self::Session => format!("{host}cs_session"),
            Self::Notice => format!("{host}cs_notice"),
            Self::Setup => format!("{host}cs_setup"),
            Self::Invitation(id) => format!("{host}{OF_INVITATION}{id}"),
        }
    }

    /// Bytes that a value of ours has at most.
    const fn longest(self) -> usize {
        match self {
            // With the form that undoes what was done.
            Self::Notice => 2000,
            _ => 200,
        }
    }

    /// The value that the browser sent, if it is one that we could have made.
    pub fn read(self, state: &WebState, headers: &HeaderMap) -> Option<String> {
        read(&self.name(state.is_secure()), self.longest(), headers)
    }

    /// Seconds for which a browser keeps it. Without any it does so as long as it runs; the server's own limits end it earlier.
    const fn age(self) -> Option<i64> {
        match self {
            Self::Browser | Self::Session => None,
            Self::Notice => Some(SOON),
            Self::Setup | Self::Invitation(_) => Some(pass::LIFETIME),
        }
    }

    /// Sets the cookie.
    pub fn set(self, state: &WebState, value: &str) -> Option<HeaderValue> {
        let until = self.age().map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
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

fn read(name: &str, longest: usize, headers: &HeaderMap) -> Option<String> {
    let value = pairs(headers).find(|(n, _)| *n == name).map(|(_, v)| v)?;
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
    fn each_invitation_has_a_cookie_of_its_own() {
        let ids = [1, 2].map(|n| InvitationId::new(domain::Timestamp::default(), [n; 10]));
        let [one, two] = ids.map(|id| format!("{}=0123456789abcdef", Cookie::Invitation(id).name(true)));
        let line = format!("{one}; __Host-cs_session=0123456789abcdef; {two}; __Host-cs_invitation_x=1");
        let headers = HeaderMap::from_iter([(header::COOKIE, line.parse().unwrap())]);
        assert_eq!(invitations(true, &headers), ids);
        assert_eq!(invitations(false, &headers), []);
        assert!(read(&Cookie::Invitation(ids[1]).name(true), 200, &headers).is_some());
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
