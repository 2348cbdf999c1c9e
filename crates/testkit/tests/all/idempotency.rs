//! Requests that are sent again are done once.
use domain::access::{PersonalAccessToken, Principal};
use domain::{Secret, SecretHash};
use flows::access::credential_request::CredentialRequest;
use flows::account::tokens;
use flows::platform::idempotency::{
    self, Begun, Keeper, KeptResponse, Once, Repeatable, StoredResponse, once, request_hash,
};
use flows::platform::management_error::ManagementError;
use flows::{Ctx, Failure, Server};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use testkit::{Api, Browser, TestApp, for_each_database};
use tokio::sync::{Barrier, oneshot};
use tokio::task::JoinSet;

/// One who makes access tokens of their own.
async fn somebody(app: &TestApp) -> Principal {
    let ada = app.user("ada@example.com", 0).await;
    app.acting(&ada, None, false)
}

async fn made(app: &TestApp, who: &Principal) -> usize {
    tokens::list_tokens(&app.app, &app.ctx(), who).await.unwrap().len()
}

type Outcome = Result<KeptResponse, Failure<ManagementError>>;

/// Makes an access token, and answers with its secret.
async fn make(app: Server, ctx: Ctx, who: Principal, keeper: Keeper) -> Outcome {
    let keep = keeper.keep(|(token, secret): (PersonalAccessToken, Secret)| {
        let headers = vec![("location".to_owned(), token.id.to_string())];
        Ok(Repeatable::Again(StoredResponse { status: 201, headers, body: secret.expose().to_owned() }))
    });
    let asked = CredentialRequest {
        name: "Once".to_owned(),
        scopes: vec!["clients:read".to_owned()],
        ..CredentialRequest::default()
    };
    tokens::create_token_kept(&app, &ctx, &who, &asked, keep).await
}

async fn attempt(app: &TestApp, who: &Principal, key: &str, request: SecretHash) -> Once<Failure<ManagementError>> {
    let (node, ctx, who) = (app.app.clone(), app.ctx(), who.clone());
    let (at, by) = (node.clone(), ctx.clone());
    once(&node, &ctx, "usr_1", key, request, |keeper| make(at, by, who, keeper)).await.unwrap()
}

#[tokio::test]
async fn the_second_time_answers_what_the_first_did() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let who = somebody(&app).await;
        let request = request_hash(&app.app, &[b"POST", b"/clients", b"{}"]);
        let Once::Done(first) = attempt(&app, &who, "k-1", request).await else { panic!("not done") };
        assert_eq!(made(&app, &who).await, 1);
        let Once::Replay(again) = attempt(&app, &who, "k-1", request).await else { panic!("not replayed") };
        assert_eq!(again, first);
        // Another node answers the same.
        let second = TestApp::second(database).await;
        let Once::Replay(there) = attempt(&second, &who, "k-1", request).await else { panic!("not replayed") };
        assert_eq!(there, first);
        second.stop().await;

        let other = request_hash(&app.app, &[b"POST", b"/clients", b"{ }"]);
        assert!(matches!(attempt(&app, &who, "k-1", other).await, Once::Mismatch));
        assert_ne!(request_hash(&app.app, &[b"ab", b"c"]), request_hash(&app.app, &[b"a", b"bc"]));
        assert_eq!(made(&app, &who).await, 1);
        assert!(matches!(attempt(&app, &who, "k-2", request).await, Once::Done(_)), "another key");
        let begun = idempotency::begin(&app.app, &app.ctx(), "usr_2", "k-1", other).await.unwrap();
        let Begun::Fresh(claim) = begun else { panic!("another caller's key is another key") };
        assert!(claim.abandon(&app.app).await.unwrap());

        app.clock.advance(idempotency::REMEMBERED - 1);
        assert!(matches!(attempt(&app, &who, "k-1", request).await, Once::Replay(_)));
        app.clock.advance(1);
        assert!(matches!(attempt(&app, &who, "k-1", other).await, Once::Done(_)), "after a day the key is forgotten");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_can_be_tried_again() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let who = somebody(&app).await;
        let request = request_hash(&app.app, &[b"x"]);
        for _ in 0..2 {
            let work = async |_| Err::<KeptResponse, _>("no");
            let refused = once(&app.app, &app.ctx(), "usr_1", "k", request, work).await.unwrap();
            assert!(matches!(refused, Once::Refused("no")));
        }
        assert!(matches!(attempt(&app, &who, "k", request_hash(&app.app, &[b"corrected"])).await, Once::Done(_)));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_goes_away_and_comes_back_finds_it_done() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let who = somebody(&app).await;
        let request = request_hash(&app.app, &[b"x"]);
        let (begun, has_begun) = oneshot::channel();
        let (go, may_go) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let (node, ctx, by) = (app.app.clone(), app.ctx(), who.clone());
        let work = async move |keeper| {
            begun.send(()).unwrap();
            may_go.await.unwrap();
            let made = make(node, ctx, by, keeper).await;
            done.send(()).unwrap();
            made
        };
        let (node, ctx) = (app.app.clone(), app.ctx());
        let caller = tokio::spawn(async move { once(&node, &ctx, "usr_1", "k", request, work).await });
        has_begun.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert!(matches!(attempt(&app, &who, "k", request).await, Once::InProgress));
        go.send(()).unwrap();
        is_done.await.unwrap();
        let Once::Replay(replayed) = attempt(&app, &who, "k", request).await else { panic!("kept with what was made") };
        assert_eq!(replayed.status, 201);
        assert_eq!(made(&app, &who).await, 1);
        app.stop().await;
    })
    .await;
}

