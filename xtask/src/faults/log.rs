//! A log that cannot be written: its disk is full, or its reader is stuck. Requests must be served as usual.
use super::honest::{Honest, P99, SignIn};
use super::http::wait_until;
use super::load::{Ledger, Load};
use super::promises;
use super::site::{Ground, RECOVERY, Site};
use super::verdict::Verdict;
use crate::process::must_succeed;
use anyhow::{Context, Result};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Maximum memory in MiB.
const MEMORY: u64 = 200;

pub fn run(ground: &Ground, verdict: &mut Verdict) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let pipe = folder.path().join("pipe");
    must_succeed(Command::new("mkfifo").arg(&pipe))?;
    // Opened at both ends, so that the server does not wait for a reader.
    let reader = OpenOptions::new().read(true).write(true).open(&pipe)?;
    one(ground, verdict, "a reader that is stuck", &pipe, Some(reader))?;
    one(ground, verdict, "a full disk", Path::new("/dev/full"), None)
}

fn one(ground: &Ground, verdict: &mut Verdict, what: &str, log: &Path, reader: Option<File>) -> Result<()> {
    let mut site = Site::new(ground, None)?;
    site.log_to(log, "trace");
    let mut server = site.start()?;
    let own = SignIn::known(&site)?;
    let (load, honest) = (Load::start(&site, 0), Honest::start(&site, &own)?);
    thread::sleep(Duration::from_secs(if ground.long { 20 } else { 3 }));
    let ((mut client, person), stories) = (honest.stop(), load.stop());
    let memory = server.memory().1;
    // The reader continues, and reads how many lines were lost.
    let lost = reader.map(|reader| lost(reader, Duration::from_secs(10)).context("the log does not say what was lost"));
    let lost = lost.transpose()?.map_or_else(String::new, |lines| format!(", {lines} lines lost"));
    let mut ledger = Ledger::default();
    ledger.check(&site, &server, stories);
    server.signal("TERM")?;
    let ended = server.ended_within(RECOVERY);
    let (p99, count) = (client.percentile(99), client.count() + person.count());
    let refused = [client.refused, person.refused].concat();
    verdict.figures(&format!(
        "{what}: {count} honest requests, {} refused, p99 {} ms, most memory {memory} MiB{lost}; SIGTERM ended it {}; {}",
        refused.len(),
        p99.as_millis(),
        ended.map_or_else(|| "never".to_owned(), |(took, _)| format!("within {} ms", took.as_millis())),
        ledger.figures()
    ));
    verdict.ledger(&ledger);
    if promises::LOG {
        verdict.expect(refused.is_empty(), &format!("{what}: {refused:?}"));
        verdict.expect(p99 <= P99, &format!("{what}: p99 {} ms", p99.as_millis()));
        verdict.expect(memory <= MEMORY, &format!("{what}: {memory} MiB"));
        verdict.expect(ended.is_some_and(|(_, status)| status.success()), &format!("{what}: SIGTERM did not end it"));
        verdict.expect(ledger.unanswered == 0, &format!("{what}: {} stories were cut off", ledger.unanswered));
    }
    Ok(())
}

/// The number of lost lines reported in the log.
fn lost(reader: File, limit: Duration) -> Option<usize> {
    let (tell, told) = channel();
    thread::spawn(move || {
        for line in BufReader::new(reader).lines().map_while(Result::ok) {
            let lost =
                line.split_once("could not be written").and_then(|(_, rest)| rest.split_once("lost=")?.1.parse().ok());
            if let Some(lost) = lost {
                let _: Result<(), _> = tell.send(lost);
                // Keep reading, so that the log is written to the end.
            }
        }
    });
    let mut found = None;
    wait_until(limit, || {
        found = told.try_recv().ok();
        found.is_some()
    });
    found
}
