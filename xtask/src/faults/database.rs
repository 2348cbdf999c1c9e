//! Failures of a database under a running server. Load runs throughout, and whatever was acknowledged before, during or after
//! the failure must hold once its cause is gone.
use super::http::{Connection, Request, send, wait_until};
use super::load::{Ledger, Load};
use super::promises;
use super::site::{Ground, Kind, RECOVERY, Server, Site};
use super::story::Client;
use super::verdict::Verdict;
use crate::process::succeeds;
use crate::test::postgres::Postgres;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long the failure lasts after it is noticed.
const HARM: Duration = Duration::from_secs(1);
/// How long the server may take to notice.
const NOTICE: Duration = Duration::from_secs(3);

/// Whether a change is acknowledged.
fn writes(port: u16) -> bool {
    send(port, &Client::register("Recovered")).is_ok_and(|reply| reply.status == 201)
}

/// Whether the server reports that it is not ready, or is gone.
fn is_unready(port: u16) -> bool {
    send(port, &Request::get("/readyz")).map_or(true, |reply| reply.status == 503)
}

fn took(time: Option<Duration>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| format!("{} ms", time.as_millis()))
}

/// A server under load, and its counters.
struct Trial<'t> {
    what: &'t str,
    kind: Kind,
    site: &'t Site,
    server: &'t mut Server,
    round: usize,
    /// Whether the server must report that it is not ready during the failure.
    must_notice: bool,
}

impl<'t> Trial<'t> {
    const fn on_sqlite(site: &'t Site, server: &'t mut Server, round: usize, what: &'t str, must_notice: bool) -> Self {
        Self { what, kind: Kind::Sqlite, site, server, round, must_notice }
    }

    /// Causes a failure, waits until it is noticed, removes the cause, and waits for recovery.
    fn run(
        self,
        verdict: &mut Verdict,
        harm: impl FnOnce() -> Result<()>,
        heal: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let Self { what, kind, site, server, round, must_notice } = self;
        let load = Load::start(site, round);
        load.wait_for(40)?;
        harm()?;
        let noticed = wait_until(NOTICE, || is_unready(site.port) || server.has_ended());
        // Continue the load for a while, whether or not the server has noticed.
        wait_until(HARM, || false);
        let ended = server.has_ended();
        heal()?;
        if server.has_ended() {
            *server = site.spawn(&[])?;
        }
        let recovered = wait_until(Duration::from_mins(1), || server.is_ready() && writes(site.port));
        let stories = load.stop();
        let mut ledger = Ledger::default();
        ledger.check(site, server, stories);
        let took =
            |time: Option<Duration>| time.map_or_else(|| "never".to_owned(), |t| format!("{} ms", t.as_millis()));
        verdict.figures(&format!(
            "{}, {what}: noticed {}{}, recovered {}; {}",
            kind.name(),
            took(noticed),
            if ended { " by ending" } else { "" },
            took(recovered),
            ledger.figures()
        ));
        verdict.expect(!must_notice || noticed.is_some(), &format!("{what}: /readyz did not notice"));
        verdict
            .expect(recovered.is_some_and(|time| time <= RECOVERY), &format!("{what}: recovered {}", took(recovered)));
        verdict.ledger(&ledger);
        Ok(())
    }
}

pub fn sqlite(ground: &Ground, verdict: &mut Verdict) -> Result<()> {
    let site = Site::new(ground, None)?;
    let mut server = site.start()?;
    let files = Files::of(&site);
    if files.immutable(true).is_ok() {
        files.immutable(false)?;
        Trial::on_sqlite(&site, &mut server, 0, "file read-only", promises::READY_TO_WRITE).run(
            verdict,
            || files.immutable(true),
            || files.immutable(false),
        )?;
    } else {
        verdict.figures("SQLite, file read-only: left out, this file system has no immutable files");
    }
    Trial::on_sqlite(&site, &mut server, 1, "file removed", promises::ANOTHER_FILE).run(
        verdict,
        || files.rename("", ".away"),
        || files.rename(".away", ""),
    )?;
    Trial::on_sqlite(&site, &mut server, 2, "file replaced", promises::ANOTHER_FILE).run(
        verdict,
        || {
            fs::copy(&files.main, files.main.with_extension("copy"))?;
            files.rename("", ".away")?;
            Ok(fs::rename(files.main.with_extension("copy"), &files.main)?)
        },
        || {
            files.remove()?;
            files.rename(".away", "")
        },
    )?;
    corrupt(&site, &mut server, &files, verdict)?;
    drop(server);
    disk_full(ground, verdict)
}

