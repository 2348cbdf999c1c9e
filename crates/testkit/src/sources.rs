//! A clock that moves only on request, and seeded random bytes.
use aws_lc_rs::digest::{SHA256, digest};
use domain::Timestamp;
use flows::{Clock, Rng};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// 2026-01-01T00:00:00Z, until moved.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl Default for FixedClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_767_225_600))
    }
}

impl FixedClock {
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// SHA-256 of a counter: the same sequence of bytes in each run, without repeated draws.
#[derive(Debug)]
pub struct SeededRng(AtomicU64);

impl SeededRng {
    /// Nodes on one database use different seeds.
    pub fn new(node: u64) -> Self {
        Self(AtomicU64::new(node << 32))
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&digest(&SHA256, &n.to_be_bytes()).as_ref()[..chunk.len()]);
        }
    }
}
