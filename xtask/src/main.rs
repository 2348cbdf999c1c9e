//! The project's own commands: `cargo xtask check`, `cargo xtask checklist`, `cargo xtask test`, `cargo xtask faults`, `cargo xtask screenshots`, `cargo xtask bench`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod check;
mod faults;
mod process;
mod tally;
mod test;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tally::Tally;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development commands of Countersign")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the structure of the sources, their format, and the lints. Needs no network.
    Check,
    /// Write the list of tests into the security checklist, from the tests that cite its numbers.
    Checklist,
    /// Install and start what the tests need, then run the checks, the Rust tests, the tests from outside, and the faults.
    Test(test::Options),
    /// Kill, flood and starve a running server, and count what became of its promises.
    Faults(faults::Options),
    /// Take pictures of the pages of the filled demo into `docs/screenshots`, for people to look at.
    Screenshots,
    /// Measure the release binary with the load client; the arguments go to it.
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    let root = workspace_root()?;
    let tally = match command {
        Command::Check => {
            let mut tally = Tally::default();
            check::run(&root, &mut tally);
            tally
        }
        Command::Checklist => {
            check::checklist::write(&root)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Test(options) => test::run(&root, &options),
        Command::Faults(options) => faults::run(&root, &options),
        Command::Screenshots => test::screenshots(&root)?,
        Command::Bench { args } => {
            let mut bench = process::cargo(&root);
            bench.args(["run", "--release", "--package", "countersign-bench", "--"]).args(args);
            return Ok(if process::succeeds(&mut bench)? { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    };
    Ok(tally.finish())
}

fn workspace_root() -> Result<PathBuf> {
    let parent = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    parent.map(Path::to_path_buf).context("xtask has no parent folder")
}
