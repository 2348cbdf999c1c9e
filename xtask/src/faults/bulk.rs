//! Very many rows and races. The Rust tests create both in the database itself; here there are more of them, and their
//! measurements are judged.
use super::site::Ground;
use super::verdict::Verdict;
use crate::process;
use crate::test::postgres::Postgres;
use anyhow::Result;

/// Built like `cargo xtask test` does, see [`process::build_server`].
const TESTS: [&str; 4] = ["test", "--workspace", "--test", "all"];

/// Maximum delay of other writes while rows are removed, in milliseconds, for 99 of 100 of them.
const OTHERS: u64 = 50;
/// Maximum time until a revocation takes effect.
const EFFECTIVE: u64 = 100;
/// Minimum number of rows removed per second.
const RATE: u64 = 1_000;

pub fn purge(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let rows = if ground.long { "1000000" } else { "20000" };
    tests(ground, postgres, "point_4_4_others", ("COUNTERSIGN_TEST_ROWS", rows), verdict)
}

pub fn revocation(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let rows = if ground.long { "1000000" } else { "5000" };
    tests(ground, postgres, "point_4_3_a_client_of_very_many", ("COUNTERSIGN_TEST_ROWS", rows), verdict)
}

/// Runs each race of the Rust tests a thousand times.
pub fn races(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    tests(ground, postgres, "races::", ("COUNTERSIGN_TEST_ROUNDS", "1000"), verdict)
}

/// Runs some tests, and judges the measurements that they print.
fn tests(
    ground: &Ground,
    postgres: &Postgres,
    filter: &str,
    (name, value): (&str, &str),
    verdict: &mut Verdict,
) -> Result<()> {
    let mut command = process::cargo(&ground.root);
    command.args(TESTS).args(["--", filter, "--nocapture", "--test-threads=1"]);
    command.env("COUNTERSIGN_TEST_POSTGRES", postgres.url()).env(name, value);
    let good = process::stream(&mut command, |line| {
        if let Some((_, figure)) = line.split_once("figure ") {
            verdict.figures(figure);
            if ground.long {
                judge(figure, verdict);
            }
        } else if line.contains("panicked at") || line.starts_with("assertion") {
            println!("  {line}");
        }
    })?;
    verdict.expect(good, &format!("the tests {filter} failed"));
    Ok(())
}

/// A short run on a machine with other work shows what is removed, but not how fast.
fn judge(figure: &str, verdict: &mut Verdict) {
    let most = [("p99_ms", OTHERS), ("effective_ms", EFFECTIVE)];
    for (name, most) in most {
        verdict.expect(number(figure, name).is_none_or(|n| n <= most), &format!("{figure}: more than {most} ms"));
    }
    let rate = number(figure, "rows_a_second");
    verdict.expect(rate.is_none_or(|n| n >= RATE), &format!("{figure}: fewer than {RATE} rows a second"));
}

/// The number after a name.
fn number(figure: &str, name: &str) -> Option<u64> {
    let mut words = figure.split([' ', ',']).filter(|word| !word.is_empty());
    words.find(|word| *word == name)?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_figure_is_read_by_its_name() {
        let figure = "purge SQLite: 73 other writes, p99_ms 46, max_ms 49";
        assert_eq!(
            (number(figure, "p99_ms"), number(figure, "max_ms"), number(figure, "rows")),
            (Some(46), Some(49), None)
        );
    }
}
