//! Rates and percentiles.
use serde_json::{Value, json};

/// One measurement.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Operations per second.
    pub rate: f64,
    /// Microseconds.
    pub p50: u64,
    pub p95: u64,
    pub p99: u64,
}

impl Measured {
    /// Computes the result from the duration of each operation in microseconds, and the total time in seconds.
    pub fn of(mut times: Vec<u64>, seconds: f64) -> Self {
        times.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "a count of operations is far below 2^52")]
        let rate = times.len() as f64 / seconds;
        Self { rate, p50: percentile(&times, 50), p95: percentile(&times, 95), p99: percentile(&times, 99) }
    }

    pub fn json(&self) -> Value {
        json!({"rate": self.rate.round(), "p50_us": self.p50, "p99_us": self.p99})
    }
}

/// The nearest-rank percentile of sorted values.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// A field of `/proc/<pid>/status` given in KiB.
pub fn kib(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(field));
    line.and_then(|l| l.split_whitespace().find_map(|w| w.parse().ok())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank() {
        let values: Vec<u64> = (1..=200).collect();
        assert_eq!((percentile(&values, 50), percentile(&values, 99)), (100, 198));
        assert_eq!((percentile(&[7], 50), percentile(&[7], 99), percentile(&[], 99)), (7, 7, 0));
        let measured = Measured::of(vec![3, 1, 2], 1.5);
        assert!((measured.rate - 2.0).abs() < f64::EPSILON);
        assert_eq!(measured.p50, 2);
    }
}
