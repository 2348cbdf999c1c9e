//! The application under test.
use crate::wire::Wire;
use crate::{Database, FixedClock, SeededRng, described};
use axum::body::Body;
use axum::http::response::Parts;
use axum::http::{Method, Request};
use domain::access::{Credential, Limit, Principal};
use domain::account::User;
use domain::audit::AuditEvent;
use domain::workspace::{MemberRoles, Role};
use domain::{Secret, SessionId, WorkspaceId};
use flows::unguarded::accounts::{self, NewUser};
use flows::unguarded::{members, workspaces};
use flows::{Ctx, Facts, Fault, MasterKey, PasswordHashing, Server, Settings};
use serde_json::Value;
use std::sync::Arc;
use store::{Store, StoreOptions};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use url::Url;
use web::{WebOptions, WebState};

pub const ISSUER: &str = "http://localhost:8080";
pub const PASSWORD: &str = "correct horse battery";

/// A user who can sign in with [`PASSWORD`].
#[derive(Debug, Clone)]
pub struct TestUser {
    pub user: User,
    pub workspaces: Vec<WorkspaceId>,
}

/// Countersign with a fixed clock and seeded randomness, serving on a loopback port.
#[derive(Clone)]
pub struct TestApp {
    pub app: Server,
    pub store: Store,
    pub clock: Arc<FixedClock>,
    pub rng: Arc<SeededRng>,
    pub(crate) wire: Arc<Wire>,
    description: Arc<OnceCell<Value>>,
    _folder: Option<Arc<TempDir>>,
}

impl TestApp {
    pub async fn start(database: &Database) -> Self {
        Self::node(database, 0, |_| {}).await
    }

    /// A second node on the same database.
    pub async fn second(database: &Database) -> Self {
        Self::node(database, 1, |_| {}).await
    }

    /// Starts the application with changed settings.
    pub async fn with(database: &Database, change: impl FnOnce(&mut Settings)) -> Self {
        Self::node(database, 0, change).await
    }

    /// Starts node `node` of a cluster on one database, with changed settings.
    pub async fn node(database: &Database, node: u64, change: impl FnOnce(&mut Settings)) -> Self {
        Self::keyed(database, node, MasterKey::new([7; 32]), change).await.unwrap()
    }

    /// Like [`Self::node`], with another master key.
    pub async fn keyed(
        database: &Database,
        node: u64,
        master: MasterKey,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Self, Fault> {
        let (clock, rng) = (Arc::new(FixedClock::default()), Arc::new(SeededRng::new(node)));
        let mut settings = Settings::new(ISSUER);
        settings.password_hashing = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1, concurrency: 2 };
        change(&mut settings);
        settings.in_force = flows::platform::effective_settings::list(
            &serde_json::json!({
                "issuer": settings.issuer,
                "token_prefix": settings.token_prefix,
                "lifetimes": settings.lifetimes,
                "brand": settings.brand,
                "sign_up": settings.sign_up,
                "registration": {"initial_access_tokens": ["hidden"]},
            }),
            &["registration.initial_access_tokens"],
        );
        let store = Store::open(&database.url, &StoreOptions::default()).await.unwrap();
        let ctx = Ctx::new(&*clock, rng.clone(), Facts::default());
        let app = Server::start(store.clone(), settings, master, flows::oauth::discovery::publish, &ctx).await?;
        let router = web::router(WebState::new(app.clone(), clock.clone(), rng.clone(), WebOptions::default()));
        let wire = Arc::new(Wire::serve(router).await);
        Ok(Self { app, store, clock, rng, wire, description: Arc::default(), _folder: database.folder() })
    }

    pub fn ctx(&self) -> Ctx {
        Ctx::new(&*self.clock, self.rng.clone(), Facts { request_id: "test".to_owned(), ..Facts::default() })
    }

    /// Creates a user who owns this many workspaces.
    pub async fn user(&self, email: &str, workspaces: usize) -> TestUser {
        let ctx = self.ctx();
        let password = Secret::new(PASSWORD);
        let new = NewUser { name: "Test Person", email, password: Some(&password), operator: false };
        let user = accounts::create_user(&self.app, &ctx, new).await.unwrap();
        let mut made = Vec::new();
        for n in 0..workspaces {
            let workspace =
                workspaces::create_workspace(&self.app, &ctx, &format!("Workspace {n}"), None).await.unwrap();
            let roles = MemberRoles::parse(["owner", "compliance_officer"]).unwrap();
            members::put_member(&self.app, &ctx, user.id, workspace.id, roles).await.unwrap();
            made.push(workspace.id);
        }
        TestUser { user, workspaces: made }
    }

