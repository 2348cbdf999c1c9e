//! A machine with PostgreSQL disappears, and `pg_auto_failover` promotes the other one to primary: two nodes and a monitor, as
//! packaged by Debian.
use super::http::{Request, now, send_within, wait_until};
use super::load::{Ledger, Load};
use super::site::{Ground, RECOVERY, Site};
use super::story::Client;
use super::verdict::Verdict;
use crate::process::{Background, User, free_port, is_root, output, which};
use crate::test::install::debian;
use crate::test::postgres;
use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// How long the monitor takes to detect that a node is gone: 20 seconds by default, which the tests do not need to wait for.
const QUICK: &str = "
pgautofailover.health_check_period = 500
pgautofailover.health_check_timeout = 1000
pgautofailover.health_check_retry_delay = 200
pgautofailover.node_considered_unhealthy_timeout = 3000
pgautofailover.startup_grace_period = 1000
pgautofailover.primary_demote_timeout = 3000
";
const DATABASE: &str = "countersign";
/// Maximum duration of a failover. The monitor and the nodes' supervisors report to each other in steps of a second.
const ELECTION: Duration = Duration::from_mins(1);
const PROBE: Duration = Duration::from_secs(2);

pub fn run(ground: &Ground, verdict: &mut Verdict) -> Result<()> {
    let mut cluster = Cluster::start(ground)?;
    let mut site = Site::empty(ground, None)?;
    site.database = cluster.url();
    site.seed()?;
    let server = site.start()?;
    let load = Load::start(&site, 0);
    load.wait_for(40)?;
    let began = now();
    cluster.lose(0)?;
    let promoted = wait_until(ELECTION, || cluster.is_primary(1));
    let elected = began.elapsed();
    ensure!(promoted.is_some(), "the standby was not made primary");
    let status = |request: &Request| send_within(site.port, request, PROBE).map_or(0, |reply| reply.status);
    let recovered = wait_until(Duration::from_mins(1), || {
        status(&Request::get("/readyz")) == 200 && status(&Client::register("Recovered")) == 201
    });
    let stories = load.stop();
    let mut ledger = Ledger::default();
    if recovered.is_some() {
        ledger.check(&site, &server, stories);
    }
    verdict.figures(&format!(
        "PostgreSQL, failover: the standby was primary after {} ms, changes accepted {} after that; {}",
        elected.as_millis(),
        recovered.map_or_else(|| "never".to_owned(), |time| format!("{} ms", time.as_millis())),
        ledger.figures()
    ));
    verdict.ledger(&ledger);
    verdict.expect(ledger.total() > 0, "failover: nothing was acknowledged");
    verdict.expect(recovered.is_some_and(|time| time <= RECOVERY), "failover: not recovered within 10 s");
    Ok(())
}

struct Cluster {
    ports: [u16; 2],
    programs: PathBuf,
    // Dropped in this order: the nodes end before the monitor, and all before their folder is removed.
    nodes: Vec<Background>,
    _monitor: Background,
    folder: TempDir,
}

impl Cluster {
    /// Starts a monitor, a primary and a standby with synchronous replication.
    fn start(ground: &Ground) -> Result<Self> {
        let programs = install()?;
        let user = if is_root()? { Some(User::find("postgres")?) } else { None };
        let folder = tempfile::Builder::new().prefix("countersign-failover-").tempdir_in("/tmp")?;
        if let Some(user) = &user {
            chown(folder.path(), Some(user.uid), Some(user.gid))?;
        }
        let log = |name: &str| ground.logs.join(format!("failover-{name}.log"));
        let place = Place { folder: folder.path(), programs: &programs, user: user.as_ref() };
        let port = free_port()?;
        place.create("monitor", &["monitor", "--pgport", &port.to_string()])?;
        let settings = folder.path().join("monitor/postgresql.conf");
        OpenOptions::new().append(true).open(settings)?.write_all(QUICK.as_bytes())?;
        let monitor = place.run("monitor", &log("monitor"))?;
        let address = format!("postgres://autoctl_node@127.0.0.1:{port}/pg_auto_failover");
        wait_until(ELECTION, || asked(&programs, port, "autoctl_node", "pg_auto_failover", "SELECT 1").is_some())
            .context("the monitor does not answer")?;
        let ports = [free_port()?, free_port()?];
        let mut nodes = Vec::new();
        for (name, port) in ["node1", "node2"].iter().zip(ports) {
            let port = port.to_string();
            let words = ["postgres", "--pgport", &port, "--monitor", &address, "--name", name, "--dbname", DATABASE];
            place.create(name, &words)?;
            nodes.push(place.run(name, &log(name))?);
        }
        let cluster = Self { ports, programs: programs.clone(), nodes, _monitor: monitor, folder };
        let confirms = "SELECT 1 FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')";
        let ready = || cluster.asked(0, confirms).is_some_and(|text| !text.is_empty());
        wait_until(ELECTION, ready).context("the standby does not follow")?;
        Ok(cluster)
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{},127.0.0.1:{}/{DATABASE}", self.ports[0], self.ports[1])
    }

