//! How much of their allowances callers have used on this node, in memory only: a restart resets it. For secrets that can be
//! guessed, this is a filter in front of the database, which has one allowance for all nodes ([`crate::platform::attempts`]).
use crate::Ctx;
use domain::platform::allowance::{FAILURES_FROM_A_NETWORK, GUESSES_FROM_A_PLACE, Rule, Tally};
use domain::{Pepper, SecretHash, Timestamp, UserId};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// Allowances, by purpose and caller.
#[derive(Debug)]
pub struct Throttle {
    /// The key for hashing the map's keys, so that they have a fixed size, whatever callers send, and reveal nothing.
    key: Pepper,
    held: Mutex<HashMap<[u8; 32], HeldTally>>,
}

#[derive(Debug, Clone, Copy)]
struct HeldTally {
    tally: Tally,
    forgotten_at: Timestamp,
    /// The account concerned, so that a flood of attempts can be reported without asking the database each time.
    user: Option<UserId>,
}

/// How often something may be done, and by whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    pub key: SecretHash,
    pub rule: Rule,
    pub of: AllowanceScope,
}

/// The scope of an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AllowanceScope {
    /// One network or browser, for one purpose.
    Place,
    /// All callers, at one account.
    Account,
    /// One network, for all purposes of a kind.
    Network,
}

impl AllowanceScope {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Account => "account",
            Self::Network => "network",
        }
    }
}

/// Which allowance is used up, and for how many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedUp {
    pub of: AllowanceScope,
    pub wait: i64,
}

impl UsedUp {
    /// The one with the longest wait.
    pub(crate) fn longest(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().max_by_key(|one| one.wait)
    }
}

const MOST_ENTRIES: usize = 100_000;

/// The number of refusals of unauthenticated callers that the audit log accepts in an hour: for one client from one network, and
/// for one client or one network in total.
const NOTED_OF_ONE: Rule = Rule::Draining { at_once: 30, hourly: 30 };
const NOTED_IN_ALL: Rule = Rule::Draining { at_once: 300, hourly: 300 };

/// The network of an address: for IPv6 the /64, because one customer can choose any address in it.
pub(crate) fn network(ip: &str) -> String {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).to_string()
        }
        _ => ip.to_owned(),
    }
}

fn make_room(held: &mut HashMap<[u8; 32], HeldTally>, now: Timestamp) {
    if held.len() >= MOST_ENTRIES {
        held.retain(|_, one| one.forgotten_at > now);
        if held.len() >= MOST_ENTRIES {
            // Removes the oldest quarter, so that this is not repeated for every new entry.
            let mut lasts: Vec<_> = held.values().map(|one| one.tally.last).collect();
            let (_, limit, _) = lasts.select_nth_unstable(MOST_ENTRIES / 4);
            let limit = *limit;
            let mut left = MOST_ENTRIES / 4;
            held.retain(|_, one| {
                let goes = left > 0 && one.tally.last <= limit;
                left -= usize::from(goes);
                !goes
            });
        }
    }
}

impl Throttle {
    pub fn new(key: Pepper) -> Self {
        Self { key, held: Mutex::default() }
    }

    /// The digest of an allowance's purpose and of who draws on it.
    pub(crate) fn digest(&self, kind: &str, of: &[&str]) -> SecretHash {
        // Lengths separate the parts, because callers choose their content.
        let parts = of.iter().map(|part| format!("{}:{part}", part.len()));
        self.key.hash(&std::iter::once(kind.to_owned()).chain(parts).collect::<Vec<_>>().join("\n"))
    }

    /// The allowances of one network: for one purpose, and for all purposes of this kind.
    pub(crate) fn of_network(&self, kind: &str, what: &str, rules: [Rule; 2], ctx: &Ctx) -> [Allowance; 2] {
        let (from, [at_one, in_all]) = (network(&ctx.facts.ip), rules);
        [
            Allowance { key: self.digest(kind, &[what, &from]), rule: at_one, of: AllowanceScope::Place },
            Allowance { key: self.digest(kind, &[&from]), rule: in_all, of: AllowanceScope::Network },
        ]
    }

    /// Draws on all allowances or on none, before the work is done, so that concurrent requests cannot exceed a limit.
    pub(crate) fn draw(&self, allowances: &[Allowance], ctx: &Ctx) -> Result<(), UsedUp> {
        let now = ctx.now;
        let mut held = self.held.lock();
        let mut after = Vec::with_capacity(allowances.len());
        let mut used_up = Vec::new();
        for one in allowances {
            let before = held.get(one.key.as_bytes());
            let (mut tally, user) = before.map_or((Tally::new(now), None), |held| (held.tally, held.user));
            if let Err(wait) = one.rule.draw(&mut tally, now) {
                used_up.push(UsedUp { of: one.of, wait });
                if let Some(known) = held.get_mut(one.key.as_bytes()) {
                    known.tally = tally;
                }
            }
            after.push((one, tally, user));
        }
        if let Some(longest) = UsedUp::longest(used_up) {
            ctx.later.wait(longest.wait);
            return Err(longest);
        }
        make_room(&mut held, now);
        for (one, tally, user) in after {
            let forgotten_at = one.rule.forgotten_at(tally);
            held.insert(*one.key.as_bytes(), HeldTally { tally, forgotten_at, user });
        }
        Ok(())
    }

