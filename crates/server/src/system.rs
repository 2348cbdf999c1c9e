//! The system's clock and randomness: the only place that reads them.
use aws_lc_rs::rand;
use domain::Timestamp;
use flows::{Clock, Ctx, Facts, Rng};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
    fn now(&self) -> Timestamp {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

/// The system's random number generator.
#[derive(Debug, Clone, Copy)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        if rand::fill(bytes).is_err() {
            // Without randomness, nothing after this would be secure.
            std::process::abort();
        }
    }
}

/// The context of a command or job.
pub fn ctx(what: &str) -> Ctx {
    let facts = Facts { request_id: what.to_owned(), actor: Some(what.to_owned()), ..Facts::default() };
    Ctx::new(&SystemClock, Arc::new(SystemRng), facts)
}