    /// A signed-in user acting in the workspace.
    pub async fn principal(&self, user: &TestUser, workspace: Option<WorkspaceId>) -> Principal {
        let ctx = self.ctx();
        let password = Secret::new(PASSWORD);
        let session = flows::sign_in::password::sign_in(
            &self.app,
            &ctx,
            user.user.email.as_str(),
            &password,
            &flows::access::caller::Caller::Anonymous,
        )
        .await
        .unwrap();
        let caller = flows::access::session::current(&self.app, &ctx, session.secret.expose()).await.unwrap();
        let named = workspace.map(|id| id.to_string());
        flows::access::principal::by_session(&self.app, &ctx, &caller, named.as_deref()).await.unwrap()
    }

    /// A user with a session and a role in a workspace, as passed to a use case.
    pub fn acting(&self, user: &TestUser, workspace: Option<(WorkspaceId, Role)>, operator: bool) -> Principal {
        let ctx = self.ctx();
        let (id, session) = (Some(user.user.id), SessionId::new(ctx.now, ctx.random()));
        let (limit, credential) = (Limit::Role, Credential::Session(session));
        Principal { user: id, workspace, operator, limit, credential, responsible: id }
    }

    /// Fails if the response does not match the API's description.
    pub(crate) async fn check_description(&self, method: &Method, path: &str, parts: &Parts, body: &str) {
        let issuer = Url::parse(&self.app.settings().issuer).unwrap();
        let base = issuer.path().trim_end_matches('/');
        let Some(path) = path.strip_prefix(base) else { return };
        let document = self.description.get_or_init(async || {
            let request = Request::get(format!("{base}/docs/openapi.json")).body(Body::empty()).unwrap();
            serde_json::from_slice(self.wire.send(request).await.body()).unwrap()
        });
        described::check(document.await, method, path, parts.status, &parts.headers, body);
    }

    /// Changes rows to what an older version left behind. Returns the number of rows.
    pub async fn execute(&self, sql: &'static str) -> u64 {
        let work = self.store.write(move |tx| Box::pin(async move { tx.execute(sql, store::params![]).await }));
        work.await.map_err(|error: store::StoreError| error).unwrap()
    }

    /// The exact outcomes recorded in the audit log for a kind of event.
    pub async fn outcomes(&self, kind: &str) -> Vec<String> {
        self.app.flush_audit().await.unwrap();
        let mut tx = self.store.read().await.unwrap();
        let filter = store::audit::search::Filter {
            kind: Some(store::audit::search::KindFilter::Named(kind)),
            ..Default::default()
        };
        let order = store::audit::search::Order::NewestFirst;
        let events = store::audit::search::list(&mut tx, &filter, order, None, 100).await.unwrap();
        events.events.into_iter().map(|e| e.outcome).collect()
    }

    /// The audit log entries of a request: actor, credential and outcome.
    pub async fn logged(&self, request_id: &str) -> Vec<(String, Option<String>, String)> {
        self.app.flush_audit().await.unwrap();
        let filter = store::audit::search::Filter { request_id: Some(request_id), ..Default::default() };
        let order = store::audit::search::Order::OldestFirst;
        let mut tx = self.store.read().await.unwrap();
        let found = store::audit::search::list(&mut tx, &filter, order, None, 100).await.unwrap();
        found.events.into_iter().map(|event| (event.actor, event.credential, event.outcome)).collect()
    }

    /// Writes events to the audit log as if they had happened.
    pub async fn happened(&self, events: Vec<AuditEvent>) {
        self.store
            .write(move |tx| Box::pin(async move { store::audit::insert_many(tx, &events).await }))
            .await
            .unwrap();
    }

    pub async fn raw(&self, request: &str) -> String {
        self.wire.raw(request).await
    }

    pub async fn stop(self) {
        self.app.stop().await.unwrap();
    }
}