/// The database file and its companions.
struct Files {
    main: PathBuf,
}

impl Files {
    fn of(site: &Site) -> Self {
        Self { main: site.database_file() }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.main.clone().into_os_string();
        name.push(suffix);
        name.into()
    }

    fn all(&self) -> Vec<PathBuf> {
        ["", "-wal", "-shm"].map(|suffix| self.beside(suffix)).into_iter().filter(|file| file.exists()).collect()
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        for suffix in ["", "-wal", "-shm"] {
            let (old, new) = (self.beside(&format!("{suffix}{from}")), self.beside(&format!("{suffix}{to}")));
            if old.exists() {
                fs::rename(old, new)?;
            }
        }
        Ok(())
    }

    fn remove(&self) -> Result<()> {
        self.all().into_iter().try_for_each(|file| Ok(fs::remove_file(file)?))
    }

    /// Even root cannot write to immutable files, while file modes would not stop it. The index of the log is shared memory
    /// backed by a file: the kernel kills a process that writes to it while it is immutable, which no disk failure does.
    fn immutable(&self, on: bool) -> Result<()> {
        let mut chattr = Command::new("chattr");
        chattr.arg(if on { "+i" } else { "-i" }).args([self.beside(""), self.beside("-wal")]).stderr(Stdio::null());
        ensure!(succeeds(&mut chattr)?, "chattr");
        Ok(())
    }
}

/// Overwrites pages while the server is down, and restores a copy afterwards. In between, no request that reads them may
/// succeed, and no earlier story may change.
fn corrupt(site: &Site, server: &mut Server, files: &Files, verdict: &mut Verdict) -> Result<()> {
    let load = Load::start(site, 3);
    load.wait_for(120)?;
    server.signal("TERM")?;
    let ended = server.ended_within(RECOVERY * 3);
    let stories = load.stop();
    ensure!(ended.is_some(), "SIGTERM did not end the server");
    let kept = site.folder.path().join("kept.db");
    fs::copy(&files.main, &kept)?;
    let size = fs::metadata(&files.main)?.len();
    let file = fs::OpenOptions::new().write(true).open(&files.main)?;
    // Every fourth page of 4 KiB, except the first ones, which identify the file as a database.
    for page in (4..size / 4096).step_by(4) {
        file.write_all_at(&[0xa5; 4096], page * 4096)?;
    }
    drop(file);
    let before = site.log().len();
    *server = site.spawn(&[])?;
    let started = wait_until(Duration::from_secs(5), || server.has_ended() || !is_unready(site.port)).is_some();
    let serves = started && !server.has_ended();
    let mut answers = std::collections::BTreeMap::<u16, usize>::new();
    if serves {
        let mut connection = Connection::new(site.port);
        for _ in 0..50 {
            let status = connection.send(&Client::register("Corrupt")).map_or(0, |reply| reply.status);
            *answers.entry(status).or_default() += 1;
        }
    }
    let log = site.log();
    let panicked = log.get(before..).unwrap_or_default().matches("panicked").count();
    server.kill()?;
    files.remove()?;
    fs::copy(&kept, &files.main)?;
    *server = site.spawn(&[])?;
    let recovered = server.wait_ready()?;
    let mut ledger = Ledger::default();
    ledger.check(site, server, stories);
    verdict.figures(&format!(
        "SQLite, pages corrupt: {}, answers {answers:?}, {panicked} panics; with the copy ready after {} ms; {}",
        if serves { "it started" } else { "it did not start" },
        recovered.as_millis(),
        ledger.figures()
    ));
    verdict.expect(panicked == 0, &format!("pages corrupt: {panicked} panics"));
    verdict.expect(recovered <= RECOVERY, "pages corrupt: the copy was not served in time");
    verdict.ledger(&ledger);
    Ok(())
}

