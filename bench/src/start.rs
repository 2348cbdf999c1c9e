//! Starting the two servers and getting ready on each.
use crate::http::{Connection, post};
use crate::target::{Browser, OURS, PEER, Party, Target, field};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that is stopped when the benchmark ends.
pub struct Server {
    process: Child,
    pub target: Target,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const REDIRECT: &str = "https://client.example/callback";

/// The build profile to measure. A debug build of the benchmark uses debug binaries, for work on the benchmark itself.
pub const PROFILE: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

fn binary(root: &Path) -> PathBuf {
    root.join("target").join(PROFILE).join("countersign")
}

/// Builds the server.
pub fn build(root: &Path) -> anyhow::Result<()> {
    let optimized: &[&str] = if cfg!(debug_assertions) { &[] } else { &["--release"] };
    must(Command::new("cargo").args(["build", "--package", "countersign"]).args(optimized).current_dir(root))
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn first_line(process: &mut Child) -> anyhow::Result<String> {
    let mut line = String::new();
    BufReader::new(process.stdout.take().context("standard output")?).read_line(&mut line)?;
    Ok(line)
}

/// Runs a command to completion.
pub fn must(command: &mut Command) -> anyhow::Result<()> {
    ensure!(command.status()?.success(), "{command:?} failed");
    Ok(())
}

fn spawn_ours(root: &Path, data: &Path, port: u16) -> anyhow::Result<(Child, Value)> {
    let mut process = Command::new(binary(root))
        .args(["demo", "--json", "--app-port", "0", "--port", &port.to_string(), "--data-dir"])
        .arg(data)
        .env("COUNTERSIGN_LOG__LEVEL", "error")
        .stdout(Stdio::piped())
        .spawn()?;
    let seed = serde_json::from_str(&first_line(&mut process)?)?;
    Ok((process, seed))
}

/// Starts the demo in its data folder, to seed it or to read what was seeded before.
pub fn demo(root: &Path, data: &Path) -> anyhow::Result<Value> {
    let (mut process, seed) = spawn_ours(root, data, free_port()?)?;
    process.kill()?;
    process.wait()?;
    Ok(seed)
}

/// A server on an existing database; it stops when the benchmark ends.
pub struct Served {
    process: Child,
    pub port: u16,
}

impl Served {
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts a server and waits for its first response.
pub async fn serve(root: &Path, data: &Path) -> anyhow::Result<Served> {
    let port = free_port()?;
    let mut command = Command::new(binary(root));
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"]).arg(data);
    command.env("COUNTERSIGN_LOG__LEVEL", "error").stdout(Stdio::null());
    let mut served = Served { process: command.spawn()?, port };
    loop {
        if let Ok(mut connection) = Connection::open(port).await
            && connection.send(&crate::http::get(port, "/healthz", "")).await.is_ok_and(|r| r.status == 200)
        {
            return Ok(served);
        }
        ensure!(served.process.try_wait()?.is_none(), "the server did not start");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Time from start to the first response, on an existing database.
#[expect(clippy::disallowed_methods, reason = "measuring is what this program does")]
pub async fn start_time(root: &Path, data: &Path) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let _served = serve(root, data).await?;
    Ok(began.elapsed())
}

async fn register(port: u16, headers: &str, metadata: &Value) -> anyhow::Result<Party> {
    let mut connection = Connection::open(port).await?;
    let request = post(port, "/oauth2/register", headers, "application/json", &metadata.to_string());
    let answer = connection.send(&request).await?;
    ensure!(answer.status == 201, "registration: {} {}", answer.status, answer.body());
    let secret = answer.member("client_secret").ok().map(str::to_owned);
    Ok(Party { id: answer.member("client_id")?.to_owned(), secret, redirect_uri: REDIRECT.to_owned() })
}

/// Countersign on a fresh database: registered, signed in, consent given.
pub async fn ours(root: &Path, data: &Path) -> anyhow::Result<Server> {
    let port = free_port()?;
    let (process, seed) = spawn_ours(root, data, port)?;
    let web = |method: &str, alg: &str| {
        json!({"client_name": "Bench", "redirect_uris": [REDIRECT], "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": method, "id_token_signed_response_alg": alg, "scope": "openid profile email offline_access"})
    };
    let machine = json!({"client_name": "Bench machine", "grant_types": ["client_credentials"], "response_types": [], "scope": "contracts:read"});
    // The client credentials grant requires a client that belongs to a workspace, so register it with the workspace's key.
    let key = format!("Authorization: Bearer {}\r\n", seed["api_key"].as_str().context("api_key")?);
    let mut target = Target {
        name: "countersign",
        port,
        pid: process.id(),
        paths: OURS,
        web: register(port, "", &web("client_secret_basic", "RS256")).await?,
        eddsa: register(port, "", &web("client_secret_basic", "EdDSA")).await?,
        spa: register(port, "", &web("none", "RS256")).await?,
        machine: register(port, &key, &machine).await?,
        cookies: String::new(),
    };
    let user = &seed["users"][0];
    let (email, password) = (user["email"].as_str().context("email")?, user["password"].as_str().context("password")?);
    let mut browser = Browser::open(port).await?;
    for party in [&target.web, &target.eddsa, &target.spa] {
        let mut page = browser.get(&target.authorize(party)).await?;
        if page.body().contains("login-submit") {
            let hidden = (field(page.body(), "csrf")?, field(page.body(), "interaction")?);
            let fields =
                [("csrf", hidden.0.as_str()), ("interaction", &hidden.1), ("username", email), ("password", password)];
            page = browser.submit("/login", &fields).await?;
        }
        let hidden = (field(page.body(), "csrf")?, field(page.body(), "interaction")?);
        let answer = browser
            .submit("/oauth2/consent", &[("csrf", &hidden.0), ("interaction", &hidden.1), ("action", "allow")])
            .await?;
        crate::target::code(&answer)?;
    }
    target.cookies = browser.cookies();
    Ok(Server { process, target })
}

/// The peer, in memory: signed in, consent given.
pub async fn peer(root: &Path) -> anyhow::Result<Server> {
    let folder = root.join("bench/peer");
    if !folder.join("node_modules").exists() {
        must(Command::new("npm").args(["ci", "--silent"]).current_dir(&folder))?;
    }
    let port = free_port()?;
    let mut process = Command::new("node")
        .arg("server.mjs")
        .current_dir(&folder)
        .env("PORT", port.to_string())
        .env("NODE_ENV", "production")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    first_line(&mut process)?;
    let party = |id: &str, secret: bool| Party {
        id: id.to_owned(),
        secret: secret.then(|| "a-secret-of-thirty-two-characters!".to_owned()),
        redirect_uri: REDIRECT.to_owned(),
    };
    let mut target = Target {
        name: "oidc-provider",
        port,
        pid: process.id(),
        paths: PEER,
        web: party("web", true),
        eddsa: party("eddsa", true),
        spa: party("spa", false),
        machine: party("machine", true),
        cookies: String::new(),
    };
    let mut browser = Browser::open(port).await?;
    for party in [&target.web, &target.eddsa, &target.spa] {
        let answer = browser.get(&target.authorize(party)).await?;
        crate::target::code(&answer)?;
    }
    target.cookies = browser.cookies();
    Ok(Server { process, target })
}
