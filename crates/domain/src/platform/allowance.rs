//! Rate limits for strangers on anything costly: guessing a secret, or making the server store what they send.
use crate::Timestamp;

/// How much of an allowance is used, in units of its [`Rule`], at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Failures, or for [`Rule::Draining`] uses times 3600.
    pub level: i64,
    /// When it was last used.
    pub last: Timestamp,
}

/// How an allowance is used up and recovers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `free` failures without a delay; each further one delays the next attempt by 1 s, 2 s, 4 s, …, up to a quarter
    /// of an hour. A quiet hour resets it.
    Slowing {
        /// Failures without a delay.
        free: u32,
    },
    /// `at_once` uses, and from then on `hourly` per hour, evenly spread. It never gets slower, no matter who uses it
    /// up.
    Draining {
        /// How many uses an unused allowance has.
        at_once: u32,
        /// How many uses come back per hour.
        hourly: u32,
    },
}

/// Guesses at one account from one place: a network, or a browser that has signed in to it before.
pub const GUESSES_FROM_A_PLACE: Rule = Rule::Slowing { free: 5 };
/// Guesses at one account from everywhere combined: at most a hundred in any hour, and 1,250 in a day. The server
/// accepts no password that a million guesses would find, so a botnet needs years for the weakest one. A user who
/// mistypes theirs in a new browser waits for 72 seconds at most, and not at all in a browser where they have signed in
/// before.
pub const GUESSES_AT_AN_ACCOUNT: Rule = Rule::Draining { at_once: 50, hourly: 50 };
/// Failures from one network, of any kind: many people may be behind it.
pub const FAILURES_FROM_A_NETWORK: Rule = Rule::Draining { at_once: 50, hourly: 360 };
/// Accounts created from one network: enough for a class signing up together, and few enough to limit how many
/// addresses a stranger can probe.
pub const SIGN_UPS_FROM_A_NETWORK: Rule = Rule::Draining { at_once: 30, hourly: 60 };
/// Device authorization requests: of one client in one network, and of all clients there.
pub const DEVICES_OF_A_CLIENT: Rule = Rule::Draining { at_once: 60, hourly: 120 };
/// Devices of all clients in one network.
pub const DEVICES_IN_A_NETWORK: Rule = Rule::Draining { at_once: 300, hourly: 600 };

const LONGEST_DELAY: i64 = 15 * 60;
/// Seconds of quiet after which failures are forgotten.
const FORGIVEN_AFTER: i64 = 60 * 60;
/// What one use adds to a draining allowance; chosen so that each second drains a whole number.
const ONE: i64 = 3600;

/// Seconds to wait after this many failures.
fn delay(failures: i64, free: u32) -> i64 {
    match failures - i64::from(free) {
        ..=0 => 0,
        over => u32::try_from(over - 1)
            .ok()
            .and_then(|n| 1i64.checked_shl(n))
            .map_or(LONGEST_DELAY, |seconds| if seconds < 1 { LONGEST_DELAY } else { seconds.min(LONGEST_DELAY) }),
    }
}

impl Tally {
    /// An unused allowance.
    pub const fn new(now: Timestamp) -> Self {
        Self { level: 0, last: now }
    }
}

impl Rule {
    /// The tally at `now`. If the clock went back, no age or delay grows: time continues from `now`.
    fn at(self, tally: Tally, now: Timestamp) -> Tally {
        let age = now.since(tally.last).max(0);
        match self {
            Self::Slowing { .. } if age >= FORGIVEN_AFTER => Tally::new(now),
            Self::Slowing { .. } => Tally { last: tally.last.min(now), ..tally },
            Self::Draining { hourly, .. } => {
                let drained = age.saturating_mul(i64::from(hourly));
                Tally { level: tally.level.saturating_sub(drained).max(0), last: now }
            }
        }
    }

    /// Seconds until one more use is allowed; zero if it is allowed now.
    pub fn wait(self, tally: Tally, now: Timestamp) -> i64 {
        let Tally { level, last } = self.at(tally, now);
        match self {
            Self::Slowing { free } => (delay(level, free) - now.since(last)).max(0),
            Self::Draining { at_once, hourly } => {
                let over = level.saturating_add(ONE).saturating_sub(i64::from(at_once) * ONE).max(0);
                // Rounded up.
                over.saturating_add(i64::from(hourly) - 1) / i64::from(hourly).max(1)
            }
        }
    }

    /// Uses one more, or returns in `Err` how many seconds to wait. If the clock went back, the tally is adjusted in
    /// either case.
    pub fn draw(self, tally: &mut Tally, now: Timestamp) -> Result<(), i64> {
        let wait = self.wait(*tally, now);
        if tally.last > now {
            *tally = self.at(*tally, now);
        }
        if wait > 0 {
            return Err(wait);
        }
        let Tally { level, .. } = self.at(*tally, now);
        *tally = Tally { level: level.saturating_add(self.one()), last: now };
        Ok(())
    }

