//! Requests that are sent again are done once.
use domain::SecretHash;
use flows::idempotency::{self, Answer, Begun, Once, once, request_hash};
use flows::unguarded::accounts;
use flows::{App, Ctx};
use std::sync::Arc;
use store::Page;
use testkit::{TestApp, for_each_database};
use tokio::sync::{Barrier, oneshot};
use tokio::task::JoinSet;

fn answer(body: &str) -> Answer {
    let headers = vec![("location".to_owned(), "/there".to_owned())];
    Answer { status: 201, headers, body: body.to_owned() }
}

async fn workspaces(app: &TestApp) -> i64 {
    accounts::list_workspaces(&app.app, Page::default()).await.unwrap().total
}

/// Makes a workspace, and answers with its id.
async fn make(app: App, ctx: Ctx) -> Result<Answer, &'static str> {
    let made = accounts::create_workspace(&app, &ctx, "Once", None).await.map_err(|_| "fault")?;
    Ok(answer(&made.id.to_string()))
}

async fn attempt(app: &TestApp, key: &str, request: SecretHash) -> Once<&'static str> {
    let ctx = app.ctx();
    once(&app.app, &ctx, "usr_1", key, request, make(app.app.clone(), ctx.clone())).await.unwrap()
}

#[tokio::test]
async fn the_second_time_answers_what_the_first_did() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let request = request_hash(&app.app, &[b"POST", b"/clients", b"{}"]);
        let Once::Done(first) = attempt(&app, "k-1", request).await else { panic!("not done") };
        assert_eq!(workspaces(&app).await, 1);
        let Once::Replay(again) = attempt(&app, "k-1", request).await else { panic!("not replayed") };
        assert_eq!(again, first);
        // Another node answers the same.
        let second = TestApp::second(database).await;
        let Once::Replay(there) = attempt(&second, "k-1", request).await else { panic!("not replayed") };
        assert_eq!(there, first);
        second.stop().await;

        let other = request_hash(&app.app, &[b"POST", b"/clients", b"{ }"]);
        assert!(matches!(attempt(&app, "k-1", other).await, Once::Mismatch));
        assert_ne!(request_hash(&app.app, &[b"ab", b"c"]), request_hash(&app.app, &[b"a", b"bc"]));
        assert_eq!(workspaces(&app).await, 1);
        assert!(matches!(attempt(&app, "k-2", request).await, Once::Done(_)), "another key");
        let begun = idempotency::begin(&app.app, &app.ctx(), "usr_2", "k-1", other).await.unwrap();
        let Begun::Fresh(claim) = begun else { panic!("another caller's key is another key") };
        assert!(claim.abandon(&app.app).await.unwrap());

        app.clock.advance(idempotency::REMEMBERED - 1);
        assert!(matches!(attempt(&app, "k-1", request).await, Once::Replay(_)));
        app.clock.advance(1);
        assert!(matches!(attempt(&app, "k-1", other).await, Once::Done(_)), "after a day the key is forgotten");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_can_be_tried_again() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let request = request_hash(&app.app, &[b"x"]);
        for _ in 0..2 {
            let work = async { Err::<Answer, _>("no") };
            let refused = once(&app.app, &app.ctx(), "usr_1", "k", request, work).await.unwrap();
            assert!(matches!(refused, Once::Refused("no")));
        }
        assert!(matches!(attempt(&app, "k", request_hash(&app.app, &[b"corrected"])).await, Once::Done(_)));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_goes_away_and_comes_back_finds_it_done() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let request = request_hash(&app.app, &[b"x"]);
        let (begun, has_begun) = oneshot::channel();
        let (go, may_go) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let (node, ctx) = (app.app.clone(), app.ctx());
        let work = async move {
            begun.send(()).unwrap();
            may_go.await.unwrap();
            let made = make(node, ctx).await;
            done.send(made.clone()).unwrap();
            made
        };
        let (node, ctx) = (app.app.clone(), app.ctx());
        let caller = tokio::spawn(async move { once(&node, &ctx, "usr_1", "k", request, work).await });
        has_begun.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert!(matches!(attempt(&app, "k", request).await, Once::InProgress));
        go.send(()).unwrap();
        let made = is_done.await.unwrap().unwrap();
        let replayed = loop {
            match attempt(&app, "k", request).await {
                Once::Replay(answer) => break answer,
                // The answer is being kept.
                Once::InProgress => tokio::task::yield_now().await,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(replayed, made);
        assert_eq!(workspaces(&app).await, 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_died_holds_the_key_for_a_minute() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let request = request_hash(&app.app, &[b"x"]);
        let begin = async || idempotency::begin(&app.app, &app.ctx(), "usr_1", "k", request).await.unwrap();
        let Begun::Fresh(dead) = begin().await else { panic!("not fresh") };
        app.clock.advance(idempotency::LEASE - 1);
        assert!(matches!(begin().await, Begun::InProgress));
        app.clock.advance(1);
        let Begun::Fresh(second) = begin().await else { panic!("not free") };
        assert!(
            !dead.finish(&app.app, &app.ctx(), &answer("late")).await.unwrap(),
            "it was only slow, and lost its claim"
        );

        // Done and kept in one transaction, or not at all.
        let sealed = second.seal(&app.app, &app.ctx(), &answer("good")).unwrap();
        let secret = b"good";
        assert!(!sealed.windows(secret.len()).any(|w| w == secret), "sealed");
        let (failing, kept) = (sealed.clone(), Arc::new(second));
        let claim = kept.clone();
        let failed = app.store.write(move |tx| {
            Box::pin(async move {
                assert!(claim.finish_in(tx, &failing).await?);
                Err::<(), _>(store::StoreError::BrokenReference)
            })
        });
        assert!(failed.await.is_err());
        assert!(matches!(begin().await, Begun::InProgress));
        let claim = kept.clone();
        let work = app.store.write(move |tx| Box::pin(async move { claim.finish_in(tx, &sealed).await }));
        assert!(work.await.unwrap());
        assert!(matches!(begin().await, Begun::Replay(kept) if kept == answer("good")));
        assert!(!format!("{:?}", begin().await).contains("good"), "answers hold secrets");
        app.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_equal_requests_at_once_one_creates() {
    const TASKS: usize = 64;
    for_each_database(async |database| {
        let nodes = [TestApp::start(database).await, TestApp::second(database).await];
        let start = Arc::new(Barrier::new(TASKS));
        let request = request_hash(&nodes[0].app, &[b"x"]);
        let mut tasks = JoinSet::new();
        for n in 0..TASKS {
            let (app, start) = (nodes[n % 2].clone(), start.clone());
            tasks.spawn(async move {
                start.wait().await;
                attempt(&app, "k", request).await
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
        assert_eq!(workspaces(&nodes[0]).await, 1);
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
