//! Replacing the master key ("a bound and a deadline", point 5.3).
use crate::webhooks::signed;
use axum::http::Method;
use domain::webhooks::WebhookOwner;
use flows::unguarded::keys::replace_master_key;
use flows::unguarded::webhooks::of;
use flows::webhooks::manage::NewWebhook;
use flows::{MasterKey, webhooks};
use serde_json::json;
use testkit::{Api, Browser, Contents, Database, Kind, Party, Receiver, TestApp, for_each_database};

fn key(n: u8) -> MasterKey {
    MasterKey::new([n; 32])
}

async fn with(database: &Database, master: u8) -> Result<TestApp, String> {
    let started =
        TestApp::keyed(database, u64::from(master), key(master), |settings| settings.outbound_allow_private = true);
    started.await.map_err(|fault| fault.to_string())
}

const KEYS: &str = "/api/v1/api-keys";
const HOOKS: webhooks::manage::MayChange = of(WebhookOwner::Operator);

fn hook(receiver: &Receiver) -> NewWebhook {
    NewWebhook { url: receiver.url(), description: String::new(), events: vec!["*".to_owned()] }
}

/// All that must not change but what is sealed.
async fn contents(app: &TestApp, database: &Database) -> Contents {
    Contents::without(app, database, &[]).await
}

#[tokio::test]
async fn point_5_3_all_that_worked_works_under_a_new_master_key() {
    for_each_database(async |database| {
        let before = with(database, 7).await.unwrap();
        let ada = before.user("ada@example.com", 1).await;
        let web = Party::new(&before, Kind::Web).await;
        let tokens = web.tokens(&mut Browser::new(&before), &ada, &[]).await;
        let mut browser = Browser::new(&before);
        let code = web.code(&mut browser, &ada, &[]).await;
        let api = Api::key(&before, ada.workspaces[0], "admin", "").await;
        let person = Api::person(&before, &ada, "").await;
        let new = json!({"name": "Once", "scopes": ["clients:read"], "roles": ["member"]});
        let once = |api: &Api, key: &str| api.clone().header("idempotency-key", key);
        let first = once(&person, "k-1").post(KEYS, &new).await;
        assert_eq!(first.status, 201, "{}", first.body);
        let receiver = Receiver::start().await;
        let (hooked, secret) =
            webhooks::manage::create(&before.app, &before.ctx(), HOOKS, &hook(&receiver)).await.unwrap();
        let (_, newer) =
            webhooks::manage::rotate_secret(&before.app, &before.ctx(), HOOKS, hooked.id, None, 86_400).await.unwrap();

        let done = replace_master_key(&before.app, &before.ctx(), &key(8)).await.unwrap();
        assert!(done.signing_keys >= 4 && done.sealing_keys == 2, "{done:?}");
        assert_eq!((done.webhooks, done.answers), (1, 1));
        assert_eq!(before.outcomes("key.master_replaced").await, ["ok"]);

        // A process with the old key goes on with what it has, seals nothing, and says so.
        assert_eq!(web.introspect(&tokens.access()).await["active"], true);
        let refused =
            webhooks::manage::create(&before.app, &before.ctx(), HOOKS, &hook(&receiver)).await.err().unwrap();
        assert!(format!("{refused:?}").contains("Unavailable"), "{refused:?}");
        assert_eq!(once(&person, "k-2").post(KEYS, &new).await.status, 503);
        let said = flows::operator::jobs::each_second(&before.app, &before.ctx()).await.err().unwrap();
        assert!(said.to_string().contains("replaced"), "{said}");
        let twice = replace_master_key(&before.app, &before.ctx(), &key(9)).await.err().unwrap();
        assert!(twice.to_string().contains("replaced"), "{twice}");
        let started = with(database, 7).await.err().unwrap();
        assert!(started.contains("not the master key"), "{started}");

        let app = with(database, 8).await.unwrap();
        let at = |party: &Party| Party { app: app.clone(), ..party.clone() };
        let api = Api::with(&app, api.credential.as_deref().unwrap());
        let person = Api::with(&app, person.credential.as_deref().unwrap());
        assert_eq!(at(&web).introspect(&tokens.access()).await["active"], true);
        assert_eq!(at(&web).exchange(&code).await.status, 200, "a code from before");
        assert_eq!(at(&web).refresh(&tokens.refresh()).await.status, 200);
        assert_eq!(api.get(KEYS).await.status, 200);
        let again = once(&person, "k-1").post(KEYS, &new).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "the answer that was kept");
        let other = json!({"name": "Other", "scopes": ["clients:read"], "roles": ["member"]});
        assert_eq!(once(&person, "k-1").post(KEYS, &other).await.status, 409, "another request");
        let mut browser = Browser::new(&app);
        let fresh = at(&web).tokens(&mut browser, &ada, &[]).await;
        assert_eq!(at(&web).introspect(&fresh.access()).await["active"], true, "the password is right");
        // Messages are signed with both secrets, as before.
        webhooks::manage::test(&app.app, &app.ctx(), HOOKS, hooked.id).await.unwrap();
        app.deliver().await;
        let message = receiver.take().pop().unwrap();
        let both = format!("{} {}", signed(&message, &newer), signed(&message, &secret));
        assert_eq!(message.header("webhook-signature"), both);

        // And once more.
        replace_master_key(&app.app, &app.ctx(), &key(9)).await.unwrap();
        let last = with(database, 9).await.unwrap();
        let there = Party { app: last.clone(), ..web.clone() };
        assert_eq!(there.introspect(&fresh.access()).await["active"], true);
        assert_eq!(there.refresh(&fresh.refresh()).await.status, 200);
        assert!(with(database, 8).await.is_err() && with(database, 7).await.is_err());
        for app in [before, app, last] {
            // Those of before have a job that fails: they only close.
            app.store.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn point_5_3_a_failure_in_the_middle_changes_nothing() {
    for_each_database(async |database| {
        let app = with(database, 7).await.unwrap();
        let receiver = Receiver::start().await;
        for _ in 0..2 {
            webhooks::manage::create(&app.app, &app.ctx(), HOOKS, &hook(&receiver)).await.unwrap();
        }
        // The last webhook does not open.
        let work = app.store.write(|tx| {
            Box::pin(async move {
                let all = store::platform::master::webhooks(tx, None, 10).await?;
                store::platform::master::set_webhook(tx, all[1].0, b"something else, long enough to be sealed", None)
                    .await
            })
        });
        work.await.unwrap();
        let contents = contents(&app, database).await;
        let before = contents.read(&app).await;
        let failed = replace_master_key(&app.app, &app.ctx(), &key(8)).await.err().unwrap();
        assert!(failed.to_string().contains("does not open"), "{failed}");
        assert!(replace_master_key(&app.app, &app.ctx(), &key(7)).await.is_err(), "the same key");
        assert_eq!(contents.read(&app).await, before);
        assert!(with(database, 8).await.is_err());
        with(database, 7).await.unwrap().stop().await;
        assert_eq!(Browser::new(&app).call(Method::GET, "/readyz", &[], "").await.status, 200);
        app.stop().await;
    })
    .await;
}
