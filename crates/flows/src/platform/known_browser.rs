//! The mark of a browser in which a user has signed in. It distinguishes this browser from strangers when many of them guess at
//! the account. It proves nothing else and gives no access. It becomes invalid when the password changes, or when all access on
//! behalf of the user ends.
use crate::Server;
use domain::account::{Email, User};
use domain::platform::encoding::{base64url, from_base64url};
use domain::{Secret, Timestamp};
use std::fmt;
use std::str::FromStr;

/// Seconds that a browser keeps a mark.
pub const LIFETIME: i64 = 365 * 24 * 60 * 60;

/// Distinguishes the marks of several users in one browser, without revealing who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag(u64);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Tag {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let tag = u64::from_str_radix(text, 16).map(Self).map_err(|_| ())?;
        if tag.to_string() == text { Ok(tag) } else { Err(()) }
    }
}

/// A mark to be stored in the browser.
#[derive(Debug, Clone)]
pub struct NewMark {
    pub tag: Tag,
    pub value: Secret,
}

/// A mark that this server issued for the account that a user wants to sign in to. Whether it is still valid ([`Self::stands`])
/// depends on the account.
#[derive(Clone)]
pub(crate) struct Mark {
    browser: [u8; 16],
    standing: [u8; 32],
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mark(…)")
    }
}

/// The key of an account, from what was typed: the same for all spellings of an email address. Other texts match no account.
pub(crate) fn account(typed: &str) -> String {
    Email::parse(typed).map_or_else(|_| format!("no address\n{typed}"), |email| email.key())
}

/// The tag of the account for which this was typed.
pub fn tag(app: &Server, typed: &str) -> Tag {
    let hash = app.marks().hash(&format!("tag\n{}", account(typed)));
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[..8]);
    Tag(u64::from_be_bytes(bytes))
}

/// A hash of the account's facts that changes when its marks become invalid.
fn standing(app: &Server, user: &User) -> [u8; 32] {
    let password = user.password_hash.as_deref().unwrap_or_default();
    *app.marks().hash(&format!("standing\n{}\n{}\n{password}", user.id, user.epoch)).as_bytes()
}

/// Authenticates a mark and the account that it was issued for.
fn signature(app: &Server, account: &str, body: &[u8]) -> domain::SecretHash {
    app.marks().hash_bytes(&[b"mark\n", body, account.as_bytes()].concat())
}

/// Issues a mark for a browser in which the user just signed in.
pub(crate) fn issue(app: &Server, now: Timestamp, browser: [u8; 16], user: &User) -> NewMark {
    let until = now.plus(LIFETIME).seconds().to_be_bytes();
    let body = [&browser[..], &until, &standing(app, user)].concat();
    let signature = signature(app, &user.email.key(), &body);
    let value = Secret::new(base64url(&[&body, &signature.as_bytes()[..]].concat()));
    NewMark { tag: tag(app, user.email.as_str()), value }
}

/// Reads a mark that a browser sent. Returns `None` if this server did not issue it for that account, or if it has expired.
pub(crate) fn read(app: &Server, now: Timestamp, account: &str, shown: &Secret) -> Option<Mark> {
    let bytes = from_base64url(shown.expose())?;
    let (body, signed) = bytes.split_at_checked(16 + 8 + 32)?;
    if domain::SecretHash::from_slice(signed)? != signature(app, account, body) {
        return None;
    }
    let (browser, rest) = body.split_first_chunk::<16>()?;
    let (until, standing) = rest.split_first_chunk::<8>()?;
    let good = now < Timestamp::from_seconds(i64::from_be_bytes(*until));
    good.then_some(Mark { browser: *browser, standing: standing.try_into().ok()? })
}

impl Mark {
    /// Identifies the browser.
    pub(crate) fn browser(&self) -> String {
        base64url(&self.browser)
    }

    /// Whether the password is still the same, and access on behalf of the user has not been ended since.
    pub(crate) fn stands(&self, app: &Server, user: &User) -> bool {
        self.standing == standing(app, user)
    }
}
