//! Three nodes of the previous version, updated one after another under load. They share a database, and clients use each
//! node's tokens at the others.
use super::honest::signed_in;
use super::http::send;
use super::nodes::{self, under_load};
use super::site::{Ground, Server, Site};
use super::story::Person;
use super::verdict::Verdict;
use crate::process::{cargo, must_succeed};
use crate::test::postgres::Postgres;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The commit of the previous version. With each release it moves on to that release.
const BEFORE: &str = include_str!("before.txt");

pub fn run(ground: &Ground, postgres: &Postgres, verdict: &mut Verdict) -> Result<()> {
    let before = build(ground)?;
    let old = Ground { root: ground.root.clone(), binary: before, logs: ground.logs.clone(), long: ground.long };
    let sites = nodes::sites(&old, postgres)?;
    let mut servers = sites.iter().map(Site::start).collect::<Result<Vec<_>>>()?;
    let mut seed = sites[0].beside()?;
    seed.seed()?;
    let person = Person::of(&seed);
    let (client, access, refresh) = signed_in(&mut servers[0].connection(), &person)?;
    let updated = sites.iter().map(|site| site.with_binary(&ground.binary)).collect::<Result<Vec<_>>>()?;
    let served = under_load(&sites, &person, || update(&updated, &mut servers))?;
    for server in &servers {
        let active = send(server.port, &client.introspect(&access))?.json()["active"] == true;
        verdict.expect(active, "a token of the version before is not active after the update");
    }
    let reply = send(servers[0].port, &client.refresh(&refresh))?;
    verdict.expect(reply.status == 200, &format!("a refresh token of the version before: {}", reply.status));
    // The previous version may still cut off connections when it ends.
    let answers: Vec<_> = served.bad.iter().filter(|(what, _)| what.contains(|c: char| c.is_ascii_digit())).collect();
    verdict.figures(&format!(
        "3 nodes updated from {}: {} requests served, failed {:?}, slowest {} ms",
        &BEFORE[..12],
        served.good,
        served.bad,
        served.slowest.as_millis()
    ));
    verdict.expect(served.good > 100, "update: too few requests to prove anything");
    verdict.expect(answers.is_empty(), &format!("update: requests were refused: {answers:?}"));
    Ok(())
}

/// After each step, old and new nodes work side by side for a while.
fn update(updated: &[Site], servers: &mut [Server]) -> Result<()> {
    for (site, server) in updated.iter().zip(servers) {
        server.signal("TERM")?;
        server.ended_within(Duration::from_secs(30)).context("SIGTERM did not end a node")?;
        *server = site.start()?;
        std::thread::sleep(Duration::from_secs(2));
    }
    Ok(())
}

/// Builds the previous version from the history of this repository.
fn build(ground: &Ground) -> Result<PathBuf> {
    let root = &ground.root;
    let tree = root.join("target/before").join(BEFORE.trim());
    fs::create_dir_all(&tree)?;
    let unpack = format!("git archive '{}' | tar -x -C '{}'", BEFORE.trim(), tree.display());
    must_succeed(Command::new("sh").args(["-c", &unpack]).current_dir(root))?;
    let target = root.join("target/before/target");
    must_succeed(cargo(&tree).args(["build", "--package", "countersign"]).env("CARGO_TARGET_DIR", &target))?;
    Ok(target.join("debug/countersign"))
}
