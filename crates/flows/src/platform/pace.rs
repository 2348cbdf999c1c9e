//! Long work in the background: batches, each a transaction of its own, that take the same time however much a row costs, with
//! a pause after each, so that other writes go on.
use futures_util::future::BoxFuture;
use std::time::Duration;
use store::{Store, StoreError, Tx};
use tokio::time::{Instant, sleep};

/// How long a job goes on; what is left waits for the next turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn(Option<Instant>);

impl Turn {
    const LONGEST: Duration = Duration::from_secs(4);

    pub(crate) fn begin() -> Self {
        Self(Some(Instant::now() + Self::LONGEST))
    }

    /// Until nothing is left, for tests.
    pub(crate) const ENDLESS: Self = Self(None);

    pub(crate) fn is_over(self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }
}

/// How long a batch should take where other writes wait for it: on SQLite.
const AIM_ALONE: Duration = Duration::from_millis(10);
/// The same on PostgreSQL, where a batch of few rows is mostly journeys to the server.
const AIM: Duration = Duration::from_millis(50);

/// Rows of a batch, at least and at most.
const LEAST: u128 = 10;
const MOST: u128 = 5_000;

/// How many rows a batch may have.
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
    /// Runs one batch: `work` gets how many rows it may take.
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
        // As long as it worked: others have half of the time at least.
        sleep(took).await;
        Ok(done)
    }

    /// As many rows as would have taken as long as it should, but no jump.
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