/// Checklist 138.
#[tokio::test]
async fn point_3_3_a_process_that_dies_leaves_one_thing_and_its_answer() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let who = somebody(&app).await;
        let request = request_hash(&app.app, &[b"x"]);
        let again = async |key: &str| attempt(&app, &who, key, request).await;
        // Before the transaction: nothing is there, and the key is held for a minute.
        let dies = async |_| -> Outcome { panic!("the process dies") };
        once(&app.app, &app.ctx(), "usr_1", "early", request, dies).await.unwrap_err();
        app.clock.advance(idempotency::LEASE - 1);
        assert!(matches!(again("early").await, Once::InProgress));
        app.clock.advance(1);
        assert!(matches!(again("early").await, Once::Done(_)));
        assert_eq!(made(&app, &who).await, 1);
        // Behind it: what was made is there, and so is what is answered, at once and when the lease has passed.
        let (node, ctx, by) = (app.app.clone(), app.ctx(), who.clone());
        let (told, hears) = oneshot::channel();
        let dies = async move |keeper| -> Outcome {
            told.send(make(node, ctx, by, keeper).await.unwrap().answer()).unwrap();
            panic!("the process dies")
        };
        once(&app.app, &app.ctx(), "usr_1", "late", request, dies).await.unwrap_err();
        let first = hears.await.unwrap();
        assert_eq!(made(&app, &who).await, 2);
        let node = TestApp::second(database).await;
        for after in [0, idempotency::LEASE, 60 * idempotency::LEASE] {
            app.clock.advance(after);
            let Once::Replay(answer) = again("late").await else { panic!("not replayed") };
            assert_eq!(answer, first, "with the same secret");
            let Once::Replay(answer) = attempt(&node, &who, "late", request).await else { panic!("not replayed") };
            assert_eq!(answer, first, "on another node");
        }
        assert_eq!(made(&app, &who).await, 2);
        node.stop().await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_3_3_whoever_lost_the_lease_makes_nothing() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let who = somebody(&app).await;
        let request = request_hash(&app.app, &[b"x"]);
        let (begun, has_begun) = oneshot::channel();
        let (go, may_go) = oneshot::channel::<()>();
        let (node, ctx, by) = (app.app.clone(), app.ctx(), who.clone());
        let slow = async move |keeper| {
            begun.send(()).unwrap();
            may_go.await.unwrap();
            make(node, ctx, by, keeper).await
        };
        let (node, ctx) = (app.app.clone(), app.ctx());
        let slow = tokio::spawn(async move { once(&node, &ctx, "usr_1", "k", request, slow).await });
        has_begun.await.unwrap();
        app.clock.advance(idempotency::LEASE);
        let Once::Done(first) = attempt(&app, &who, "k", request).await else { panic!("not done") };
        go.send(()).unwrap();
        let late = slow.await.unwrap().unwrap();
        assert!(matches!(&late, Once::Refused(Failure::Fault(fault)) if fault.is_temporary()), "{late:?}");
        assert_eq!(made(&app, &who).await, 1, "what the slow one made was taken back");
        assert_eq!(app.outcomes("personal_access_token.created").await, ["ok"], "and was not told");
        let Once::Replay(again) = attempt(&app, &who, "k", request).await else { panic!("not replayed") };
        assert_eq!(again, first);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_kept_sealed() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let who = somebody(&app).await;
        let request = request_hash(&app.app, &[b"x"]);
        let Once::Done(answer) = attempt(&app, &who, "k", request).await else { panic!("not done") };
        let contents = testkit::Contents::without(&app, database, &[]).await;
        let secret = answer.body.as_str();
        let hex: Vec<_> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let hex = hex.concat();
        for row in contents.read(&app).await {
            assert!(!row.contains(secret) && !row.to_lowercase().contains(&hex), "{row}");
        }
        let begun = idempotency::begin(&app.app, &app.ctx(), "usr_1", "k", request).await.unwrap();
        assert!(matches!(&begun, Begun::Replay(kept) if *kept == answer));
        assert!(!format!("{begun:?}").contains(secret), "answers hold secrets");
        app.stop().await;
    })
    .await;
}

