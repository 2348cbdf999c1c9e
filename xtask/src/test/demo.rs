//! The real binary, as `countersign demo` runs it, and as `countersign serve` does with settings of ours.
use crate::process::{Background, free_port};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

pub struct Demo {
    /// The JSON line that tells the addresses, users and clients.
    pub json: String,
    server: Background,
    /// Of a server whose data lie in a folder of ours.
    _folder: Option<TempDir>,
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
        Ok(Self { json, server, _folder: None })
    }

    /// An empty server with the settings of a file; `json` tells where it is, and the link that makes its operator.
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

    /// A clean end is a part of what the tests prove.
    pub fn stop(mut self) -> Result<()> {
        ensure!(self.server.stop()?, "the server did not end well when asked to");
        Ok(())
    }
}
