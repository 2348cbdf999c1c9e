//! What every request or job brings along: one `now`, one source of random bytes, and the facts for the audit log.
use domain::Timestamp;
use std::fmt;
use std::sync::Arc;

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
    /// Who acts, where a credential or the command line says so: `usr_…`, `key_…`, a client id, or `command line`.
    pub actor: Option<String>,
}

/// The context of one request or job.
#[derive(Clone)]
pub struct Ctx {
    pub now: Timestamp,
    pub rng: Arc<dyn Rng>,
    pub facts: Facts,
}

impl Ctx {
    pub fn new(clock: &dyn Clock, rng: Arc<dyn Rng>, facts: Facts) -> Self {
        Self { now: clock.now(), rng, facts }
    }

    /// So many random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx").field("now", &self.now).field("facts", &self.facts).finish_non_exhaustive()
    }
}
