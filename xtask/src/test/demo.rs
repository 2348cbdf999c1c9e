//! The real binary, running `countersign demo`, or `countersign serve` with our own settings.
use crate::process::{Background, free_port};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

pub struct Demo {
    /// The JSON line with the addresses, users and clients.
    pub json: String,
    server: Background,
    /// The data folder of a server from [`Self::serve`], removed when dropped.
    _folder: Option<TempDir>,
}

impl Demo {
    /// Starts the demo on the database at this URL, or on SQLite in its own folder.
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
        Ok(Self { json, server, _folder: None })
    }

    /// Starts an empty server with a settings file. `json` contains its address, and the link that creates its operator.
    pub fn serve(binary: &Path, log: &Path, config: &Path) -> Result<Self> {
        let (folder, port) = (tempfile::tempdir()?, free_port()?);
        let issuer = format!("http://localhost:{port}");
        let mut command = Command::new(binary);
        command.arg("serve").arg("--config").arg(config).arg("--data-dir").arg(folder.path().join("data"));
        command.args(["--listen", &format!("127.0.0.1:{port}"), "--issuer", &issuer]);
        command.env("COUNTERSIGN_SHUTDOWN__DELAY", "0");
        let server = Background::start(&mut command, None, "TERM", log)?;
        let line = server
            .wait_for("the link of the first operator", |line| line.contains("/setup?"))
            .with_context(|| format!("see {}", log.display()))?;
        let setup = line.split_whitespace().find(|word| word.starts_with(&issuer)).context("no link")?;
        let json = json!({"issuer": issuer, "setup": setup, "users": [], "clients": []}).to_string();
        Ok(Self { json, server, _folder: Some(folder) })
    }

    /// Stops the server. Exiting cleanly is part of what the tests check.
    pub fn stop(mut self) -> Result<()> {
        ensure!(self.server.stop()?, "the server did not end well when asked to");
        Ok(())
    }
}
