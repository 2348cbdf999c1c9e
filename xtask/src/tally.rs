//! Counts what passed and failed.
use std::process::ExitCode;

#[derive(Default, Debug)]
pub struct Tally {
    passed: u64,
    failed: Vec<String>,
}

impl Tally {
    pub fn pass(&mut self, count: u64) {
        self.passed += count;
    }

    pub fn fail(&mut self, name: impl Into<String>) {
        self.failed.push(name.into());
    }

    /// Adds the counts of another tally.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
    }

    pub fn failures(&self) -> usize {
        self.failed.len()
    }

    /// Prints what failed and the line `N passed, N failed`. Returns the exit code.
    pub fn finish(self) -> ExitCode {
        for name in &self.failed {
            println!("failed: {name}");
        }
        println!("{} passed, {} failed", self.passed, self.failed.len());
        // If nothing ran, nothing was proved.
        if self.failed.is_empty() && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
