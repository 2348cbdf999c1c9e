//! What passed and what failed, whoever counted it.
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

    /// Adds what another counted.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
    }

    pub fn failures(&self) -> usize {
        self.failed.len()
    }

    /// Says what failed, ends with the line `N passed, N failed`, and answers the exit code.
    pub fn finish(self) -> ExitCode {
        for name in &self.failed {
            println!("failed: {name}");
        }
        println!("{} passed, {} failed", self.passed, self.failed.len());
        // Nothing that ran is no proof of anything.
        if self.failed.is_empty() && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
