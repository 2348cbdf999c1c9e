//! Clock jumps: an hour back and an hour forward, under a running server and across a restart.
use super::honest::{HOME, SignIn};
use super::http::{Connection, Reply, Request, wait_until};
use super::site::{EMAIL, Ground, PASSWORD, Server, Site};
use super::story::{Client, Person, code};
use super::verdict::Verdict;
use crate::test::install::debian;
use crate::test::postgres::Postgres;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A library that makes a program see another time, read from a file.
fn library() -> Option<PathBuf> {
    let folders =
        fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
    folders.into_iter().find(|file| file.is_file())
}

/// Sets the offset from the true time, in seconds.
fn set(file: &Path, seconds: i64) -> Result<()> {
    // Renamed into place, since the server may read the file at any moment.
    let new = file.with_extension("new");
    fs::write(&new, format!("{seconds:+}\n"))?;
    Ok(fs::rename(new, file)?)
}

const HOUR: i64 = 3600;

struct Witness<'w> {
    server: &'w Server,
    person: Person,
    verdict: &'w mut Verdict,
    asked: usize,
}

impl Witness<'_> {
    fn ask(&self, request: &Request) -> Reply {
        Connection::new(self.server.port).send(request).unwrap_or_default()
    }

    fn expect(&mut self, what: &str, request: &Request, status: u16) -> Reply {
        let reply = self.ask(request);
        self.asked += 1;
        self.verdict.expect(reply.status == status, &format!("{what}: {}, not {status}: {}", reply.status, reply.body));
        reply
    }

    fn active(&mut self, what: &str, client: &Client, token: &str, wanted: bool) {
        let found = self.ask(&client.introspect(token)).json()["active"] == true;
        self.asked += 1;
        self.verdict.expect(found == wanted, &format!("{what}: active {found}"));
    }

    fn code(&mut self, what: &str, client: &Client) -> String {
        let reply = self.expect(what, &client.allow(&self.person), 200);
        code(&reply).unwrap_or_default()
    }

    fn signs_in(&mut self, what: &str) -> Result<()> {
        let form = SignIn::read(&mut Connection::new(self.server.port), HOME)?;
        self.expect(what, &form.request(EMAIL, PASSWORD), 303);
        Ok(())
    }
}

pub fn run(ground: &Ground, postgres: Option<&Postgres>, verdict: &mut Verdict) -> Result<()> {
    debian(&["libfaketime"], || library().is_some())?;
    let mut site = Site::new(ground, postgres)?;
    let offset = site.folder.path().join("clock");
    set(&offset, 0)?;
    let library = library().context("libfaketime")?.display().to_string();
    for (name, value) in [
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME_TIMESTAMP_FILE", &offset.display().to_string()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ] {
        site.env.push((name.to_owned(), value.to_owned()));
    }
    let mut server = site.start()?;
    let mut witness = Witness { server: &server, person: Person::of(&site), verdict, asked: 0 };
    let client = Client::registered(&witness.expect("registration", &Client::register("Clock"), 201));
    let spent = witness.code("consent", &client);
    let tokens = witness.expect("redemption", &client.redeem(&spent), 200);
    let (access, refresh) = (tokens.member("access_token"), tokens.member("refresh_token"));
    let revoked_code = witness.code("consent", &client);
    let revoked = witness.expect("redemption", &client.redeem(&revoked_code), 200);
    let (dead_access, dead_refresh) = (revoked.member("access_token"), revoked.member("refresh_token"));
    witness.expect("revocation", &client.revoke(&dead_refresh), 200);
    let waiting = witness.code("consent", &client);
    // Failed attempts, whose delays must not become longer when the clock goes back.
    let form = SignIn::read(&mut Connection::new(server.port), HOME)?;
    for _ in 0..3 {
        witness.ask(&form.request(EMAIL, "wrong"));
    }

    set(&offset, -HOUR)?;
    witness.signs_in("an hour back: sign-in")?;
    witness.active("an hour back: a token of before", &client, &access, true);
    witness.active("an hour back: a revoked token", &client, &dead_access, false);
    let next = witness.expect("an hour back: refresh", &client.refresh(&refresh), 200).member("refresh_token");
    witness.expect("an hour back: a spent code", &client.redeem(&spent), 400);

    set(&offset, HOUR + 60)?;
    witness.signs_in("an hour forth: sign-in")?;
    witness.active("an hour forth: an access token that lived an hour", &client, &access, false);
    witness.expect("an hour forth: a code that lived a minute", &client.redeem(&waiting), 400);
    witness.active("an hour forth: a revoked token", &client, &dead_access, false);
    // The code was redeemed twice, which revoked its grant, and so the tokens that replaced it.
    witness.expect("an hour forth: a refresh token of an ended grant", &client.refresh(&next), 400);
    let asked = witness.asked;

    // The cleanup right after the start removes what has expired by this clock. If it takes longer, less is proved.
    server.kill()?;
    server = site.start()?;
    wait_until(Duration::from_secs(2), || false);
    set(&offset, 0)?;
    let mut witness = Witness { server: &server, person: Person::of(&site), verdict, asked };
    witness.signs_in("back in time: sign-in")?;
    witness.expect("back in time: a spent code", &client.redeem(&spent), 400);
    witness.active("back in time: a revoked token", &client, &dead_access, false);
    witness.expect("back in time: a revoked refresh token", &client.refresh(&dead_refresh), 400);
    witness.expect("back in time: registration", &Client::register("Clock again"), 201);
    let asked = witness.asked;
    verdict.figures(&format!("{asked} requests after jumps by an hour back, forth and back"));
    Ok(())
}
