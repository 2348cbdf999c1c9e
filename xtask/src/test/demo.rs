//! The real binary, as `countersign demo` runs it.
use crate::process::Background;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

pub struct Demo {
    /// The JSON line that tells the addresses, users and clients.
    pub json: String,
    server: Background,
}

impl Demo {
    /// On the database at this URL, or on SQLite in a folder of its own.
    pub fn start(binary: &Path, log: &Path, database: Option<&str>) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args(["demo", "--json", "--port", "0", "--app-port", "0"]);
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        let server = Background::start(&mut command, None, "TERM", log)?;
        let json = server
            .wait_for("the line of the demo", |line| line.starts_with(r#"{"issuer""#))
            .with_context(|| format!("see {}", log.display()))?;
        Ok(Self { json, server })
    }

    /// A clean end is a part of what the tests prove.
    pub fn stop(mut self) -> Result<()> {
        ensure!(self.server.stop()?, "the server did not end well when asked to");
        Ok(())
    }
}
