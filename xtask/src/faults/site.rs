//! A server running the real binary on its own database, and the credentials to use it.
use super::http::{self, Connection, Request, now, wait_until};
use crate::process::{free_port, output};
use crate::test::postgres::Postgres;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// Maximum time until a server serves again.
pub const RECOVERY: Duration = Duration::from_secs(10);

pub const EMAIL: &str = "ada@example.com";
pub const PASSWORD: &str = "a correct horse, a battery and a staple";

/// What all scenarios need.
pub struct Ground {
    /// The root of the workspace.
    pub root: PathBuf,
    pub binary: PathBuf,
    pub logs: PathBuf,
    pub long: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A folder, a database, and the settings of a server on them.
pub struct Site {
    pub binary: PathBuf,
    pub folder: TempDir,
    pub database: String,
    pub port: u16,
    pub env: Vec<(String, String)>,
    /// A program with arguments that runs each command.
    pub within: Vec<String>,
    /// The issuer, if it differs from the server's own address.
    pub issuer: Option<String>,
    log: PathBuf,
    pub personal_token: String,
    pub workspace: String,
}

/// Differences from the defaults. Many requests may come from one address, and a refresh token is spent at once, so
/// that reuse shows without waiting. A proxy on this machine provides the addresses, and webhooks are sent to this
/// machine. SIGTERM takes effect at once.
const SETTINGS: &str = r#"
trusted_proxies = ["127.0.0.0/8"]
outbound_allow_private = true

[registration]
per_address_per_hour = 1000000
alike_per_hour = 1000000

[lifetimes]
refresh_window = 0

[shutdown]
delay = 0

[log]
level = "warn"
"#;

static NUMBER: AtomicUsize = AtomicUsize::new(0);

impl Site {
    /// Creates a site on SQLite in its own folder, or on a new database of this PostgreSQL server, with a user, a
    /// workspace and a token.
    pub fn new(ground: &Ground, postgres: Option<&Postgres>) -> Result<Self> {
        let mut site = Self::empty(ground, postgres)?;
        site.seed()?;
        Ok(site)
    }

    /// Creates a site on which nothing was started yet.
    pub fn empty(ground: &Ground, postgres: Option<&Postgres>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("countersign-faults-").tempdir()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let log = ground.logs.join(format!("faults-{number}.log"));
        File::create(&log)?;
        let data = folder.path().join("data");
        let database = match postgres {
            Some(postgres) => postgres.database(&format!("faults_{number}"))?,
            None => format!("sqlite:{}", data.join("countersign.db").display()),
        };
        fs::write(folder.path().join("countersign.toml"), SETTINGS)?;
        Ok(Self {
            binary: ground.binary.clone(),
            log,
            folder,
            database,
            port: free_port()?,
            env: Vec::new(),
            within: Vec::new(),
            issuer: None,
            personal_token: String::new(),
            workspace: String::new(),
        })
    }

    pub fn seed(&mut self) -> Result<()> {
        let user = ["user", "create", "--email", EMAIL, "--name", "Ada", "--operator", "--password-stdin"];
        self.run(&user, PASSWORD)?;
        let made = self.run(&["workspace", "create", "--name", "Faults", "--owner", EMAIL], "")?;
        self.workspace = text(&made, "id")?;
        let token = self.run(&["key", "create-personal", EMAIL, "--name", "faults", "--every-scope"], "")?;
        self.personal_token = text(&token, "personal_access_token")?;
        Ok(())
    }

    /// Another server on the same database, with its own port.
    pub fn beside(&self) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("countersign-faults-").tempdir()?;
        fs::create_dir(folder.path().join("data"))?;
        let key = "data/master.key";
        if self.folder.path().join(key).is_file() {
            fs::copy(self.folder.path().join(key), folder.path().join(key))?;
        }
        fs::write(folder.path().join("countersign.toml"), SETTINGS)?;
        let log = self.log.with_file_name(format!("faults-{}.log", NUMBER.fetch_add(1, Ordering::Relaxed)));
        File::create(&log)?;
        Ok(Self {
            binary: self.binary.clone(),
            folder,
            database: self.database.clone(),
            port: free_port()?,
            env: self.env.clone(),
            within: Vec::new(),
            issuer: self.issuer.clone(),
            log,
            personal_token: self.personal_token.clone(),
            workspace: self.workspace.clone(),
        })
    }

