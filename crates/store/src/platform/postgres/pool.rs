//! A connection pool of limited size; callers wait for a connection no longer than their patience.
//!
//! We do not use `sqlx`'s pool: while the server is down it makes every caller wait out the full patience, it waits
//! forever for a connection that hangs when it is returned, and it supports only one host.
use super::hosts::Hosts;
use super::line::{Line, Open};
use crate::StoreError;
use futures_util::future::join_all;
use parking_lot::Mutex;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, TryAcquireError, watch};
use tokio::time::{Instant, timeout};

/// A connection idle for longer is checked before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);
/// A connection idle for longer is closed.
const IDLE: Duration = Duration::from_mins(10);
/// Concurrent connection attempts: too many slow both sides down so much that none finishes in time.
const AT_ONCE: usize = 2;
/// How long closing connections gracefully may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// How connections are made, and the timeouts.
pub(crate) struct Terms {
    pub(crate) hosts: Arc<Hosts>,
    /// Session parameters of each connection.
    pub(crate) session: Vec<(&'static str, String)>,
    pub(crate) most: usize,
    /// How long a caller waits for its turn.
    pub(crate) patience: Duration,
    /// How long a response may take.
    pub(crate) within: Duration,
}

#[derive(Clone)]
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    terms: Terms,
    places: Arc<Semaphore>,
    state: Mutex<State>,
    /// How many callers hold or are acquiring a connection.
    lent: watch::Sender<usize>,
    open: Arc<AtomicUsize>,
    /// Signals that a connection was returned or an attempt to connect has ended.
    happened: Notify,
}

#[derive(Default)]
struct State {
    /// Used last in, first out, so that surplus connections age.
    idle: Vec<(Line, Instant)>,
    closed: bool,
    /// Why the last attempt to connect failed.
    down: Option<StoreError>,
    /// How many attempts to connect are in progress.
    attempts: usize,
}

fn no_connection() -> StoreError {
    StoreError::Timeout("no connection was free".to_owned())
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store was closed".to_owned())
}

impl Pool {
    pub(crate) fn new(terms: Terms) -> Self {
        let places = Arc::new(Semaphore::new(terms.most));
        Self(Arc::new(Shared {
            terms,
            places,
            state: Mutex::default(),
            lent: watch::Sender::new(0),
            open: Arc::default(),
            happened: Notify::new(),
        }))
    }

    /// An idle connection, or a new one.
    pub(crate) async fn take(&self) -> Result<Lease, StoreError> {
        let home = self.home().await?;
        let patience = self.0.terms.patience;
        let line = timeout(patience, self.line()).await.map_err(|_| no_connection())??;
        Ok(Lease { line: Some(line), home: Some(home) })
    }

    async fn line(&self) -> Result<Line, StoreError> {
        let mut failed = None;
        loop {
            // Registers before checking, so that no notification is missed.
            let mut happened = pin!(self.0.happened.notified());
            happened.as_mut().enable();
            while let Some((mut line, since)) = self.idle() {
                if since.elapsed() < TRUSTED_IDLE || line.answers(self.0.terms.hosts.within()).await {
                    return Ok(line);
                }
                self.lost();
            }
            if let Some(error) = failed.take() {
                // Others have connections, so the server is up and one will be returned.
                if self.open() == 0 {
                    return Err(error);
                }
                happened.await;
                failed = Some(error);
            } else if let Some(attempt) = self.attempt()? {
                match attempt.connect().await {
                    Err(error) => failed = Some(error),
                    made => return made,
                }
            } else {
                happened.await;
            }
        }
    }

    fn idle(&self) -> Option<(Line, Instant)> {
        self.0.state.lock().idle.pop()
    }

    fn open(&self) -> usize {
        self.0.open.load(Ordering::Acquire)
    }

    /// A slot for holding a connection.
    async fn home(&self) -> Result<Home, StoreError> {
        let places = self.0.places.clone();
        let place = match places.clone().try_acquire_owned() {
            Ok(place) => Ok(place),
            Err(TryAcquireError::Closed) => return Err(closed()),
            Err(TryAcquireError::NoPermits) => {
                timeout(self.0.terms.patience, places.acquire_owned()).await.map_err(|_| no_connection())?
            }
        };
        self.0.lent.send_modify(|lent| *lent += 1);
        Ok(Home { pool: self.clone(), _place: place.map_err(|_| closed())? })
    }