    fn asked(&self, node: usize, sql: &str) -> Option<String> {
        asked(&self.programs, self.ports[node], "postgres", DATABASE, sql)
    }

    fn is_primary(&self, node: usize) -> bool {
        self.asked(node, "SELECT pg_is_in_recovery()").as_deref() == Some("f")
    }

    /// Sends SIGKILL to all processes of a node at once.
    fn lose(&mut self, node: usize) -> Result<()> {
        let data = self.folder.path().join(format!("node{}", node + 1));
        let server = fs::read_to_string(data.join("postmaster.pid"))?;
        let server = server.lines().next().context("postmaster.pid")?.parse()?;
        let mut all = descendants(self.nodes[node].pid())?;
        all.extend(descendants(server)?);
        let words = all.iter().map(ToString::to_string);
        // A process that has already ended is not an error.
        output(Command::new("sh").args(["-c", "kill -KILL \"$@\" 2>/dev/null; true", "sh"]).args(words))?;
        Ok(())
    }
}

/// Where the programs of a cluster run, and as which user.
struct Place<'p> {
    folder: &'p Path,
    programs: &'p Path,
    user: Option<&'p User>,
}

impl Place<'_> {
    fn command(&self, command: &mut Command) {
        // It searches for PostgreSQL in each folder of the search path, some of which this user may not read.
        command.env("PATH", format!("{}:/usr/bin:/bin", self.programs.display()));
        // It derives the location of its own files from these.
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"] {
            command.env(name, self.folder);
        }
        command.env("LC_ALL", "C.UTF-8").current_dir(self.folder);
    }

    fn create(&self, name: &str, words: &[&str]) -> Result<()> {
        let mut command = User::command(self.user, Path::new("pg_autoctl"));
        command.arg("create").args(words).args(["--pgdata", name, "--hostname", "127.0.0.1", "--auth", "trust"]);
        self.command(command.args(["--no-ssl", "--quiet"]));
        output(&mut command).map(drop)
    }

    fn run(&self, name: &str, log: &Path) -> Result<Background> {
        let mut command = Command::new("pg_autoctl");
        self.command(command.args(["run", "--pgdata", name]));
        Background::start(&mut command, self.user, "INT", log)
    }
}

/// The PostgreSQL programs, with the extension for the same version.
fn install() -> Result<PathBuf> {
    debian(&["postgresql"], || postgres::programs().is_some())?;
    let programs = postgres::programs().context("no PostgreSQL server")?;
    let version = programs.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let extension = PathBuf::from(format!("/usr/lib/postgresql/{version}/lib/pgautofailover.so"));
    let packages = [&format!("postgresql-{version}-auto-failover"), "pg-auto-failover-cli"];
    debian(&packages, || extension.is_file() && which("pg_autoctl").is_some())?;
    Ok(programs)
}

/// The result of a statement; `None` if the server does not respond.
fn asked(programs: &Path, port: u16, user: &str, database: &str, sql: &str) -> Option<String> {
    let mut command = Command::new(programs.join("psql"));
    command.args(["--host=127.0.0.1", "--no-psqlrc", "--tuples-only", "--no-align", "--port", &port.to_string()]);
    command.args(["--username", user, "--dbname", database, "--command", sql]).env("PGCONNECT_TIMEOUT", "2");
    let done = command.output().ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// A process and all its descendants.
fn descendants(of: u32) -> Result<Vec<u32>> {
    let mut children = HashMap::<u32, Vec<u32>>::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok());
        children.entry(parent.unwrap_or(0)).or_default().push(pid);
    }
    let mut all = vec![of];
    let mut next = 0;
    while let Some(pid) = all.get(next) {
        all.extend(children.remove(pid).unwrap_or_default());
        next += 1;
    }
    Ok(all)
}
