//! Key sets that others publish at a URL (`jwks_uri`). They are fetched when they are needed, kept in a bounded cache, and fetched
//! again for an unknown key, but at most once a minute.
use crate::platform::outbound::{Call, NoReply, Outbound};
use crate::{Ctx, Fault};
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method};
use hyper::body::Bytes;
use jose::foreign::{JwksCache, KeySet, Lookup};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// The maximum size of a key set in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// How long a fetch may take, without waiting for its turn.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum number of fetches at once, because strangers can register URLs that never answer.
const AT_ONCE: usize = 64;
/// The maximum number of fetches whose failure is remembered.
const MAX_FAILURES: usize = 1000;

/// The reason why the keys are not available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeysFault {
    /// Temporary: no response, or one that says to try again later.
    Unreachable,
    /// The URL leads to something else, or no key of the set can be used.
    Invalid,
}

type FetchResult = Result<Arc<KeySet>, KeysFault>;
/// `None` while the fetch runs.
type Pending = watch::Receiver<Option<FetchResult>>;

/// The cache, and the client that fills it.
pub(crate) struct FetchedKeys {
    outbound: Outbound,
    state: Arc<Mutex<State>>,
    places: Arc<Semaphore>,
}

#[derive(Default)]
struct State {
    cache: JwksCache,
    /// Fetches that run or failed. Requests that come meanwhile get the same outcome.
    fetches: HashMap<String, Pending>,
}

impl State {
    /// Remembers a fetch. Forgets failures if there are too many.
    fn begin(&mut self, url: &str, pending: Pending) {
        if self.fetches.len() >= MAX_FAILURES {
            self.fetches.retain(|_, fetch| fetch.borrow().is_none() && fetch.has_changed().is_ok());
        }
        self.fetches.insert(url.to_owned(), pending);
    }

    /// Stores the outcome of a fetch. While a URL fails, its last set is used for a while.
    fn end(&mut self, url: &str, outcome: Result<KeySet, KeysFault>, now: i64) -> FetchResult {
        match outcome {
            Ok(keys) => {
                self.fetches.remove(url);
                Ok(self.cache.store(url, keys, now))
            }
            Err(fault) => self.cache.last(url, now).ok_or(fault),
        }
    }
}

impl FetchedKeys {
    pub(crate) fn new(outbound: Outbound) -> Self {
        Self { outbound, state: Arc::default(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The keys at `url`. If `kid` is not among them, they are fetched again, unless they just were; then the set that is returned
    /// lacks it. The caller must not hold a database connection.
    pub(crate) async fn get(&self, ctx: &Ctx, url: &str, kid: Option<&str>) -> Result<FetchResult, Fault> {
        let now = ctx.now.seconds();
        let mut pending = {
            let mut state = self.state.lock();
            match state.cache.lookup(url, kid, now) {
                Lookup::Hit(keys) => return Ok(Ok(keys)),
                Lookup::Fetch => {
                    let (sender, pending) = watch::channel(None);
                    state.begin(url, pending.clone());
                    self.spawn(url.to_owned(), now, sender);
                    pending
                }
                Lookup::Throttled => match (state.fetches.get(url), state.cache.last(url, now)) {
                    // A failed fetch says nothing about a set that is still good.
                    (Some(fetch), Some(keys)) if fetch.borrow().is_some() => return Ok(Ok(keys)),
                    (Some(fetch), _) => fetch.clone(),
                    (None, Some(keys)) => return Ok(Ok(keys)),
                    (None, None) => return Ok(Err(KeysFault::Unreachable)),
                },
            }
        };
        let outcome = pending.wait_for(Option::is_some).await.map(|outcome| outcome.clone());
        outcome.ok().flatten().ok_or(Fault::Full("fetches of keys"))
    }

    /// Fetches in a task of its own: a caller who disconnects must not use up the fetch that others need.
    fn spawn(&self, url: String, now: i64, sender: watch::Sender<Option<FetchResult>>) {
        let (outbound, state, places) = (self.outbound.clone(), Arc::clone(&self.state), Arc::clone(&self.places));
        tokio::spawn(async move {
            // Without a turn in time the sender is dropped, and the callers learn that there is no room.
            let Ok(Ok(_place)) = tokio::time::timeout(TIMEOUT, places.acquire()).await else { return };
            let fetched = fetch(&outbound, &url).await;
            if let Err(fault) = fetched {
                tracing::debug!(url, ?fault, "keys could not be fetched");
            }
            let outcome = state.lock().end(&url, fetched, now);
            // Nobody may be waiting any more.
            let _ = sender.send(Some(outcome));
        });
    }
}

async fn fetch(outbound: &Outbound, url: &str) -> Result<KeySet, KeysFault> {
    let accept = HeaderValue::from_static("application/jwk-set+json, application/json");
    let headers = HeaderMap::from_iter([(ACCEPT, accept)]);
    let call = Call { method: Method::GET, url, headers, body: Bytes::new(), limit: MAX_BYTES, timeout: TIMEOUT };
    let reply = outbound.send(call).await.map_err(|why| match why {
        NoReply::Refused(_) => KeysFault::Invalid,
        _ => KeysFault::Unreachable,
    })?;
    match reply.status {
        200 if reply.complete => {}
        429 | 500.. => return Err(KeysFault::Unreachable),
        _ => return Err(KeysFault::Invalid),
    }
    let set = serde_json::from_slice(&reply.body).map_err(|_| KeysFault::Invalid)?;
    KeySet::from_json(&set).map_err(|_| KeysFault::Invalid)
}
