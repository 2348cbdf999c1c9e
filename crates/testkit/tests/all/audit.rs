//! The audit log as it is read: page by page, exported, and forgotten.
use flows::audit;
use flows::audit::read::{Filter, OutcomeFilter};
use flows::unguarded::audit::EVERYTHING;
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, TestApp, for_each_database};

#[tokio::test]
async fn pages_and_exports_hold_every_event_once() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::new(&app, Kind::Web).await;
        // More than two pages within a second, and a few in the seconds after.
        for n in 0..230 {
            assert_eq!(party.exchange(&format!("rubbish {n}")).await.status, 400);
            if n >= 225 {
                app.clock.advance(1);
            }
        }
        app.app.flush().await.unwrap();
        let filter = Filter { client: Some(&party.id), ..Filter::default() };
        let (mut ids, mut before) = (Vec::new(), None);
        loop {
            let page = audit::read::list(&app.app, EVERYTHING, &filter, before, 1000).await.unwrap();
            assert!(page.events.len() <= 100, "no page has more");
            ids.extend(page.events.iter().map(|event| event.id.to_string()));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(ids.len(), 231, "the client's creation, and what was refused");
        assert!(ids.is_sorted_by(|a, b| a > b), "the newest first, each once");

        let mut export = audit::read::export(&app.app, &app.ctx(), EVERYTHING, &filter);
        // What comes while it runs is not for it.
        app.clock.advance(5);
        assert_eq!(party.exchange("late").await.status, 400);
        app.app.flush().await.unwrap();
        let mut exported: Vec<Value> = Vec::new();
        while let Some(lines) = export.next().await.unwrap() {
            assert!(lines.lines().count() <= 100 && lines.ends_with('\n'));
            exported.extend(lines.lines().map(|line| serde_json::from_str(line).unwrap()));
        }
        assert_eq!(export.next().await.unwrap(), None);
        ids.reverse();
        assert_eq!(exported.iter().map(|e| e["id"].as_str().unwrap()).collect::<Vec<_>>(), ids, "the oldest first");
        assert_eq!(exported[0]["kind"], "client.created");
        assert_eq!(
            (&exported[1]["outcome"], &exported[1]["at"]),
            (&"code_unknown".into(), &"2026-01-01T00:00:00Z".into())
        );

        let good = Filter { outcome: Some(OutcomeFilter::Ok), ..filter };
        let page = audit::read::list(&app.app, EVERYTHING, &good, None, 10).await.unwrap();
        assert_eq!((page.events.len(), page.next), (1, None));
        assert_eq!(audit::read::list(&app.app, EVERYTHING, &Filter::default(), None, 0).await.unwrap().events.len(), 1);
        let nobody = Filter { actor: Some("nobody"), ..filter };
        assert_eq!(audit::read::export(&app.app, &app.ctx(), EVERYTHING, &nobody).next().await.unwrap(), None);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn old_events_are_forgotten_as_the_setting_says() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.audit_retention_days = 2).await;
        let party = Party::new(&app, Kind::Web).await;
        let count = async || {
            app.app.flush().await.unwrap();
            flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
            let filter = Filter { client: Some(&party.id), ..Filter::default() };
            audit::read::list(&app.app, EVERYTHING, &filter, None, 100).await.unwrap().events.len()
        };
        assert_eq!(count().await, 1);
        app.clock.advance(2 * 24 * 60 * 60);
        assert_eq!(party.exchange("rubbish").await.status, 400);
        assert_eq!(count().await, 2);
        app.clock.advance(24 * 60 * 60);
        assert_eq!(count().await, 1, "whole days");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn admins_read_the_log_of_their_workspace_and_the_operator_all_of_it() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 1).await);
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        for n in 0..3 {
            assert_eq!(
                key.post("/api/v1/api-keys", &json!({"name": format!("k{n}"), "scopes": ["clients:read"]}))
                    .await
                    .status,
                201
            );
        }
        assert_eq!(key.post("/api/v1/api-keys", &json!({"name": "k", "scopes": ["nothing"]})).await.status, 400);
        app.app.flush().await.unwrap();
        let list = async |query: &str| key.get(&format!("/api/v1/audit-events{query}")).await.json();
        let made = list("?kind=api_key.created&outcome=ok").await;
        assert_eq!(made["items"].as_array().unwrap().len(), 4, "the first is the one that asks");
        let refused = list("?outcome=refused").await;
        assert_eq!((&refused["items"][0]["outcome"], &refused["next"]), (&json!("scope_unknown"), &Value::Null));
        let first = list("?limit=2").await;
        let second = list(&format!("?limit=2&before={}", first["next"].as_str().unwrap())).await;
        assert_ne!(first["items"], second["items"]);
        let ours = ada.workspaces[0].to_string();
        for item in list("?limit=100").await["items"].as_array().unwrap() {
            assert_eq!(item["workspace_id"], ours, "nothing of another workspace");
        }
        // Who did what to whom: the key, or the person, whatever it is about.
        let person = Api::person(&app, &ada, "").await;
        let body = json!({"name": "n", "description": "d", "homepage_url": "https://a.example"});
        let client = person.post("/oidc/clients", &body).await.json()["client"]["id"].as_str().unwrap().to_owned();
        assert_eq!(key.delete(&format!("/oidc/clients/{client}")).await.status, 200);
        app.app.flush().await.unwrap();
        let of_client = list(&format!("?client_id={client}")).await;
        let of_client = of_client["items"].as_array().unwrap();
        let told: Vec<_> =
            of_client.iter().map(|e| (e["kind"].as_str().unwrap(), e["actor"].as_str().unwrap())).collect();
        let ada_id = ada.user.id.to_string();
        let key_id = made["items"][0]["actor"].as_str().unwrap();
        assert!(key_id.starts_with("key_"));
        assert_eq!(told, [("client.deleted", key_id), ("client.created", ada_id.as_str())]);
        let elsewhere = key.get(&format!("/api/v1/audit-events?workspace_id={}", bob.workspaces[0])).await;
        assert_eq!(elsewhere.status, 403);
        for query in ["?outcome=odd", "?from=yesterday", "?before=x", "?user_id=x", "?owner=nobody"] {
            let reply = key.get(&format!("/api/v1/audit-events{query}")).await;
            assert_eq!((reply.status.as_u16(), reply.json()["field"].is_string()), (400, true), "{query}");
        }

        let export = key.get("/api/v1/audit-events/export?kind=api_key.created").await;
        assert_eq!((export.status.as_u16(), export.header("content-type")), (200, "application/jsonl"));
        let lines: Vec<Value> = export.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 5);
        let operator = Api::key(&app, bob.workspaces[0], "member", "operator:audit:read").await;
        let all =
            operator.get(&format!("/api/v1/audit-events?owner=operator&workspace_id={ours}&limit=100")).await.json();
        assert!(all["items"].as_array().unwrap().len() >= 5);
        app.stop().await;
    })
    .await;
}

