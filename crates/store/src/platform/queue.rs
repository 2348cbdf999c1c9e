//! The SQLite writer: one thread that commits many writes together and answers each caller only after the commit.
//!
//! SQLite has one writer at a time, and a durable commit costs a disk flush. So callers do not compete for the file:
//! they queue, and all writes queued during one flush share the next commit.
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

/// Limits how long the first caller of a batch waits for the last one.
const MAX_BATCH: usize = 256;

/// A queued write.
trait Job: Send {
    /// Runs the job. Returns `false` if its changes must be rolled back.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Answers the caller, if it is still waiting.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Write<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    /// Callbacks to run after the commit.
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
        // The connection stays usable: whatever the closure left behind is rolled back with its savepoint.
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
        // Fails if the caller was dropped; the write is committed regardless.
        let _ = self.reply.send(result);
    }
}

/// The callers' end of the queue.
pub(crate) struct Queue {
    sender: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    /// Closed when the writer has answered every caller and released its connection.
    finished: watch::Receiver<()>,
    commits: Arc<AtomicU64>,
    patience: Duration,
}

impl Queue {
    /// Starts the writer on `connection`. At most `capacity` writes are queued; further callers wait up to `patience`
    /// for a slot.
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
        // Holding the sender while waiting would needlessly keep a closing queue open.
        drop(sender);
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer stopped".to_owned()).into()))
    }

    /// How many writes are queued.
    pub(crate) fn waiting(&self) -> usize {
        self.sender.lock().as_ref().map_or(0, |sender| sender.max_capacity() - sender.capacity())
    }

    /// How many transactions were committed.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Accepts no more writes, finishes the queued ones, and returns when the file is closed.
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
                // Fails if SQLite has already rolled back, which is just as good.
                let _ = sql(&mut tx, "ROLLBACK");
            }
        }
        for job in batch {
            job.answer(outcome.clone());
        }
    }
}

/// Runs `first` and the jobs queued behind it as one transaction. All jobs taken are in `batch`, whatever happens.
fn transaction(
    tx: &mut Tx,
    opened: &Opened,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    batch: &mut Vec<Box<dyn Job>>,
) -> Result<(), StoreError> {
    batch.push(first);
    // IMMEDIATE takes the write lock now, so that no later statement can fail to get it.
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
    // Last, so that the file has little time to disappear before the commit.
    opened.check()?;
    sql(tx, "COMMIT")
}

fn sql(tx: &mut Tx, statement: &'static str) -> Result<(), StoreError> {
    tx.execute(statement, &[])
        .now_or_never()
        .unwrap_or_else(|| Err(StoreError::Other("SQLite statements do not wait".to_owned())))
        .map(|_| ())
}
