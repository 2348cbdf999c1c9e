//! The project's rules. Each is a small module that returns the violations.
mod changes;
pub mod checklist;
mod cycles;
mod decisions;
mod dependencies;
mod guarded;
mod layers;
mod length;
mod migrations;
mod modules;
mod resolve;
mod rooms;
mod rust;
mod workspace;

use crate::process;
use crate::tally::Tally;
use anyhow::Result;
use std::path::Path;
use workspace::Workspace;

/// Runs every check, even if others fail, and counts each as one.
pub fn run(root: &Path, tally: &mut Tally) {
    match Workspace::load(root) {
        Ok(workspace) => {
            report(tally, "crates depend in the right direction", Ok(layers::check(&workspace)));
            report(tally, "no circle of files", Ok(cycles::check(&workspace)));
            report(tally, "rooms use the rooms that they may", rooms::check(&workspace));
            report(tally, "requests reach only use cases that check their caller", guarded::check(&workspace));
            report(tally, "use cases find clients in one place", resolve::check(&workspace));
            report(tally, "changes are recorded in their transaction", changes::check(&workspace));
            report(tally, "migrations depend on nothing that may change", migrations::check(&workspace));
            report(tally, "no long file and no wide template", length::check(root, &workspace));
        }
        Err(error) => report(tally, "the workspace can be read", Err(error)),
    }
    report(tally, "the server of a release has few dependencies", dependencies::check(root));
    report(tally, "decisions have a date, a status and a line in the index", decisions::check(root));
    report(tally, "the checklist names the tests that cite it", checklist::check(root));
    report(tally, "cargo fmt", command(root, &["fmt", "--all", "--", "--check", "-l"]));
    let clippy = ["clippy", "--workspace", "--all-targets"];
    let warnings = ["--", "-D", "warnings"];
    report(tally, "cargo clippy", command(root, &[&clippy[..], &warnings].concat()));
    // Of all crates, only the server is another one then.
    let release = command(root, &[&clippy[..], &["--no-default-features"], &warnings].concat());
    report(tally, "cargo clippy, as released", release);
}

fn report(tally: &mut Tally, name: &str, outcome: Result<Vec<String>>) {
    let problems = outcome.unwrap_or_else(|error| vec![format!("{error:#}")]);
    if problems.is_empty() {
        println!("ok - {name}");
        tally.pass(1);
        return;
    }
    println!("not ok - {name}");
    for problem in problems {
        println!("    {problem}");
    }
    tally.fail(format!("check: {name}"));
}

fn command(root: &Path, args: &[&str]) -> Result<Vec<String>> {
    let good = process::succeeds(process::cargo(root).args(args))?;
    Ok(if good { vec![] } else { vec![format!("`cargo {}` failed, see above", args.join(" "))] })
}
