//! What was just done, told once by the page that comes next.
use super::undo::Undo;
use crate::WebState;
use crate::platform::cookies::{Cookie, SOON};
use crate::platform::request::Incoming;
use axum::http::HeaderValue;
use domain::platform::encoding::{base64url, from_base64url};
use domain::{SecretHash, SessionId};
use serde::{Deserialize, Serialize};

const TAG: usize = 32;

/// A notice, for one page of one session. It travels in a cookie and not in the address: a link must not be able to say that
/// something was done, and to load the page again must not say it again. It is sealed, as other hosts under the same domain may
/// set cookies where there is no TLS: nobody else can offer a form of ours that does something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The path of the page that tells it: another tab may ask for another one first.
    pub at: String,
    /// The text `done-…`.
    pub done: String,
    pub undo: Option<Undo>,
}

impl Notice {
    /// For the browser to bring along.
    pub fn cookie(&self, state: &WebState, incoming: &Incoming, session: SessionId) -> Option<HeaderValue> {
        let payload = serde_json::to_vec(&(incoming.ctx.now.plus(SOON).seconds(), self)).ok()?;
        let sealed = [tag(state, session, &payload).as_bytes(), payload.as_slice()].concat();
        Cookie::Notice.set(state, &base64url(&sealed))
    }

    /// What [`Notice::cookie`] made for this session, if it is for the page at this path.
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