    /// Permission to connect, unless enough others are trying. While the server is down, one caller tries and the
    /// others fail immediately.
    fn attempt(&self) -> Result<Option<Attempt<'_>>, StoreError> {
        let mut state = self.0.state.lock();
        if state.closed {
            return Err(closed());
        }
        let most = match &state.down {
            Some(why) if self.open() == 0 && state.attempts > 0 => return Err(why.clone()),
            Some(_) => 1,
            None => AT_ONCE,
        };
        let free = state.attempts < most;
        state.attempts += usize::from(free);
        Ok(free.then(|| Attempt(self)))
    }

    /// If one connection is lost, the others probably are too: discards all idle ones.
    fn lost(&self) {
        let idle = std::mem::take(&mut self.0.state.lock().idle);
        drop(idle);
        self.0.happened.notify_waiters();
    }

    fn give_back(&self, line: Line) {
        let mut state = self.0.state.lock();
        if !state.closed {
            state.idle.retain(|(_, since)| since.elapsed() < IDLE);
            state.idle.push((line, Instant::now()));
            self.0.happened.notify_waiters();
        }
    }

    /// How many connections are in use right now.
    pub(crate) fn lent(&self) -> usize {
        *self.0.lent.borrow()
    }

    /// Lends no more connections, waits for those in use until a timeout, and closes all.
    pub(crate) async fn close(&self) {
        let idle = {
            let mut state = self.0.state.lock();
            state.closed = true;
            std::mem::take(&mut state.idle)
        };
        self.0.places.close();
        self.0.happened.notify_waiters();
        let mut lent = self.0.lent.subscribe();
        if timeout(self.0.terms.within, lent.wait_for(|lent| *lent == 0)).await.is_err() {
            tracing::warn!(connections = self.lent(), "closing PostgreSQL connections that are still in use");
        }
        let farewell = join_all(idle.into_iter().map(|(line, _)| line.close()));
        // They are closed either way.
        let _ = timeout(FAREWELL, farewell).await;
    }
}

/// An attempt to connect.
struct Attempt<'a>(&'a Pool);

impl Attempt<'_> {
    async fn connect(self) -> Result<Line, StoreError> {
        let Shared { terms, state, open, .. } = &*self.0.0;
        let made = terms.hosts.connect(&terms.session).await.map_err(|error| match error {
            // Whatever the server rejects now has worked before and may work again.
            StoreError::Other(why) => StoreError::Unavailable(why),
            error => error,
        });
        state.lock().down = made.as_ref().err().cloned();
        Ok(Line::new(made?, terms.within, !terms.hosts.pooler(), Open::one_more(open)))
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.0.0.state.lock().attempts -= 1;
        self.0.0.happened.notify_waiters();
    }
}

/// The pool slot that a connection returns to.
struct Home {
    pool: Pool,
    _place: OwnedSemaphorePermit,
}

impl Drop for Home {
    fn drop(&mut self) {
        self.pool.0.lent.send_modify(|lent| *lent -= 1);
    }
}

/// A connection lent by a pool, or a standalone one. When dropped, it returns to its pool unless it was lost or cannot
/// be cleaned up in time.
pub(crate) struct Lease {
    line: Option<Line>,
    home: Option<Home>,
}

impl Lease {
    /// A connection outside of any pool.
    pub(crate) fn single(line: Line) -> Self {
        Self { line: Some(line), home: None }
    }

    pub(crate) fn line(&mut self) -> Result<&mut Line, StoreError> {
        self.line.as_mut().ok_or_else(closed)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (Some(mut line), Some(home)) = (self.line.take(), self.home.take()) else { return };
        if line.is_clean() {
            home.pool.give_back(line);
        } else if !line.is_lost()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move {
                if line.tidy().await {
                    home.pool.give_back(line);
                } else {
                    drop(line);
                    home.pool.lost();
                }
            });
        } else {
            drop(line);
            home.pool.lost();
        }
    }
}
