//! Webhooks, with a receiver on a real socket: what is told, in which order, how it is signed, and what happens when
//! the receiver does not take it.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::webhooks::{Delivery, DeliveryState, RETRIES, Webhook, WebhookOwner};
use domain::workspace::{MemberRoles, Role};
use domain::{EventId, Secret};
use flows::access::caller;
use flows::sign_in::password;
use flows::unguarded::webhooks::of;
use flows::unguarded::{members, workspaces};
use flows::webhooks::deliver::Deliverer;
use flows::webhooks::manage::{NewWebhook, WebhookPatch, WebhookRefusal};
use flows::{Clock as _, Failure, Settings, webhooks};
use serde_json::json;
use store::Page;
use testkit::{Answer, Api, Browser, Database, Kind, Message, Party, Receiver, TestApp, for_each_database};

async fn start(database: &Database) -> TestApp {
    TestApp::with(database, |settings: &mut Settings| settings.outbound_allow_private = true).await
}

async fn subscribe(app: &TestApp, owner: WebhookOwner, url: &str, events: &[&str]) -> (Webhook, Secret) {
    let events = events.iter().map(|name| (*name).to_owned()).collect();
    let new = NewWebhook { url: url.to_owned(), description: "a test".to_owned(), events };
    webhooks::manage::create(&app.app, &app.ctx(), of(owner), &new).await.unwrap()
}

async fn log(app: &TestApp, webhook: &Webhook) -> Vec<Delivery> {
    webhooks::manage::deliveries(&app.app, of(webhook.owner), webhook.id, None, None, 100).await.unwrap()
}

async fn one(app: &TestApp, webhook: &Webhook) -> Delivery {
    let mut all = log(app, webhook).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

async fn test_event(app: &TestApp, webhook: &Webhook) -> EventId {
    webhooks::manage::test(&app.app, &app.ctx(), of(webhook.owner), webhook.id).await.unwrap()
}

/// The signature as a receiver computes it, from the text of the standard alone.
pub fn signed(message: &Message, secret: &Secret) -> String {
    use aws_lc_rs::hmac;
    let key = STANDARD.decode(secret.expose().strip_prefix("whsec_").unwrap()).unwrap();
    let text = format!("{}.{}.{}", message.header("webhook-id"), message.header("webhook-timestamp"), message.body);
    format!("v1,{}", STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes())))
}

