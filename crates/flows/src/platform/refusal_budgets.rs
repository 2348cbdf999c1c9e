//! Limits how many refusals go into the audit log, so that strangers cannot fill it. Refusals beyond the budget go only to the
//! log, and are counted. Changes are always recorded.
use domain::Timestamp;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// The budget for all unauthenticated callers: entries at once, and one more per second.
const OF_STRANGERS: u32 = 2_000;
/// The budget for each client and each holder of a credential.
const OF_ONE: u32 = 1_000;
/// The maximum number of budgets in memory. The least recently used are dropped first.
const MOST_HELD: usize = 10_000;

#[derive(Debug, Default)]
pub struct Budgets {
    strangers: Mutex<Option<Budget>>,
    known: Mutex<HashMap<String, Budget>>,
    left_out: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
struct Budget {
    left: u32,
    drawn_at: Timestamp,
}

impl Budget {
    const fn full(most: u32, now: Timestamp) -> Self {
        Self { left: most, drawn_at: now }
    }

    fn draw(&mut self, most: u32, now: Timestamp) -> bool {
        // If the clock goes back, nothing is added or removed.
        let since = u32::try_from(now.since(self.drawn_at).max(0)).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(since).min(most);
        self.drawn_at = now;
        let admitted = self.left > 0;
        self.left = self.left.saturating_sub(1);
        admitted
    }
}

impl Budgets {
    /// Whether one more refusal of `who` is recorded; `None` for an unauthenticated caller.
    pub fn admits(&self, who: Option<&str>, now: Timestamp) -> bool {
        let admitted = match who {
            None => self.strangers.lock().get_or_insert(Budget::full(OF_STRANGERS, now)).draw(OF_STRANGERS, now),
            Some(who) => {
                let mut known = self.known.lock();
                make_room(&mut known);
                known.entry(who.to_owned()).or_insert(Budget::full(OF_ONE, now)).draw(OF_ONE, now)
            }
        };
        if !admitted {
            self.leave_out();
        }
        admitted
    }

    /// Counts a refusal that is not recorded.
    pub fn leave_out(&self) {
        self.left_out.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of refusals that this process did not record.
    pub fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }
}

fn make_room(known: &mut HashMap<String, Budget>) {
    if known.len() < MOST_HELD {
        return;
    }
    let mut times: Vec<_> = known.values().map(|budget| budget.drawn_at).collect();
    let (_, quarter, _) = times.select_nth_unstable(MOST_HELD / 4);
    let quarter = *quarter;
    known.retain(|_, budget| budget.drawn_at > quarter);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    /// Checklist 136.
    #[test]
    fn point_3_2_a_flood_is_written_as_far_as_its_budget_and_leaves_that_of_others_alone() {
        let budgets = Budgets::default();
        let written = |who, times, now| (0..times).filter(|_| budgets.admits(who, now)).count();
        assert_eq!(written(None, 32_000, NOW), 2_000);
        assert_eq!(written(Some("usr_a"), 5_000, NOW), 1_000);
        assert_eq!(written(Some("usr_b"), 10, NOW), 10);
        assert_eq!(budgets.left_out(), 30_000 + 4_000);
        assert_eq!(written(None, 32_000, NOW.plus(7)), 7, "one each second");
        assert_eq!(written(None, 10, NOW.plus(-3600)), 0, "not by a clock that goes back");
        assert_eq!(written(None, 32_000, NOW.plus(1_000_000)), 2_000);
    }

    #[test]
    fn point_2_3_what_is_held_is_bounded_and_the_oldest_go_first() {
        let budgets = Budgets::default();
        for n in 0..3 * MOST_HELD {
            let at = NOW.plus(i64::try_from(n).unwrap_or_default());
            assert!(budgets.admits(Some(&n.to_string()), at));
        }
        let known = budgets.known.lock();
        assert!(known.len() <= MOST_HELD && known.contains_key(&(3 * MOST_HELD - 1).to_string()));
        assert!(!known.contains_key("0"));
    }
}
