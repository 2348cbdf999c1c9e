//! Commands run beside the server: neither loses what the other wrote, also when the plug is pulled. What becomes of requests
//! that the plug interrupts is the matter of `cargo xtask faults`.

use reqwest::Client;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

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
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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
#[expect(clippy::disallowed_methods, reason = "the test is a client of the server")]
async fn commands_beside_a_running_server_lose_nothing_that_either_writes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Server::start(&data, port);
    let http = Client::builder().build().unwrap();
    let endpoint = format!("{}/oauth2/register", server.seed["issuer"].as_str().unwrap());
    let register = async |name: &str| {
        let metadata = json!({"client_name": name, "redirect_uris": ["https://app.example/callback"]});
        let request = http.post(&endpoint).json(&metadata);
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
