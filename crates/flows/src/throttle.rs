//! Growing delays against guessing. What is slowed is one address at one account (or client), never the account itself,
//! so nobody can lock another person out; and one address over all accounts.
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

/// Failed attempts, by what was tried and from where. In memory: a restart forgives.
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
fn network(ip: &str) -> String {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).to_string()
        }
        _ => ip.to_owned(),
    }
}

fn make_room(failures: &mut HashMap<String, Failures>, now: Timestamp) {
    if failures.len() >= MOST_ENTRIES {
        failures.retain(|_, f| now.since(f.last) < FORGET_AFTER);
        if failures.len() >= MOST_ENTRIES {
            failures.clear();
        }
    }
}

impl Throttle {
    fn keys(kind: &str, what: &str, ctx: &Ctx) -> [(String, u32); 2] {
        let from = network(&ctx.facts.ip);
        [(format!("{kind}\n{what}\n{from}"), FREE_AT_ONE), (format!("{kind}\n\n{from}"), FREE_IN_ALL)]
    }

    /// Seconds to wait before the next attempt; `None` when it may be made now.
    pub fn wait(&self, kind: &str, what: &str, ctx: &Ctx) -> Option<i64> {
        let failures = self.failures.lock();
        let waits = Self::keys(kind, what, ctx).into_iter().filter_map(|(key, free)| {
            let f = failures.get(&key)?;
            let left = delay(f.count, free) - ctx.now.since(f.last);
            (left > 0).then_some(left)
        });
        waits.max()
    }

    /// An attempt failed.
    pub fn failed(&self, kind: &str, what: &str, ctx: &Ctx) {
        let mut failures = self.failures.lock();
        make_room(&mut failures, ctx.now);
        for (key, _) in Self::keys(kind, what, ctx) {
            let entry = failures.entry(key).or_insert(Failures { count: 0, last: ctx.now });
            let forgotten = ctx.now.since(entry.last) >= FORGET_AFTER;
            *entry = Failures { count: if forgotten { 1 } else { entry.count.saturating_add(1) }, last: ctx.now };
        }
    }

    /// An attempt succeeded: this address may go on at this account.
    pub fn succeeded(&self, kind: &str, what: &str, ctx: &Ctx) {
        let [(at_one, _), _] = Self::keys(kind, what, ctx);
        let mut failures = self.failures.lock();
        if !failures.is_empty() {
            failures.remove(&at_one);
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
        self.failures.lock().retain(|_, f| now.since(f.last) < FORGET_AFTER);
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
        let thief = ctx(1000, "192.0.2.1");
        for _ in 0..5 {
            assert_eq!(throttle.wait("sign-in", "ada", &thief), None);
            throttle.failed("sign-in", "ada", &thief);
        }
        throttle.failed("sign-in", "ada", &thief);
        assert_eq!(throttle.wait("sign-in", "ada", &thief), Some(1));
        throttle.failed("sign-in", "ada", &thief);
        throttle.failed("sign-in", "ada", &thief);
        assert_eq!(throttle.wait("sign-in", "ada", &thief), Some(4));
        assert_eq!(throttle.wait("sign-in", "ada", &ctx(1004, "192.0.2.1")), None);
        assert_eq!(throttle.wait("sign-in", "ada", &ctx(1000, "198.51.100.7")), None, "the owner is not locked out");
        assert_eq!(throttle.wait("sign-in", "bob", &thief), None);
        for i in 0..60 {
            throttle.failed("sign-in", &format!("user{i}"), &thief);
        }
        assert!(throttle.wait("sign-in", "somebody new", &thief).is_some(), "spraying one password is slowed too");
        assert_eq!(delay(200, 5), LONGEST_DELAY);
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
