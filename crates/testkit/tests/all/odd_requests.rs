//! Requests that no well-meaning program sends are answered in the form of the place that they were sent to, and never
//! with a fault. (What is answered is held against the description of the API by the test kit itself.)
use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, TestApp, for_each_database};

fn problem(reason: &str) -> Value {
    format!("urn:countersign:problem:{reason}").into()
}

#[tokio::test]
async fn the_character_that_no_database_keeps_is_refused() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 1).await;
        let api = Api::key(&app, user.workspaces[0], "owner", "").await;
        let queries = ["actor=%00", "request_id=a%00b", "kind=%00", "client_id=%00", "before=%00", "%00=x"];
        for query in queries {
            let reply = api.get(&format!("/api/v1/audit-events?{query}")).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["type"]), (400, &problem("text_with_nul")), "{query}");
        }
        let bodies = [
            ("/api/v1/webhooks", json!({"url": "https://hooks.example/", "description": "\u{0}"})),
            ("/api/v1/api-keys", json!({"name": "a\u{0}"})),
            ("/oidc/clients", json!({"name": "A", "description": "", "homepage_url": "", "project_id": "\u{0}"})),
            ("/api/v1/oauth2/clients", json!({"name": "A", "redirectUris": [["\u{0}"]]})),
        ];
        for (path, body) in bodies {
            let reply = api.post(path, &body).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["type"]), (400, &problem("text_with_nul")), "{path}");
        }
        let register = json!({"redirect_uris": ["https://a.example/"], "contacts": ["\u{0}"]});
        assert_eq!(Api::nobody(&app).post("/oauth2/register", &register).await.status, 400);
        let party = Party::new(&app, Kind::Web).await;
        for (name, value) in [("token", "\u{0}"), ("\u{0}", "x")] {
            assert_eq!(party.post("/oauth2/introspect", &[(name, value)]).await.status, 400);
        }
        // People are told on a page.
        let mut browser = Browser::new(&app);
        for name in ["state", "nonce", "scope", "login_hint", "claims", "redirect_uri", "client_id"] {
            let reply = browser.get(&party.authorize(&[(name, "\u{0}")])).await;
            assert!(!reply.status.is_server_error(), "{name}: {}", reply.status);
        }
        browser.sign_in_here("ada@example.com").await;
        for name in ["state", "nonce", "scope"] {
            let reply = browser.get(&party.authorize(&[(name, "\u{0}")])).await;
            assert!(!reply.status.is_server_error(), "{name}: {}", reply.status);
        }
        let fresh = Browser::new(&app).get("/login").await;
        let form = fresh.form("login-submit").set("username", "\u{0}@example.com").set("password", "\u{0}");
        assert!(!Browser::new(&app).submit(&form).await.status.is_server_error());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn each_place_refuses_in_its_own_form() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 1).await;
        let api = Api::key(&app, user.workspaces[0], "owner", "").await;
        for path in ["/oidc/clients/%FF", "/api/v1/webhooks/%FF", "/oidc/clients/%FF/users/%C0"] {
            let reply = api.delete(path).await;
            assert_eq!(
                (reply.status.as_u16(), reply.header("content-type")),
                (404, "application/problem+json"),
                "{path}"
            );
            assert_eq!(reply.json()["type"], problem("path_unknown"));
        }
        // Point 1.2: with the owner's credential, what does not exist is 404.
        let reply = api.get("/oauth2/register/%FF").await;
        assert_eq!((reply.status.as_u16(), reply.error().as_str()), (404, "not_found"));
        let reply = api.put("/oidc/clients", &json!({})).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "GET,HEAD,POST"));
        assert_eq!(reply.json()["type"], problem("method_not_allowed"));
        let reply = api.put("/oauth2/token", &json!({})).await;
        assert_eq!((reply.status.as_u16(), reply.error().as_str()), (405, "invalid_request"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn where_nothing_is_each_place_says_so_in_its_own_form() {
    for base in ["", "/tenant"] {
        for_each_database(async |database| {
            let app = TestApp::with(database, |s| s.issuer = format!("http://localhost:8080{base}")).await;
            let user = app.user("ada@example.com", 1).await;
            let key = Api::key(&app, user.workspaces[0], "owner", "").await;
            let managed = [
                "/oidc",
                "/oidc/",
                "/oidc/nothing",
                "/oidc/clients/",
                "/oidc/clients/a/b/c",
                "/api/v1",
                "/api/v1/",
                "/api/v1/nothing",
                "/api/v1/webhooks/a/nothing",
                "/api/v1/oauth2/clients/",
                "/api/v1/oauth2/clients/a/nothing",
            ];
            // A credential is not asked for: nothing is there for anybody.
            for caller in [key.clone(), Api::nobody(&app), key.clone().header("accept", "text/html")] {
                for path in managed {
                    let path = format!("{base}{path}");
                    for method in [Method::GET, Method::POST, Method::DELETE] {
                        let reply = caller.send(method, &path, None).await;
                        let said = (reply.status.as_u16(), reply.header("content-type"));
                        assert_eq!(said, (404, "application/problem+json"), "{path}: {}", reply.body);
                        assert_eq!(reply.json()["type"], problem("path_unknown"), "{path}");
                    }
                }
            }
            let others = [
                "/oidcs",
                "/oauth2/nothing",
                "/api/oauth2/nothing",
                "/api/v1/oauth2/nothing",
                "/api/v1/oauth2",
                "/api",
            ];
            for path in others {
                let reply = key.get(&format!("{base}{path}")).await;
                assert_eq!((reply.status.as_u16(), reply.error().as_str()), (404, "invalid_request"), "{path}");
                let page = Browser::new(&app).get(&format!("{base}{path}")).await;
                assert_eq!((page.status.as_u16(), page.header("content-type")), (404, "text/html; charset=utf-8"));
            }
            let token = key.post(&format!("{base}/api/v1/oauth2/token"), &json!({})).await;
            assert_eq!((token.status.as_u16(), token.error().as_str()), (401, "invalid_client"));
            app.stop().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_secret_outlives_its_rotation_for_no_negative_time() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 1).await;
        let api = Api::key(&app, user.workspaces[0], "owner", "").await;
        let hook = api.post("/api/v1/webhooks", &json!({"url": "https://hooks.example/"})).await.json();
        let client = api.post("/api/v1/oauth2/clients", &json!({"name": "A"})).await.json();
        let (hook, client) = (hook["id"].as_str().unwrap(), client["clientId"].as_str().unwrap());
        let places = [
            (format!("/api/v1/webhooks/{hook}/rotate-secret"), "overlap_seconds"),
            (format!("/oidc/clients/{client}/rotate-secret"), "overlap_seconds"),
            (format!("/api/v1/oauth2/clients/{client}/rotate-secret"), "overlapSeconds"),
        ];
        for (path, name) in places {
            for (seconds, expected) in [(-1, 400), (2_592_001, 400), (0, 200), (2_592_000, 200)] {
                let reply = api.post(&path, &json!({name: seconds})).await;
                assert_eq!(reply.status, expected, "{path} {seconds}");
                if expected == 400 {
                    assert_eq!(reply.json()["field"], name, "in the API's own words");
                }
            }
        }
        app.stop().await;
    })
    .await;
}

/// The query says whose a webhook is: sent with another one, it is another request.
#[tokio::test]
async fn an_idempotency_key_is_good_for_one_query() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 1).await;
        let api = Api::key(&app, user.workspaces[0], "owner", "webhooks:write operator:webhooks:write").await;
        let api = api.header("idempotency-key", "k-1");
        let body = json!({"url": "https://hooks.example/"});
        let made = api.post("/api/v1/webhooks", &body).await;
        assert_eq!(made.status, 201);
        assert_eq!(api.post("/api/v1/webhooks", &body).await.json(), made.json());
        let other = api.post("/api/v1/webhooks?owner=operator", &body).await;
        assert_eq!((other.status.as_u16(), &other.json()["type"]), (409, &problem("idempotency_key_reused")));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_description_is_open_to_all_and_its_pages_need_nothing_from_elsewhere() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let mut browser = Browser::new(&app);
        let headers = [("origin", "https://tools.example")];
        let reply = browser.call(Method::GET, "/docs/openapi.json", &headers, "").await;
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
        assert_eq!(
            (&reply.json()["openapi"], &reply.json()["servers"][0]["url"]),
            (&json!("3.1.0"), &json!(testkit::ISSUER))
        );
        for (path, needle) in [
            ("/docs", "id=\"create_application\""),
            ("/docs/problems", "urn:countersign:problem:<wbr>changed_meanwhile"),
        ] {
            let page = browser.get(path).await;
            assert!(page.status == 200 && page.body.contains(needle), "{path}");
            let policy = page.header("content-security-policy");
            let own = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self';";
            assert!(policy.starts_with(own), "{policy}");
            assert!(!page.body.contains("<script>") && !page.body.contains("style="), "{path}");
        }
        app.stop().await;
    })
    .await;
}
