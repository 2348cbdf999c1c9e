//! Counts client activity in memory and writes it once a second.
use crate::Fault;
use domain::clients::ClientSecret;
use domain::{ClientId, ClientSecretId, Day, Timestamp, UserId};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use store::Store;
use store::clients::activity::ActivityCount;

/// Several shards, so that requests of different clients seldom wait for one another.
const SHARDS: usize = 16;
/// The maximum number of distinct users in one shard. If the database is unavailable for so long that there are more, further
/// users are not counted; accesses still are.
const MOST_USERS: usize = 10_000;
/// The maximum number of secrets with a pending last use.
const MOST_SECRETS: usize = 10_000;
/// The precision of a secret's last use in seconds, so that a busy client does not cause constant writes.
const LAST_USE_PRECISION: i64 = 3600;

/// What was counted since the last flush.
#[derive(Debug, Default)]
pub struct Counter {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    /// The last use of client secrets.
    secrets: Mutex<HashMap<ClientSecretId, Timestamp>>,
    /// Held while counts are written: once it is free, everything counted before is stored.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Shard {
    /// One day per client, or two around midnight.
    clients: HashMap<ClientId, Vec<Counts>>,
    users: usize,
}

#[derive(Debug)]
struct Counts {
    day: Day,
    total: i64,
    last: Timestamp,
    users: HashSet<UserId>,
}

impl Shard {
    fn add(&mut self, client: &ClientId, total: i64, last: Timestamp, users: impl IntoIterator<Item = UserId>) {
        // Copies the id only for the first access after a flush.
        let days = match self.clients.get_mut(client) {
            Some(days) => days,
            None => self.clients.entry(client.clone()).or_default(),
        };
        let day = Day::of(last);
        let at = days.iter().position(|counts| counts.day == day).unwrap_or_else(|| {
            days.push(Counts { day, total: 0, last, users: HashSet::new() });
            days.len() - 1
        });
        let counts = &mut days[at];
        counts.total += total;
        counts.last = counts.last.max(last);
        for user in users {
            if self.users < MOST_USERS && counts.users.insert(user) {
                self.users += 1;
            }
        }
    }
}

impl Counter {
    /// Records that a secret was used at `now`, to the hour.
    pub fn secret_used(&self, secret: &ClientSecret, now: Timestamp) {
        let news = |at: &Timestamp| now.since(*at) >= LAST_USE_PRECISION;
        if secret.last_used_at.as_ref().is_none_or(news) {
            let mut secrets = self.secrets.lock();
            if secrets.len() < MOST_SECRETS || secrets.contains_key(&secret.id) {
                secrets.insert(secret.id, now);
            }
        }
    }

    async fn flush_secrets(&self, store: &Store) -> Result<(), Fault> {
        let used: Vec<_> = std::mem::take(&mut *self.secrets.lock()).into_iter().collect();
        if used.is_empty() {
            return Ok(());
        }
        let kept = used.clone();
        let written =
            store.write(move |tx| Box::pin(async move { store::clients::touch_secrets(tx, &used).await })).await;
        written.map(drop).map_err(|error: store::StoreError| {
            let mut secrets = self.secrets.lock();
            for (id, at) in kept {
                secrets.entry(id).or_insert(at);
            }
            error.into()
        })
    }

    fn shard(&self, client: &ClientId) -> &Mutex<Shard> {
        let [byte, ..] = self.hasher.hash_one(client).to_le_bytes();
        &self.shards[usize::from(byte) % SHARDS]
    }

    /// Counts one access of `client` at `now`, in the name of `user` or in its own.
    pub fn count(&self, client: &ClientId, user: Option<UserId>, now: Timestamp) {
        self.shard(client).lock().add(client, 1, now, user);
    }

    /// The number of clients with pending accesses.
    pub fn waiting(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().clients.len()).sum()
    }

    fn take(&self) -> Vec<ActivityCount> {
        let mut all = Vec::new();
        for shard in &self.shards {
            let taken = std::mem::take(&mut *shard.lock());
            all.extend(taken.clients.into_iter().flat_map(|(client_id, days)| {
                days.into_iter().map(move |counts| ActivityCount {
                    client_id: client_id.clone(),
                    day: counts.day,
                    total_access: counts.total,
                    last_access_at: counts.last,
                    users: counts.users.into_iter().collect(),
                })
            }));
        }
        all
    }

    /// Writes pending counts. Those that cannot be written stay pending; if only the confirmation of a write is lost, they are
    /// counted twice.
    pub async fn flush(&self, store: &Store) -> Result<(), Fault> {
        let _writing = self.writing.lock().await;
        self.flush_secrets(store).await?;
        let counted = self.take();
        if counted.is_empty() {
            return Ok(());
        }
        let kept = counted.clone();
        let written =
            store.write(move |tx| Box::pin(async move { store::clients::activity::add(tx, &counted).await })).await;
        written.map_err(|error: store::StoreError| {
            for c in kept {
                self.shard(&c.client_id).lock().add(&c.client_id, c.total_access, c.last_access_at, c.users);
            }
            error.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_client_and_day_and_takes_once() {
        let counter = Counter::default();
        let (client, other) = (ClientId::new("cs", [1; 16]), ClientId::new("cs", [2; 16]));
        let user = |n| UserId::new(Timestamp::from_seconds(0), [n; 10]);
        let at = Timestamp::from_seconds;
        for (who, user, now) in [
            (&client, Some(user(1)), 86_399),
            (&client, Some(user(1)), 86_398),
            (&client, Some(user(1)), 86_400),
            (&client, None, 86_401),
            (&other, None, 5),
        ] {
            counter.count(who, user, at(now));
        }
        let mut taken = counter.take();
        taken.sort_by_key(|c| (c.client_id.clone(), c.day));
        let told: Vec<_> =
            taken.iter().map(|c| (c.day.number(), c.total_access, c.last_access_at, c.users.len())).collect();
        assert_eq!(told, [(0, 2, at(86_399), 1), (1, 2, at(86_401), 1), (0, 1, at(5), 0)]);
        assert_eq!(counter.take(), []);
    }

    #[test]
    fn memory_is_bounded_and_accesses_still_count() {
        let counter = Counter::default();
        let client = ClientId::new("cs", [1; 16]);
        for n in 0..=MOST_USERS {
            let mut random = [0; 10];
            random[..8].copy_from_slice(&n.to_be_bytes());
            let user = UserId::new(Timestamp::from_seconds(0), random);
            counter.count(&client, Some(user), Timestamp::from_seconds(0));
        }
        let taken = counter.take();
        assert_eq!((taken[0].total_access, taken[0].users.len()), (10_001, MOST_USERS));
    }
}
