//! The context of every request or job: one `now`, one source of random bytes, and facts for the audit log.
use domain::access::{Credential, Principal};
use domain::{SessionId, Timestamp, UserId};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time: the system's clock in the server, a fixed one in tests.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Generates random bytes: from the system in the server, from a seed in tests.
pub trait Rng: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The origin of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub request_id: String,
    /// The address of the peer, or of the client behind trusted proxies.
    pub ip: String,
    pub user_agent: String,
    /// Whether the browser loads the response into a frame (`Sec-Fetch-Dest: iframe`).
    pub framed: bool,
    /// The actor, if a credential or the command line identifies them: `usr_…`, `key_…`, `wsp_…`, or `command line`.
    pub actor: Option<String>,
    /// The credential of the actor. It must still be valid when they give access with it.
    pub credential: Option<Box<Credential>>,
}

/// The actor of a request without a valid credential.
pub(crate) const ANONYMOUS: &str = "anonymous";

impl Facts {
    /// These facts for an unauthenticated caller, whatever the request is about.
    #[must_use]
    pub fn unproven(self) -> Self {
        Self { actor: Some(ANONYMOUS.to_owned()), credential: None, ..self }
    }

    /// These facts for this caller.
    #[must_use]
    pub fn by(self, principal: &Principal) -> Self {
        let credential = Some(principal.credential.clone()).filter(|credential| *credential != Credential::Nothing);
        Self { actor: Some(principal.actor()), credential: credential.map(Box::new), ..self }
    }
}

/// The number of seconds after which a refused request may be retried, if it is known. Code that limits something sets it here,
/// and it is sent to the caller as `Retry-After`, whatever the response looks like.
#[derive(Debug, Clone, Default)]
pub struct Later(Arc<AtomicI64>);

impl Later {
    /// Sets the number of seconds to wait.
    pub(crate) fn wait(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    pub fn seconds(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|seconds| *seconds > 0)
    }
}

/// The context of one request or job.
#[derive(Clone)]
pub struct Ctx {
    pub now: Timestamp,
    pub rng: Arc<dyn Rng>,
    pub facts: Facts,
    pub later: Later,
}

impl Ctx {
    pub fn new(clock: &dyn Clock, rng: Arc<dyn Rng>, facts: Facts) -> Self {
        Self { now: clock.now(), rng, facts, later: Later::default() }
    }

    /// Generates `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill(&mut bytes);
        bytes
    }
}

impl Ctx {
    /// This request, by an unauthenticated caller.
    pub(crate) fn unproven(&self) -> Self {
        Self { facts: self.facts.clone().unproven(), ..self.clone() }
    }

    /// This request, by this caller.
    pub(crate) fn by(&self, principal: &Principal) -> Self {
        Self { facts: self.facts.clone().by(principal), ..self.clone() }
    }

    /// This request, with this credential.
    pub(crate) fn with(&self, credential: Option<Credential>) -> Self {
        Self { facts: Facts { credential: credential.map(Box::new), ..self.facts.clone() }, ..self.clone() }
    }

    /// This request, by a user in this session.
    pub(crate) fn in_session(&self, user: UserId, session: SessionId) -> Self {
        let (actor, credential) = (Some(user.to_string()), Some(Box::new(Credential::Session(session))));
        Self { facts: Facts { actor, credential, ..self.facts.clone() }, ..self.clone() }
    }
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx").field("now", &self.now).field("facts", &self.facts).finish_non_exhaustive()
    }
}
