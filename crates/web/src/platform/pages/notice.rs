//! A notice of what was just done, shown once on the next page.
use super::undo::Undo;
use crate::WebState;
use crate::platform::cookies::{Cookie, SOON};
use crate::platform::request::Incoming;
use axum::http::HeaderValue;
use domain::platform::encoding::{base64url, from_base64url};
use domain::{SecretHash, SessionId};
use serde::{Deserialize, Serialize};

const TAG: usize = 32;

/// A notice for one page of one session. It is sent in a cookie instead of the URL, so that a link cannot claim that something
/// was done, and reloading the page does not repeat it. It is sealed because without TLS other hosts under the same domain can
/// set cookies: they must not be able to plant one of our forms that does something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The path of the page that shows it, since another tab may request a different page first.
    pub at: String,
    /// The text key `done-…`.
    pub done: String,
    pub undo: Option<Undo>,
}

impl Notice {
    /// The cookie that carries the notice to the next page.
    pub fn cookie(&self, state: &WebState, incoming: &Incoming, session: SessionId) -> Option<HeaderValue> {
        let payload = serde_json::to_vec(&(incoming.ctx.now.plus(SOON).seconds(), self)).ok()?;
        let sealed = [tag(state, session, &payload).as_bytes(), payload.as_slice()].concat();
        Cookie::Notice.set(state, &base64url(&sealed))
    }

    /// The notice from [`Notice::cookie`], if it was issued for this session and this path.
    pub fn read(state: &WebState, incoming: &Incoming, session: SessionId, path: &str) -> Option<Self> {
        let sealed = from_base64url(&Cookie::Notice.read(state, &incoming.headers)?)?;
        let (claimed, payload) = sealed.split_at_checked(TAG)?;
        if SecretHash::from_slice(claimed)? != tag(state, session, payload) {
            return None;
        }
        let (until, notice): (i64, Self) = serde_json::from_slice(payload).ok()?;
        (incoming.ctx.now.seconds() < until && notice.at == path).then_some(notice)
    }
}

fn tag(state: &WebState, session: SessionId, payload: &[u8]) -> SecretHash {
    state.app().forms().hash_bytes(&[format!("notice\n{session}\n").as_bytes(), payload].concat())
}
