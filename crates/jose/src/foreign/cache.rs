//! A cache of fetched key sets. It decides when to fetch; the caller does the fetching.
use super::KeySet;
use std::collections::HashMap;
use std::sync::Arc;

/// How long a set is used without fetching it again, in seconds.
const FRESH: i64 = 10 * 60;
/// Minimum seconds between two fetches of one URL, whatever the reason: an unknown `kid`, or a failure.
const PAUSE: i64 = 60;
/// How long a set is used, in seconds, while it cannot be fetched again. A key that its owner removed stays valid for at
/// most this long.
const STALE: i64 = 60 * 60;
/// Maximum number of cached URLs; the least recently used one is evicted.
const MAX_URLS: usize = 1000;

/// Key sets by URL. Limited in size; all times are in seconds since 1970.
#[derive(Debug, Default)]
pub struct JwksCache {
    entries: HashMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    keys: Option<Arc<KeySet>>,
    fetched_at: i64,
    /// When the last fetch was started.
    asked_at: i64,
    used_at: i64,
}

/// What to do to get a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Use these keys.
    Hit(Arc<KeySet>),
    /// Fetch the set, and pass it to [`JwksCache::store`].
    Fetch,
    /// The set was fetched, or a fetch attempted, a moment ago: the key does not exist, or nothing is known.
    Throttled,
}

impl JwksCache {
    /// The set of this URL. An unknown `kid` causes a new fetch (OpenID Connect Core §10.1.1), but at most once a
    /// minute, because anyone can make one up.
    pub fn lookup(&mut self, url: &str, kid: Option<&str>, now: i64) -> Lookup {
        if !self.entries.contains_key(url) {
            self.make_room();
            // A URL without an entry may always be fetched.
            self.entries
                .insert(url.to_owned(), Entry { keys: None, fetched_at: 0, asked_at: now - PAUSE, used_at: now });
        }
        let Some(entry) = self.entries.get_mut(url) else { return Lookup::Throttled };
        entry.used_at = now;
        // If the clock went back, ages do not become negative.
        let age = |since: i64| (now - since).max(0);
        let may_ask = age(entry.asked_at) >= PAUSE;
        let known = entry.keys.as_ref().filter(|keys| kid.is_none_or(|kid| keys.has(kid)));
        match known {
            Some(keys) if age(entry.fetched_at) < FRESH => Lookup::Hit(keys.clone()),
            Some(keys) if !may_ask && age(entry.fetched_at) <= STALE => Lookup::Hit(keys.clone()),
            _ if may_ask => {
                entry.asked_at = now;
                Lookup::Fetch
            }
            _ => Lookup::Throttled,
        }
    }

    /// Stores a fetched set. After a failed fetch nothing is stored, and the previous set stays.
    pub fn store(&mut self, url: &str, keys: KeySet, now: i64) -> Arc<KeySet> {
        let keys = Arc::new(keys);
        if !self.entries.contains_key(url) {
            self.make_room();
        }
        let entry = Entry { keys: Some(keys.clone()), fetched_at: now, asked_at: now, used_at: now };
        self.entries.insert(url.to_owned(), entry);
        keys
    }

    /// The last fetched set, for when a fetch fails; `None` if it is too old.
    pub fn last(&self, url: &str, now: i64) -> Option<Arc<KeySet>> {
        let entry = self.entries.get(url).filter(|entry| now - entry.fetched_at <= STALE)?;
        entry.keys.clone()
    }

    fn make_room(&mut self) {
        if self.entries.len() < MAX_URLS {
            return;
        }
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used_at).map(|(url, _)| url.clone());
        if let Some(url) = oldest {
            self.entries.remove(&url);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(kid: &str) -> KeySet {
        let x = crate::base64url(&[
            0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1,
            0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
        ]);
        KeySet::from_json(&json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x}]})).unwrap()
    }

    #[test]
    fn a_set_is_fetched_once_and_again_for_a_new_key_but_not_for_every_made_up_one() {
        let mut cache = JwksCache::default();
        let now = 1_000_000;
        assert_eq!(cache.lookup("u", Some("a"), now), Lookup::Fetch);
        assert_eq!(cache.lookup("u", Some("a"), now), Lookup::Throttled, "it is being fetched");
        let keys = cache.store("u", set("a"), now);
        assert_eq!(cache.lookup("u", Some("a"), now + 1), Lookup::Hit(keys.clone()));
        assert_eq!(cache.lookup("u", None, now + 1), Lookup::Hit(keys.clone()));
        assert_eq!(cache.lookup("u", Some("b"), now + 59), Lookup::Throttled);
        assert_eq!(cache.lookup("u", Some("b"), now + 60), Lookup::Fetch);
        assert_eq!(cache.lookup("u", Some("c"), now + 61), Lookup::Throttled);
        assert_eq!(cache.lookup("u", Some("a"), now + 61), Lookup::Hit(keys.clone()), "the keys of before still count");
        let new = cache.store("u", set("b"), now + 62);
        assert_eq!(cache.lookup("u", Some("b"), now + 63), Lookup::Hit(new.clone()));
        assert_eq!(cache.lookup("u", Some("b"), now + 62 + FRESH), Lookup::Fetch, "it is old");
        assert_eq!(cache.lookup("u", Some("b"), now + 63 + FRESH), Lookup::Hit(new.clone()), "until the answer comes");
        assert_eq!(cache.lookup("u", Some("b"), now - 5), Lookup::Hit(new.clone()), "a clock that goes back");
        assert_eq!(cache.last("u", now + 62 + STALE), Some(new));
        let late = now + 63 + STALE;
        assert_eq!(cache.last("u", late), None, "too old");
        assert_eq!(cache.lookup("u", Some("b"), late), Lookup::Fetch);
        assert_eq!(cache.lookup("u", Some("b"), late + 1), Lookup::Throttled, "too old, though nothing else is known");
    }

    #[test]
    fn urls_make_room_for_others() {
        let mut cache = JwksCache::default();
        for number in 0..MAX_URLS + 10 {
            let now = 1_000_000 + i64::try_from(number).unwrap();
            assert_eq!(cache.lookup(&format!("u{number}"), None, now), Lookup::Fetch);
            cache.store(&format!("u{number}"), set("a"), now);
        }
        assert_eq!(cache.entries.len(), MAX_URLS);
        assert!(cache.last("u9", 1_000_000).is_none() && cache.last("u10", 1_000_000).is_some());
    }
}
