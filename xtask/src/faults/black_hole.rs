//! A PostgreSQL server that never responds: every packet is dropped, and no connection is closed. The affected node is isolated
//! from another one, which keeps running.
use super::honest::signed_in;
use super::http::{Request, send, send_within, wait_until};
use super::load::{Ledger, Load};
use super::network::Network;
use super::promises;
use super::proxy::Proxy;
use super::site::{Ground, RECOVERY, Site};
use super::story::{Client, Person};
use super::verdict::Verdict;
use super::way::Way;
use crate::test::postgres::Postgres;
use anyhow::{Result, ensure};
use std::time::Duration;

/// The grace period of requests in flight, plus the time that a process needs to exit.
const ENDS_WITHIN: Duration = Duration::from_secs(30);
/// How long a probe waits for a response.
const PROBE: Duration = Duration::from_secs(2);

/// Through a proxy: connections that were open when it was cut never recover.
pub fn proxy(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let (mut site, other) = sites(ground, postgres)?;
    let proxy = Proxy::to(postgres.port())?;
    site.database = site.database.replace(&format!(":{}/", postgres.port()), &format!(":{}/", proxy.port));
    run(&site, &other, &proxy, verdict)
}

/// Through a network: TCP retransmits what was sent in the meantime once the link is back.
pub fn network(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let (mut site, other) = sites(ground, postgres)?;
    let network = Network::around(&mut site, postgres.port())?;
    run(&site, &other, &network, verdict)
}

/// Two nodes with one issuer, so that each accepts the other's tokens.
fn sites(ground: &Ground, postgres: &Postgres) -> Result<(Site, Site)> {
    let mut site = Site::new(ground, Some(postgres))?;
    site.issuer = Some("https://id.example".to_owned());
    let other = site.beside()?;
    Ok((site, other))
}

fn run(site: &Site, other: &Site, way: &dyn Way, verdict: &mut Verdict) -> Result<()> {
    let mut server = site.start()?;
    let beside = other.start()?;
    let (client, access, refresh) = signed_in(&mut server.connection(), &Person::of(site))?;
    let check = client.introspect(&access);
    ensure!(send(site.port, &check)?.json()["active"] == true, "a token is not active");

    let load = Load::start(site, 0);
    load.wait_for(40)?;
    way.cut()?;
    let revoked = send(other.port, &client.revoke(&refresh)).map_or(0, |reply| reply.status);
    let ready = Request::get("/readyz");
    let status = |request: &Request| send_within(site.port, request, PROBE).map_or(0, |reply| reply.status);
    let noticed = wait_until(Duration::from_secs(15), || status(&ready) == 503);
    let alive = status(&Request::get("/healthz"));
    let stale =
        (0..3).filter(|_| send_within(site.port, &check, PROBE).is_ok_and(|reply| reply.json()["active"] == true));
    let stale = stale.count();
    way.mend()?;
    let writes = || status(&Client::register("Recovered")) == 201;
    let recovered = wait_until(Duration::from_mins(1), || status(&ready) == 200 && writes());
    let stories = load.stop();
    let mut ledger = Ledger::default();
    if recovered.is_some() {
        ledger.check(site, &server, stories);
        let active = send(site.port, &check)?.json()["active"].clone();
        verdict.expect(active == false, "cut off: a token that another node revoked is active");
    }
    verdict.expect(revoked == 200, &format!("cut off: the other node answered {revoked}"));
    verdict.expect(stale == 0, &format!("cut off: {stale} answers said that a revoked token is active"));
    drop(beside);

    let load = Load::start(site, 1);
    let moved = recovered.is_some() && load.wait_for(10).is_ok();
    way.cut()?;
    server.signal("TERM")?;
    let ended = server.ended_within(ENDS_WITHIN);
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
