//! A PostgreSQL server of our own: a temporary folder and a free port of 127.0.0.1, removed when we exit.
use super::install::debian;
use crate::process::{Background, User, free_port, is_root, output, which};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub struct Postgres {
    password: String,
    port: u16,
    programs: PathBuf,
    user: Option<User>,
    log: PathBuf,
    // Dropped in this order: the server ends before its folder is removed.
    server: Background,
    folder: TempDir,
}

impl Postgres {
    pub fn start(root: &Path) -> Result<Self> {
        debian(&["postgresql"], || programs().is_some())?;
        let programs = programs().context("no PostgreSQL server")?;
        // The server refuses to run as root, and the other user may not read root's own temporary folder.
        let user = if is_root()? { Some(User::find("postgres")?) } else { None };
        let temporary = if user.is_some() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("countersign-postgres-").tempdir_in(temporary)?;
        let password = random_hex()?;
        let password_file = folder.path().join("password");
        fs::write(&password_file, &password)?;
        if let Some(user) = &user {
            chown(folder.path(), Some(user.uid), Some(user.gid))?;
            chown(&password_file, Some(user.uid), Some(user.gid))?;
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        let data = folder.path().join("data");
        let mut initdb = User::command(user.as_ref(), &programs.join("initdb"));
        initdb.args([
            "--username=postgres",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        initdb.arg("--pwfile").arg(&password_file).arg("--pgdata").arg(&data).current_dir(folder.path());
        output(&mut initdb)?;
        let port = free_port()?;
        let logs = root.join("target/outside");
        fs::create_dir_all(&logs)?;
        let log = logs.join("postgres.log");
        let server = serve(&programs, user.as_ref(), folder.path(), port, &log)?;
        Ok(Self { password, port, programs, user, log, server, folder })
    }

    /// The URL for a superuser.
    pub fn url(&self) -> String {
        self.url_of("postgres", self.port)
    }

    /// The URL of a database of this server, reached through this port.
    pub fn url_of(&self, database: &str, port: u16) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{port}/{database}", self.password)
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Creates an empty database. Returns its URL.
    pub fn database(&self, name: &str) -> Result<String> {
        let mut create = Command::new(self.programs.join("createdb"));
        create.args(["--host=127.0.0.1", "--username=postgres", "--port", &self.port.to_string(), name]);
        output(create.env("PGPASSWORD", &self.password))?;
        Ok(self.url_of(name, self.port))
    }

    /// An immediate shutdown: nothing is finished, and the next start recovers as after a crash.
    pub fn crash(&mut self) -> Result<()> {
        self.server.end("QUIT")?;
        Ok(())
    }

    /// Starts it again on the same data and port.
    pub fn start_again(&mut self) -> Result<()> {
        self.server = serve(&self.programs, self.user.as_ref(), self.folder.path(), self.port, &self.log)?;
        Ok(())
    }
}

fn serve(programs: &Path, user: Option<&User>, folder: &Path, port: u16, log: &Path) -> Result<Background> {
    let mut server = Command::new(programs.join("postgres"));
    server.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
    server.args(["-c", "unix_socket_directories=", "-c", "max_connections=300"]);
    // The data is discarded after the tests. Surviving a crash of the machine is tested on SQLite, which we configure ourselves.
    server.args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "lc_messages=C"]);
    server.current_dir(folder);
    // SIGINT is PostgreSQL's fast shutdown: it closes open connections.
    let server = Background::start(&mut server, user, "INT", log)?;
    server.wait_for("PostgreSQL", |line| line.contains("ready to accept connections"))?;
    Ok(server)
}

/// The folder of the server's programs: the newest from Debian, or else from the search path.
pub fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter(|entry| entry.path().join("bin/initdb").is_file())
        .max_by_key(|entry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    let debian = newest.map(|entry| entry.path().join("bin"));
    debian.or_else(|| which("initdb").and_then(|path| path.parent().map(Path::to_path_buf)))
}

fn random_hex() -> Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
