//! A webhook receiver: a real HTTP server on loopback with configurable responses.
use crate::TestApp;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use flows::webhooks::deliver::{self, NewCtx};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, watch};

/// A message as received.
#[derive(Debug, Clone)]
pub struct Message {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Message {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
    /// The kind of event.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

/// A response to send.
#[derive(Debug, Clone)]
pub struct Answer(pub u16, pub Option<String>, pub usize);

impl From<u16> for Answer {
    fn from(status: u16) -> Self {
        Self(status, None, 0)
    }
}

#[derive(Default)]
struct Inner {
    messages: Mutex<Vec<Message>>,
    answers: Mutex<VecDeque<Answer>>,
    count: watch::Sender<usize>,
    /// Responses wait for this lock.
    gate: Arc<RwLock<()>>,
}

/// The server; it stops when the test ends.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

async fn receive(State(inner): State<Arc<Inner>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    inner.messages.lock().push(Message { path: uri.path().to_owned(), headers, body });
    inner.count.send_modify(|count| *count += 1);
    drop(inner.gate.read().await);
    let Answer(status, location, length) = inner.answers.lock().pop_front().unwrap_or_else(|| 200.into());
    let mut response = (StatusCode::from_u16(status).unwrap(), "x".repeat(length)).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location.parse().unwrap());
    }
    response
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, inner) = (listener.local_addr().unwrap(), Arc::<Inner>::default());
        let router = Router::new().fallback(receive).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, inner }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook?a=1", self.address)
    }

    /// Sets the next responses, in order; after them 200.
    pub fn answer(&self, answers: impl IntoIterator<Item = impl Into<Answer>>) {
        self.inner.answers.lock().extend(answers.into_iter().map(Into::into));
    }

    /// Holds back all responses until the guard is dropped.
    pub fn hold(&self) -> OwnedRwLockWriteGuard<()> {
        self.inner.gate.clone().try_write_owned().unwrap()
    }

    /// Total number of messages received.
    pub fn count(&self) -> usize {
        *self.inner.count.borrow()
    }

    /// Waits until this many messages have arrived in total.
    pub async fn arrived(&self, count: usize) {
        self.inner.count.subscribe().wait_for(|n| *n >= count).await.unwrap();
    }

    /// The messages received since the last call.
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.inner.messages.lock())
    }

    /// The kinds of the messages received since the last call.
    pub fn kinds(&self) -> Vec<String> {
        self.take().iter().map(Message::kind).collect()
    }
}

impl TestApp {
    pub fn new_ctx(&self) -> NewCtx {
        let app = self.clone();
        Arc::new(move || app.ctx())
    }

    /// Sends all due webhook messages now.
    pub async fn deliver(&self) {
        flows::operator::jobs::each_second(&self.app, &self.ctx()).await.unwrap();
        deliver::run(&self.app, &self.new_ctx()).await.unwrap();
    }
}
