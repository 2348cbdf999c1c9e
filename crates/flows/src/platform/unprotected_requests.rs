//! Counts authorization requests with neither PKCE nor `nonce` in memory, and writes them once a second.
use crate::Fault;
use domain::{ClientId, Day, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use store::Store;
use store::clients::unprotected::UnprotectedCount;

/// The maximum number of pending entries, one per client and day.
const MOST: usize = 10_000;

/// Requests counted since the last write.
#[derive(Debug, Default)]
pub struct UnprotectedRequests {
    waiting: Mutex<HashMap<(ClientId, Day), (i64, Timestamp)>>,
    /// Held while counts are written: once it is free, everything counted before is stored.
    writing: tokio::sync::Mutex<()>,
}

impl UnprotectedRequests {
    /// Counts a client's request at `now`.
    pub fn count(&self, client: ClientId, now: Timestamp) {
        self.add((client, Day::of(now)), 1, now);
    }

    fn add(&self, key: (ClientId, Day), requests: i64, last: Timestamp) {
        let mut waiting = self.waiting.lock();
        if waiting.len() < MOST || waiting.contains_key(&key) {
            let (all, at) = waiting.entry(key).or_insert((0, last));
            *all += requests;
            *at = last.max(*at);
        }
    }

    /// The number of pending entries, one per client and day.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().len()
    }

    /// Writes pending counts. Those that cannot be written stay pending.
    pub async fn flush(&self, store: &Store) -> Result<(), Fault> {
        let _writing = self.writing.lock().await;
        let taken = std::mem::take(&mut *self.waiting.lock());
        if taken.is_empty() {
            return Ok(());
        }
        let one = |((client_id, day), (requests, last_at))| UnprotectedCount { client_id, day, requests, last_at };
        let counted: Vec<_> = taken.into_iter().map(one).collect();
        let kept = counted.clone();
        let written =
            store.write(move |tx| Box::pin(async move { store::clients::unprotected::add(tx, &counted).await })).await;
        written.map_err(|error: store::StoreError| {
            for c in kept {
                self.add((c.client_id, c.day), c.requests, c.last_at);
            }
            error.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_however_many_clients_there_are() {
        let watch = UnprotectedRequests::default();
        let at = Timestamp::from_seconds;
        let key = |n: usize| {
            let mut random = [0; 16];
            random[..8].copy_from_slice(&n.to_be_bytes());
            (ClientId::new("cs", random), Day::of(at(0)))
        };
        for n in 0..=MOST {
            watch.add(key(n), 1, at(1));
        }
        watch.add(key(0), 1, at(0));
        assert_eq!(watch.waiting(), MOST);
        assert_eq!(watch.waiting.lock()[&key(0)], (2, at(1)), "who is known is still counted");
    }
}
