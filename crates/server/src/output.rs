//! What commands print: tables for people, one JSON value with `--json`.
use serde::Serialize;
use std::io::Write as _;
use std::process::ExitCode;

/// An error on standard error, with its causes.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "countersign: {error:#}");
    ExitCode::FAILURE
}

/// A line on standard output. A closed pipe is no fault of ours.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// One value as JSON, or as lines for people.
pub fn show<T: Serialize>(json: bool, value: &T, people: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    line(&if json { serde_json::to_string(value)? } else { people(value) });
    Ok(())
}
