//! What commands print: tables for people, one JSON value with `--json`.
use serde::Serialize;
use serde_json::Value;
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

/// A text as it is on standard output; `false` once nobody reads any more.
pub fn raw(text: &str) -> std::io::Result<bool> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// One value as JSON, or as lines for people.
pub fn show<T: Serialize>(json: bool, value: &T, people: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    line(&if json { serde_json::to_string(value)? } else { people(value) });
    Ok(())
}

/// A value without quotes and brackets, for people.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
