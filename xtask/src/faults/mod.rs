//! `cargo xtask faults`: injects one failure after another into a running server, and checks its promises.
//! `docs/src/reliability.md` describes them.
mod black_hole;
mod bulk;
mod clock;
mod database;
mod failover;
mod floods;
mod honest;
mod http;
mod kill;
mod load;
mod log;
mod network;
mod nodes;
mod promises;
mod proxy;
mod receiver;
mod site;
mod story;
mod verdict;
mod versions;
mod way;

use crate::process;
use crate::tally::Tally;
use crate::test::postgres::Postgres;
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use site::{Ground, Kind};
use std::fs;
use std::path::{Path, PathBuf};
use verdict::Verdict;

#[derive(Args)]
pub struct Options {
    /// More rounds, and floods that last longer: some forty minutes instead of three.
    #[arg(long)]
    long: bool,
    /// Run only the scenarios whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Run on one database alone.
    #[arg(long, value_enum)]
    database: Option<Database>,
    /// A server to do it to, instead of one that is built for it.
    #[arg(long)]
    binary: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

/// A scenario: its name, what it counts, and the databases it runs on.
struct Scenario {
    name: &'static str,
    counts: &'static str,
    on: &'static [Kind],
    /// Skipped in the short version.
    only_long: bool,
    run: fn(&Ground, Kind, Option<&mut Postgres>, &mut Verdict) -> Result<()>,
}

const BOTH: &[Kind] = &[Kind::Sqlite, Kind::Postgres];

const SCENARIOS: &[Scenario] = &[
    // Checklist 136, 138.
    Scenario {
        name: "kill",
        counts: "acknowledged writes that are lost, spent things that are good again, revoked things that work, after kill -9 under mixed load",
        on: BOTH,
        only_long: false,
        run: |ground, kind, postgres, verdict| kill::run(ground, kind, postgres.as_deref(), verdict),
    },
    // Checklist 134, 140.
    Scenario {
        name: "floods",
        counts: "verified guesses, memory, and what an honest client and person wait for",
        on: &[Kind::Sqlite],
        only_long: false,
        run: |ground, kind, postgres, verdict| floods::run(ground, kind, postgres.as_deref(), verdict),
    },
    Scenario {
        name: "floods",
        counts: "verified guesses, memory, and what an honest client and person wait for",
        on: &[Kind::Postgres],
        only_long: true,
        run: |ground, kind, postgres, verdict| floods::run(ground, kind, postgres.as_deref(), verdict),
    },
    Scenario {
        name: "database",
        counts: "the same as kill, and the time until all is well after the cause has ended",
        on: BOTH,
        only_long: false,
        run: |ground, _, postgres, verdict| match postgres {
            None => database::sqlite(ground, verdict),
            Some(postgres) => database::postgres(ground, postgres, verdict),
        },
    },
    // Checklist 140.
    Scenario {
        name: "black-hole",
        counts: "when a database that never answers is noticed, when all is well again, and whether SIGTERM works meanwhile",
        on: &[Kind::Postgres],
        // Without a deadline, it takes a minute and a half to find out that the wait does not end.
        only_long: !promises::BLACK_HOLE,
        run: |ground, _, postgres, verdict| black_hole::proxy(ground, postgres.context("PostgreSQL")?, verdict),
    },
    Scenario {
        name: "network",
        counts: "the same as black-hole, with a network between the node and the database that is cut and put together again",
        on: &[Kind::Postgres],
        only_long: !promises::BLACK_HOLE,
        run: |ground, _, postgres, verdict| black_hole::network(ground, postgres.context("PostgreSQL")?, verdict),
    },
    Scenario {
        name: "failover",
        counts: "acknowledged writes that are lost when the primary is gone, and how soon the server finds the new one",
        on: &[Kind::Postgres],
        only_long: false,
        run: |ground, _, _, verdict| failover::run(ground, verdict),
    },
    Scenario {
        name: "clock",
        counts: "people and clients that are locked out, and what works again that was spent, revoked or expired",
        on: BOTH,
        only_long: false,
        run: |ground, _, postgres, verdict| clock::run(ground, postgres.as_deref(), verdict),
    },
    // Checklist 140.
    Scenario {
        name: "log",
        counts: "requests that fail or wait while the log cannot be written",
        on: &[Kind::Sqlite],
        only_long: false,
        run: |ground, _, _, verdict| log::run(ground, verdict),
    },
    Scenario {
        name: "nodes",
        counts: "different keys after three first starts at once, and requests that fail in a rolling restart",
        on: &[Kind::Postgres],
        only_long: false,
        run: |ground, _, postgres, verdict| nodes::run(ground, postgres.context("PostgreSQL")?, verdict),
    },
    Scenario {
        name: "versions",
        counts: "requests that fail while nodes of the version before and of this one run together",
        on: &[Kind::Postgres],
        // The previous version has to be built.
        only_long: true,
        run: |ground, _, postgres, verdict| versions::run(ground, postgres.context("PostgreSQL")?, verdict),
    },
    Scenario {
        name: "purge",
        counts: "expired rows that are removed a second, what other writes wait for meanwhile, and how far the file of SQLite shrinks",
        // The tests run on SQLite, too.
        on: &[Kind::Postgres],
        only_long: false,
        run: |ground, _, postgres, verdict| bulk::purge(ground, postgres.context("PostgreSQL")?, verdict),
    },
    Scenario {
        name: "revocation",
        counts: "the time until a client of very many people is revoked, and until its rows are gone, and what other writes wait for meanwhile",
        on: &[Kind::Postgres],
        only_long: false,
        run: |ground, _, postgres, verdict| bulk::revocation(ground, postgres.context("PostgreSQL")?, verdict),
    },
    // Checklist 137.
    Scenario {
        name: "races",
        counts: "outcomes of races that are not those of one after the other, a thousand rounds each",
        on: &[Kind::Postgres],
        only_long: true,
        run: |ground, _, postgres, verdict| bulk::races(ground, postgres.context("PostgreSQL")?, verdict),
    },
];

pub fn run(root: &Path, options: &Options) -> Tally {
    let mut tally = Tally::default();
    let wanted = match options.database {
        None => BOTH,
        Some(Database::Sqlite) => &BOTH[..1],
        Some(Database::Postgres) => &BOTH[1..],
    };
    let chosen = Chosen { long: options.long, only: options.only.as_deref(), on: wanted };
    if let Err(error) = all(root, &chosen, options.binary.clone(), &mut tally) {
        tally.fail(format!("faults: {error:#}"));
    }
    tally
}

/// The short version, as a part of `cargo xtask test`.
pub fn short(root: &Path, filter: Option<&str>, tally: &mut Tally) -> Result<()> {
    all(root, &Chosen { long: false, only: filter, on: BOTH }, None, tally)
}

struct Chosen<'c> {
    long: bool,
    only: Option<&'c str>,
    on: &'c [Kind],
}

