//! `kill -9` under mixed load, and a restart on the same data.
use super::load::{Ledger, Load};
use super::receiver::Receiver;
use super::site::{Ground, Kind, RECOVERY, Server, Site};
use super::verdict::Verdict;
use crate::test::postgres::Postgres;
use anyhow::{Context, Result};
use std::fs;
use std::time::Duration;

pub fn run(ground: &Ground, kind: Kind, postgres: Option<&Postgres>, verdict: &mut Verdict) -> Result<()> {
    let rounds = if ground.long { 100 } else { 5 };
    let site = Site::new(ground, postgres)?;
    let receiver = Receiver::start()?;
    site.run(&["webhook", "create", &receiver.url, "--event", "oauth2.client.created"], "")?;
    let mut server = site.start()?;
    let (mut ledger, mut slowest) = (Ledger::default(), Duration::ZERO);
    for round in 0..rounds {
        let load = Load::start(&site, round);
        // Kill after a different number of responses in each round.
        load.wait_for(20 + round * 37 % 150)?;
        server.kill()?;
        let stories = load.stop();
        server = site.spawn(&[])?;
        slowest = slowest.max(server.wait_ready()?);
        ledger.check(&site, &server, stories);
    }
    ledger.close(&site, &server)?;
    let missing = receiver.missing(&ledger.clients);
    let (came, again) = receiver.count();
    verdict.expect(missing.is_empty(), &format!("no webhook told of {} clients that were made", missing.len()));
    verdict.figures(&format!(
        "{}: {} of {} webhook messages of acknowledged changes missing; {came} came, {again} of them again",
        kind.name(),
        missing.len(),
        ledger.clients.len()
    ));
    verdict.figures(&format!(
        "{}: {rounds} kills, {}; ready again within {} ms",
        kind.name(),
        ledger.figures(),
        slowest.as_millis()
    ));
    verdict.ledger(&ledger);
    verdict.expect(ledger.unanswered > 0, "the cuts hit no request: nothing was proved");
    verdict.expect(slowest <= RECOVERY, &format!("the restart took {} ms", slowest.as_millis()));
    match kind {
        Kind::Sqlite => older_copy(&site, server, rounds, verdict),
        Kind::Postgres => Ok(()),
    }
}

/// Tests the test itself: after restoring an older copy of the database, the ledger must find broken promises.
fn older_copy(site: &Site, mut server: Server, round: usize, verdict: &mut Verdict) -> Result<()> {
    let (file, copy) = (site.database_file(), site.folder.path().join("older.db"));
    server.signal("TERM")?;
    server.ended_within(RECOVERY * 3).context("SIGTERM did not end the server")?;
    fs::copy(&file, &copy)?;
    server = site.start()?;
    let load = Load::start(site, round);
    load.wait_for(60)?;
    server.kill()?;
    let stories = load.stop();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(file.with_extension(format!("db{suffix}")));
    }
    fs::copy(&copy, &file)?;
    server = site.start()?;
    let mut ledger = Ledger::default();
    ledger.check(site, &server, stories);
    let (found, made) = (ledger.broken.len(), ledger.total());
    verdict.figures(&format!(
        "{}: an older copy put back breaks {found} promises of {made} writes, as it must",
        Kind::Sqlite.name()
    ));
    verdict.expect(found > 0, "an older copy of the database broke no promise: the ledger sees nothing");
    Ok(())
}
