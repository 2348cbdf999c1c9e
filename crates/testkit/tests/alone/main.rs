//! What is another's is as good as nothing: one answer, letter for letter, and the same statements in the same order, so
//! that the time it takes tells nothing either. (A program of its own: statements are recorded for the process.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../all/world/mod.rs"]
mod world;

use axum::http::Method;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use testkit::{TestApp, for_each_database};
use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber, span};
use world::{CALLERS, Caller, Ids, TABLE, World, body, fill, nothing};

/// Keeps the text of each statement that any store of this process runs.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Visit for Statements {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            self.0.lock().unwrap().push(value.to_owned());
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Statements {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == store::STATEMENT_LOG
    }
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// All that a caller can see or measure of a request.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    statements: Vec<String>,
    commits: u64,
}

/// What one caller sends where.
struct Sent<'s> {
    method: &'s Method,
    body: &'s Value,
    headers: &'s [(&'s str, &'s str)],
}

async fn seen(app: &TestApp, statements: &Statements, caller: &mut Caller, path: &str, sent: &Sent<'_>) -> Seen {
    statements.take();
    let commits = app.store.commits();
    let reply = caller.send(sent.method.clone(), path, sent.body, sent.headers).await;
    let headers = reply.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"));
    Seen {
        status: reply.status.as_u16(),
        headers: headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect(),
        body: reply.body,
        statements: statements.take(),
        commits: app.store.commits() - commits,
    }
}

/// Every endpoint that takes an id, in the words of the table; the operator's also for the whole server.
fn endpoints() -> Vec<(Method, String)> {
    let mut all: Vec<(Method, String)> = Vec::new();
    // Every account is the operator's to read and change, so none of them is another's.
    let owned = |row: &&str| row.contains('{') && !row.contains("/api/v1/users/");
    for row in TABLE.lines().map(str::trim).filter(owned) {
        let mut cells = row.split_whitespace();
        let (method, path): (Method, _) = (cells.next().unwrap().parse().unwrap(), cells.next().unwrap());
        if path.contains("{webhook}") {
            all.push((method.clone(), format!("{path}?owner=operator")));
        }
        all.push((method, path.to_owned()));
    }
    // What a person may also do with the credential of a developer.
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        all.push((method, "/api/oauth2/register/{client}".to_owned()));
    }
    all
}

/// Paths to what is another's, each with the same path to nothing.
async fn pairs(world: &World, template: &str, strange: &Ids) -> Vec<(String, String)> {
    let mut pairs = vec![(fill(template, strange), fill(template, &nothing()))];
    // Something of another's below something of one's own.
    if let Some(inner) = ["{user}", "{event}"].into_iter().find(|name| template.contains(name)) {
        let mut own = world.things(template, world.workspace, &world.admin).await;
        own.retain(|(name, _)| *name != inner);
        let half = fill(template, &own);
        pairs.push((fill(&half, strange), fill(&half, &nothing())));
    }
    pairs
}

#[tokio::test]
async fn what_is_another_s_is_answered_like_nothing_with_the_same_statements() {
    let statements = Statements::default();
    tracing::subscriber::set_global_default(statements.clone()).unwrap();
    for_each_database(async |database| {
        let mut world = World::new(database).await;
        let stranger = world.app.user("outsider@example.com", 1).await;
        let app = world.app.clone();
        let (mut compared, mut refused, mut ran) = (0, 0, 0);
        for (method, template) in endpoints() {
            let strange = world.things(&template, stranger.workspaces[0], &stranger).await;
            let pairs = pairs(&world, &template, &strange).await;
            let good = body(method.as_str(), &template);
            let odd = json!({"surprise": [1]});
            let requests = [
                Sent { method: &method, body: &good, headers: &[] },
                Sent { method: &method, body: &good, headers: &[("if-match", "\"r7\"")] },
                Sent { method: &method, body: &odd, headers: &[] },
            ];
            for (n, who) in CALLERS.iter().enumerate() {
                let caller = &mut world.callers[n];
                for (foreign, absent) in &pairs {
                    // The first request of a credential also notes when it was last used.
                    seen(&app, &statements, caller, absent, &requests[0]).await;
                    for request in &requests {
                        let other = seen(&app, &statements, caller, foreign, request).await;
                        let none = seen(&app, &statements, caller, absent, request).await;
                        assert_eq!(other, none, "{method} {foreign} by {who}");
                        assert!(other.status >= 400, "{method} {foreign} by {who}: {other:?}");
                        compared += 1;
                        refused += u32::from(other.status == 404);
                        ran += other.statements.len();
                    }
                }
            }
        }
        assert!(compared > 1000 && refused > 400 && ran > 2000, "{compared} {refused} {ran}");
        app.stop().await;
    })
    .await;
}
