//! An honest client and an honest user during a flood: how long they wait, and whether they are served.
use super::http::{Connection, Reply, Request, now};
use super::site::{EMAIL, PASSWORD, Site};
use super::story::{Client, Person, code};
use super::verdict::short;
use anyhow::{Context, Result, ensure};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The address of the honest ones; floods come from elsewhere.
pub const HOME: &str = "198.51.100.9";

/// The 99th percentile of the time that the honest ones may wait.
pub const P99: Duration = Duration::from_secs(1);

#[derive(Default)]
pub struct Waited {
    times: Vec<Duration>,
    pub refused: Vec<String>,
}

impl Waited {
    fn note(&mut self, what: &str, expected: u16, took: Duration, reply: std::io::Result<Reply>) -> Option<Reply> {
        self.times.push(took);
        match reply {
            Ok(reply) if reply.status == expected => return Some(reply),
            Ok(reply) => self.refused.push(format!("{what}: {} {}", reply.status, short(&reply.body))),
            Err(error) => self.refused.push(format!("{what}: {error}")),
        }
        None
    }

    /// Combines both.
    pub fn and(mut self, other: Self) -> Self {
        self.times.extend(other.times);
        self.refused.extend(other.refused);
        self
    }

    pub const fn count(&self) -> usize {
        self.times.len()
    }

    /// The nearest-rank percentile.
    pub fn percentile(&mut self, percent: usize) -> Duration {
        self.times.sort_unstable();
        let rank = (self.times.len() * percent).div_ceil(100);
        self.times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// A client that requests and checks tokens, and a user who signs in, each on a connection that stays open.
pub struct Honest {
    stop: Arc<AtomicBool>,
    client: JoinHandle<Waited>,
    person: JoinHandle<Waited>,
}

impl Honest {
    /// `form` is from the user's own browser.
    pub fn start(site: &Site, form: &SignIn) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut connection = Connection::new(site.port);
        let (client, access, refresh) = signed_in(&mut connection, &Person::of(site))?;
        let told = stop.clone();
        let asking = thread::spawn(move || ask(&mut connection, &client, &access, refresh, &told));
        let (told, mut connection, form) = (stop.clone(), Connection::new(site.port), form.clone());
        let signing = thread::spawn(move || sign_in(&mut connection, &form, &told));
        Ok(Self { stop, client: asking, person: signing })
    }

    /// Stops both. Returns the client's and the user's results.
    pub fn stop(self) -> (Waited, Waited) {
        self.stop.store(true, Ordering::Relaxed);
        (self.client.join().unwrap_or_default(), self.person.join().unwrap_or_default())
    }
}

/// A client with an access token and a refresh token.
pub fn signed_in(connection: &mut Connection, person: &Person) -> Result<(Client, String, String)> {
    let reply = connection.send(&Client::register("Honest"))?;
    ensure!(reply.status == 201, "registration: {} {}", reply.status, reply.body);
    let client = Client::registered(&reply);
    let reply = connection.send(&client.allow(person))?;
    let code = code(&reply).with_context(|| format!("no code: {} {}", reply.status, reply.body))?;
    let reply = connection.send(&client.redeem(&code))?;
    ensure!(reply.status == 200, "token: {} {}", reply.status, reply.body);
    Ok((client, reply.member("access_token"), reply.member("refresh_token")))
}

fn ask(connection: &mut Connection, client: &Client, access: &str, mut refresh: String, told: &AtomicBool) -> Waited {
    let mut waited = Waited::default();
    while !told.load(Ordering::Relaxed) {
        let began = now();
        let reply = connection.send(&client.introspect(access).from(HOME));
        waited.note("introspection", 200, began.elapsed(), reply);
        let began = now();
        let reply = connection.send(&client.refresh(&refresh).from(HOME));
        if let Some(reply) = waited.note("refresh", 200, began.elapsed(), reply) {
            refresh = reply.member("refresh_token");
        }
        let began = now();
        let reply = connection.send(&Request::get("/.well-known/openid-configuration").from(HOME));
        waited.note("discovery", 200, began.elapsed(), reply);
        thread::sleep(Duration::from_millis(5));
    }
    waited
}

fn sign_in(connection: &mut Connection, form: &SignIn, told: &AtomicBool) -> Waited {
    let mut waited = Waited::default();
    while !told.load(Ordering::Relaxed) {
        let began = now();
        let reply = connection.send(&form.request(EMAIL, PASSWORD));
        waited.note("sign-in", 303, began.elapsed(), reply);
        thread::sleep(Duration::from_millis(250));
    }
    waited
}

/// A form that needs no session, as received by a browser at this address.
#[derive(Clone)]
pub struct SignIn {
    cookies: String,
    csrf: String,
    address: String,
}

impl SignIn {
    pub fn read(connection: &mut Connection, address: &str) -> Result<Self> {
        Self::of("/login", connection, address)
    }

    /// Reads the form of another page.
    pub fn of(page: &str, connection: &mut Connection, address: &str) -> Result<Self> {
        let page = connection.send(&Request::get(page).from(address))?;
        let cookies = cookies(&page);
        let csrf = page.body.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        let (csrf, _) = csrf.with_context(|| format!("no form: {} {}", page.status, page.body))?;
        Ok(Self { cookies, csrf: csrf.to_owned(), address: address.to_owned() })
    }

    /// The sign-in form in a browser where the user signed in before, but is not signed in now.
    pub fn known(site: &Site) -> Result<Self> {
        let mut connection = Connection::new(site.port);
        let form = Self::read(&mut connection, HOME)?;
        let reply = connection.send(&form.request(EMAIL, PASSWORD))?;
        ensure!(reply.status == 303, "sign-in: {} {}", reply.status, short(&reply.body));
        let kept =
            cookies(&reply).split("; ").filter(|cookie| cookie.contains("_known_")).collect::<Vec<_>>().join("; ");
        ensure!(!kept.is_empty(), "the browser is not known after a sign-in");
        Ok(Self { cookies: format!("{}; {kept}", form.cookies), ..form })
    }

    /// This form, sent from another network.
    pub fn at(&self, address: String) -> Self {
        Self { address, ..self.clone() }
    }

    pub fn request(&self, email: &str, password: &str) -> Request {
        self.post("/login", &[("username", email), ("password", password)])
    }

    /// Sends other fields to another page.
    pub fn post(&self, page: &str, fields: &[(&str, &str)]) -> Request {
        let fields = [&[("csrf", self.csrf.as_str())], fields].concat();
        Request::form(page, &fields).header("cookie", &self.cookies).from(&self.address)
    }
}

fn cookies(reply: &Reply) -> String {
    reply.headers("set-cookie").filter_map(|line| line.split(';').next()).collect::<Vec<_>>().join("; ")
}
