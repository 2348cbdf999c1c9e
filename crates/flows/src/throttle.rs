//! Allowances against guessing. What is slowed is one network at one account (or client), never the account itself, so that
//! no one can lock another person out. A network as a whole has a wide allowance that refills over time.
use crate::Ctx;
use domain::Timestamp;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// Attempts that failed or are being made, by what was tried and from where. In memory: a restart forgives.
#[derive(Debug, Default)]
pub struct Throttle {
    failures: Mutex<HashMap<String, Failures>>,
}

/// Attempts that cost nothing: at one account from one address, and from one address in all.
const FREE_AT_ONE: u32 = 5;
const FREE_IN_ALL: u32 = 50;
const LONGEST_DELAY: i64 = 15 * 60;
/// A quiet hour forgives everything.
const FORGET_AFTER: i64 = 60 * 60;
const MOST_ENTRIES: usize = 100_000;

/// Refusals of unproven callers that the audit log takes up in an hour: of one client from one network, and of one
/// client or from one network in all.
const NOTED_OF_ONE: u32 = 30;
const NOTED_IN_ALL: u32 = 300;

/// Seconds to wait after so many failures.
fn delay(count: u32, free: u32) -> i64 {
    match count.checked_sub(free) {
        None | Some(0) => 0,
        Some(over) => 1i64.checked_shl(over - 1).unwrap_or(LONGEST_DELAY).clamp(1, LONGEST_DELAY),
    }
}

/// One IPv6 customer has a whole /64 to choose addresses from.
pub(crate) fn network(ip: &str) -> String {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).to_string()
        }
        _ => ip.to_owned(),
    }
}

fn make_room(failures: &mut HashMap<String, Failures>, now: Timestamp) {
    if failures.len() >= MOST_ENTRIES {
        failures.retain(|_, f| f.age(now) < FORGET_AFTER);
        if failures.len() >= MOST_ENTRIES {
            // The oldest quarter goes, so that this is not done for each one that comes.
            let mut lasts: Vec<_> = failures.values().map(|f| f.last).collect();
            let (_, limit, _) = lasts.select_nth_unstable(MOST_ENTRIES / 4);
            let limit = *limit;
            let mut left = MOST_ENTRIES / 4;
            failures.retain(|_, f| {
                let goes = left > 0 && f.last <= limit;
                left -= usize::from(goes);
                !goes
            });
        }
    }
}

/// Drains one attempt in so many seconds.
const DRAIN: i64 = 10;

impl Failures {
    /// Never negative: a clock that went back makes no wait longer.
    fn age(self, now: Timestamp) -> i64 {
        now.since(self.last).max(0)
    }

    /// Seconds to wait at one account from one network, after failures that are not forgotten.
    fn wait_at_one(self, now: Timestamp) -> i64 {
        if self.age(now) >= FORGET_AFTER { 0 } else { delay(self.count, FREE_AT_ONE) - self.age(now) }
    }

    /// What is left of the attempts from one network, whatever they were at.
    fn level(self, now: Timestamp) -> u32 {
        self.count.saturating_sub(u32::try_from(self.age(now) / DRAIN).unwrap_or(u32::MAX))
    }

    /// Seconds until one network may try again: the next drop out of a full bucket. It never grows.
    fn wait_in_all(self, now: Timestamp) -> i64 {
        if self.level(now) < FREE_IN_ALL { 0 } else { DRAIN - self.age(now) % DRAIN }
    }
}

impl Throttle {
    fn keys(kind: &str, what: &str, ctx: &Ctx) -> [String; 2] {
        let from = network(&ctx.facts.ip);
        [format!("{kind}\n{what}\n{from}"), format!("{kind}\n\n{from}")]
    }

