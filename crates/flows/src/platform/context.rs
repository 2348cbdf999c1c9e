//! What every request or job brings along: one `now`, one source of random bytes, and the facts for the audit log.
use domain::access::{Credential, Principal};
use domain::{SessionId, Timestamp, UserId};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time. The system's clock stands in the server, a fixed one in the tests.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Gives random bytes. The system's source stands in the server, a seeded one in the tests.
pub trait Rng: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub request_id: String,
    /// The address of the peer, or of the client behind trusted proxies.
    pub ip: String,
    pub user_agent: String,
    /// The browser loads the answer into a frame (`Sec-Fetch-Dest: iframe`).
    pub framed: bool,
    /// Who acts, where a credential or the command line says so: `usr_…`, `key_…`, `wsp_…`, or `command line`.
    pub actor: Option<String>,
    /// What they proved that with. It has to be good still when they give somebody access with it.
    pub credential: Option<Box<Credential>>,
}

/// The actor of a request without a good credential.
pub(crate) const ANONYMOUS: &str = "anonymous";

impl Facts {
    /// The same of a caller who did not prove who they are, whomever the request is about.
    #[must_use]
    pub fn unproven(self) -> Self {
        Self { actor: Some(ANONYMOUS.to_owned()), credential: None, ..self }
    }

    /// The same of a request by this caller.
    #[must_use]
    pub fn by(self, principal: &Principal) -> Self {
        let credential = Some(principal.credential.clone()).filter(|credential| *credential != Credential::Nothing);
        Self { actor: Some(principal.actor()), credential: credential.map(Box::new), ..self }
    }
}

/// In how many seconds what was refused for now may be done, where that is known. Code that limits something says so here, and
/// whatever the answer looks like, it tells the caller (`Retry-After`).
#[derive(Debug, Clone, Default)]
pub struct Later(Arc<AtomicI64>);

impl Later {
    /// What was refused may be done after so many seconds.
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

    /// So many random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill(&mut bytes);
        bytes
    }
}

impl Ctx {
    /// The same request, of a caller who did not prove who they are.
    pub(crate) fn unproven(&self) -> Self {
        Self { facts: self.facts.clone().unproven(), ..self.clone() }
    }

    /// The same request, by this caller.
    pub(crate) fn by(&self, principal: &Principal) -> Self {
        Self { facts: self.facts.clone().by(principal), ..self.clone() }
    }

    /// The same request, with what the person proves who they are with.
    pub(crate) fn with(&self, credential: Option<Credential>) -> Self {
        Self { facts: Facts { credential: credential.map(Box::new), ..self.facts.clone() }, ..self.clone() }
    }

    /// The same request, by a person in this session.
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
