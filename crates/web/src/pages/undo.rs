//! The way back from what was just done: a form in the notice that says so.
use crate::WebState;
use domain::encoding::{base64url, from_base64url};
use domain::{SecretHash, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// Seconds for which the way back is offered.
const OFFERED: i64 = 15 * 60;

/// The field with what has to be there still, for a way back to lead anywhere.
pub const ONLY_FROM: &str = "only_from";

/// A form that takes back what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Where it goes.
    pub path: String,
    pub fields: Vec<(String, String)>,
    /// Whether some of what was done stays done.
    pub partly: bool,
}

impl Undo {
    pub fn by(path: String) -> Self {
        Self { path, fields: Vec::new(), partly: false }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }

    /// Gives back what was, unless it is no longer what it is now: somebody else may have changed it since.
    #[must_use]
    pub fn back(self, name: &str, was: impl Display, is: impl Display) -> Self {
        self.with(name, was).with(ONLY_FROM, is)
    }

    /// Says that access which ended stays ended.
    #[must_use]
    pub fn partly(self, partly: bool) -> Self {
        Self { partly, ..self }
    }

    /// As the address of the next page brings it along. Nobody else can make one: a link must not offer a form of ours that
    /// does something else.
    pub fn sealed(&self, state: &WebState, session: SessionId, now: Timestamp) -> Option<String> {
        let payload = serde_json::to_vec(&(now.plus(OFFERED).seconds(), self)).ok()?;
        let tag = tag(state, session, &payload);
        Some(format!("{}.{}", base64url(&payload), base64url(tag.as_bytes())))
    }

    /// What [`Undo::sealed`] made for this session, for as long as it is offered.
    pub fn open(state: &WebState, session: SessionId, now: Timestamp, text: &str) -> Option<Self> {
        let (payload, claimed) = text.split_once('.')?;
        let (payload, claimed) = (from_base64url(payload)?, SecretHash::from_slice(&from_base64url(claimed)?)?);
        if claimed != tag(state, session, &payload) {
            return None;
        }
        let (until, undo): (i64, Self) = serde_json::from_slice(&payload).ok()?;
        (now.seconds() < until).then_some(undo)
    }
}

fn tag(state: &WebState, session: SessionId, payload: &[u8]) -> SecretHash {
    state.app().forms().hash_bytes(&[format!("undo\n{session}\n").as_bytes(), payload].concat())
}