/// Whoever takes it back: what a client may do has changed, and that is its owner's business.
#[tokio::test]
async fn admins_read_who_took_consents_to_their_clients_back() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 1).await);
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let owner = ada.workspaces[0];
        let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(owner)).await;
        let allow = async || drop(party.tokens(&mut Browser::new(&app), &bob, &[]).await);
        let person = Api::person(&app, &bob, "").await;
        let (client, user) = (party.id.as_str(), bob.user.id.to_string());
        allow().await;
        assert_eq!(person.delete(&format!("/oidc/user/consent/{client}")).await.status, 200);
        allow().await;
        assert_eq!(key.delete(&format!("/oidc/clients/{client}/users/{user}")).await.status, 200);
        allow().await;
        assert_eq!(key.delete(&format!("/oidc/clients/{client}/users")).await.status, 200);
        app.app.flush().await.unwrap();

        let told = async |api: &Api| {
            let list = api.get(&format!("/api/v1/audit-events?client_id={client}&limit=100")).await.json();
            let told = list["items"].as_array().unwrap().iter().filter(|event| {
                let kind = event["kind"].as_str().unwrap();
                kind.starts_with("consent.revoked")
            });
            let mut told: Vec<_> = told.map(|event| (event["kind"].clone(), event["user_id"].clone())).collect();
            told.reverse();
            told
        };
        let expected =
            [("consent.revoked", json!(user)), ("consent.revoked", json!(user)), ("consent.revoked_all", Value::Null)];
        assert_eq!(told(&key).await, expected.map(|(kind, user)| (json!(kind), user)));
        let elsewhere = Api::key(&app, bob.workspaces[0], "admin", "").await;
        assert_eq!(told(&elsewhere).await, [], "nothing of another workspace");
        app.stop().await;
    })
    .await;
}
