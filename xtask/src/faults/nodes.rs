//! Three servers on one PostgreSQL: started together for the first time, and restarted one after another under load.
use super::honest::signed_in;
use super::http::{Connection, Reply, Request, now, send};
use super::promises;
use super::site::{Ground, Server, Site};
use super::story::{Client, Person};
use super::verdict::Verdict;
use crate::test::postgres::Postgres;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Result as Answer};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const NODES: usize = 3;
const WORKERS: usize = 6;
/// A test key.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// Three sites with one issuer on a new database.
pub fn sites(ground: &Ground, postgres: &Postgres) -> Result<Vec<Site>> {
    let mut first = Site::empty(ground, Some(postgres))?;
    first.env.push(("COUNTERSIGN_MASTER_KEY".to_owned(), MASTER_KEY.to_owned()));
    first.issuer = Some("https://id.example".to_owned());
    let mut sites = vec![first];
    for _ in 1..NODES {
        sites.push(sites[0].beside()?);
    }
    Ok(sites)
}

pub fn run(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let mut sites = sites(ground, postgres)?;
    let began = now();
    let mut servers = sites.iter().map(|site| site.spawn(&[])).collect::<Result<Vec<_>>>()?;
    for server in &mut servers {
        server.wait_ready().context("three simultaneous first starts")?;
    }
    let together = began.elapsed();
    let keys =
        servers.iter().map(|server| Ok(send(server.port, &Request::get("/oauth2/jwks"))?.json()["keys"].clone()));
    let keys = keys.collect::<Result<Vec<_>>>()?;
    verdict
        .expect(keys.windows(2).all(|pair| pair[0] == pair[1]), "three first starts: the nodes publish different keys");
    sites[0].seed()?;
    let person = Person::of(&sites[0]);
    let mut connection = servers[0].connection();
    let (client, access, refresh) = signed_in(&mut connection, &person)?;
    for server in &servers {
        let active = send(server.port, &client.introspect(&access))?.json()["active"] == true;
        verdict.expect(active, "a token of one node is not active at another");
    }
    rolling(&sites, &mut servers, &person, if ground.long { 10 } else { 1 }, verdict)?;
    let reply = send(servers[NODES - 1].port, &client.refresh(&refresh))?;
    verdict.expect(reply.status == 200, &format!("a refresh token after the rolling restart: {}", reply.status));
    verdict.figures(&format!(
        "{NODES} first starts together: all ready after {} ms, one set of keys",
        together.as_millis()
    ));
    Ok(())
}

/// A client of all nodes. It keeps its connections, or opens a new one for each request.
struct Anywhere {
    nodes: Vec<Connection>,
    keeps: bool,
}

impl Anywhere {
    /// Sends a request to the first node that accepts a connection, starting with this one.
    fn send(&mut self, first: usize, request: &Request) -> Answer<Reply> {
        let request = if self.keeps { request.clone() } else { request.clone().header("connection", "close") };
        let mut last = Err(ErrorKind::NotConnected.into());
        for offset in 0..self.nodes.len() {
            let node = (first + offset) % self.nodes.len();
            last = self.nodes[node].send(&request);
            if !matches!(&last, Err(error) if error.kind() == ErrorKind::ConnectionRefused) {
                return last;
            }
        }
        last
    }
}

#[derive(Default)]
pub struct Served {
    pub good: usize,
    pub bad: BTreeMap<String, usize>,
    pub slowest: Duration,
}

/// Client, access token and refresh token.
type SignedIn = (Client, String, String);

fn work(ports: &[u16], worker: usize, (client, access, mut refresh): SignedIn, done: &AtomicBool) -> Served {
    let mut served = Served::default();
    let mut number = worker;
    let mut all =
        Anywhere { nodes: ports.iter().copied().map(Connection::new).collect(), keeps: worker.is_multiple_of(2) };
    let mut note = |what: &str, expected: u16, began: std::time::Instant, answer: Answer<Reply>| {
        served.slowest = served.slowest.max(began.elapsed());
        let bad = match answer {
            Ok(reply) if reply.status == expected => {
                served.good += 1;
                return Some(reply);
            }
            Ok(reply) => format!("{what}: {} {}", reply.status, reply.body),
            Err(error) => format!("{what}: {:?}", error.kind()),
        };
        *served.bad.entry(bad).or_default() += 1;
        None
    };
    while !done.load(Ordering::Relaxed) {
        number += 1;
        note("introspection", 200, now(), all.send(number, &client.introspect(&access)));
        let reply = all.send(number, &client.refresh(&refresh));
        if let Some(reply) = note("refresh", 200, now(), reply) {
            refresh = reply.member("refresh_token");
        }
        note("registration", 201, now(), all.send(number, &Client::register("Rolling")));
    }
    served
}

/// What clients experience while `deed` is done to the nodes.
pub fn under_load(sites: &[Site], person: &Person, deed: impl FnOnce() -> Result<()>) -> Result<Served> {
    let ports: Vec<_> = sites.iter().map(|site| site.port).collect();
    let begun = (0..WORKERS).map(|_| signed_in(&mut Connection::new(ports[0]), person)).collect::<Result<Vec<_>>>()?;
    let done = AtomicBool::new(false);
    let mut all = Served::default();
    let outcome = thread::scope(|scope| {
        let (ports, told) = (&ports, &done);
        let workers: Vec<_> = begun
            .into_iter()
            .enumerate()
            .map(|(worker, signed_in)| scope.spawn(move || work(ports, worker, signed_in, told)))
            .collect();
        let outcome = deed();
        done.store(true, Ordering::Relaxed);
        for served in workers.into_iter().filter_map(|worker| worker.join().ok()) {
            all.good += served.good;
            all.slowest = all.slowest.max(served.slowest);
            for (what, times) in served.bad {
                *all.bad.entry(what).or_default() += times;
            }
        }
        outcome
    });
    outcome?;
    Ok(all)
}

fn rolling(sites: &[Site], servers: &mut [Server], person: &Person, rounds: u32, verdict: &mut Verdict) -> Result<()> {
    let mut longest = Duration::ZERO;
    let all = under_load(sites, person, || (0..rounds).try_for_each(|_| roll(sites, servers, &mut longest)))?;
    let failed: usize = all.bad.values().sum();
    verdict.figures(&format!(
        "{rounds} rolling restarts of {NODES} nodes: {} requests served, {failed} failed {:?}, slowest {} ms; SIGTERM ended a node within {} ms",
        all.good,
        all.bad,
        all.slowest.as_millis(),
        longest.as_millis()
    ));
    verdict.expect(all.good > 100, "rolling restart: too few requests to prove anything");
    verdict.expect(!promises::ROLLING_RESTART || failed == 0, &format!("rolling restart: {failed} requests failed"));
    Ok(())
}

/// Restarts one node after another.
pub fn roll(sites: &[Site], servers: &mut [Server], longest: &mut Duration) -> Result<()> {
    for (site, server) in sites.iter().zip(servers) {
        server.signal("TERM")?;
        let (took, status) = server.ended_within(Duration::from_secs(30)).context("SIGTERM did not end a node")?;
        anyhow::ensure!(status.success(), "a node ended with {status}");
        *longest = took.max(*longest);
        *server = site.start()?;
    }
    Ok(())
}
