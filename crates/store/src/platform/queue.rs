//! The SQLite writer: one thread that commits many writes at once and answers each caller only after the commit.
//!
//! SQLite has one writer at a time, and a durable commit costs a flush of the disk. So callers do not compete for the
//! file: they queue, and whoever queued while the last commit was being flushed shares the next one.
use crate::StoreError;
use crate::platform::sqlite::Opened;
use crate::platform::sqlite_checkpoint::Checkpointer;
use crate::platform::tx::{self, After, Link, Tx};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Bounds how long the first caller of a batch waits for the last one.
const MAX_BATCH: usize = 256;

/// A write that waits for its turn.
trait Job: Send {
    /// Runs it; `false` takes back what it did.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Tells the caller, if there still is one.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Write<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    /// Done once this is committed.
    after: Vec<After>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Write<F, T, E>
where
    F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, E>> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        let Some(work) = self.work.take() else { return false };
        // The connection stays sound: whatever the closure left behind is rolled back with its savepoint.
        let result = match catch_unwind(AssertUnwindSafe(|| work(tx).now_or_never())) {
            Ok(Some(result)) => result,
            Ok(None) => {
                Err(StoreError::Other("a write waited for something other than the database".to_owned()).into())
            }
            Err(_) => Err(StoreError::Other("a write panicked".to_owned()).into()),
        };
        let after = tx.after();
        if result.is_ok() {
            self.after = after;
        }
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        if committed.is_ok() {
            tx::committed(self.after);
        }
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Other("a write was not run".to_owned()).into()),
            (Err(error), _) => Err(error.into()),
        };
        // Nobody listens when the caller went away; the write stands all the same.
        let _ = self.reply.send(result);
    }
}

/// The callers' end of the queue.
pub(crate) struct Queue {
    sender: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    /// Ends when the writer has answered everybody and let go of its connection.
    finished: watch::Receiver<()>,
    commits: Arc<AtomicU64>,
    patience: Duration,
}

impl Queue {
    /// Starts the writer on `connection`. At most `capacity` writes wait; more wait outside, up to `patience`.
    pub(crate) fn start(
        connection: rusqlite::Connection,
        opened: Opened,
        checkpointer: Checkpointer,
        capacity: usize,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let (sender, jobs) = mpsc::channel(capacity);
        let (alive, finished) = watch::channel(());
        let commits = Arc::new(AtomicU64::new(0));
        let counter = commits.clone();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                write_all(Tx::new(Link::Sqlite(connection)), &opened, jobs, checkpointer, &counter);
                drop(alive);
            })
            .map_err(|e| StoreError::Unavailable(format!("no thread for the writer: {e}")))?;
        Ok(Self { sender: Mutex::new(Some(sender)), finished, commits, patience })
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let closed = || StoreError::Unavailable("the store was closed".to_owned());
        let sender = self.sender.lock().clone().ok_or_else(closed)?;
        let place = tokio::time::timeout(self.patience, sender.reserve())
            .await
            .map_err(|_| StoreError::Timeout("the write queue is full".to_owned()))?
            .map_err(|_| closed())?;
        let (reply, answer) = oneshot::channel();
        place.send(Box::new(Write { work: Some(work), result: None, after: Vec::new(), reply }));
        // Held until the answer, the sender would keep a closing queue open for no use.
        drop(sender);
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer stopped".to_owned()).into()))
    }

    /// How many writes wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.sender.lock().as_ref().map_or(0, |sender| sender.max_capacity() - sender.capacity())
    }

    /// How many transactions were committed.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Takes no more writes, finishes those that wait, and returns when the file is closed.
    pub(crate) async fn close(&self) {
        drop(self.sender.lock().take());
        let mut finished = self.finished.clone();
        while finished.changed().await.is_ok() {}
    }
}

fn write_all(
    mut tx: Tx,
    opened: &Opened,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    mut checkpointer: Checkpointer,
    commits: &AtomicU64,
) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = Vec::with_capacity(16);
        let before = tx.rows_changed();
        let outcome = transaction(&mut tx, opened, first, &mut jobs, &mut batch);
        match &outcome {
            Ok(()) => {
                commits.fetch_add(1, Ordering::Relaxed);
                checkpointer.changed(tx.rows_changed().saturating_sub(before));
            }
            Err(error) => {
                tracing::error!(%error, writes = batch.len(), "a batch of writes was not committed");
                // Fails when SQLite has rolled back by itself, which is as good.
                let _ = sql(&mut tx, "ROLLBACK");
            }
        }
        for job in batch {
            job.answer(outcome.clone());
        }
    }
}

/// Runs `first` and whatever waits behind it as one transaction. All jobs taken are in `batch`, whatever happens.
fn transaction(
    tx: &mut Tx,
    opened: &Opened,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    batch: &mut Vec<Box<dyn Job>>,
) -> Result<(), StoreError> {
    batch.push(first);
    // IMMEDIATE takes the write lock now, so that no statement inside can fail for want of it.
    sql(tx, "BEGIN IMMEDIATE")?;
    let mut at = 0;
    while let Some(job) = batch.get_mut(at) {
        sql(tx, "SAVEPOINT job")?;
        if !job.run(tx) {
            sql(tx, "ROLLBACK TO job")?;
        }
        // A full disk makes SQLite roll back everything: then this fails, and so does the batch.
        sql(tx, "RELEASE job")?;
        at += 1;
        if at < MAX_BATCH {
            batch.extend(jobs.try_recv().ok());
        }
    }
    // Last, so that little time is left for the file to go away before the commit.
    opened.check()?;
    sql(tx, "COMMIT")
}

fn sql(tx: &mut Tx, statement: &'static str) -> Result<(), StoreError> {
    tx.execute(statement, &[])
        .now_or_never()
        .unwrap_or_else(|| Err(StoreError::Other("SQLite statements do not wait".to_owned())))
        .map(|_| ())
}
