//! `cargo test --workspace`, with a PostgreSQL server beside it.
use super::install::debian;
use super::postgres::Postgres;
use crate::process;
use crate::tally::Tally;
use anyhow::Result;
use std::path::Path;

pub fn run(root: &Path, filter: Option<&str>, tally: &mut Tally) -> Result<()> {
    let postgres = Postgres::start(root)?;
    // The store's tests start it themselves.
    debian(&["pgbouncer"], || Path::new("/usr/sbin/pgbouncer").is_file())?;
    let mut command = process::cargo(root);
    command.args(["test", "--workspace", "--no-fail-fast"]).args(filter);
    command.env("COUNTERSIGN_TEST_POSTGRES", postgres.url());
    let before = tally.failures();
    let good = process::stream(&mut command, |line| {
        println!("{line}");
        count(line, tally);
    })?;
    if !good && tally.failures() == before {
        tally.fail("cargo test ended without a result, see above");
    }
    Ok(())
}

/// Reads the lines `test name ... FAILED` and `test result: …`.
fn count(line: &str, tally: &mut Tally) {
    if let Some(result) = line.strip_prefix("test result: ") {
        tally.pass(number_before(result, " passed"));
    } else if let Some((name, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... ")) {
        if outcome == "FAILED" {
            tally.fail(format!("test: {name}"));
        } else if outcome.starts_with("ignored") {
            tally.fail(format!("test: {name} is ignored, and so proves nothing"));
        }
    }
}

fn number_before(text: &str, word: &str) -> u64 {
    let number = text.split(word).next().and_then(|before| before.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_summed_and_failures_named() {
        let mut tally = Tally::default();
        for line in [
            "test a::b ... ok",
            "test c::d - should panic ... ok",
            "test e ... FAILED",
            "test f ... ignored, too slow",
            "test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "nothing ... FAILED",
        ] {
            count(line, &mut tally);
        }
        let expected = "Tally { passed: 42, failed: [\"test: e\", \"test: f is ignored, and so proves nothing\"] }";
        assert_eq!(format!("{tally:?}"), expected);
    }
}
