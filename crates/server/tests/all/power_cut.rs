//! What was answered is kept. The plug is pulled in the middle of a stream of code redemptions: what a client received is
//! still known after the restart, and no code is ever good twice. Commands run beside the server: neither loses what the other
//! wrote.

use domain::encoding::base64url;
use domain::oauth::pkce::CodeChallenge;
use reqwest::Client;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tokio::sync::mpsc;

const ROUNDS: usize = 20;
const CODES: usize = 24;

/// The demo on a folder and port of the test's own.
struct Server {
    process: Child,
    seed: Value,
}

impl Server {
    fn start(folder: &Path, port: u16) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["demo", "--json", "--app-port", "0", "--port", &port.to_string(), "--data-dir"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, seed: serde_json::from_str(&line).unwrap() }
    }

    /// SIGKILL: nothing is flushed, nothing is closed.
    fn cut(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn web(&self) -> (String, String) {
        let client = self.seed["clients"].as_array().unwrap().iter().find(|c| c["kind"] == "web").unwrap();
        (client["client_id"].as_str().unwrap().to_owned(), client["client_secret"].as_str().unwrap().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Clone)]
struct Party {
    http: Client,
    issuer: String,
    client: (String, String),
    token: String,
    redirect_uri: String,
}

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

impl Party {
    #[expect(clippy::disallowed_methods, reason = "the test is a client of the server")]
    fn new(server: &Server) -> Self {
        let seed = &server.seed;
        let web = seed["clients"].as_array().unwrap().iter().find(|c| c["kind"] == "web").unwrap();
        Self {
            http: Client::builder().build().unwrap(),
            issuer: seed["issuer"].as_str().unwrap().to_owned(),
            client: server.web(),
            token: seed["personal_access_token"].as_str().unwrap().to_owned(),
            redirect_uri: web["redirect_uris"][0].as_str().unwrap().to_owned(),
        }
    }

    /// A code, by the JSON API.
    async fn code(&self, state: &str) -> String {
        let body = json!({
            "client_id": self.client.0, "redirect_uri": self.redirect_uri, "scope": "openid", "sub_type": "user", "state": state,
            "code_challenge": CodeChallenge::of(VERIFIER).text(), "code_challenge_method": "S256", "decision": "allow",
        });
        let url = format!("{}/api/oauth2/consent", self.issuer);
        let answer: Value =
            self.http.post(url).bearer_auth(&self.token).json(&body).send().await.unwrap().json().await.unwrap();
        let to = url::Url::parse(answer["redirect_to"].as_str().unwrap()).unwrap();
        to.query_pairs().find(|(n, _)| n == "code").unwrap().1.into_owned()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<(u16, Value), reqwest::Error> {
        let request = self.http.post(format!("{}{path}", self.issuer)).basic_auth(&self.client.0, Some(&self.client.1));
        let reply = request.form(fields).send().await?;
        Ok((reply.status().as_u16(), reply.json().await?))
    }

    async fn redeem(&self, code: &str) -> Result<(u16, Value), reqwest::Error> {
        self.post("/oauth2/token", &[("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)])
            .await
    }

    async fn is_active(&self, token: &str) -> bool {
        self.post("/oauth2/introspect", &[("token", token)]).await.unwrap().1["active"] == true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_received_survives_and_no_code_is_good_twice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join(base64url(b"data"));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Server::start(&data, port);
    let (mut received, mut unknown) = (0, 0);
    for round in 0..ROUNDS {
        let party = Party::new(&server);
        let mut codes = Vec::new();
        for n in 0..CODES {
            codes.push(party.code(&format!("{round}-{n}")).await);
        }
        let (tell, mut told) = mpsc::channel(CODES);
        for code in codes.clone() {
            let (party, tell) = (party.clone(), tell.clone());
            tokio::spawn(async move {
                let answer = party.redeem(&code).await.ok();
                tell.send((code, answer)).await.unwrap();
            });
        }
        drop(tell);
        // The cut comes after a different number of answers each round.
        let mut answers = Vec::new();
        for _ in 0..=round {
            answers.push(told.recv().await.unwrap());
        }
        server.cut();
        while let Some(answer) = told.recv().await {
            answers.push(answer);
        }
        server = Server::start(&data, port);
        let party = Party::new(&server);
        for (code, answer) in answers {
            if let Some((status, body)) = answer {
                received += 1;
                assert_eq!(status, 200, "{body}");
                assert!(
                    party.is_active(body["access_token"].as_str().unwrap()).await,
                    "a token that was received is unknown"
                );
                let (again, body) = party.redeem(&code).await.unwrap();
                assert_eq!((again, &body["error"]), (400, &"invalid_grant".into()));
            } else {
                unknown += 1;
                // Nobody saw an answer: the code may have been used or not, but it is good once at most.
                let first = party.redeem(&code).await.unwrap().0;
                let second = party.redeem(&code).await.unwrap().0;
                assert!(first == 200 || first == 400);
                assert_eq!(second, 400);
            }
        }
    }
    assert!(received > ROUNDS && unknown > 0, "{received} received, {unknown} cut off: the cut must hit the stream");
}

/// What `countersign … --json` answers on the server's folder.
fn command(folder: &Path, words: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(words)
        .args(["--json", "--data-dir"])
        .arg(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn commands_beside_a_running_server_lose_nothing_that_either_writes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Server::start(&data, port);
    let party = Party::new(&server);
    let register = async |name: &str| {
        let metadata = json!({"client_name": name, "redirect_uris": ["https://app.example/callback"]});
        let request = party.http.post(format!("{}/oauth2/register", party.issuer)).json(&metadata);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["client_id"].as_str().unwrap().to_owned()
    };
    let mut registered = Vec::new();
    for round in 0..3 {
        command(&data, &["user", "create", "--email", &format!("person{round}@example.com"), "--name", "P"]);
        registered.push(register(&format!("App {round}")).await);
        for id in &registered {
            assert_eq!(command(&data, &["client", "show", id])["client_id"], **id, "what the server wrote is there");
        }
    }
    server.cut();
    let _server = Server::start(&data, port);
    for id in &registered {
        assert_eq!(command(&data, &["client", "show", id])["client_id"], **id);
    }
    for round in 0..3 {
        let shown = command(&data, &["user", "show", &format!("person{round}@example.com")]);
        assert_eq!(shown["email"], format!("person{round}@example.com"));
    }
}