    /// Gives back what was drawn, because the work was not done or was not a failure.
    pub(crate) fn give_back(&self, allowances: &[Allowance]) {
        let mut held = self.held.lock();
        for one in allowances {
            if let Some(known) = held.get_mut(one.key.as_bytes()) {
                known.tally.level = known.tally.level.saturating_sub(one.rule.one()).max(0);
            }
        }
    }

    pub(crate) fn forget(&self, allowance: &Allowance) {
        self.held.lock().remove(allowance.key.as_bytes());
    }

    /// Stores the tally that all nodes share.
    pub(crate) fn learn(&self, allowance: &Allowance, tally: Tally) {
        if let Some(known) = self.held.lock().get_mut(allowance.key.as_bytes()) {
            known.tally = tally;
            known.forgotten_at = allowance.rule.forgotten_at(tally);
        }
    }

    /// Remembers the account of these allowances.
    pub(crate) fn name(&self, allowances: &[Allowance], user: Option<UserId>) {
        let mut held = self.held.lock();
        for one in allowances.iter().filter(|one| one.of != AllowanceScope::Network) {
            if let Some(known) = held.get_mut(one.key.as_bytes()) {
                known.user = user;
            }
        }
    }

    /// The account of these allowances, if it is known on this node.
    pub(crate) fn named(&self, allowances: &[Allowance]) -> Option<UserId> {
        let held = self.held.lock();
        allowances.iter().find_map(|one| held.get(one.key.as_bytes())?.user)
    }

    /// Counts a failure with a client secret, which is too long to be guessed. Returns `Err` if there are too many.
    pub(crate) fn fail(&self, kind: &str, what: &str, ctx: &Ctx) -> Result<(), UsedUp> {
        self.draw(&self.of_network(kind, what, [GUESSES_FROM_A_PLACE, FAILURES_FROM_A_NETWORK], ctx), ctx)
    }

    /// Whether a refusal of a caller who has not authenticated as `client` goes into the audit log: at most 30 an hour for a
    /// client from one network, 300 for a client, and 300 from one network.
    pub fn notable(&self, client: &str, ctx: &Ctx) -> bool {
        let from = network(&ctx.facts.ip);
        let noted = |kind, of: &[&str], rule| Allowance { key: self.digest(kind, of), rule, of: AllowanceScope::Place };
        let all = [
            noted("noted", &[client, &from], NOTED_OF_ONE),
            noted("noted of a client", &[client], NOTED_IN_ALL),
            noted("noted from a network", &[&from], NOTED_IN_ALL),
        ];
        // This limit must not set a waiting time in the response.
        let ctx = Ctx { later: crate::Later::default(), ..ctx.clone() };
        self.draw(&all, &ctx).is_ok()
    }

