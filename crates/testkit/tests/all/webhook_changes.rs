//! A change of a webhook is made to what was read, or not at all.
use axum::http::Method;
use domain::webhooks::WebhookOwner;
use flows::unguarded::webhooks::of;
use flows::webhooks::manage::{WebhookPatch, WebhookRefusal};
use flows::{Failure, Settings, webhooks};
use serde_json::{Value, json};
use testkit::{Api, Database, Receiver, Reply, TestApp, for_each_database};

struct Scene {
    app: TestApp,
    key: Api,
    owner: WebhookOwner,
    receiver: Receiver,
    path: String,
    /// The tag of the webhook as it was made.
    tag: String,
}

async fn scene(database: &Database) -> Scene {
    let app = TestApp::with(database, |settings: &mut Settings| settings.outbound_allow_private = true).await;
    let receiver = Receiver::start().await;
    let ada = app.user("ada@example.com", 1).await;
    let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
    let made = key.post("/api/v1/webhooks", &json!({"url": receiver.url()})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/api/v1/webhooks/{}", made.json()["id"].as_str().unwrap());
    let tag = made.header("etag").to_owned();
    Scene { app, key, owner: WebhookOwner::Workspace(ada.workspaces[0]), receiver, path, tag }
}

#[track_caller]
fn changed_meanwhile(reply: &Reply) {
    assert_eq!(reply.status, 412, "{}", reply.body);
    assert_eq!(reply.json()["type"], "urn:countersign:problem:changed_meanwhile");
}

#[tokio::test]
async fn a_change_is_made_to_the_webhook_that_was_read() {
    for_each_database(async |database| {
        let Scene { app, key, path, tag, .. } = scene(database).await;
        assert_eq!(key.get(&path).await.header("etag"), tag);
        let stale = key.clone().header("if-match", &tag);
        let rotate = format!("{path}/rotate-secret");
        let changed = stale.patch(&path, &json!({"description": "first"})).await;
        assert_eq!((changed.status.as_u16(), &changed.json()["description"]), (200, &json!("first")));
        let read = key.get(&path).await;
        assert_ne!(read.header("etag"), tag);
        assert_eq!(read.header("etag"), changed.header("etag"));

        // Nothing happens to what was changed since.
        let foreign = key.clone().header("if-match", "\"other\"");
        for late in [&stale, &foreign] {
            changed_meanwhile(&late.patch(&path, &json!({"description": "second"})).await);
            changed_meanwhile(&late.post(&rotate, &json!({})).await);
            changed_meanwhile(&late.delete(&path).await);
        }
        let still = key.get(&path).await;
        assert_eq!((&still.body, still.header("etag")), (&read.body, read.header("etag")));
        // What never was, was not changed.
        let nothing = stale.delete("/api/v1/webhooks/whk_00000000000000000000000000").await;
        assert_eq!(nothing.status, 404, "{}", nothing.body);

        let current = key.clone().header("if-match", changed.header("etag"));
        let rotated = current.post(&rotate, &json!({})).await;
        assert_eq!(rotated.status, 200, "{}", rotated.body);
        assert_eq!(key.get(&path).await.header("etag"), rotated.header("etag"));
        changed_meanwhile(&current.post(&rotate, &json!({})).await);
        // Who names no revision, or any, changes what is there.
        let any = key.clone().header("if-match", "*");
        assert_eq!(any.patch(&path, &json!({"description": "third"})).await.status, 200);
        assert_eq!(key.patch(&path, &json!({"disabled": true})).await.status, 200);
        assert_eq!(key.post(&rotate, &json!({})).await.status, 200);
        let last = key.get(&path).await;
        assert_eq!((&last.json()["description"], &last.json()["disabled"]), (&json!("third"), &json!(true)));
        assert_eq!(key.header("if-match", last.header("etag")).delete(&path).await.status, 200);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_changes_its_webhook() {
    for_each_database(async |database| {
        let Scene { app, key, receiver, path, tag, .. } = scene(database).await;
        receiver.answer([410]);
        key.send(Method::POST, &format!("{path}/test"), None).await;
        assert_eq!(key.get(&path).await.header("etag"), tag, "a message changes nothing");
        app.deliver().await;
        assert_eq!(key.get(&path).await.json()["disabled"], true);
        changed_meanwhile(&key.header("if-match", &tag).patch(&path, &json!({"description": "late"})).await);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn of_many_that_change_what_they_read_one_does() {
    for_each_database(async |database| {
        let Scene { app, key, owner, path, .. } = scene(database).await;
        let read: Value = key.get(&path).await.json();
        let id = read["id"].as_str().unwrap().parse().unwrap();
        let changes = (0..20).map(|n| {
            let app = app.clone();
            let change = WebhookPatch { description: Some(format!("Change {n}")), ..WebhookPatch::default() };
            tokio::spawn(async move {
                webhooks::manage::update(&app.app, &app.ctx(), of(owner), id, Some(0), &change).await
            })
        });
        let mut made = Vec::new();
        for change in changes.collect::<Vec<_>>() {
            match change.await.unwrap() {
                Ok(webhook) => made.push(webhook),
                Err(failure) => assert!(matches!(failure, Failure::Refused(WebhookRefusal::Changed)), "{failure:?}"),
            }
        }
        assert_eq!(made.len(), 1);
        assert_eq!(key.get(&path).await.json()["description"], made[0].description);
        app.stop().await;
    })
    .await;
}
