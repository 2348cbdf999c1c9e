//! Floods of requests from strangers, one kind after another, while an honest client keeps working.
use super::honest::{Honest, P99, SignIn, Waited};
use super::http::{Connection, Reply, Request, connect, now, wait_until};
use super::promises;
use super::site::{EMAIL, Ground, Kind, PASSWORD, RECOVERY, Server, Site};
use super::verdict::Verdict;
use crate::test::postgres::Postgres;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// Maximum memory of the server in MiB, whatever strangers send.
const MEMORY: u64 = 200;
/// The status of a guess that was verified.
const WRONG: u16 = 422;
/// Guesses at one account, each from a different network.
const BOTNET: &str = "wrong passwords from many networks";

/// Number of guesses that one network has for one account: five, and then one after 1 s, 2 s, 4 s, ….
fn of_a_place(time: Duration) -> usize {
    5 + (time.as_secs() + 1).ilog2() as usize + 1
}

/// Number of guesses that one network has regained this long after using up its five.
fn regained(time: Duration) -> usize {
    of_a_place(time) - 5
}

/// An initial number, and then a number per hour.
fn draining(at_once: u64, hourly: u64, time: Duration) -> usize {
    usize::try_from(at_once + (time.as_secs() + 1) * hourly / 3600 + 1).unwrap_or(usize::MAX)
}