    /// Reserves an attempt before it is made, so that of many at once no more are made than are allowed. It counts as a
    /// failure until it [succeeded](Self::succeeded) or was [not made](Self::returned). `Err` says how many seconds to wait.
    pub fn reserve(&self, kind: &str, what: &str, ctx: &Ctx) -> Result<(), i64> {
        let [at_one, in_all] = Self::keys(kind, what, ctx);
        let now = ctx.now;
        let mut failures = self.failures.lock();
        let known = [&at_one, &in_all].map(|key| {
            failures.get_mut(key).map(|f| {
                // The clock went back: from here on time passes again.
                f.last = f.last.min(now);
                *f
            })
        });
        let [one, all] = known;
        let waits = [one.map(|f| f.wait_at_one(now)), all.map(|f| f.wait_in_all(now))];
        if let Some(wait) = waits.into_iter().flatten().filter(|wait| *wait > 0).max() {
            return Err(wait);
        }
        make_room(&mut failures, now);
        let one = one.filter(|f| f.age(now) < FORGET_AFTER).map_or(0, |f| f.count);
        failures.insert(at_one, Failures { count: one.saturating_add(1), last: now });
        let (level, since) = all.map_or((0, now), |f| (f.level(now), now.plus(-(f.age(now) % DRAIN))));
        failures.insert(in_all, Failures { count: level.saturating_add(1), last: since });
        Ok(())
    }

    /// The attempt was right: this network may go on at this account.
    pub fn succeeded(&self, kind: &str, what: &str, ctx: &Ctx) {
        let [at_one, in_all] = Self::keys(kind, what, ctx);
        let mut failures = self.failures.lock();
        failures.remove(&at_one);
        if let Some(all) = failures.get_mut(&in_all) {
            all.count = all.count.saturating_sub(1);
        }
    }

    /// The attempt was not made after all: the server had no room for it, or failed.
    pub fn returned(&self, kind: &str, what: &str, ctx: &Ctx) {
        let mut failures = self.failures.lock();
        for key in Self::keys(kind, what, ctx) {
            if let Some(entry) = failures.get_mut(&key) {
                entry.count = entry.count.saturating_sub(1);
            }
        }
    }

    /// Whether one more refusal, of a caller who has not proven to be `client`, goes into the audit log: at most 30 an
    /// hour of a client from one network, 300 of a client, and 300 from one network.
    pub fn notable(&self, client: &str, ctx: &Ctx) -> bool {
        let (hour, from) = (ctx.now.seconds() / 3600, network(&ctx.facts.ip));
        let keys = [
            (format!("noted {hour}\n{client}\n{from}"), NOTED_OF_ONE),
            (format!("noted {hour}\n{client}\n"), NOTED_IN_ALL),
            (format!("noted {hour}\n\n{from}"), NOTED_IN_ALL),
        ];
        let mut failures = self.failures.lock();
        if keys.iter().any(|(key, most)| failures.get(key).is_some_and(|f| f.count >= *most)) {
            return false;
        }
        make_room(&mut failures, ctx.now);
        for (key, _) in keys {
            failures.entry(key).or_insert(Failures { count: 0, last: ctx.now }).count += 1;
        }
        true
    }

    /// Counts one use against `most` in an hour; `false` when there were too many.
    pub fn allow(&self, kind: &str, most: u32, ctx: &Ctx) -> bool {
        let key = format!("{kind}\nhour {}\n{}", ctx.now.seconds() / 3600, network(&ctx.facts.ip));
        let mut failures = self.failures.lock();
        let entry = failures.entry(key).or_insert(Failures { count: 0, last: ctx.now });
        entry.count = entry.count.saturating_add(1);
        entry.last = ctx.now;
        entry.count <= most
    }

