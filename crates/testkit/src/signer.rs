//! A client's key pair, and the assertions it signs.
use crate::TestApp;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use domain::platform::encoding::base64url;
use jose::{OwnKey, SigningAlg};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

/// A key pair.
pub struct Signer {
    key: OwnKey,
}

impl Signer {
    pub fn new(kid: &str, alg: SigningAlg) -> Self {
        let pkcs8 = OwnKey::generate(alg.generated()).unwrap();
        Self { key: OwnKey::parse(kid, alg, &pkcs8).unwrap() }
    }

    /// The public key.
    pub fn jwk(&self) -> Value {
        self.key.public().jwk(self.key.kid())
    }

    /// A set with the public key.
    pub fn jwks(&self) -> Value {
        json!({"keys": [self.jwk()]})
    }

    /// RFC 7638.
    pub fn thumbprint(&self) -> String {
        self.key.public().thumbprint()
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.key.sign("JWT", claims).unwrap()
    }

    /// The claims of a good assertion, with a `jti` of its own.
    pub fn claims(app: &TestApp, client: &str) -> Value {
        let now = app.ctx().now.seconds();
        json!({"iss": client, "sub": client, "aud": app.app.settings().issuer, "exp": now + 60, "iat": now,
            "jti": base64url(&app.ctx().random::<16>())})
    }

    /// A good assertion.
    pub fn assertion(&self, app: &TestApp, client: &str) -> String {
        self.sign(&Self::claims(app, client))
    }
}

/// The parameters of an assertion.
pub fn asserting(assertion: &str) -> [(&str, &str); 2] {
    [
        ("client_assertion_type", domain::oauth::client_authentication::assertion::JWT_BEARER),
        ("client_assertion", assertion),
    ]
}

#[derive(Default)]
struct Inner {
    answer: Mutex<(u16, String)>,
    count: AtomicUsize,
    /// Responses wait for this lock.
    gate: Arc<RwLock<()>>,
}

/// A client's server that publishes its keys, on loopback.
#[derive(Clone)]
pub struct KeyServer {
    address: SocketAddr,
    inner: Arc<Inner>,
}

async fn answer(State(inner): State<Arc<Inner>>) -> (StatusCode, String) {
    inner.count.fetch_add(1, Ordering::SeqCst);
    drop(inner.gate.read().await);
    let (status, body) = inner.answer.lock().clone();
    (StatusCode::from_u16(status).unwrap(), body)
}

impl KeyServer {
    pub async fn start(keys: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, inner) = (listener.local_addr().unwrap(), Arc::<Inner>::default());
        let router = Router::new().fallback(answer).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let server = Self { address, inner };
        server.answer(200, &keys.to_string());
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}/jwks.json", self.address)
    }

    /// Sets the response from now on.
    pub fn answer(&self, status: u16, body: &str) {
        *self.inner.answer.lock() = (status, body.to_owned());
    }

    /// The number of requests so far.
    pub fn count(&self) -> usize {
        self.inner.count.load(Ordering::SeqCst)
    }

    /// Holds back all responses until the guard is dropped.
    pub fn hold(&self) -> OwnedRwLockWriteGuard<()> {
        self.inner.gate.clone().try_write_owned().unwrap()
    }
}