#[tokio::test]
async fn what_a_user_and_a_client_do_is_told_in_order_and_signed() {
    for_each_database(async |database| {
        let app = start(database).await;
        let receiver = Receiver::start().await;
        let party = Party::new(&app, Kind::Spa).await;
        let (webhook, secret) = subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["*"]).await;
        let user = app.user("ada@example.com", 0).await;
        let tokens = party.tokens(&mut Browser::new(&app), &user, &[("scope", "openid offline_access")]).await;
        app.clock.advance(1);
        let refreshed = party.refresh(&tokens.refresh()).await.json();
        assert_eq!(
            party.post("/oauth2/revoke", &[("token", refreshed["refresh_token"].as_str().unwrap())]).await.status,
            200
        );
        app.deliver().await;
        let messages = receiver.take();
        let told: Vec<_> = messages.iter().map(Message::kind).collect();
        let expected = [
            "user.signed_in",
            "oauth2.consent.granted",
            "oauth2.token.issued",
            "oauth2.token.issued",
            "oauth2.token.revoked",
            "oauth2.grant.ended",
        ];
        assert_eq!(told, expected);
        for message in &messages {
            assert_eq!(message.path, "/hook");
            assert_eq!(message.header("content-type"), "application/json");
            assert!(message.header("webhook-id").starts_with("msg_"));
            assert_eq!(message.header("webhook-timestamp"), app.clock.now().seconds().to_string());
            assert_eq!(message.header("webhook-signature"), signed(message, &secret));
            assert_eq!(message.json()["data"]["user_id"], user.user.id.to_string());
            assert!(
                !message.body.contains("cs_at_") && !message.body.contains("cs_rt_"),
                "no secret: {}",
                message.body
            );
        }
        let first = messages[2].json();
        assert_eq!(first["timestamp"], "2026-01-01T00:00:00Z");
        assert_eq!(first["data"]["grant_type"], "authorization_code");
        assert_eq!(first["data"]["client_id"], party.id.as_str());
        assert_eq!(messages[3].json()["data"]["grant_type"], "refresh_token");
        assert_eq!(messages[3].json()["timestamp"], "2026-01-01T00:00:01Z");
        assert_eq!(messages[5].json()["data"]["reason"], "revoked");

        let log = log(&app, &webhook).await;
        assert_eq!(log.len(), expected.len());
        for delivery in &log {
            assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Delivered, 1));
            assert_eq!((delivery.last_status, delivery.last_error.as_deref()), (Some(200), None));
            assert!(delivery.last_duration_ms.is_some() && delivery.next_attempt_at.is_none());
        }
        app.deliver().await;
        assert!(receiver.take().is_empty(), "nothing twice");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_an_owner_does_to_an_application_is_told_to_the_workspace() {
    for_each_database(async |database| {
        let app = start(database).await;
        let receiver = Receiver::start().await;
        let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 0).await);
        let owner = WebhookOwner::Workspace(ada.workspaces[0]);
        subscribe(&app, owner, &receiver.url(), &["*"]).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let body = json!({
            "name": "App", "description": "d", "homepage_url": "https://a.example", "scopes": ["openid"],
            "redirect_uris": ["https://client.example/callback"]
        });
        let made = key.post("/oidc/clients", &body).await.json();
        let id = made["client"]["id"].as_str().unwrap().to_owned();
        let path = format!("/oidc/clients/{id}");
        let party = Party {
            app: app.clone(),
            id: domain::ClientId::parse(&id).unwrap(),
            secret: made["client_secret"].as_str().map(str::to_owned),
            redirect_uri: "https://client.example/callback".to_owned(),
        };
        for user in [&ada, &bob] {
            party.tokens(&mut Browser::new(&app), user, &[("scope", "openid")]).await;
        }
        app.deliver().await;
        let told = receiver.take();
        assert_eq!(told[0].kind(), "oauth2.client.created");
        assert_eq!(told[0].json()["data"]["name"], "App");
        assert!(told.iter().all(|message| !message.body.contains("_cs_")), "no secret");

        let next = async || {
            app.deliver().await;
            receiver.take().iter().map(|m| (m.kind(), m.json()["data"].clone())).collect::<Vec<_>>()
        };
        let kinds =
            |told: &[(String, serde_json::Value)]| told.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>();
        // Only Ada from now on: Bob's grant ends in the same breath.
        assert_eq!(key.put(&path, &json!({"allowed_user_ids": [ada.user.id]})).await.status, 200);
        let told = next().await;
        let ended = told.iter().find(|(kind, _)| kind == "oauth2.grant.ended").unwrap();
        assert_eq!((&ended.1["user_id"], &ended.1["reason"]), (&json!(bob.user.id), &json!("user_not_allowed")));
        assert!(kinds(&told).contains(&"oauth2.client.updated".to_owned()));
        key.post(&format!("{path}/rotate-secret"), &json!({"overlap_seconds": 60})).await;
        let told = next().await;
        assert_eq!(
            (kinds(&told), &told[0].1["overlap"]),
            (vec!["oauth2.client.secret_rotated".to_owned()], &json!(60))
        );
        key.delete(&format!("{path}/users/{}", ada.user.id)).await;
        let told = next().await;
        assert_eq!(kinds(&told), ["oauth2.consent.revoked", "oauth2.grant.ended"]);
        assert_eq!(told[1].1["reason"], "consent_revoked");
        key.delete(&format!("{path}/users")).await;
        let told = next().await;
        assert_eq!(
            (kinds(&told), &told[0].1["user_id"]),
            (vec!["oauth2.consent.revoked".to_owned()], &json!(bob.user.id))
        );
        key.delete(&path).await;
        assert_eq!(kinds(&next().await), ["oauth2.client.deleted"]);
        // What was refused changed nothing, and nothing is told of it.
        assert_eq!(key.put(&path, &json!({"name": "x"})).await.status, 404);
        assert_eq!(next().await, []);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_not_taken_comes_again_and_those_behind_it_wait() {
    for_each_database(async |database| {
        let app = start(database).await;
        let receiver = Receiver::start().await;
        let (webhook, _) =
            subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["member.added", "member.removed"]).await;
        let (ada, bob) = (app.user("ada@example.com", 0).await.user.id, app.user("bob@example.com", 0).await.user.id);
        let workspace = workspaces::create_workspace(&app.app, &app.ctx(), "W", None).await.unwrap().id;
        let roles = MemberRoles::only(Role::Member);
        members::put_member(&app.app, &app.ctx(), ada, workspace, roles.clone()).await.unwrap();
        assert!(members::remove_member(&app.app, &app.ctx(), ada, workspace).await.unwrap());
        receiver.answer([500]);
        app.deliver().await;
        assert_eq!(receiver.kinds(), ["member.added"]);
        let waiting = log(&app, &webhook).await.into_iter().find(|d| d.attempts == 1).unwrap();
        assert_eq!((waiting.state, waiting.last_status), (DeliveryState::Pending, Some(500)));
        let due = waiting.next_attempt_at.unwrap().since(app.clock.now());
        assert_eq!(due, RETRIES[0], "5 seconds and less than a tenth more");

        app.clock.advance(4);
        members::put_member(&app.app, &app.ctx(), bob, workspace, roles).await.unwrap();
        app.deliver().await;
        let passed = receiver.take();
        assert_eq!(passed.iter().map(Message::kind).collect::<Vec<_>>(), ["member.added"], "another user's passes");
        assert_eq!(passed[0].json()["data"]["user_id"], bob.to_string());

        app.clock.advance(1);
        app.deliver().await;
        let messages = receiver.take();
        assert_eq!(messages.iter().map(Message::kind).collect::<Vec<_>>(), ["member.added", "member.removed"]);
        assert_eq!(messages[0].header("webhook-id"), waiting.event_id.to_string(), "the id stays");
        assert!(log(&app, &webhook).await.iter().all(|d| d.state == DeliveryState::Delivered));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn after_the_last_attempt_a_message_is_dead_until_it_is_replayed() {
    for_each_database(async |database| {
        let app = start(database).await;
        let receiver = Receiver::start().await;
        let (webhook, _) = subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["*"]).await;
        let id = test_event(&app, &webhook).await;
        receiver.answer(vec![503; RETRIES.len() + 1]);
        for n in (1..).take(RETRIES.len()) {
            app.deliver().await;
            assert_eq!(receiver.take().len(), 1, "attempt {n}");
            let waiting = one(&app, &webhook).await;
            assert_eq!((waiting.attempts, waiting.state), (n, DeliveryState::Pending));
            app.clock.advance(waiting.next_attempt_at.unwrap().since(app.clock.now()) - 1);
            app.deliver().await;
            assert!(receiver.take().is_empty(), "not before it is due");
            app.clock.advance(1);
        }
        app.deliver().await;
        let dead = one(&app, &webhook).await;
        assert_eq!((dead.state, dead.attempts, dead.last_status), (DeliveryState::Dead, 8, Some(503)));
        assert_eq!(dead.next_attempt_at, None);
        receiver.take();
        app.clock.advance(10 * 24 * 3600);
        app.deliver().await;
        assert!(receiver.take().is_empty());

        let again = webhooks::manage::replay(&app.app, &app.ctx(), of(webhook.owner), webhook.id, id).await.unwrap();
        assert_eq!((again.state, again.attempts), (DeliveryState::Pending, 0));
        app.deliver().await;
        assert_eq!(receiver.take()[0].header("webhook-id"), id.to_string());
        assert_eq!(one(&app, &webhook).await.state, DeliveryState::Delivered);
        webhooks::manage::replay(&app.app, &app.ctx(), of(webhook.owner), webhook.id, id).await.unwrap();
        app.deliver().await;
        assert_eq!(receiver.take().len(), 1, "what was delivered can be replayed, too");

        app.clock.advance(31 * 24 * 3600);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        assert!(log(&app, &webhook).await.is_empty(), "kept for 30 days");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn both_secrets_sign_while_they_overlap() {
    let database = Database::sqlite();
    let app = start(&database).await;
    let receiver = Receiver::start().await;
    let (webhook, old) = subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["*"]).await;
    let rotate = async |overlap| {
        webhooks::manage::rotate_secret(&app.app, &app.ctx(), of(webhook.owner), webhook.id, None, overlap)
            .await
            .unwrap()
            .1
    };
    let new = rotate(60).await;
    assert_ne!(old, new);
    let next = async || {
        test_event(&app, &webhook).await;
        app.deliver().await;
        let messages = receiver.take();
        assert_eq!(messages.len(), 1);
        messages[0].clone()
    };
    app.clock.advance(59);
    let message = next().await;
    let both = format!("{} {}", signed(&message, &new), signed(&message, &old));
    assert_eq!(message.header("webhook-signature"), both);
    app.clock.advance(1);
    let message = next().await;
    assert_eq!(message.header("webhook-signature"), signed(&message, &new));
    let newest = rotate(0).await;
    let message = next().await;
    assert_eq!(message.header("webhook-signature"), signed(&message, &newest), "without overlap at once");
    app.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_nothing_more() {
    let database = Database::sqlite();
    let app = start(&database).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["key.rotated"]).await;
    let rotate = async || flows::unguarded::keys::rotate_keys(&app.app, &app.ctx(), true).await.unwrap();
    rotate().await;
    receiver.answer([410]);
    app.deliver().await;
    assert_eq!(receiver.kinds(), ["key.rotated"]);
    assert!(webhooks::manage::read(&app.app, of(webhook.owner), webhook.id).await.unwrap().disabled_at.is_some());
    let dead = one(&app, &webhook).await;
    assert_eq!((dead.state, dead.last_status), (DeliveryState::Dead, Some(410)));
    rotate().await;
    test_event(&app, &webhook).await;
    app.deliver().await;
    assert!(receiver.take().is_empty());
    assert_eq!(log(&app, &webhook).await.len(), 2, "only what was sent by hand waits");

    let enable = WebhookPatch { disabled: Some(false), ..WebhookPatch::default() };
    webhooks::manage::update(&app.app, &app.ctx(), of(webhook.owner), webhook.id, None, &enable).await.unwrap();
    rotate().await;
    app.deliver().await;
    let mut kinds = receiver.kinds();
    kinds.sort();
    assert_eq!(kinds, ["key.rotated", "webhook.test"]);
    app.stop().await;
}

/// Checklist 106.
#[tokio::test]
async fn redirects_are_not_followed_and_answers_not_read_to_the_end() {
    let database = Database::sqlite();
    let app = start(&database).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["*"]).await;
    test_event(&app, &webhook).await;
    let elsewhere = format!("http://{}/elsewhere", receiver.address);
    receiver.answer([
        Answer(302, Some(elsewhere.clone()), 0),
        Answer(307, Some(elsewhere), 0),
        Answer(201, None, 100_000),
    ]);
    app.deliver().await;
    assert_eq!(one(&app, &webhook).await.last_status, Some(302));
    app.clock.advance(10);
    app.deliver().await;
    assert_eq!(one(&app, &webhook).await.last_status, Some(307));
    app.clock.advance(60);
    app.deliver().await;
    assert_eq!(one(&app, &webhook).await.state, DeliveryState::Delivered);
    assert!(receiver.take().iter().all(|message| message.path == "/hook"));
    app.stop().await;
}

/// Checklist 106.
#[tokio::test]
async fn private_addresses_are_refused_when_they_are_named_and_when_names_lead_to_them() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let receiver = Receiver::start().await;
    let port = receiver.address.port();
    let create = async |url: String| {
        let new = NewWebhook { url, description: String::new(), events: vec!["*".to_owned()] };
        match webhooks::manage::create(&app.app, &app.ctx(), of(WebhookOwner::Operator), &new).await {
            Ok((webhook, _)) => Ok(webhook),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(Failure::Fault(fault)) => panic!("{fault}"),
        }
    };
    assert_eq!(create(receiver.url()).await, Err(WebhookRefusal::UrlScheme));
    assert_eq!(create(format!("https://127.0.0.1:{port}/")).await, Err(WebhookRefusal::UrlAddress));
    assert_eq!(create("https://169.254.169.254/".to_owned()).await, Err(WebhookRefusal::UrlAddress));
    assert_eq!(create("https://[::ffff:127.0.0.1]/".to_owned()).await, Err(WebhookRefusal::UrlAddress));
    assert_eq!(create("https://u:p@a.example/".to_owned()).await, Err(WebhookRefusal::UrlCredentials));
    let named = create(format!("https://localhost:{port}/")).await.unwrap();
    test_event(&app, &named).await;
    app.deliver().await;
    let delivery = one(&app, &named).await;
    assert_eq!((delivery.state, delivery.last_status), (DeliveryState::Pending, None));
    assert_eq!(delivery.last_error.as_deref(), Some("the address is not one of the public internet"));
    assert!(receiver.take().is_empty());
    app.stop().await;
}

#[tokio::test]
async fn a_workspace_is_told_of_itself_and_of_its_clients_and_reaches_only_its_own_webhooks() {
    for_each_database(async |database| {
        let app = start(database).await;
        let user = app.user("ada@example.com", 3).await;
        let [home, maker, stranger] = user.workspaces[..] else { panic!() };
        let receivers = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
        let mut hooks = Vec::new();
        for (receiver, workspace) in receivers.iter().zip([home, maker, stranger]) {
            hooks.push(subscribe(&app, WebhookOwner::Workspace(workspace), &receiver.url(), &["*"]).await.0);
        }
        let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(maker)).await;
        let mut browser = Browser::new(&app);
        let reply = party.approve(&mut browser, &user, &[("sub_type", "workspace")], Some(home)).await;
        assert_eq!(party.exchange(&reply.answer("code").unwrap()).await.status, 200);
        app.deliver().await;
        let both = ["oauth2.consent.granted", "oauth2.token.issued"];
        assert_eq!(receivers[0].kinds(), both, "the workspace that the token speaks for");
        let made_and_both: Vec<_> = ["oauth2.client.created"].into_iter().chain(both).collect();
        assert_eq!(receivers[1].kinds(), made_and_both, "the workspace that owns the client");
        assert!(receivers[2].take().is_empty());

        let ctx = app.ctx();
        let (id, foreign) = (hooks[0].id, WebhookOwner::Workspace(stranger));
        let event = log(&app, &hooks[0]).await[0].event_id;
        for owner in [foreign, WebhookOwner::Operator] {
            let unknown = |failure: Option<Failure<WebhookRefusal>>| {
                assert!(matches!(failure, Some(Failure::Refused(WebhookRefusal::Unknown))), "{failure:?}");
            };
            unknown(webhooks::manage::read(&app.app, of(owner), id).await.err());
            unknown(
                webhooks::manage::update(&app.app, &ctx, of(owner), id, None, &WebhookPatch::default()).await.err(),
            );
            unknown(webhooks::manage::rotate_secret(&app.app, &ctx, of(owner), id, None, 0).await.err());
            unknown(webhooks::manage::deliveries(&app.app, of(owner), id, None, None, 10).await.err());
            unknown(webhooks::manage::replay(&app.app, &ctx, of(owner), id, event).await.err());
            unknown(webhooks::manage::test(&app.app, &ctx, of(owner), id).await.err());
            unknown(webhooks::manage::delete(&app.app, &ctx, of(owner), id, None).await.err());
        }
        assert_eq!(
            webhooks::manage::list(&app.app, of(foreign), Page::default()).await.unwrap().items,
            [hooks[2].clone()]
        );
        assert_eq!(
            webhooks::manage::list(&app.app, of(WebhookOwner::Operator), Page::default()).await.unwrap().total,
            0
        );
        webhooks::manage::delete(&app.app, &ctx, of(hooks[0].owner), id, None).await.unwrap();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_machine_s_tokens_are_told_in_batches_and_cost_nothing_when_nobody_listens() {
    for_each_database(async |database| {
        let app = start(database).await;
        let machine = Party::new(&app, Kind::Machine).await;
        app.app.flush_audit().await.unwrap();
        let before = app.store.commits();
        assert_eq!(machine.token(&[("grant_type", "client_credentials")]).await.status, 200);
        app.app.flush_events().await.unwrap();
        assert_eq!(app.store.commits(), before, "no write");
        let receiver = Receiver::start().await;
        let (webhook, _) = subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["oauth2.token.issued"]).await;
        let before = app.store.commits();
        for _ in 0..30 {
            assert_eq!(machine.token(&[("grant_type", "client_credentials")]).await.status, 200);
        }
        assert_eq!(app.store.commits(), before, "still none");
        app.app.flush_events().await.unwrap();
        assert_eq!(app.store.commits(), before + 1, "one for all");
        app.deliver().await;
        let messages = receiver.take();
        assert_eq!(messages.len(), 30);
        let expected = json!({
            "client_id": machine.id, "grant_type": "client_credentials", "grant_id": null, "user_id": null,
            "workspace_id": null, "sub_type": null, "scope": "contracts:read contracts:write", "expires_in": 3600,
        });
        assert!(messages.iter().all(|message| message.json()["data"] == expected));

        let off = WebhookPatch { disabled: Some(true), ..WebhookPatch::default() };
        webhooks::manage::update(&app.app, &app.ctx(), of(webhook.owner), webhook.id, None, &off).await.unwrap();
        machine.token(&[("grant_type", "client_credentials")]).await;
        app.deliver().await;
        assert!(receiver.take().is_empty());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn only_what_changes_something_is_told() {
    for_each_database(async |database| {
        let app = start(database).await;
        let receiver = Receiver::start().await;
        let user = app.user("ada@example.com", 1).await;
        let kinds = ["member.changed", "member.removed", "oauth2.token.revoked", "oauth2.token.issued"];
        subscribe(&app, WebhookOwner::Operator, &receiver.url(), &kinds).await;
        let (id, workspace) = (user.user.id, user.workspaces[0]);
        for roles in ["admin", "admin", "member"] {
            let roles = MemberRoles::parse([roles]).unwrap();
            members::put_member(&app.app, &app.ctx(), id, workspace, roles).await.unwrap();
        }
        assert!(members::remove_member(&app.app, &app.ctx(), id, workspace).await.unwrap());
        assert!(!members::remove_member(&app.app, &app.ctx(), id, workspace).await.unwrap());
        app.deliver().await;
        let messages = receiver.take();
        let told: Vec<_> = messages.iter().map(|m| (m.kind(), m.json()["data"]["roles"][0].clone())).collect();
        let expected =
            [("member.changed", json!("admin")), ("member.changed", json!("member")), ("member.removed", json!(null))];
        assert_eq!(told, expected.map(|(kind, role)| (kind.to_owned(), role)));

        // A confidential client keeps its refresh token, so that refreshing writes nothing.
        let web = Party::new(&app, Kind::Web).await;
        let scope = [("scope", "openid offline_access")];
        let tokens = web.tokens(&mut Browser::new(&app), &user, &scope).await;
        let before = app.store.commits();
        let refreshed = web.refresh(&tokens.refresh()).await.json();
        assert_eq!(app.store.commits(), before);
        let access = refreshed["access_token"].as_str().unwrap();
        for _ in 0..2 {
            assert_eq!(web.post("/oauth2/revoke", &[("token", access)]).await.status, 200);
        }
        app.deliver().await;
        let mut told: Vec<_> = receiver.take().iter().map(|m| (m.kind(), m.json()["data"].clone())).collect();
        told.sort_by_key(|(kind, data)| (kind.clone(), data["grant_type"].to_string()));
        assert_eq!(told.len(), 3, "the second revocation is no news: {told:?}");
        assert_eq!(
            (told[0].0.as_str(), &told[0].1["grant_type"]),
            ("oauth2.token.issued", &json!("authorization_code"))
        );
        assert_eq!((told[1].0.as_str(), &told[1].1["grant_type"]), ("oauth2.token.issued", &json!("refresh_token")));
        assert_eq!((told[2].0.as_str(), &told[2].1["token_type"]), ("oauth2.token.revoked", &json!("access_token")));
        assert!(told.iter().all(|(_, data)| data["grant_id"] == told[0].1["grant_id"]));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_has_so_many_webhooks_and_no_more() {
    let database = Database::sqlite();
    let app = start(&database).await;
    for _ in 0..50 {
        subscribe(&app, WebhookOwner::Operator, "https://r.example/", &["*"]).await;
    }
    let new = |description: &str, event: &str| NewWebhook {
        url: "https://r.example/".to_owned(),
        description: description.to_owned(),
        events: vec![event.to_owned()],
    };
    for (new, expected) in [
        (new("", "*"), WebhookRefusal::TooMany),
        (new(&"x".repeat(201), "*"), WebhookRefusal::Description),
        (new("a\u{7}b", "*"), WebhookRefusal::Description),
        (new("", "webhook.test"), WebhookRefusal::Events),
    ] {
        let refused = webhooks::manage::create(&app.app, &app.ctx(), of(WebhookOwner::Operator), &new).await;
        assert!(matches!(refused, Err(Failure::Refused(refusal)) if refusal == expected), "{expected}");
    }
    app.stop().await;
}

#[tokio::test]
async fn what_looks_like_an_attack_is_told() {
    for_each_database(async |database| {
        let app = start(database).await;
        let receiver = Receiver::start().await;
        let kinds = ["oauth2.token.reuse_detected", "oauth2.grant.ended", "user.sign_in_failed"];
        subscribe(&app, WebhookOwner::Operator, &receiver.url(), &kinds).await;
        let spa = Party::new(&app, Kind::Spa).await;
        let user = app.user("ada@example.com", 0).await;
        let mut browser = Browser::new(&app);
        let code = spa.code(&mut browser, &user, &[("scope", "openid offline_access")]).await;
        let first = spa.exchange(&code).await.json();
        let second = spa.refresh(first["refresh_token"].as_str().unwrap()).await.json();
        assert_eq!(spa.refresh(second["refresh_token"].as_str().unwrap()).await.status, 200);
        assert_eq!(spa.refresh(first["refresh_token"].as_str().unwrap()).await.error(), "invalid_grant");
        app.deliver().await;
        let messages = receiver.take();
        assert_eq!(messages.iter().map(Message::kind).collect::<Vec<_>>(), kinds[..2]);
        assert_eq!(messages[0].json()["data"]["reason"], "refresh_token_far_behind");
        assert_eq!(messages[1].json()["data"]["reason"], "refresh_token_replayed");
        spa.refresh(first["refresh_token"].as_str().unwrap()).await;
        app.deliver().await;
        assert!(receiver.take().is_empty(), "the grant ends once");

        let code = spa.code(&mut browser, &user, &[]).await;
        assert_eq!(spa.exchange(&code).await.status, 200);
        assert_eq!(spa.exchange(&code).await.error(), "invalid_grant");
        for (email, known) in [("ada@example.com", true), ("eve@example.com", false)] {
            let wrong = password::sign_in(
                &app.app,
                &app.ctx(),
                email,
                &Secret::new("a wrong password"),
                &caller::Caller::Anonymous,
            )
            .await;
            assert!(wrong.is_err());
            app.deliver().await;
            let last = receiver.take().pop().unwrap().json();
            assert_eq!(last["type"], "user.sign_in_failed");
            assert_eq!(last["data"]["reason"], "wrong_credentials");
            assert_eq!(last["data"]["user_id"].is_string(), known);
            assert!(!last.to_string().contains("example.com"), "what was typed may be a password");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_message_whose_sender_vanished_is_sent_by_another_node() {
    for_each_database(async |database| {
        let app = start(database).await;
        let receiver = Receiver::start().await;
        let (webhook, _) = subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["*"]).await;
        test_event(&app, &webhook).await;
        let (id, now) = (webhook.id, app.clock.now());
        let claim = app.store.write(move |tx| {
            Box::pin(async move { store::webhooks::deliveries::claim(tx, id, now, now.plus(60), 10).await })
        });
        assert_eq!(claim.await.unwrap().len(), 1);
        app.deliver().await;
        assert!(receiver.take().is_empty(), "it is somebody's");
        app.clock.advance(60);
        app.deliver().await;
        assert_eq!(receiver.kinds(), ["webhook.test"]);
        assert_eq!(one(&app, &webhook).await.attempts, 2);
        app.stop().await;
    })
    .await;
}

/// Checklist 106.
#[tokio::test]
async fn a_slow_receiver_is_asked_once_and_holds_up_nobody_else() {
    let database = Database::sqlite();
    let app = start(&database).await;
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    let mut hooks = Vec::new();
    for receiver in [&slow, &quick] {
        hooks.push(subscribe(&app, WebhookOwner::Operator, &receiver.url(), &["*"]).await.0);
    }
    let answers = slow.hold();
    test_event(&app, &hooks[0]).await;
    let mut deliverer = Deliverer::new(app.app.clone(), app.new_ctx());
    deliverer.tick().await.unwrap();
    slow.arrived(1).await;
    for n in 1..=3 {
        test_event(&app, &hooks[0]).await;
        test_event(&app, &hooks[1]).await;
        // The task of the message before may still be about to end.
        while quick.count() < n {
            deliverer.tick().await.unwrap();
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(slow.take().len(), 1, "served by one task at a time");
    drop(answers);
    deliverer.stop().await;
    assert_eq!(log(&app, &hooks[0]).await.iter().filter(|d| d.state == DeliveryState::Delivered).count(), 1);
    assert!(log(&app, &hooks[1]).await.iter().all(|d| d.state == DeliveryState::Delivered), "finished at the end");
    app.deliver().await;
    assert_eq!(slow.take().len(), 3, "the rest, when somebody serves again");
    app.stop().await;
}

#[tokio::test]
async fn webhooks_are_managed_over_http() {
    for_each_database(async |database| {
        let app = start(database).await;
        let receiver = Receiver::start().await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let kinds = key.get("/api/v1/event-types").await.json();
        let kinds = kinds["items"].as_array().unwrap();
        assert!(kinds.iter().any(|kind| kind["type"] == "oauth2.token.issued" && kind["schema"]["type"] == "object"));
        let made = key.post("/api/v1/webhooks", &json!({"url": receiver.url(), "events": ["member.added"]})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        let secret = Secret::new(made["secret"].as_str().unwrap());
        let path = format!("/api/v1/webhooks/{}", made["id"].as_str().unwrap());
        let read = key.get(&path).await;
        assert_eq!((read.json()["events"].clone(), read.json().get("secret")), (json!(["member.added"]), None));
        assert_eq!(key.get("/api/v1/webhooks").await.json(), json!({"items": [read.json()]}));

        let event = key.send(Method::POST, &format!("{path}/test"), None).await.json()["event_id"].clone();
        app.deliver().await;
        let messages = receiver.take();
        assert_eq!((messages.len(), messages[0].kind().as_str()), (1, "webhook.test"));
        assert_eq!(messages[0].header("webhook-signature"), signed(&messages[0], &secret));
        let log = key.get(&format!("{path}/deliveries?limit=1")).await.json();
        assert_eq!((&log["items"][0]["event_id"], &log["items"][0]["state"]), (&event, &json!("delivered")));
        let next = log["next"].as_str().expect("a full page has a next one");
        let rest = key.get(&format!("{path}/deliveries?before={next}")).await.json();
        assert_eq!(rest, json!({"items": [], "next": null}));
        assert_eq!(key.get(&format!("{path}/deliveries?state=dead")).await.json()["items"], json!([]));
        let replay = format!("{path}/deliveries/{}/replay", event.as_str().unwrap());
        assert_eq!(key.send(Method::POST, &replay, None).await.json()["state"], "pending");
        app.deliver().await;
        assert_eq!(receiver.take().len(), 1);

        let rotated = key.post(&format!("{path}/rotate-secret"), &json!({"overlap_seconds": 60})).await.json();
        assert_ne!(rotated["secret"], made["secret"]);
        let changed = key.patch(&path, &json!({"disabled": true, "description": "off"})).await.json();
        assert_eq!((&changed["disabled"], &changed["description"]), (&json!(true), &json!("off")));
        let refused = [
            (json!({"url": "ftp://a.example/"}), "webhook_url_scheme", "url"),
            (json!({"url": receiver.url(), "events": ["nothing"]}), "webhook_event_unknown", "events"),
            (json!({"url": 1}), "member_of_wrong_type", "url"),
            (json!({"url": receiver.url(), "disabled": "yes"}), "member_unknown", "disabled"),
            (json!({"url": receiver.url(), "id": "whk_1"}), "member_unknown", "id"),
            (json!({"description": "no URL"}), "member_of_wrong_type", "url"),
            (json!({"url": receiver.url(), "description": null}), "member_of_wrong_type", "description"),
            (json!({"url": receiver.url(), "events": ["member.added", 1]}), "member_of_wrong_type", "events"),
        ];
        for (body, reason, field) in refused {
            let reply = key.post("/api/v1/webhooks", &body).await;
            assert_eq!(reply.status, 400, "{body}");
            assert_eq!(reply.json()["type"], format!("urn:countersign:problem:{reason}"));
            assert_eq!(reply.json()["field"].as_str().unwrap_or_default(), field);
        }
        // What was read can be changed and sent back; a secret cannot be set.
        let mut read = key.get(&path).await.json();
        read["description"] = json!("on");
        read["disabled"] = json!(false);
        let sent_back = key.patch(&path, &read).await;
        assert_eq!(sent_back.status, 200, "{}", sent_back.body);
        let mut unchanged = sent_back.json();
        unchanged["updated_at"] = read["updated_at"].clone();
        assert_eq!(unchanged, read);
        for (body, reason, field) in [
            (json!({"secret": "mine"}), "member_unknown", "secret"),
            (json!({"disabled": "yes"}), "member_of_wrong_type", "disabled"),
            (json!({"url": null}), "member_of_wrong_type", "url"),
        ] {
            let reply = key.patch(&path, &body).await;
            assert_eq!((reply.status.as_u16(), reply.json()["field"].clone()), (400, json!(field)), "{body}");
            assert_eq!(reply.json()["type"], format!("urn:countersign:problem:{reason}"));
        }
        assert_eq!(key.send(Method::PATCH, &path, None).await.status, 200, "no body changes nothing");
        let overlap = format!("{path}/rotate-secret");
        for (body, reason) in [
            (json!({"overlap_seconds": "1"}), "member_of_wrong_type"),
            (json!({"overlap_seconds": -1}), "number_out_of_range"),
            (json!({"overlapSeconds": 1}), "member_unknown"),
        ] {
            assert_eq!(key.post(&overlap, &body).await.json()["type"], format!("urn:countersign:problem:{reason}"));
        }
        for query in ["?state=lost", "?before=x", "?limit=0"] {
            assert_eq!(key.get(&format!("{path}/deliveries{query}")).await.status, 400, "{query}");
        }
        assert_eq!(key.delete(&path).await.json(), json!({"deleted": true}));
        assert_eq!(key.get(&path).await.status, 404);
        app.stop().await;
    })
    .await;
}