    /// Drops what is forgiven anyway.
    pub fn tidy(&self, now: Timestamp) {
        self.failures.lock().retain(|_, f| f.age(now) < FORGET_AFTER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Facts, Rng};
    use std::sync::Arc;

    struct Zero;
    impl Rng for Zero {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn ctx(at: i64, ip: &str) -> Ctx {
        let facts = Facts { ip: ip.to_owned(), ..Facts::default() };
        Ctx { now: Timestamp::from_seconds(at), rng: Arc::new(Zero), facts }
    }

    #[test]
    fn checklist_47_delays_grow_and_hit_nobody_else() {
        let throttle = Throttle::default();
        let thief = |at| ctx(at, "192.0.2.1");
        for _ in 0..5 {
            assert_eq!(throttle.reserve("sign-in", "ada", &thief(1000)), Ok(()));
        }
        assert_eq!(throttle.reserve("sign-in", "ada", &thief(1000)), Ok(()), "delay begins behind the free ones");
        assert_eq!(throttle.reserve("sign-in", "ada", &thief(1000)), Err(1));
        assert_eq!(throttle.reserve("sign-in", "ada", &thief(1001)), Ok(()));
        assert_eq!(throttle.reserve("sign-in", "ada", &thief(1001)), Err(2));
        assert_eq!(
            throttle.reserve("sign-in", "ada", &ctx(1001, "198.51.100.7")),
            Ok(()),
            "the owner is not locked out"
        );
        assert_eq!(throttle.reserve("sign-in", "bob", &thief(1001)), Ok(()));
        assert_eq!(delay(200, 5), LONGEST_DELAY);
        // A quiet hour, or a success, forgives.
        assert_eq!(throttle.reserve("sign-in", "ada", &thief(1001 + FORGET_AFTER)), Ok(()));
        throttle.succeeded("sign-in", "ada", &thief(1001 + FORGET_AFTER));
        for _ in 0..6 {
            assert_eq!(throttle.reserve("sign-in", "ada", &thief(1001 + FORGET_AFTER)), Ok(()));
        }
    }

    /// Bounds, points 1.1 and 1.5.
    #[test]
    fn a_network_has_a_wide_allowance_that_refills() {
        let throttle = Throttle::default();
        let from = |at| ctx(at, "192.0.2.1");
        let tried =
            |at| (0..1000).filter(|n| throttle.reserve("sign-in", &format!("{at} {n}"), &from(at)).is_ok()).count();
        assert_eq!(tried(1000), 50);
        assert_eq!(throttle.reserve("sign-in", "x", &from(1003)), Err(7));
        assert_eq!(tried(1035), 3, "one in ten seconds");
        assert_eq!(throttle.reserve("sign-in", "x", &from(1039)), Err(1), "and what began to drain goes on");
        assert_eq!(throttle.reserve("sign-in", "x", &ctx(1039, "192.0.2.2")), Ok(()));
        // What succeeds, or was not made, takes nothing of it.
        for n in 0..200 {
            assert_eq!(throttle.reserve("sign-in", &format!("good {n}"), &ctx(2000, "192.0.2.3")), Ok(()));
            throttle.succeeded("sign-in", &format!("good {n}"), &ctx(2000, "192.0.2.3"));
            assert_eq!(throttle.reserve("sign-in", "same", &ctx(2000, "192.0.2.3")), Ok(()));
            throttle.returned("sign-in", "same", &ctx(2000, "192.0.2.3"));
        }
        // A clock that goes back.
        assert_eq!(tried(0), 0);
        assert_eq!(throttle.reserve("sign-in", "x", &from(0)), Err(DRAIN), "no longer than before");
        assert_eq!(tried(20), 2);
    }

    #[test]
    fn a_full_table_loses_its_oldest_entries() {
        let throttle = Throttle::default();
        for n in 0..MOST_ENTRIES {
            let old = if n % 2 == 0 { 1000 } else { 1001 };
            let last = Timestamp::from_seconds(old);
            throttle.failures.lock().insert(n.to_string(), Failures { count: 9, last });
        }
        throttle.reserve("sign-in", "ada", &ctx(1002, "192.0.2.1")).unwrap();
        let kept = throttle.failures.lock();
        assert_eq!(kept.len(), MOST_ENTRIES - MOST_ENTRIES / 4 + 2);
        assert_eq!(kept.values().filter(|f| f.last.seconds() == 1001).count(), MOST_ENTRIES / 2);
    }

    #[test]
    fn outsiders_fill_no_clients_part_of_the_audit_log() {
        let throttle = Throttle::default();
        let noted = |client: &str, ctx: &Ctx| (0..1000).filter(|_| throttle.notable(client, ctx)).count();
        assert_eq!(noted("a", &ctx(0, "192.0.2.1")), 30);
        assert_eq!(noted("b", &ctx(0, "192.0.2.1")), 30, "another client");
        assert_eq!((noted("a", &ctx(0, "2001:db8::1")), noted("a", &ctx(9, "2001:db8::2"))), (30, 0), "one network");
        let all: usize = (0..50).map(|n| noted("a", &ctx(0, &format!("198.51.100.{n}")))).sum();
        assert_eq!(all + 60, 300, "from everywhere");
        let many: usize = (0..1000).map(|n| noted(&format!("c{n}"), &ctx(0, "203.0.113.5"))).sum();
        assert_eq!(many, 300, "whoever they name");
        assert_eq!(noted("a", &ctx(3600, "192.0.2.1")), 30, "an hour later");
    }
}