    /// This site with another binary, for use while this one is stopped.
    pub fn with_binary(&self, binary: &Path) -> Result<Self> {
        let other = self.beside()?;
        Ok(Self { binary: binary.to_owned(), port: self.port, ..other })
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn database_file(&self) -> PathBuf {
        self.data().join("countersign.db")
    }

    /// The server's own arguments, which all commands take.
    fn arguments(&self) -> [String; 6] {
        let path = |p: &Path| p.display().to_string();
        ["--config".to_owned(), path(&self.folder.path().join("countersign.toml")), "--data-dir".to_owned()]
            .into_iter()
            .chain([path(&self.data()), "--database".to_owned(), self.database.clone()])
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or_default()
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let binary = self.binary.display().to_string();
        let mut whole = self.within.iter().chain([&binary]);
        let mut command = Command::new(whole.next().unwrap_or(&binary));
        command.args(whole).args(words).args(self.arguments()).envs(self.env.iter().map(|(k, v)| (k, v)));
        command
    }

    /// The result of `countersign … --json`.
    pub fn run(&self, words: &[&str], input: &str) -> Result<Value> {
        let mut command = self.command(words);
        command.arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(serde_json::from_slice(&output.stdout).unwrap_or_else(|_| String::from_utf8_lossy(&output.stdout).into()))
    }

    /// Starts the server and waits until it is ready.
    pub fn start(&self) -> Result<Server> {
        let mut server = self.spawn(&[])?;
        server.wait_ready()?;
        Ok(server)
    }

    /// Starts the server. `wrapper` is a program with arguments that replaces itself with the server.
    pub fn spawn(&self, wrapper: &[&str]) -> Result<Server> {
        let listen = format!("127.0.0.1:{}", self.port);
        let issuer = self.issuer.clone().unwrap_or_else(|| format!("http://localhost:{}", self.port));
        let mut words = vec!["serve", "--listen", &listen, "--issuer", &issuer];
        // The key in the environment exists before its database.
        if self.env.iter().any(|(name, _)| name == "COUNTERSIGN_MASTER_KEY") {
            words.push("--new-database");
        }
        let serve = self.command(&words);
        // If we are killed, the kernel kills it.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).args(wrapper).arg(serve.get_program()).args(serve.get_args());
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        let log: File = OpenOptions::new().create(true).append(true).open(&self.log)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Server { child: command.spawn().context("cannot start the server")?, port: self.port })
    }

    /// From the next start on, logs to this file at this level.
    pub fn log_to(&mut self, place: &Path, level: &str) {
        place.clone_into(&mut self.log);
        self.env.push(("COUNTERSIGN_LOG__LEVEL".to_owned(), level.to_owned()));
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The complete audit log.
    pub fn audit(&self) -> Result<Vec<Value>> {
        let lines = output(&mut self.command(&["audit", "export", "--json"]))?;
        Ok(lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}

fn text(value: &Value, name: &str) -> Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("no {name}: {value}"))
}

/// A running server; it ends when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it is ready, including the database. Returns how long that took.
    pub fn wait_ready(&mut self) -> Result<Duration> {
        let began = now();
        loop {
            if self.is_ready() {
                return Ok(began.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            ensure!(began.elapsed() < Duration::from_mins(1), "the server was not ready within a minute");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn is_ready(&self) -> bool {
        http::send(self.port, &Request::get("/readyz")).is_ok_and(|reply| reply.status == 200)
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// SIGKILL: nothing is flushed or closed.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    pub fn signal(&self, name: &str) -> Result<()> {
        crate::process::must_succeed(Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()))
    }

    /// Waits for the process to end, at most this long.
    pub fn ended_within(&mut self, limit: Duration) -> Option<(Duration, ExitStatus)> {
        let took = wait_until(limit, || self.has_ended())?;
        Some((took, self.child.try_wait().ok()??))
    }

    pub fn connection(&self) -> Connection {
        Connection::new(self.port)
    }

    /// The resident memory in MiB: the current value, and the peak since [`Self::forget_peak`].
    pub fn memory(&self) -> (u64, u64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let mib = |field: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(u64::MAX) / 1024
        };
        (mib("VmRSS:"), mib("VmHWM:"))
    }

    pub fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.pid()), "5")?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