    /// Drops entries that no longer limit anything.
    pub fn tidy(&self, now: Timestamp) {
        self.held.lock().retain(|_, one| one.forgotten_at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Facts, Later, Rng};
    use std::sync::Arc;

    struct Zero;
    impl Rng for Zero {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn throttle() -> Throttle {
        Throttle::new(Pepper::new(&[1; 32]))
    }

    fn ctx(at: i64, ip: &str) -> Ctx {
        let facts = Facts { ip: ip.to_owned(), ..Facts::default() };
        Ctx { now: Timestamp::from_seconds(at), rng: Arc::new(Zero), facts, later: Later::default() }
    }

    #[test]
    fn checklist_47_delays_grow_and_hit_nobody_else() {
        let throttle = throttle();
        let fail = |what: &str, at, ip: &str| throttle.fail("sign-in", what, &ctx(at, ip)).map_err(|why| why.wait);
        for _ in 0..6 {
            assert_eq!(fail("ada", 1000, "192.0.2.1"), Ok(()), "delay begins behind the free ones");
        }
        assert_eq!(fail("ada", 1000, "192.0.2.1"), Err(1));
        assert_eq!(fail("ada", 1001, "192.0.2.1"), Ok(()));
        assert_eq!(fail("ada", 1001, "192.0.2.1"), Err(2));
        assert_eq!(fail("ada", 1001, "198.51.100.7"), Ok(()), "the owner is not locked out");
        assert_eq!(fail("bob", 1001, "192.0.2.1"), Ok(()));
        // Both a quiet hour and a success reset the allowance.
        let late = 1001 + 3600;
        assert_eq!(fail("ada", late, "192.0.2.1"), Ok(()));
        let rules = [GUESSES_FROM_A_PLACE, FAILURES_FROM_A_NETWORK];
        throttle.forget(&throttle.of_network("sign-in", "ada", rules, &ctx(late, "192.0.2.1"))[0]);
        for _ in 0..6 {
            assert_eq!(fail("ada", late, "192.0.2.1"), Ok(()));
        }
    }

    /// Bounds, points 1.1 and 1.5.
    #[test]
    fn a_network_has_a_wide_allowance_that_refills() {
        let throttle = throttle();
        let fail = |what: &str, at, ip: &str| throttle.fail("sign-in", what, &ctx(at, ip)).map_err(|why| why.wait);
        let tried = |at| (0..1000).filter(|n| fail(&format!("{at} {n}"), at, "192.0.2.1").is_ok()).count();
        assert_eq!(tried(1000), 50);
        assert_eq!(fail("x", 1003, "192.0.2.1"), Err(7));
        assert_eq!(tried(1035), 3, "one in ten seconds");
        assert_eq!(fail("x", 1039, "192.0.2.1"), Err(1), "and what began to drain goes on");
        assert_eq!(fail("x", 1039, "192.0.2.2"), Ok(()));
        // A success, or an attempt that was not made, uses nothing.
        for n in 0..200 {
            let here = ctx(2000, "192.0.2.3");
            let rules = [GUESSES_FROM_A_PLACE, FAILURES_FROM_A_NETWORK];
            let all = throttle.of_network("sign-in", &format!("good {n}"), rules, &here);
            assert_eq!(throttle.draw(&all, &here), Ok(()));
            throttle.give_back(&all);
        }
        // A clock that goes back.
        assert_eq!(tried(0), 0);
        assert_eq!(fail("x", 0, "192.0.2.1"), Err(5), "no longer than before");
        assert_eq!(tried(20), 2);
    }

    #[test]
    fn a_full_table_loses_its_oldest_entries() {
        let throttle = throttle();
        for n in 0..MOST_ENTRIES {
            let last = Timestamp::from_seconds(if n % 2 == 0 { 1000 } else { 1001 });
            let key = *throttle.digest("n", &[&n.to_string()]).as_bytes();
            let tally = Tally { level: 9, last };
            throttle.held.lock().insert(key, HeldTally { tally, forgotten_at: last.plus(3600), user: None });
        }
        throttle.fail("sign-in", "ada", &ctx(1002, "192.0.2.1")).unwrap();
        let kept = throttle.held.lock();
        assert_eq!(kept.len(), MOST_ENTRIES - MOST_ENTRIES / 4 + 2);
        assert_eq!(kept.values().filter(|one| one.tally.last.seconds() == 1001).count(), MOST_ENTRIES / 2);
    }

    /// Bounds, point 2.3: for every kind of entry, and however long the names that callers send.
    #[test]
    fn point_2_3_every_kind_of_entry_is_bounded() {
        let throttle = throttle();
        let many = |n: usize| format!("{n}{}", "x".repeat(100));
        for n in 0..MOST_ENTRIES {
            throttle.fail("client", &many(n), &ctx(0, &format!("2001:db8:{:x}:{:x}::", n >> 16, n & 0xffff))).unwrap();
            throttle.notable(&many(n), &ctx(0, &format!("10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255)));
        }
        assert!(throttle.held.lock().len() <= MOST_ENTRIES + 3);
    }

    #[test]
    fn outsiders_fill_no_clients_part_of_the_audit_log() {
        let throttle = throttle();
        let noted = |client: &str, ctx: &Ctx| (0..1000).filter(|_| throttle.notable(client, ctx)).count();
        assert_eq!(noted("a", &ctx(0, "192.0.2.1")), 30);
        assert_eq!(noted("b", &ctx(0, "192.0.2.1")), 30, "another client");
        assert_eq!((noted("a", &ctx(0, "2001:db8::1")), noted("a", &ctx(9, "2001:db8::2"))), (30, 0), "one network");
        let all: usize = (0..50).map(|n| noted("a", &ctx(9, &format!("198.51.100.{n}")))).sum();
        assert_eq!(all + 60, 300, "from everywhere");
        let many: usize = (0..1000).map(|n| noted(&format!("c{n}"), &ctx(9, "203.0.113.5"))).sum();
        assert_eq!(many, 300, "whoever they name");
        assert_eq!(noted("a", &ctx(3609, "192.0.2.1")), 30, "an hour later");
    }
}