/// A limit of a flood: the maximum number of responses with this status after a time.
type Bound = (&'static str, u16, fn(Duration) -> usize);

/// Rows that rejected requests of strangers may add to the audit log: 2,000 at once, and one per second.
const REFUSALS: usize = 2_300;
/// The server's file descriptor limit, so that its connection limit is reached with few connections.
const DESCRIPTORS: &str = "1024";
/// Number of threads that send requests.
const HANDS: usize = 16;

/// Responses by status; 0 means none.
type Answers = BTreeMap<u16, usize>;

const MANY_NAMES: &str = "9,000 parameter names";

type Flood = (&'static str, fn(&Server, usize) -> Result<Answers>, Option<Bound>);

/// The floods. Each comes from its own address, and may have a limit on what succeeds.
const FLOODS: [Flood; 13] = [
    ("wrong passwords", wrong_passwords, Some(("verified guesses", WRONG, of_a_place))),
    (BOTNET, wrong_passwords_from_everywhere, Some(("verified guesses", WRONG, |time| draining(50, 50, time)))),
    (
        "sign-ins that disconnect",
        sign_ins_that_disconnect,
        Some(("more verified guesses", WRONG, |time| regained(time).max(4))),
    ),
    ("wrong user codes", wrong_user_codes, Some(("looked up codes", WRONG, of_a_place))),
    (
        "device authorizations",
        device_authorizations,
        Some(("devices that got codes", 200, |time| draining(60, 120, time))),
    ),
    ("sign-ups", sign_ups, Some(("new accounts", 303, |time| draining(30, 60, time)))),
    (MANY_NAMES, |server, scale| Ok(repeated(server, scale, &many_names())), None),
    ("bad tokens at introspection", |server, scale| Ok(repeated(server, scale, &bad_introspection())), None),
    ("bad client secrets", |server, scale| Ok(repeated(server, scale, &bad_secret())), None),
    ("bad refresh tokens", |server, scale| Ok(repeated(server, scale, &bad_refresh())), None),
    ("bad registrations", |server, scale| Ok(repeated(server, scale, &bad_registration())), None),
    ("connections that come and go", |server, scale| Ok(connections_that_come_and_go(server, scale)), None),
    ("slow heads and idle connections", slow_and_idle, None),
];

pub fn run(ground: &Ground, kind: Kind, postgres: Option<&Postgres>, verdict: &mut Verdict) -> Result<()> {
    let scale = if ground.long { 4 } else { 1 };
    let site = Site::new(ground, postgres)?;
    let mut server = site.spawn(&["prlimit", &format!("--nofile={DESCRIPTORS}:{DESCRIPTORS}")])?;
    server.wait_ready()?;
    let (idle, _) = server.memory();
    let (mut sent, own) = (0, SignIn::known(&site)?);
    for (name, flood, bound) in FLOODS {
        server.forget_peak()?;
        let honest = Honest::start(&site, &own)?;
        let began = now();
        let answers = flood(&server, scale)?;
        let took = began.elapsed();
        sent += answers.values().sum::<usize>();
        let (mut client, mut person) = honest.stop();
        let (_, peak) = server.memory();
        verdict.figures(&format!(
            "{}, {name}: {} in {:.1} s; client {}; person {}; memory at most {peak} MiB",
            kind.name(),
            told(&answers),
            took.as_secs_f64(),
            waits(&mut client),
            waits(&mut person),
        ));
        verdict.expect(peak <= MEMORY, &format!("{name}: {peak} MiB"));
        let is_judged = match name {
            MANY_NAMES => promises::LINEAR_PARSING,
            BOTNET => promises::ACCOUNT_CEILING,
            _ => true,
        };
        if is_judged {
            judge(verdict, name, client, person);
        }
        if let Some((what, status, most)) = bound {
            let (done, most) = (answers.get(&status).copied().unwrap_or(0), most(took));
            let is_promised = name != BOTNET || promises::ACCOUNT_CEILING;
            verdict.figures(&format!("{}, {name}: {done} {what}, {most} are allowed", kind.name()));
            verdict.expect(done <= most || !is_promised, &format!("{name}: {done} {what}, {most} are allowed"));
        }
    }
    let returned = wait_until(Duration::from_secs(30), || server.memory().0 <= idle + 40);
    verdict.figures(&format!("{}, memory: {idle} MiB before all floods, {} MiB after", kind.name(), server.memory().0));
    // Queued writes are flushed once a second. By now they have been, or shutting down does it.
    server.signal("TERM")?;
    server.ended_within(RECOVERY * 3).context("SIGTERM did not end the server")?;
    let mut by_kind = BTreeMap::<String, usize>::new();
    for event in site.audit()?.iter().filter(|event| event["outcome"] != "ok") {
        *by_kind.entry(event["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let rows: usize = by_kind.values().sum();
    verdict
        .figures(&format!("{}, audit: {rows} rows about refusals, of {sent} bad requests: {by_kind:?}", kind.name()));
    verdict.expect(rows <= REFUSALS || !promises::BOUNDED_REFUSALS, &format!("{rows} rows about refusals"));
    verdict.expect(returned.is_some(), "the memory of the floods was not returned within 30 s");
    Ok(())
}

fn told(answers: &Answers) -> String {
    let words = answers.iter().map(|(status, count)| match status {
        0 => format!("{count} without an answer"),
        _ => format!("{count} × {status}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn waits(waited: &mut Waited) -> String {
    let [p50, p99, most] = [50, 99, 100].map(|percent| waited.percentile(percent).as_millis());
    format!(
        "{} served, {} refused, p50 {p50} ms, p99 {p99} ms, at most {most} ms",
        waited.count() - waited.refused.len(),
        waited.refused.len()
    )
}

/// A user signs in too rarely for a percentile of their own: what counts is the median of the sign-ins, and the percentile of
/// all requests together.
fn judge(verdict: &mut Verdict, flood: &str, client: Waited, mut person: Waited) {
    let middle = person.percentile(50);
    verdict.expect(middle <= P99, &format!("{flood}: a sign-in took {} ms in the middle", middle.as_millis()));
    let mut all = client.and(person);
    let p99 = all.percentile(99);
    verdict.expect(p99 <= P99, &format!("{flood}: honest p99 {} ms", p99.as_millis()));
    if let Some(first) = all.refused.first() {
        verdict.expect(false, &format!("{flood}: {} honest requests failed: {first}", all.refused.len()));
    }
}

/// Runs `work` with the numbers below `count` on many threads. Returns their combined counts.
fn by_hands(count: usize, work: impl Fn(usize, &mut Answers) + Sync) -> Answers {
    let all = Mutex::new(Answers::new());
    thread::scope(|scope| {
        for hand in 0..HANDS {
            let (all, work) = (&all, &work);
            scope.spawn(move || {
                let mut own = Answers::new();
                for number in (hand..count).step_by(HANDS) {
                    work(number, &mut own);
                }
                if let Ok(mut all) = all.lock() {
                    for (status, times) in own {
                        *all.entry(status).or_default() += times;
                    }
                }
            });
        }
    });
    all.into_inner().unwrap_or_default()
}

fn note(answers: &mut Answers, reply: std::io::Result<Reply>) {
    *answers.entry(reply.map_or(0, |reply| reply.status)).or_default() += 1;
}

fn begun(server: &Server, bytes: &[u8]) -> std::io::Result<TcpStream> {
    let mut stream = connect(server.port)?;
    stream.write_all(bytes)?;
    Ok(stream)
}

/// Sent before any response is read: as many as the server has places for.
const WAVE: usize = 750;

fn wrong_passwords(server: &Server, scale: usize) -> Result<Answers> {
    let form = SignIn::read(&mut Connection::new(server.port), "203.0.113.1")?;
    Ok(in_waves(server, scale, &form.request(EMAIL, "wrong")))
}

fn wrong_user_codes(server: &Server, scale: usize) -> Result<Answers> {
    let form = SignIn::of("/device", &mut Connection::new(server.port), "203.0.113.10")?;
    Ok(in_waves(server, scale, &form.post("/device", &[("user_code", "BBBB-BBBB")])))
}

fn device_authorizations(server: &Server, scale: usize) -> Result<Answers> {
    let metadata = serde_json::json!({"client_name": "Device", "token_endpoint_auth_method": "none",
        "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "response_types": []});
    let registered = Connection::new(server.port).send(&Request::json("/oauth2/register", &metadata))?;
    let id = registered.member("client_id");
    ensure!(!id.is_empty(), "registration: {} {}", registered.status, registered.body);
    let request = Request::form("/oauth2/device_authorization", &[("client_id", &id), ("scope", "openid")]);
    Ok(repeated(server, scale, &request.from("203.0.113.11")))
}

/// Signs up, each time with a different address.
fn sign_ups(server: &Server, scale: usize) -> Result<Answers> {
    let form = SignIn::of("/signup", &mut Connection::new(server.port), "203.0.113.12")?;
    Ok(by_hands(500 * scale, |number, answers| {
        let email = format!("n{number}@example.com");
        let fields = [("name", "New Person"), ("username", &email), ("password", PASSWORD)];
        note(answers, Connection::new(server.port).send(&form.post("/signup", &fields)));
    }))
}

fn in_waves(server: &Server, scale: usize, request: &Request) -> Answers {
    let request = request.bytes(server.port);
    let mut answers = Answers::new();
    for _ in 0..2 * scale {
        let streams = Mutex::new(Vec::new());
        by_hands(WAVE, |_, _| {
            let stream = begun(server, &request);
            if let Ok(mut streams) = streams.lock() {
                streams.push(stream);
            }
        });
        for stream in streams.into_inner().unwrap_or_default() {
            note(&mut answers, stream.and_then(|stream| Reply::read(&mut BufReader::new(stream))));
        }
    }
    answers
}

fn wrong_passwords_from_everywhere(server: &Server, scale: usize) -> Result<Answers> {
    let form = SignIn::read(&mut Connection::new(server.port), "203.0.113.9")?;
    Ok(by_hands(150 * scale, |number, answers| {
        let form = form.at(format!("192.{}.{}.1", number / 250, number % 250));
        note(answers, Connection::new(server.port).send(&form.request(EMAIL, "wrong")));
    }))
}

/// Guesses afterwards, which wait for their responses, are limited at once, except those that the elapsed time allows: the
/// guesses that disconnected were counted. They use an address without an account; guesses at it are counted like all others.
fn sign_ins_that_disconnect(server: &Server, scale: usize) -> Result<Answers> {
    const NOBODY: &str = "nobody@example.com";
    let form = SignIn::read(&mut Connection::new(server.port), "203.0.113.2")?;
    let request = form.request(NOBODY, "wrong").bytes(server.port);
    by_hands(500 * scale, |_, _| {
        // A request whose connection is closed before the server looks at it is no guess.
        if let Ok(mut stream) = begun(server, &request)
            && stream.set_read_timeout(Some(Duration::from_millis(50))).is_ok()
        {
            drop(stream.read(&mut [0; 1]));
        }
    });
    let mut answers = Answers::new();
    // If the others had not been counted, five guesses would be verified.
    for _ in 0..5 {
        note(&mut answers, Connection::new(server.port).send(&form.request(NOBODY, "wrong")));
    }
    Ok(answers)
}

fn many_names() -> Request {
    let names: Vec<_> = (0..9_000).map(|number| format!("n{number}")).collect();
    let fields: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    Request::form("/oauth2/token", &fields).from("203.0.113.3")
}

/// Repeats a request for some seconds, on connections that stay open.
fn repeated(server: &Server, scale: usize, request: &Request) -> Answers {
    let (began, limit) = (now(), Duration::from_secs(2) * u32::try_from(scale).unwrap_or(1));
    by_hands(HANDS, |_, answers| {
        let mut connection = server.connection();
        while began.elapsed() < limit {
            note(answers, connection.send(request));
        }
    })
}

const NOBODY: [(&str, &str); 2] = [("client_id", "cs_ci_nobody"), ("client_secret", "cs_cs_nothing")];

fn bad_introspection() -> Request {
    let token = [("token", "cs_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")];
    Request::form("/oauth2/introspect", &[&NOBODY[..], &token].concat()).from("203.0.113.4")
}

fn bad_secret() -> Request {
    let grant = [("grant_type", "client_credentials")];
    Request::form("/oauth2/token", &[&NOBODY[..], &grant].concat()).from("203.0.113.5")
}

fn bad_refresh() -> Request {
    let grant = [("grant_type", "refresh_token"), ("refresh_token", "cs_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")];
    Request::form("/oauth2/token", &[&NOBODY[..1], &grant].concat()).from("203.0.113.6")
}

fn bad_registration() -> Request {
    let metadata = serde_json::json!({"client_name": "x", "redirect_uris": ["javascript:alert(1)"]});
    Request::json("/oauth2/register", &metadata).from("203.0.113.7")
}

fn connections_that_come_and_go(server: &Server, scale: usize) -> Answers {
    let request = Request::get("/healthz").from("203.0.113.8");
    by_hands(10_000 * scale, |_, answers| note(answers, server.connection().send(&request)))
}

/// Incomplete heads and silent connections that take all of the server's places. The server must close them itself, and be full
/// for no longer. Counts those closed in time (200) and those that were not (0).
fn slow_and_idle(server: &Server, _: usize) -> Result<Answers> {
    // The head of a request has a limit of 10 s, and connections waiting for a place get one when the first ones are closed.
    const CLOSED_WITHIN: Duration = Duration::from_secs(25);
    let mut streams = Vec::new();
    for number in 0..880 {
        let half = if number % 2 == 0 { "" } else { "GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: " };
        streams.push(begun(server, half.as_bytes())?);
    }
    let (began, mut answers) = (now(), Answers::new());
    for mut stream in streams {
        let left = CLOSED_WITHIN.saturating_sub(began.elapsed()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left))?;
        // Either an end or a reset is a close. A connection that timed out is still open.
        let closed = match stream.read(&mut [0; 1024]) {
            Ok(_) => true,
            Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        };
        *answers.entry(if closed { 200 } else { 0 }).or_default() += 1;
    }
    Ok(answers)
}
