//! `kill -9` under mixed load, and a restart on the same data.
use super::load::{Ledger, Load};
use super::site::{Ground, Kind, RECOVERY, Site};
use super::verdict::Verdict;
use crate::test::postgres::Postgres;
use anyhow::Result;
use std::time::Duration;

pub fn run(ground: &Ground, kind: Kind, postgres: Option<&Postgres>, verdict: &mut Verdict) -> Result<()> {
    let rounds = if ground.long { 100 } else { 5 };
    let site = Site::new(ground, postgres)?;
    let mut server = site.start()?;
    let (mut ledger, mut slowest) = (Ledger::default(), Duration::ZERO);
    for round in 0..rounds {
        let load = Load::start(&site, round);
        // The cut comes after a different number of answers each round.
        load.wait_for(20 + round * 37 % 150)?;
        server.kill()?;
        let stories = load.stop();
        server = site.spawn(&[])?;
        slowest = slowest.max(server.wait_ready()?);
        ledger.check(&site, &server, stories);
    }
    ledger.close(&site, &server)?;
    verdict.figures(&format!(
        "{}: {rounds} kills, {}; ready again within {} ms",
        kind.name(),
        ledger.figures(),
        slowest.as_millis()
    ));
    verdict.ledger(&ledger);
    verdict.expect(ledger.unanswered > 0, "the cuts hit no request: nothing was proved");
    verdict.expect(slowest <= RECOVERY, &format!("the restart took {} ms", slowest.as_millis()));
    Ok(())
}
