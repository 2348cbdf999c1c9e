//! Readiness: whether writes succeed, and whether jobs run.
use crate::Fault;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::Store;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// The maximum time for an answer, whatever the database does.
const WITHIN: Duration = Duration::from_millis(900);
/// How long an answer is shared by all callers.
const SHARED: Duration = Duration::from_secs(1);
/// A job counts as stalled if it has not succeeded for this long plus ten of its intervals.
const PATIENCE: Duration = Duration::from_secs(30);

/// The reason why the server is not ready.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unready {
    #[error("the server is stopping")]
    Leaving,
    #[error("no write succeeds: {0}")]
    Database(Fault),
    #[error("the database did not take a write within a second")]
    Slow,
    #[error("the job `{0}` stands still")]
    Job(&'static str),
}

impl Unready {
    /// The public description.
    pub fn public(&self) -> String {
        match self {
            Self::Database(_) => "the database is not available".to_owned(),
            Self::Leaving | Self::Slow | Self::Job(_) => self.to_string(),
        }
    }
}

/// The state of the jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jobs {
    pub running: usize,
    /// The number of panics since startup.
    pub panics: u64,
    /// A job that has not succeeded for too long.
    pub still: Option<&'static str>,
}

#[derive(Debug)]
struct Running {
    every: Duration,
    succeeded: Instant,
    panics: u64,
}

/// What determines readiness.
#[derive(Debug, Default)]
pub struct Standing {
    last: watch::Sender<Option<(Instant, Result<(), Fault>)>>,
    probing: AtomicBool,
    jobs: Mutex<BTreeMap<&'static str, Running>>,
    leaving: AtomicBool,
    lost_lines: OnceLock<fn() -> u64>,
}

impl Standing {
    /// Reports the server as not ready from now on, because it is shutting down.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Release);
    }

    /// Sets the function that counts log lines that could not be written.
    pub fn count_lost_lines(&self, counter: fn() -> u64) {
        self.lost_lines.get_or_init(|| counter);
    }

    /// The number of log lines that could not be written.
    pub fn lost_lines(&self) -> u64 {
        self.lost_lines.get().map_or(0, |counter| counter())
    }

    /// Registers a job that will run at this interval.
    pub fn begin(&self, name: &'static str, every: Duration) {
        self.jobs.lock().insert(name, Running { every, succeeded: Instant::now(), panics: 0 });
    }

    pub fn succeeded(&self, name: &'static str) {
        if let Some(job) = self.jobs.lock().get_mut(name) {
            job.succeeded = Instant::now();
        }
    }

    /// Counts a panic of this job. Returns how often it has panicked.
    pub fn panicked(&self, name: &'static str) -> u64 {
        let mut jobs = self.jobs.lock();
        let Some(job) = jobs.get_mut(name) else { return 0 };
        job.panics += 1;
        job.panics
    }

    /// A job that has not succeeded for too long, if there is one.
    pub fn still(&self, now: Instant) -> Option<&'static str> {
        let is_still = |job: &Running| now.duration_since(job.succeeded) > PATIENCE + job.every * 10;
        self.jobs.lock().iter().find(|(_, job)| is_still(job)).map(|(name, _)| *name)
    }

    /// The state of the jobs.
    pub fn jobs(&self) -> Jobs {
        let still = self.still(Instant::now());
        let jobs = self.jobs.lock();
        Jobs { running: jobs.len(), panics: jobs.values().map(|job| job.panics).sum(), still }
    }

    /// Checks readiness. Asks the database unless another caller is doing so, or did so just now.
    pub async fn ready(self: &Arc<Self>, store: &Store) -> Result<(), Unready> {
        if self.leaving.load(Ordering::Acquire) {
            return Err(Unready::Leaving);
        }
        let mut last = self.last.subscribe();
        let known = last.borrow_and_update().as_ref().filter(|(at, _)| at.elapsed() < SHARED).cloned();
        let outcome = if let Some((_, outcome)) = known {
            outcome
        } else {
            if !self.probing.swap(true, Ordering::AcqRel) {
                let (probe, store) = (Probe(self.clone()), store.clone());
                tokio::spawn(async move {
                    let outcome = store.probe().await.map_err(Fault::from);
                    probe.0.last.send_replace(Some((Instant::now(), outcome)));
                });
            }
            if !matches!(timeout(WITHIN, last.changed()).await, Ok(Ok(()))) {
                return Err(Unready::Slow);
            }
            let told = last.borrow().as_ref().map(|(_, outcome)| outcome.clone());
            told.ok_or(Unready::Slow)?
        };
        outcome.map_err(Unready::Database)?;
        self.still(Instant::now()).map_or(Ok(()), |name| Err(Unready::Job(name)))
    }
}

/// Marks a running probe; there is only one at a time.
struct Probe(Arc<Standing>);

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.probing.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn point_6_1_a_job_that_does_not_succeed_any_more_stands_still() {
        let standing = Standing::default();
        let later = |seconds| Instant::now() + Duration::from_secs(seconds);
        assert_eq!(standing.still(later(1_000)), None, "without jobs, none does");
        standing.begin("often", Duration::from_secs(1));
        standing.begin("seldom", Duration::from_secs(30));
        assert_eq!(standing.still(later(39)), None);
        assert_eq!(standing.still(later(42)), Some("often"));
        assert_eq!((standing.panicked("seldom"), standing.panicked("seldom")), (1, 2));
        assert_eq!(standing.jobs(), Jobs { running: 2, panics: 2, still: None });
        standing.jobs.lock().remove("often");
        assert_eq!(standing.still(later(329)), None);
        assert_eq!(standing.still(later(332)), Some("seldom"));
        assert_eq!(Unready::Job("seldom").public(), "the job `seldom` stands still");
    }
}
