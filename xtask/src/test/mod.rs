//! `cargo xtask test`: everything that must hold, on a fresh machine.
mod demo;
pub mod install;
mod outside;
pub mod postgres;
mod rust;

use crate::check;
use crate::faults;
use crate::tally::Tally;
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::Path;

#[derive(Args)]
pub struct Options {
    /// Run one part alone.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Run only the tests and scenarios whose name contains this; the checks run without one.
    filter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Check,
    Rust,
    Outside,
    Faults,
}

pub fn run(root: &Path, options: &Options) -> Tally {
    let wanted = |part| options.only.is_none_or(|only| only == part);
    let filter = options.filter.as_deref();
    let mut tally = Tally::default();
    if wanted(Part::Check) && filter.is_none() {
        check::run(root, &mut tally);
    }
    // A setup that fails counts as a failure like others, and the other parts still run.
    let parts = [(Part::Rust, rust::run as Run), (Part::Outside, outside::run), (Part::Faults, faults::short)];
    for (_, run) in parts.into_iter().filter(|(part, _)| wanted(*part)) {
        if let Err(error) = run(root, filter, &mut tally) {
            tally.fail(format!("{error:#}"));
        }
    }
    tally
}

/// Screenshots of the pages, with the same tools as the tests from outside.
pub fn screenshots(root: &Path) -> Result<Tally> {
    let mut tally = Tally::default();
    outside::screenshots(root, &mut tally)?;
    Ok(tally)
}

type Run = fn(&Path, Option<&str>, &mut Tally) -> Result<()>;
