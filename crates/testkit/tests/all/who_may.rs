//! Who may do what: every management endpoint for every kind of caller, as `docs/src/who-may-do-what.md` has it.
use crate::world;
use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Api, TestApp, for_each_database};
use world::{CALLERS, TABLE, World, body, fill, nothing};

/// Checklist 126.
#[tokio::test]
async fn the_whole_table() {
    for_each_database(async |database| {
        let mut world = World::new(database).await;
        let mut seen = 0;
        for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let cells: Vec<_> = row.split_whitespace().collect();
            let (method, template, expected) = (cells[0], cells[1], &cells[2..]);
            assert_eq!(expected.len(), CALLERS.len(), "{row}");
            let body = body(method, template);
            for (n, who) in CALLERS.iter().enumerate() {
                let path = world.path(template).await;
                let method: Method = method.parse().unwrap();
                let reply = world.callers[n].send(method.clone(), &path, &body, &[]).await;
                assert_eq!(reply.status.as_str(), expected[n], "{method} {template} by {who}: {}", reply.body);
                if reply.status.is_client_error() {
                    assert_eq!(reply.header("content-type"), "application/problem+json", "{method} {template}");
                }
                assert_eq!(reply.status == 401, !reply.header("www-authenticate").is_empty() && n < 2);
                // What is another's is as good as nothing: the answers are the same, letter for letter.
                if reply.status == 404 {
                    let nothing = world.callers[n].send(method.clone(), &fill(template, &nothing()), &body, &[]).await;
                    assert_eq!(
                        (nothing.status, nothing.body),
                        (reply.status, reply.body),
                        "{method} {template} by {who}"
                    );
                }
                world.forget().await;
                seen += 1;
            }
        }
        assert_eq!(seen, 47 * CALLERS.len());
        world.app.stop().await;
    })
    .await;
}

/// The table that people read says the same.
#[test]
fn the_documented_table_is_this_one() {
    let page = include_str!("../../../../docs/src/who-may-do-what.md");
    let (section, _) = page.split_once("\n## At the protocol endpoints").unwrap();
    let documented: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| ["| GET", "| POST", "| PUT", "| PATCH", "| DELETE"].iter().any(|m| line.starts_with(m)))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let tested: Vec<Vec<&str>> = TABLE
        .lines()
        .map(|row| row.split_whitespace().collect::<Vec<_>>())
        .filter(|row| !row.is_empty())
        // The first two columns are 401 for every row.
        .map(|row| row.iter().enumerate().filter(|(n, _)| *n != 2 && *n != 3).map(|(_, cell)| *cell).collect())
        .collect();
    assert_eq!(documented, tested);
}

