//! Very many rows, and very many races: the Rust tests make both in the database itself. Here they make more of them, and their
//! figures are judged.
use super::site::Ground;
use super::verdict::Verdict;
use crate::process;
use crate::test::postgres::Postgres;
use anyhow::Result;

/// As `cargo xtask test` builds them: for one package alone, its dependencies would be built once more.
const TESTS: [&str; 4] = ["test", "--workspace", "--test", "all"];

/// What other writes may wait for while rows are removed, in milliseconds: 99 of 100 of them.
const OTHERS: u64 = 50;
/// Until a revocation is in force.
const EFFECTIVE: u64 = 100;
/// Rows that are removed a second, at least.
const RATE: u64 = 1_000;

pub fn purge(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let rows = if ground.long { "1000000" } else { "20000" };
    tests(ground, postgres, "point_4_4_others", ("COUNTERSIGN_TEST_ROWS", rows), verdict)
}

pub fn revocation(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let rows = if ground.long { "1000000" } else { "5000" };
    tests(ground, postgres, "point_4_3_a_client_of_very_many", ("COUNTERSIGN_TEST_ROWS", rows), verdict)
}

/// Each race of the Rust tests a thousand times.
pub fn races(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    tests(ground, postgres, "races::", ("COUNTERSIGN_TEST_ROUNDS", "1000"), verdict)
}

/// Runs some tests, and judges the figures that they print.
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

/// A short run on a machine that has other work proves what is removed, and not how fast.
fn judge(figure: &str, verdict: &mut Verdict) {
    let most = [("p99_ms", OTHERS), ("effective_ms", EFFECTIVE)];
    for (name, most) in most {
        verdict.expect(number(figure, name).is_none_or(|n| n <= most), &format!("{figure}: more than {most} ms"));
    }
    let rate = number(figure, "rows_a_second");
    verdict.expect(rate.is_none_or(|n| n >= RATE), &format!("{figure}: fewer than {RATE} rows a second"));
}

/// The number behind a name.
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