    /// What one use adds.
    pub const fn one(self) -> i64 {
        match self {
            Self::Slowing { .. } => 1,
            Self::Draining { .. } => ONE,
        }
    }

    /// When it has fully recovered.
    pub fn forgotten_at(self, tally: Tally) -> Timestamp {
        tally.last.plus(match self {
            Self::Slowing { .. } => FORGIVEN_AFTER,
            Self::Draining { hourly, .. } => tally.level / i64::from(hourly).max(1) + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// How many of `tries` are allowed at each of these times, and how many seconds the next one has to wait.
    fn allowed(rule: Rule, tries: usize, moments: &[i64]) -> Vec<(usize, i64)> {
        let mut tally = Tally::new(at(moments[0]));
        let each = moments.iter().map(|moment| {
            let drawn = (0..tries).take_while(|_| rule.draw(&mut tally, at(*moment)).is_ok()).count();
            (drawn, rule.wait(tally, at(*moment)))
        });
        each.collect()
    }

    #[test]
    fn point_1_1_each_allowance_is_used_up_and_comes_back() {
        let table = [
            // Five and the sixth before any delay; then after 1, 2, 4 s.
            (GUESSES_FROM_A_PLACE, [0, 0, 1, 3, 7, 14], [(6, 1), (0, 1), (1, 2), (1, 4), (1, 8), (0, 1)]),
            (GUESSES_FROM_A_PLACE, [0, 1, 2, 3601, 3602, 7202], [(6, 1), (1, 2), (0, 1), (6, 1), (1, 2), (6, 1)]),
            // 50, and one more after each 72 s: a hundred in the first hour.
            (
                GUESSES_AT_AN_ACCOUNT,
                [0, 1, 71, 72, 3600, 9999],
                [(50, 72), (0, 71), (0, 1), (1, 72), (49, 72), (50, 72)],
            ),
            (FAILURES_FROM_A_NETWORK, [0, 3, 35, 39, 40, 539], [(50, 10), (0, 7), (3, 5), (0, 1), (1, 10), (49, 1)]),
            (
                SIGN_UPS_FROM_A_NETWORK,
                [0, 59, 60, 120, 1920, 2000],
                [(30, 60), (0, 1), (1, 60), (1, 60), (30, 60), (1, 40)],
            ),
            (DEVICES_OF_A_CLIENT, [0, 29, 30, 60, 1860, 1875], [(60, 30), (0, 1), (1, 30), (1, 30), (60, 30), (0, 15)]),
            (DEVICES_IN_A_NETWORK, [0, 5, 6, 12, 1812, 1814], [(300, 6), (0, 1), (1, 6), (1, 6), (300, 6), (0, 4)]),
            // A clock that goes back an hour makes no wait longer; time continues from there.
            (
                GUESSES_FROM_A_PLACE,
                [9000, 5000, 5001, 5003, 5007, 5008],
                [(6, 1), (0, 1), (1, 2), (1, 4), (1, 8), (0, 7)],
            ),
            (
                GUESSES_AT_AN_ACCOUNT,
                [9000, 5000, 5072, 5144, 0, 72],
                [(50, 72), (0, 72), (1, 72), (1, 72), (0, 72), (1, 72)],
            ),
        ];
        for (rule, moments, expected) in table {
            assert_eq!(allowed(rule, 1000, &moments), expected, "{rule:?}");
        }
    }

    #[test]
    fn point_1_1_a_place_never_waits_longer_than_a_quarter_of_an_hour() {
        let waits: Vec<i64> = [5, 6, 7, 15, 16, 17, 69, 70, 200, i64::MAX].map(|n| delay(n, 5)).to_vec();
        assert_eq!(waits, [0, 1, 2, 512, 900, 900, 900, 900, 900, 900]);
    }

    #[test]
    fn what_is_given_back_and_forgotten() {
        let rule = GUESSES_AT_AN_ACCOUNT;
        let mut drawn = Tally::new(at(0));
        rule.draw(&mut drawn, at(0)).unwrap();
        assert_eq!((drawn.level, rule.one()), (3600, 3600));
        assert_eq!((rule.forgotten_at(drawn), rule.at(drawn, at(72)).level), (at(73), 0));
        assert_eq!(GUESSES_FROM_A_PLACE.forgotten_at(Tally { level: 9, last: at(5) }), at(3605));
        // A limit of zero allows nothing, and the maximum allows everything.
        assert!(Rule::Draining { at_once: 0, hourly: 0 }.wait(Tally::new(at(0)), at(0)) > 0);
        let all = Rule::Draining { at_once: u32::MAX, hourly: u32::MAX };
        assert_eq!(allowed(all, 10, &[0, 1]), [(10, 0), (10, 0)]);
    }
}
