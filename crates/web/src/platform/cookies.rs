//! The cookies: one that binds pages to a browser, one for the session, one that tells the next page what was done, for an hour
//! those of links that were opened, and for a year those by which a browser is known to who signed in there.
use crate::WebState;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::InvitationId;
use flows::platform::known_browser::{self, NewMark, Tag};
use flows::platform::one_time_link;
use std::str::FromStr;

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
    /// The mark of somebody who signed in: one for each, as people share browsers.
    Mark(Tag),
}

/// People whom a browser remembers to have signed in. One more has it forget the others.
const MARKS: usize = 8;

/// Invitations that a browser can have open. Whoever makes it open more has it forget the others, and no other cookie.
const INVITATIONS: usize = 8;

/// Seconds in which the next page has to come, for it to tell what was done.
pub const SOON: i64 = 60;

const OF_INVITATION: &str = "invitation_";
const OF_MARK: &str = "known_";

impl Cookie {
    /// The name, for the [prefix](crate::platform::cookie_prefix::prefix) of the server.
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
        read(&self.name(state.cookie_prefix()), self.longest(), headers)
    }

    /// Seconds for which a browser keeps it. Without any it does so as long as it runs; the server's own limits end it earlier.
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

/// The cookies of invitations that have to go before one more is opened.
pub fn too_many_invitations(state: &WebState, headers: &HeaderMap) -> Vec<HeaderValue> {
    let ids: Vec<InvitationId> = invitations(state.cookie_prefix(), headers);
    let too_many = ids.len() >= INVITATIONS;
    let clear = |id| Cookie::Invitation(id).clear(state);
    ids.into_iter().filter(|_| too_many).filter_map(clear).collect()
}

fn invitations(prefix: &str, headers: &HeaderMap) -> Vec<InvitationId> {
    each_of(&format!("{prefix}{OF_INVITATION}"), headers)
}

/// What the names of cookies say after this beginning.
fn each_of<T: FromStr>(before: &str, headers: &HeaderMap) -> Vec<T> {
    pairs(headers).filter_map(|(name, _)| name.strip_prefix(before)?.parse().ok()).collect()
}

/// The browser remembers that somebody signed in: the new mark, and the end of others where there are too many.
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