/// A small file system of its own, in a mount namespace that only the server sees.
fn disk_full(ground: &Ground, verdict: &mut Verdict) -> Result<()> {
    const SIZE: &str = "12m";
    let site = Site::new(ground, None)?;
    let data = site.data();
    let script = format!(
        "mkdir ../kept && cp -a . ../kept && mount -t tmpfs -o size={SIZE} none \"$PWD\" && cp -a ../kept/. \"$PWD\" && exec \"$@\""
    );
    let full_script = format!("cd '{}' && {script}", data.display());
    let mut server = site.spawn(&["unshare", "--mount", "sh", "-c", &full_script, "sh"])?;
    server.wait_ready().context("a mount namespace, which needs root")?;
    // The server's view of its data folder.
    let inside = PathBuf::from(format!("/proc/{}/root{}", server.pid(), data.display()));
    let filler = inside.join("filler");
    let load = Load::start(&site, 0);
    load.wait_for(40)?;
    fill(&filler)?;
    let port = site.port;
    let noticed = wait_until(Duration::from_secs(20), || !writes(port));
    let reads = send(port, &Request::get("/.well-known/openid-configuration")).map_or(0, |reply| reply.status);
    let ended = server.has_ended();
    ensure!(!ended, "disk full: the server ended");
    fs::remove_file(&filler)?;
    let recovered = wait_until(Duration::from_mins(1), || server.is_ready() && writes(port));
    let stories = load.stop();
    let mut ledger = Ledger::default();
    ledger.check(&site, &server, stories);
    verdict.figures(&format!(
        "SQLite, disk full: changes refused after {}, discovery {reads}, recovered {}; {}",
        took(noticed),
        took(recovered),
        ledger.figures()
    ));
    verdict.expect(noticed.is_some(), "disk full: the disk did not fill, nothing was proved");
    verdict.expect(reads == 200, &format!("disk full: discovery answered {reads}"));
    verdict.expect(recovered.is_some_and(|time| time <= RECOVERY), "disk full: not recovered within 10 s");
    verdict.ledger(&ledger);
    Ok(())
}

/// Writes until the disk is full.
fn fill(path: &Path) -> Result<()> {
    use std::io::Write as _;
    let mut file = fs::File::create(path)?;
    while file.write_all(&[0; 4096]).is_ok() {}
    Ok(())
}

/// Restarts PostgreSQL as after a crash, and stops it for a while.
pub fn postgres(ground: &Ground, postgres: &mut Postgres, verdict: &mut Verdict) -> Result<()> {
    let site = Site::new(ground, Some(postgres))?;
    let mut server = site.start()?;
    let rounds = if ground.long { 10 } else { 1 };
    for round in 0..rounds {
        Trial { what: "restarted", kind: Kind::Postgres, site: &site, server: &mut server, round, must_notice: false }
            .run(
                verdict,
                || {
                    postgres.crash()?;
                    postgres.start_again()
                },
                || Ok(()),
            )?;
    }
    let stopped = std::cell::RefCell::new(postgres);
    Trial {
        what: "stopped for 5 s",
        kind: Kind::Postgres,
        site: &site,
        server: &mut server,
        round: rounds,
        must_notice: true,
    }
    .run(
        verdict,
        || stopped.borrow_mut().crash(),
        || {
            wait_until(Duration::from_secs(4), || false);
            stopped.borrow_mut().start_again()
        },
    )?;
    Ok(())
}
