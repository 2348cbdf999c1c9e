//! `countersign serve` as a process of its own.
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tokio::time::Instant;

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running server; it ends with the test.
pub struct Server {
    pub process: Child,
    pub port: u16,
    lines: Receiver<String>,
    tell: Sender<String>,
    pub http: reqwest::Client,
}

impl Server {
    /// Its output is read from the first line on.
    pub fn start(folder: &Path, database: &str) -> Self {
        let mut server = Self::with(folder, database, |command| {
            command.stderr(Stdio::piped());
        });
        let log = server.log();
        server.read(log);
        server
    }

    /// With a setting of its own. Whoever pipes its standard error has to read it.
    #[expect(clippy::disallowed_methods, reason = "the test is a client of the server")]
    pub fn with(folder: &Path, database: &str, change: impl FnOnce(&mut Command)) -> Self {
        let port = free_port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--issuer", &format!("http://localhost:{port}")])
            .args(["--database", database, "--data-dir"])
            .arg(folder.join("data"))
            .env("COUNTERSIGN_POSTGRES__CONNECT_TIMEOUT", "1")
            .env("COUNTERSIGN_POSTGRES__STATEMENT_TIMEOUT", "1")
            .env("COUNTERSIGN_SHUTDOWN__DELAY", "0")
            .stdout(Stdio::piped());
        change(&mut command);
        let mut process = command.spawn().unwrap();
        let (tell, lines) = channel();
        let stdout = process.stdout.take().unwrap();
        let server = Self { process, port, lines, tell, http: reqwest::Client::builder().build().unwrap() };
        server.read(stdout);
        server
    }

    /// Its standard error, where that is piped.
    pub fn log(&mut self) -> ChildStderr {
        self.process.stderr.take().unwrap()
    }

    /// Reads this to its end.
    pub fn read(&self, output: impl Read + Send + 'static) {
        let tell = self.tell.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The test may have ended.
                let _ = tell.send(line);
            }
        });
    }

    /// Reads on until a line that holds this.
    pub fn says(&self, what: &str) -> String {
        let until = Instant::now() + Duration::from_mins(2);
        loop {
            let line = self.lines.recv_timeout(until.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|_| panic!("never said: {what}"));
            if line.contains(what) {
                return line;
            }
        }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Asks it to end, and how long that took.
    pub fn end(&mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        self.terminate();
        (self.process.wait().unwrap(), asked.elapsed())
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(format!("http://127.0.0.1:{}{path}", self.port)).send().await.unwrap()
    }

    /// The status of `/readyz`.
    pub async fn ready(&self) -> u16 {
        self.get("/readyz").await.status().as_u16()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command that opens the database.
pub fn command(folder: &Path, database: &str, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(words).args(["--database", database, "--data-dir"]).arg(folder.join("data"));
    command.output().unwrap()
}
