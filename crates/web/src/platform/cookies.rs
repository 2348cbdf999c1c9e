//! The cookies: one binds pages to a browser, one holds the session, and one passes a notice to the next page. Opened links set
//! cookies that last an hour, and a cookie that lasts a year recognizes browsers in which a user signed in before.
use crate::WebState;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::InvitationId;
use flows::platform::known_browser::{self, NewMark, Tag};
use flows::platform::one_time_link;
use std::str::FromStr;

/// The kind of cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    Browser,
    Session,
    /// The notice of what was just done.
    Notice,
    /// The pass from the setup link, which creates the first operator.
    Setup,
    /// The pass from an invitation link. Each invitation has its own cookie, so that links open in several tabs do not interfere.
    Invitation(InvitationId),
    /// Marks that a user signed in before: one cookie per user, since users share browsers.
    Mark(Tag),
}

/// Maximum number of users remembered by a browser. One more removes all others.
const MARKS: usize = 8;

/// Maximum number of open invitations in a browser. One more removes the others, but no other cookie.
const INVITATIONS: usize = 8;

/// Seconds within which the next page must be requested to show the notice.
pub const SOON: i64 = 60;

const OF_INVITATION: &str = "invitation_";
const OF_MARK: &str = "known_";

impl Cookie {
    /// The name with the server's [prefix](crate::platform::cookie_prefix::prefix).
    pub fn name(self, prefix: &str) -> String {
        match self {
            Self::Browser => format!("{prefix}browser"),
            Self::Session => format!("{prefix}session"),
            Self::Notice => format!("{prefix}notice"),
            Self::Setup => format!("{prefix}setup"),
            Self::Invitation(id) => format!("{prefix}{OF_INVITATION}{id}"),
            Self::Mark(tag) => format!("{prefix}{OF_MARK}{tag}"),
        }
    }

    /// Maximum length of a cookie value we issue.
    const fn longest(self) -> usize {
        match self {
            // Contains the form to undo what was done.
            Self::Notice => 2000,
            _ => 200,
        }
    }

    /// The value sent by the browser, if it has a form that we issue.
    pub fn read(self, state: &WebState, headers: &HeaderMap) -> Option<String> {
        read(&self.name(state.cookie_prefix()), self.longest(), headers)
    }

    /// Lifetime in the browser, in seconds. Without one, it ends with the browser session; the server's own limits end it earlier.
    const fn age(self) -> Option<i64> {
        match self {
            Self::Browser | Self::Session => None,
            Self::Notice => Some(SOON),
            Self::Setup | Self::Invitation(_) => Some(one_time_link::LIFETIME),
            Self::Mark(_) => Some(known_browser::LIFETIME),
        }
    }

    /// Sets the cookie.
    pub fn set(self, state: &WebState, value: &str) -> Option<HeaderValue> {
        let until = self.age().map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        self.line(state.cookie_prefix(), state.is_secure(), value, &until)
    }

    pub fn clear(self, state: &WebState) -> Option<HeaderValue> {
        self.line(state.cookie_prefix(), state.is_secure(), "", "; Max-Age=0")
    }

    fn line(self, prefix: &str, secure: bool, value: &str, more: &str) -> Option<HeaderValue> {
        let mark = if secure { "; Secure" } else { "" };
        let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{mark}{more}", self.name(prefix));
        HeaderValue::try_from(line).ok()
    }
}

/// Clears the invitation cookies if there is no room for one more.
pub fn too_many_invitations(state: &WebState, headers: &HeaderMap) -> Vec<HeaderValue> {
    let ids: Vec<InvitationId> = invitations(state.cookie_prefix(), headers);
    let too_many = ids.len() >= INVITATIONS;
    let clear = |id| Cookie::Invitation(id).clear(state);
    ids.into_iter().filter(|_| too_many).filter_map(clear).collect()
}

fn invitations(prefix: &str, headers: &HeaderMap) -> Vec<InvitationId> {
    each_of(&format!("{prefix}{OF_INVITATION}"), headers)
}