/// The endpoints that take an `Idempotency-Key`, with what they are sent.
fn endpoints() -> Vec<(&'static str, Value)> {
    let client = json!({"name": "Once", "description": "An app", "homepage_url": "https://client.example",
        "redirect_uris": ["https://client.example/"]});
    let camel = json!({"name": "Once", "redirectUris": ["https://client.example/"]});
    vec![
        ("/oidc/clients", client),
        ("/api/v1/oauth2/clients", camel),
        ("/api/v1/webhooks", json!({"url": "https://hooks.example/"})),
        ("/api/v1/api-keys", json!({"name": "Once", "scopes": ["clients:read"], "roles": ["member"]})),
        ("/api/v1/personal-access-tokens", json!({"name": "Once", "scopes": ["clients:read"]})),
    ]
}

/// Checklist 138.
#[tokio::test]
async fn point_3_3_every_endpoint_keeps_its_answer_with_what_it_made() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let second = TestApp::second(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let plain = Api::person(&app, &ada, "").await;
        let at = |node: &TestApp, key: &str| {
            Api::with(node, plain.credential.as_deref().unwrap()).header("idempotency-key", key)
        };
        let document = Browser::new(&app).get("/docs/openapi.json").await.json();
        let takes_key = |operation: &Value| {
            let names = operation["parameters"].as_array().into_iter().flatten();
            names.into_iter().any(|parameter| parameter["name"] == "Idempotency-Key")
        };
        let described = document["paths"].as_object().unwrap().iter();
        let described: BTreeSet<_> = described
            .filter(|(_, of)| of.as_object().unwrap().values().any(takes_key))
            .map(|(path, _)| path.as_str())
            .collect();
        assert_eq!(described, endpoints().iter().map(|(path, _)| *path).collect(), "each has a row");
        // So that noting the use of the token is over.
        assert_eq!(plain.get("/oidc/clients").await.status, 200);
        for (path, body) in endpoints() {
            let before = app.store.commits();
            let made = at(&app, path).post(path, &body).await;
            assert!(made.status.is_success(), "{path} {}", made.body);
            // One for the claim, and one for what was made with its answer.
            assert_eq!(app.store.commits() - before, 2, "{path}");
            app.clock.advance(1);
            let again = at(&second, path).post(path, &body).await;
            assert_eq!((again.status, &again.body), (made.status, &made.body), "{path}");
            assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
            assert_eq!(again.header("etag"), made.header("etag"), "{path}");
            let without = plain.post(path, &body).await;
            assert!(without.status == made.status && without.body != made.body, "{path}: without a key it is another");
        }
        second.stop().await;
        app.stop().await;
    })
    .await;
}

/// Checklist 138.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_equal_requests_at_once_one_creates() {
    const TASKS: usize = 64;
    for_each_database(async |database| {
        let nodes = [TestApp::start(database).await, TestApp::second(database).await];
        let who = somebody(&nodes[0]).await;
        let start = Arc::new(Barrier::new(TASKS));
        let request = request_hash(&nodes[0].app, &[b"x"]);
        let mut tasks = JoinSet::new();
        for n in 0..TASKS {
            let (app, start, who) = (nodes[n % 2].clone(), start.clone(), who.clone());
            tasks.spawn(async move {
                start.wait().await;
                attempt(&app, &who, "k", request).await
            });
        }
        let outcomes = tasks.join_all().await;
        let done: Vec<_> = outcomes.iter().filter_map(|o| if let Once::Done(a) = o { Some(a) } else { None }).collect();
        assert_eq!(done.len(), 1);
        for outcome in &outcomes {
            assert!(match outcome {
                Once::Done(_) | Once::InProgress => true,
                Once::Replay(answer) => answer == done[0],
                _ => false,
            });
        }
        assert_eq!(made(&nodes[0], &who).await, 1);
        for node in nodes {
            node.stop().await;
        }
    })
    .await;
}

#[test]
fn keys_are_short_and_visible() {
    assert!(idempotency::is_key("8e03978e-40d5-43dd-bc93-6894a57f9324") && idempotency::is_key(&"k".repeat(255)));
    for wrong in ["", "a b", "a\n", "ö", &"k".repeat(256)] {
        assert!(!idempotency::is_key(wrong));
    }
}
