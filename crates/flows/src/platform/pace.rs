//! Paces long background work: in batches, each a transaction of its own, which take the same time whatever a row costs, with a
//! pause after each, so that other writes can proceed.
use futures_util::future::BoxFuture;
use std::time::Duration;
use store::{Store, StoreError, Tx};
use tokio::time::{Instant, sleep};

/// How long a job runs; the rest waits for the next turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn(Option<Instant>);

impl Turn {
    const LONGEST: Duration = Duration::from_secs(4);

    pub(crate) fn begin() -> Self {
        Self(Some(Instant::now() + Self::LONGEST))
    }

    /// Without an end, for tests.
    pub(crate) const ENDLESS: Self = Self(None);

    pub(crate) fn is_over(self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }
}

/// The intended duration of a batch on SQLite, where other writes wait for it.
const AIM_ALONE: Duration = Duration::from_millis(10);
/// The intended duration of a batch on PostgreSQL, where small batches consist mostly of round trips.
const AIM: Duration = Duration::from_millis(50);

/// The minimum and maximum number of rows in a batch.
const LEAST: u128 = 10;
const MOST: u128 = 5_000;

/// The number of rows for the next batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    rows: u128,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rows: 100 }
    }
}

impl Pace {
    /// Runs one batch. `work` gets the maximum number of rows.
    pub(crate) async fn batch<T, F>(&mut self, store: &Store, work: F) -> Result<T, StoreError>
    where
        F: for<'a> FnOnce(&'a mut Tx, i64) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let batch = store.write(move |tx| {
            Box::pin(async move {
                let begun = Instant::now();
                let done = work(tx, rows).await?;
                Ok::<_, StoreError>((done, begun.elapsed()))
            })
        });
        let (done, took) = batch.await?;
        self.adapt(took, if store.is_serial() { AIM_ALONE } else { AIM });
        // Pauses for as long as the batch took, so that others have at least half of the time.
        sleep(took).await;
        Ok(done)
    }

    /// Adapts the number of rows to the intended duration, within limits.
    fn adapt(&mut self, took: Duration, aim: Duration) {
        let fitting = self.rows * aim.as_micros() / took.as_micros().max(1);
        self.rows = fitting.clamp(self.rows / 4, self.rows * 2).clamp(LEAST, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_4_4_a_batch_has_as_many_rows_as_fit() {
        let mut pace = Pace::default();
        let mut after = |millis| {
            pace.adapt(Duration::from_millis(millis), AIM_ALONE);
            pace.rows
        };
        assert_eq!(after(10), 100);
        assert_eq!(after(5), 200);
        assert_eq!(after(0), 400, "it doubles at most");
        assert_eq!(after(20), 200);
        assert_eq!(after(10_000), 50, "and falls to a quarter at most");
        assert_eq!([after(10_000), after(10_000)], [12, 10]);
        for _ in 0..20 {
            after(0);
        }
        assert_eq!(after(1), 5_000);
    }
}