/// What follows this prefix in each cookie name.
fn each_of<T: FromStr>(before: &str, headers: &HeaderMap) -> Vec<T> {
    pairs(headers).filter_map(|(name, _)| name.strip_prefix(before)?.parse().ok()).collect()
}

/// Remembers in the browser that a user signed in: sets the new mark, and removes the others if there are too many.
pub fn remember(state: &WebState, headers: &HeaderMap, new: &NewMark) -> Vec<HeaderValue> {
    let mut others: Vec<Tag> = each_of(&format!("{}{OF_MARK}", state.cookie_prefix()), headers);
    others.retain(|tag| *tag != new.tag);
    let too_many = others.len() >= MARKS;
    let ended = others.into_iter().filter(|_| too_many).filter_map(|tag| Cookie::Mark(tag).clear(state));
    ended.chain(Cookie::Mark(new.tag).set(state, new.value.expose())).collect()
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
    use crate::platform::cookie_prefix::prefix;

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
        let (prefix, plain) = (prefix("https://as.example", true), prefix("https://as.example", false));
        let [one, two] = ids.map(|id| format!("{}=0123456789abcdef", Cookie::Invitation(id).name(&prefix)));
        let line = format!("{one}; {prefix}session=0123456789abcdef; {two}; {prefix}invitation_x=1");
        let headers = HeaderMap::from_iter([(header::COOKIE, line.parse().unwrap())]);
        assert_eq!(invitations(&prefix, &headers), ids);
        assert_eq!(invitations(&plain, &headers), []);
        assert!(read(&Cookie::Invitation(ids[1]).name(&prefix), 200, &headers).is_some());
    }

    #[test]
    fn point_1_1_each_person_has_a_mark_of_their_own() {
        let prefix = prefix("https://as.example", true);
        let tags: Vec<Tag> = ["00000000000000ff", "0123456789abcdef"].map(|tag| tag.parse().unwrap()).to_vec();
        let names: Vec<_> = tags.iter().map(|tag| Cookie::Mark(*tag).name(&prefix)).collect();
        assert!(names.iter().all(|name| name.starts_with("__Host-cs_") && name.contains("_known_")), "{names:?}");
        let line = format!("{}=x; {prefix}session=y; {}=z; {prefix}known_FF=1; {prefix}known_=1", names[0], names[1]);
        let headers = HeaderMap::from_iter([(header::COOKIE, line.parse().unwrap())]);
        assert_eq!(each_of::<Tag>(&format!("{prefix}{OF_MARK}"), &headers), tags);
    }

    #[test]
    fn cookies_are_bound_to_this_host_and_hidden_from_scripts() {
        assert_eq!(
            Cookie::Session.line("__Host-cs_x_", true, "v", "").unwrap(),
            "__Host-cs_x_session=v; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            Cookie::Browser.line("cs_x_", false, "v", "").unwrap(),
            "cs_x_browser=v; Path=/; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            Cookie::Session.line("cs_x_", false, "", "; Max-Age=0").unwrap(),
            "cs_x_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
        assert_eq!(Cookie::Session.line("cs_x_", true, "a\nSet-Cookie: b", ""), None, "no second header");
    }

    #[test]
    fn point_3_4_names_are_specific_to_the_issuer() {
        let issuers = ["https://a.example", "https://a.example:8443", "https://a.example/one", "https://a.example/two"];
        let names = issuers.map(|issuer| Cookie::Session.name(&prefix(issuer, true)));
        assert!(names.iter().all(|name| name.starts_with("__Host-cs_") && name.ends_with("_session")), "{names:?}");
        for (at, name) in names.iter().enumerate() {
            assert_eq!(names.iter().position(|other| other == name), Some(at), "{names:?}");
        }
        assert!(!Cookie::Session.name(&prefix("http://localhost:8080", false)).starts_with("__Host-"));
    }
}
