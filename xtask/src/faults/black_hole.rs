//! A PostgreSQL server that is there and never answers: every packet is dropped, no connection is closed.
use super::http::{Request, send, wait_until};
use super::load::{Ledger, Load};
use super::promises;
use super::proxy::Proxy;
use super::site::{Ground, RECOVERY, Site};
use super::story::Client;
use super::verdict::Verdict;
use crate::test::postgres::Postgres;
use anyhow::Result;
use std::time::Duration;

/// The grace of requests in flight, and what a process needs to end.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

pub fn run(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let mut site = Site::new(ground, Some(postgres))?;
    let proxy = Proxy::to(postgres.port())?;
    site.database = site.database.replace(&format!(":{}/", postgres.port()), &format!(":{}/", proxy.port));
    let mut server = site.start()?;
    let load = Load::start(&site, 0);
    load.wait_for(40)?;
    proxy.stop_forwarding();
    let noticed = wait_until(Duration::from_secs(15), || {
        send(site.port, &Request::get("/readyz")).is_ok_and(|reply| reply.status == 503)
    });
    let alive = send(site.port, &Request::get("/healthz")).map_or(0, |reply| reply.status);
    proxy.forward();
    let writes = || send(site.port, &Client::register("Recovered")).is_ok_and(|reply| reply.status == 201);
    let recovered = wait_until(Duration::from_mins(1), || server.is_ready() && writes());
    let stories = load.stop();
    let mut ledger = Ledger::default();
    if recovered.is_some() {
        ledger.check(&site, &server, stories);
    }
    let load = Load::start(&site, 1);
    let moved = recovered.is_some() && load.wait_for(10).is_ok();
    proxy.stop_forwarding();
    server.signal("TERM")?;
    let ended = server.ended_within(ENDS_WITHIN);
    proxy.forward();
    drop(server);
    load.stop();
    let told = |time: Option<Duration>| time.map_or_else(|| "never".to_owned(), |t| format!("{} ms", t.as_millis()));
    verdict.figures(&format!(
        "PostgreSQL, black hole: /readyz 503 {}, /healthz {alive}, recovered {}; SIGTERM in the hole ended {}; {}",
        told(noticed),
        told(recovered),
        told(ended.map(|(time, _)| time)),
        ledger.figures()
    ));
    verdict.ledger(&ledger);
    verdict.expect(alive == 200, &format!("black hole: /healthz {alive}"));
    if promises::BLACK_HOLE {
        verdict.expect(noticed.is_some(), "black hole: /readyz did not notice");
        verdict.expect(recovered.is_some_and(|time| time <= RECOVERY), "black hole: not recovered within 10 s");
        verdict.expect(moved && ended.is_some(), "black hole: SIGTERM did not end the server");
    }
    Ok(())
}