fn all(root: &Path, chosen: &Chosen<'_>, binary: Option<PathBuf>, tally: &mut Tally) -> Result<()> {
    let Chosen { long, only, on } = *chosen;
    let scenarios: Vec<_> = SCENARIOS
        .iter()
        .filter(|s| only.is_none_or(|only| s.name.contains(only)))
        .filter(|s| long || !s.only_long)
        .collect();
    if scenarios.is_empty() {
        return Ok(());
    }
    let binary = binary.map_or_else(|| process::build_server(root), Ok)?;
    let logs = root.join("target/outside");
    fs::create_dir_all(&logs)?;
    let ground = Ground { root: root.to_owned(), binary, logs, long };
    let mut postgres = None;
    for scenario in scenarios {
        for kind in scenario.on.iter().filter(|kind| on.contains(kind)) {
            if *kind == Kind::Postgres && postgres.is_none() {
                postgres = Some(Postgres::start(root).context("PostgreSQL")?);
            }
            let database = postgres.as_mut().filter(|_| *kind == Kind::Postgres);
            one(&ground, scenario, *kind, database, tally);
        }
    }
    Ok(())
}

fn one(ground: &Ground, scenario: &Scenario, kind: Kind, postgres: Option<&mut Postgres>, tally: &mut Tally) {
    let name = format!("{} on {}", scenario.name, kind.name());
    println!("\n{name}: counts {}", scenario.counts);
    let began = http::now();
    let mut verdict = Verdict::new(name.clone());
    match (scenario.run)(ground, kind, postgres, &mut verdict) {
        Ok(()) => verdict.close(tally),
        Err(error) => tally.fail(format!("faults: {name}: {error:#}")),
    }
    println!("  {} s", began.elapsed().as_secs());
}
