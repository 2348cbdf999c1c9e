//! How often strangers may do what costs something: guess at a secret, or have the server keep what they send.
use crate::Timestamp;

/// What was drawn of an allowance, in units of its [`Rule`], as of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub level: i64,
    pub last: Timestamp,
}

/// How an allowance is used up, and comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// So many failures at once, and then one after 1 s, 2 s, 4 s, …, up to a quarter of an hour. A quiet hour forgives all.
    Slowing { free: u32 },
    /// So many at once, and from then on so many in an hour, evenly. It never gets slower, no matter who uses it up.
    Draining { at_once: u32, hourly: u32 },
}

/// Guesses at one account from one place: a network, or a browser that has signed in to it before.
pub const GUESSES_FROM_A_PLACE: Rule = Rule::Slowing { free: 5 };
/// Guesses at one account from everywhere together: at most a hundred in any hour, and 1,250 in a day. The server takes no password
/// that a million guesses find, so a botnet needs years for the weakest one; and a person who mistypes theirs in a new browser
/// waits for 72 seconds at most, and not at all where they signed in before.
pub const GUESSES_AT_AN_ACCOUNT: Rule = Rule::Draining { at_once: 50, hourly: 50 };
/// Failures from one network, whatever they were at: many people may be behind it.
pub const FAILURES_FROM_A_NETWORK: Rule = Rule::Draining { at_once: 50, hourly: 360 };
/// Accounts that one network may make: a course of people who sign up together, and few enough addresses that a stranger can ask
/// about.
pub const SIGN_UPS_FROM_A_NETWORK: Rule = Rule::Draining { at_once: 30, hourly: 60 };
/// Devices that ask for codes: of one client in one network, and of all clients there.
pub const DEVICES_OF_A_CLIENT: Rule = Rule::Draining { at_once: 60, hourly: 120 };
pub const DEVICES_IN_A_NETWORK: Rule = Rule::Draining { at_once: 300, hourly: 600 };

const LONGEST_DELAY: i64 = 15 * 60;
/// Seconds of quiet after which failures are forgotten.
const FORGIVEN_AFTER: i64 = 60 * 60;
/// What one use adds to a draining allowance, so that each second takes a whole number away.
const ONE: i64 = 3600;

/// Seconds to wait after so many failures.
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
    /// Nothing was drawn yet.
    pub const fn new(now: Timestamp) -> Self {
        Self { level: 0, last: now }
    }
}

impl Rule {
    /// The same as of `now`. A clock that went back makes nothing older or longer: from here on time passes again.
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

    /// Seconds until one more is allowed; none are zero.
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

    /// Draws one more; `Err` says how many seconds that has to wait. A clock that went back is noted either way.
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

    /// When nothing is left of it.
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

    /// How many of `tries` at each of these moments are allowed, and the seconds that the next one waits.
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
            // Five and the sixth, before there is a delay; then after 1, 2, 4 s.
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
            // A clock that goes back an hour makes no wait longer; time goes on from there.
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
        // A setting of nothing allows nothing, and of everything anything.
        assert!(Rule::Draining { at_once: 0, hourly: 0 }.wait(Tally::new(at(0)), at(0)) > 0);
        let all = Rule::Draining { at_once: u32::MAX, hourly: u32::MAX };
        assert_eq!(allowed(all, 10, &[0, 1]), [(10, 0), (10, 0)]);
    }
}
