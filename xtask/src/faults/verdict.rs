//! The findings of a scenario.
use super::load::Ledger;
use super::promises;
use crate::tally::Tally;

/// The promises that a scenario found broken. It passes if there are none.
pub struct Verdict {
    name: String,
    broken: Vec<String>,
    told: usize,
}

impl Verdict {
    pub fn new(name: String) -> Self {
        Self { name, broken: Vec::new(), told: 0 }
    }

    /// Adds a line of counts.
    pub fn figures(&mut self, text: &str) {
        self.told += 1;
        println!("  {text}");
    }

    pub fn expect(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.broken.push(otherwise.to_owned());
        }
    }

    pub fn ledger(&mut self, ledger: &Ledger) {
        self.broken.extend(ledger.broken.iter().cloned());
        self.expect(
            !promises::AUDIT || ledger.audit_missing == 0,
            &format!("{} audit entries of acknowledged changes are missing", ledger.audit_missing),
        );
        if promises::CREATION_ONCE {
            self.broken.extend(ledger.created_twice.iter().cloned());
        }
    }

    /// Counts the scenario, and lists the broken promises: only the first ones, since many have the same cause.
    pub fn close(self, tally: &mut Tally) {
        const SHOWN: usize = 12;
        if self.broken.is_empty() && self.told > 0 {
            return tally.pass(1);
        }
        if self.told == 0 {
            return tally.fail(format!("faults: {}: nothing was counted", self.name));
        }
        for one in self.broken.iter().take(SHOWN) {
            println!("  broken: {}", short(one));
        }
        tally.fail(format!(
            "faults: {}: {} promises broken, the first: {}",
            self.name,
            self.broken.len(),
            short(&self.broken[0])
        ));
    }
}

/// Shortens a response to what is needed to understand it.
pub fn short(text: &str) -> String {
    text.chars().take(200).collect()
}