#[tokio::test]
async fn a_person_of_several_workspaces_names_one() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let bob = app.user("bob@example.com", 1).await;
        let person = Api::person(&app, &ada, "").await;
        let reply = person.get("/oidc/clients").await;
        assert_eq!(
            (reply.status.as_u16(), reply.json()["type"].clone()),
            (400, json!("urn:countersign:problem:workspace_not_named"))
        );
        let second = person.clone().header("countersign-workspace", &ada.workspaces[1].to_string());
        let body = json!({"name": "n", "description": "d", "homepage_url": "https://a.example"});
        let made = second.post("/oidc/clients", &body).await.json();
        assert_eq!(made["client"]["org_id"], ada.workspaces[1].to_string());
        let by_query = format!("/oidc/clients?workspace={}", ada.workspaces[0]);
        assert_eq!(person.get(&by_query).await.json(), json!([]));
        for other in [bob.workspaces[0].to_string(), "wsp_00000000000000000000000000".to_owned(), "rubbish".to_owned()]
        {
            let reply = person.clone().header("countersign-workspace", &other).get("/oidc/clients").await;
            assert_eq!(reply.status, 403, "{other}");
            assert_eq!(reply.json()["type"], "urn:countersign:problem:workspace_unknown");
            let logged = app.logged(reply.header("x-request-id")).await;
            assert_eq!((logged.len(), &logged[0].0), (1, &ada.user.id.to_string()), "the log names who asked");
            assert!(logged[0].1.as_deref().unwrap().starts_with("pat_"), "{logged:?}");
        }
        // A key has its workspace, whatever the request says.
        let key = Api::key(&app, bob.workspaces[0], "admin", "").await;
        let elsewhere = key.header("countersign-workspace", &ada.workspaces[0].to_string());
        let reply = elsewhere.get("/oidc/clients").await;
        assert_eq!(reply.status, 403);
        let logged = app.logged(reply.header("x-request-id")).await;
        assert!(logged[0].0.starts_with("key_") && logged[0].2 == "workspace_unknown", "{logged:?}");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn keys_and_tokens_are_made_listed_used_and_revoked() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let person = Api::person(&app, &ada, "").await;
        let body =
            json!({"name": "CI", "scopes": ["clients:read"], "roles": ["admin"], "expires_at": "2026-01-02T00:00:00Z"});
        let made = person.post("/api/v1/api-keys", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        assert_eq!((&made["roles"], &made["last_used_at"]), (&json!(["admin"]), &Value::Null));
        let secret = made["api_key"].as_str().unwrap();
        assert!(secret.starts_with("cs_sk_"));
        let key = Api::with(&app, secret);
        assert_eq!(
            (key.get("/oidc/clients").await.status.as_u16(), key.get("/oidc/org/members").await.status.as_u16()),
            (200, 403)
        );
        let list = person.get("/api/v1/api-keys").await;
        assert!(!list.body.contains(secret), "shown once");
        let listed = &list.json()["items"][0];
        assert_eq!((&listed["id"], &listed["last_used_at"]), (&made["id"], &json!("2026-01-01T00:00:00Z")));
        app.clock.advance(24 * 60 * 60);
        assert_eq!(key.get("/oidc/clients").await.status, 401, "expired");

        // Nobody hands out more than they have.
        let narrow = Api::person(&app, &ada, "api_keys:write tokens:write clients:read").await;
        let table = [
            ("/api/v1/api-keys", json!({"name": "x", "scopes": ["clients:write"]}), 403, "scope_beyond_own"),
            ("/api/v1/api-keys", json!({"name": "x"}), 400, "scopes_missing"),
            ("/api/v1/api-keys", json!({"name": "x", "scopes": []}), 400, "scopes_missing"),
            ("/api/v1/personal-access-tokens", json!({"name": "x"}), 400, "scopes_missing"),
            (
                "/api/v1/personal-access-tokens",
                json!({"name": "x", "scopes": ["consents:write"]}),
                403,
                "scope_beyond_own",
            ),
            ("/api/v1/api-keys", json!({"name": "x", "scopes": ["nothing"]}), 400, "scope_unknown"),
            ("/api/v1/api-keys", json!({"name": "", "scopes": ["clients:read"]}), 400, "text_invalid"),
            ("/api/v1/api-keys", json!({"scopes": ["clients:read"]}), 400, "member_of_wrong_type"),
            (
                "/api/v1/api-keys",
                json!({"name": "x", "scopes": ["clients:read"], "expires_at": "2025-01-01T00:00:00Z"}),
                400,
                "time_invalid",
            ),
            // Whatever is no time is refused in the same words; `null` is none.
            (
                "/api/v1/personal-access-tokens",
                json!({"name": "x", "scopes": ["clients:read"], "expires_at": 1}),
                400,
                "time_invalid",
            ),
            ("/api/v1/api-keys", json!({"name": "x", "scopes": [], "expires_at": null}), 400, "scopes_missing"),
            ("/api/v1/api-keys", json!({"name": "x", "scopes": null}), 400, "member_of_wrong_type"),
            (
                "/api/v1/api-keys",
                json!({"name": "x", "scopes": ["clients:read"], "roles": ["owner", "admin"]}),
                400,
                "role_malformed",
            ),
            (
                "/api/v1/api-keys",
                json!({"name": "x", "scopes": ["clients:read"], "surprise": 1}),
                400,
                "member_unknown",
            ),
        ];
        for (path, body, status, reason) in table {
            let reply = narrow.post(path, &body).await;
            let said = (reply.status.as_u16(), reply.json()["type"].clone());
            assert_eq!(said, (status, json!(format!("urn:countersign:problem:{reason}"))), "{body}");
        }
        let admin = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let reply =
            admin.post("/api/v1/api-keys", &json!({"name": "x", "roles": ["owner"], "scopes": ["clients:read"]})).await;
        assert_eq!(reply.json()["type"], "urn:countersign:problem:role_beyond_own");
        let reply = admin.post("/api/v1/api-keys", &json!({"name": "x", "scopes": ["keys:rotate"]})).await;
        assert_eq!(
            reply.json()["type"],
            "urn:countersign:problem:scope_beyond_own",
            "only the operator hands this out"
        );

        let token = person
            .post(
                "/api/v1/personal-access-tokens",
                &json!({"name": "Laptop", "scopes": ["consents:read", "tokens:write"]}),
            )
            .await
            .json();
        let own = Api::with(&app, token["personal_access_token"].as_str().unwrap());
        assert_eq!(own.get("/oidc/user/consent").await.status, 200);
        let path = format!("/api/v1/personal-access-tokens/{}", token["id"].as_str().unwrap());
        assert_eq!(own.delete(&path).await.json(), json!({"deleted": true}));
        assert_eq!(own.get("/oidc/user/consent").await.status, 401);
        let items = person.get("/api/v1/personal-access-tokens").await.json()["items"].clone();
        let gone = items.as_array().unwrap().iter().find(|item| item["id"] == token["id"]).unwrap();
        assert_eq!(gone["revoked_at"], "2026-01-02T00:00:00Z", "the record stays");
        app.stop().await;
    })
    .await;
}
