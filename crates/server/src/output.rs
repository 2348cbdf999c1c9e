//! What commands print: tables for people, one JSON value with `--json`.
use serde::Serialize;
use serde_json::Value;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Prints an error and its causes on standard error.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    let text = format!("countersign: {error:#}\n");
    let (written, done) = channel();
    let write = move || {
        let _ = written.send(std::io::stderr().write_all(text.as_bytes()).is_ok());
    };
    // A stuck reader must not keep the process from ending.
    if std::thread::Builder::new().spawn(write).is_ok() {
        let _ = done.recv_timeout(Duration::from_secs(1));
    }
    ExitCode::FAILURE
}

/// Prints a line on standard output. Ignores a closed pipe.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Writes text unchanged to standard output. Returns `false` if the reader has closed it.
pub fn raw(text: &str) -> std::io::Result<bool> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Prints a value as JSON, or formatted for people.
pub fn show<T: Serialize>(json: bool, value: &T, people: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    line(&if json { serde_json::to_string(value)? } else { people(value) });
    Ok(())
}

/// Formats a value without quotes and brackets, for people.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
