//! A webhook receiver that remembers the clients it was notified about.
use super::http::wait_until;
use anyhow::Result;
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Number of notifications, by client id.
type Told = Arc<Mutex<HashMap<String, usize>>>;

pub struct Receiver {
    pub url: String,
    told: Told,
}

impl Receiver {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let (url, told) = (format!("http://127.0.0.1:{}/", listener.local_addr()?.port()), Told::default());
        let shared = told.clone();
        // It ends with the process: a few waiting threads do no harm.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let told = shared.clone();
                thread::spawn(move || receive(stream, &told));
            }
        });
        Ok(Self { url, told })
    }

    /// Waits until it was notified about all of these clients. Returns those still missing after the time limit.
    pub fn missing(&self, clients: &[String]) -> Vec<String> {
        let missing = || {
            let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            clients.iter().filter(|id| !told.contains_key(*id)).cloned().collect::<Vec<_>>()
        };
        // A message whose attempt was interrupted is sent again when its lease expires.
        wait_until(Duration::from_mins(2), || missing().is_empty());
        missing()
    }

    /// Number of messages received, and how many of them were repeats.
    pub fn count(&self) -> (usize, usize) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = told.values().sum();
        (all, all - told.len())
    }
}

fn receive(stream: TcpStream, told: &Told) {
    let mut reader = BufReader::new(stream);
    while let Some(body) = body(&mut reader) {
        let message: Value = serde_json::from_slice(&body).unwrap_or_default();
        if let Some(client) = message["data"]["client_id"].as_str() {
            *told.lock().unwrap_or_else(PoisonError::into_inner).entry(client.to_owned()).or_default() += 1;
        }
        if reader.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").is_err() {
            return;
        }
    }
}

/// Reads the body of a connection's next request.
fn body(reader: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}
