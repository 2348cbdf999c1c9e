//! PostgreSQL and `PgBouncer` of a test's own, as Debian has them. The kernel ends them when the tests end.
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::time::Duration;
use url::Url;

fn output(program: &str, words: &[&str]) -> String {
    String::from_utf8(Command::new(program).args(words).output().unwrap().stdout).unwrap().trim().to_owned()
}

/// Whom the programs run as, where we are root: they refuse that.
fn user() -> Option<(u32, u32)> {
    static USER: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    let id = |flag| output("id", &[flag, "postgres"]).parse().unwrap();
    *USER.get_or_init(|| (output("id", &["-u"]) == "0").then(|| (id("-u"), id("-g"))))
}

/// A folder that belongs to them.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("countersign-store-").tempdir_in("/tmp").unwrap();
    give(folder.path());
    folder
}

fn give(path: &Path) {
    if let Some((uid, gid)) = user() {
        chown(path, Some(uid), Some(gid)).unwrap();
    }
}

/// A program of theirs, which ends when the thread that started it does.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).current_dir(folder);
    if let Some((uid, gid)) = user() {
        command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()]);
    }
    command.arg(program);
    command
}

/// Starts what runs until the tests end, and waits for a line that holds `ready`; answers its process id.
fn background(mut command: Command, ready: &'static str) -> u32 {
    let (tell, told) = channel();
    // A thread that lives as long as the program.
    std::thread::spawn(move || {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
            if line.contains(ready) {
                // Nobody waits for a second one.
                let _ = tell.send(child.id());
            }
            said = line;
        }
        drop(tell);
        eprintln!("ended: {command:?}: {said}: {:?}", child.wait());
    });
    told.recv_timeout(Duration::from_mins(1)).expect("a program did not start")
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The port of a `PgBouncer` in transaction mode in front of PostgreSQL at `server`; one for all tests.
pub fn bouncer(server: &str) -> u16 {
    static PORT: OnceLock<u16> = OnceLock::new();
    *PORT.get_or_init(|| {
        let (server, folder, port) = (server.parse::<Url>().unwrap(), folder(), free_port());
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={} port={} user={} password={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\nmax_client_conn = 1000\n\
             default_pool_size = 6\nserver_idle_timeout = 5\n",
            server.host_str().unwrap(),
            server.port().unwrap_or(5432),
            server.username(),
            server.password().unwrap_or_default(),
        );
        std::fs::write(&settings, text).unwrap();
        give(&settings);
        let mut bouncer = command(Path::new("/usr/sbin/pgbouncer"), folder.path());
        bouncer.arg(&settings);
        // The settings are read once: the folder may go.
        background(bouncer, "process up");
        port
    })
}

/// A PostgreSQL server and the data that it serves.
pub struct Node {
    data: PathBuf,
    pub port: u16,
    pid: u32,
}

fn postgres(program: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap().flatten();
    let newest = versions.max_by_key(|v| v.file_name().to_string_lossy().parse::<u32>().unwrap_or(0)).unwrap();
    newest.path().join("bin").join(program)
}

fn run(program: &str, folder: &Path, words: &[&str]) {
    let output = command(&postgres(program), folder).args(words).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Node {
    /// With a database of its own. What it confirms, a standby has confirmed, too.
    pub fn new(folder: &Path) -> Self {
        let data = folder.join("primary");
        let words = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        run("initdb", folder, &[&words[..], &["--pgdata", data.to_str().unwrap()]].concat());
        Self::start(folder, data, &["-c", "synchronous_standby_names=*"])
    }

    /// Follows `primary`.
    pub fn standby(folder: &Path, primary: &Self) -> Self {
        let data = folder.join("standby");
        let (port, into) = (primary.port.to_string(), data.to_str().unwrap());
        let from = ["--host=127.0.0.1", "--port", &port, "--username=postgres", "--pgdata", into];
        let how = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"];
        run("pg_basebackup", folder, &[&from[..], &how[..]].concat());
        Self::start(folder, data, &[])
    }

    fn start(folder: &Path, data: PathBuf, settings: &[&str]) -> Self {
        let port = free_port();
        let mut server = command(&postgres("postgres"), folder);
        server.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        server.args(["-c", "unix_socket_directories=", "-c", "lc_messages=C", "-c", "fsync=off"]).args(settings);
        let pid = background(server, "ready to accept");
        Self { data, port, pid }
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.pid.to_string()]).status().unwrap().success());
    }

    /// At once, and without a word to anybody.
    pub fn kill(&self) {
        self.signal("-KILL");
    }

    pub fn stop(&self) {
        self.signal("-INT");
    }

    /// Makes a primary of a standby.
    pub fn promote(&self) {
        let folder = self.data.parent().unwrap();
        run("pg_ctl", folder, &["promote", "--wait", "--pgdata", self.data.to_str().unwrap()]);
    }
}
