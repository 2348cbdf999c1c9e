//! References 000 and 001: registration, the flow for workspaces and users, and what the tokens open.
use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Api, Browser, Reply, TestApp, for_each_database};

fn metadata() -> Value {
    json!({
        "client_name": "My Client", "redirect_uris": ["https://example.com/callback"],
        "token_endpoint_auth_method": "client_secret_post", "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"], "scope": "openid email", "client_uri": "https://example.com",
        "logo_uri": "https://example.com/logo.png", "tos_uri": "https://example.com/tos",
        "policy_uri": "https://example.com/policy", "default_sub_type": "workspace"
    })
}

async fn form(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Reply {
    Browser::new(app).post(path, fields).await
}

fn code_of(answer: &Value) -> String {
    let to = url::Url::parse(answer["redirect_to"].as_str().unwrap_or_else(|| panic!("{answer}"))).unwrap();
    to.query_pairs().find(|(n, _)| n == "code").unwrap_or_else(|| panic!("{to}")).1.into_owned()
}

#[tokio::test]
async fn reference_000_clients_of_the_caller() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let person = Api::person(&app, &ada, "").await;
        for path in ["/api/oauth2/", "/api/oauth2"] {
            let empty = person.get(path).await.json();
            assert_eq!(empty, json!({"items": [], "pagination": {"total_count": 0, "max_page": 0}}));
        }
        // RFC 7591 answers 201 where the document has 200.
        let made = person.post("/api/oauth2/register", &metadata()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        let path = format!("/api/oauth2/register/{}", made["client_id"].as_str().unwrap());
        for _ in 0..10 {
            assert_eq!(person.post("/api/oauth2/register", &metadata()).await.status, 201);
        }
        let list = person.get("/api/oauth2/").await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 10, "ten a page unless said otherwise");
        assert_eq!(list["pagination"], json!({"total_count": 11, "max_page": 2}));
        let second = person.get("/api/oauth2/?page=2").await.json();
        assert_eq!(second["items"].as_array().unwrap().len(), 1);
        let hundred = person.get("/api/oauth2/?limit=100").await.json();
        assert_eq!(hundred["pagination"], json!({"total_count": 11, "max_page": 1}));
        let item = hundred["items"].as_array().unwrap().iter().find(|i| i["client_id"] == made["client_id"]).unwrap();
        for (name, value) in metadata().as_object().unwrap() {
            assert_eq!((&item[name], &made[name]), (value, value), "{name}");
        }
        assert_eq!((&item["created_at"], item.get("client_secret")), (&json!("2026-01-01T00:00:00Z"), None));
        assert_eq!(person.get("/api/oauth2/?limit=101").await.status, 400);

        // Read, replaced and deleted with the same credential, no registration token needed.
        assert_eq!(person.get(&path).await.json()["client_name"], "My Client");
        let mut replaced = metadata();
        replaced["client_id"] = made["client_id"].clone();
        replaced["client_name"] = "Renamed".into();
        let tag = person.get(&path).await.header("etag").to_owned();
        let careful = person.clone().header("if-match", &tag);
        let put = careful.put(&path, &replaced).await;
        assert_eq!((put.status.as_u16(), put.json()["client_name"].clone()), (200, json!("Renamed")));
        let stale = careful.put(&path, &replaced).await;
        assert_eq!((stale.status.as_u16(), stale.error().as_str()), (412, "precondition_failed"));
        let deleted = person.delete(&path).await;
        assert_eq!((deleted.status.as_u16(), deleted.body.as_str()), (204, ""), "RFC 7592 has 204 here");
        assert_eq!(person.get(&path).await.status, 404, "point 1.2: 401 is for a wrong registration token");
        assert_eq!(person.get("/api/oauth2/").await.json()["pagination"]["total_count"], 10);
        // A workspace's key registers for the workspace.
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        assert_eq!(key.post("/api/oauth2/register", &metadata()).await.status, 201);
        assert_eq!(key.get("/api/oauth2/").await.json()["pagination"]["total_count"], 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn reference_000_authorize_consent_token_revoke_introspect_userinfo() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let person = Api::person(&app, &ada, "").await;
        let mut body = metadata();
        body["scope"] = "openid profile email".into();
        let client = person.post("/api/oauth2/register", &body).await.json();
        let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
        let challenge = domain::oauth::pkce::CodeChallenge::of(testkit::VERIFIER).text();
        let query = format!(
            "response_type=code&client_id={id}&redirect_uri=https%3A%2F%2Fexample.com%2Fcallback&scope=openid%20email&code_challenge={challenge}&code_challenge_method=S256"
        );
        let authorize = format!("/api/oauth2/authorize?{query}");
        let nobody = Api::nobody(&app).get(&authorize).await;
        assert_eq!((nobody.status.as_u16(), nobody.error().as_str()), (401, "login_required"));
        let asked = person.get(&authorize).await.json();
        assert_eq!((&asked["consent_required"], &asked["client"]["client_name"]), (&json!(true), &json!("My Client")));
        assert_eq!(asked["workspaces"].as_array().unwrap().len(), 2, "for a workspace unless said otherwise");
        let workspace = ada.workspaces[1].to_string();
        let allow = json!({"interaction": asked["interaction"], "action": "allow", "workspace": workspace});
        let answer = person.post("/api/oauth2/consent", &allow).await.json();
        let code = code_of(&answer);

        let exchange = [
            ("grant_type", "authorization_code"), ("code", &code), ("client_id", id), ("client_secret", secret),
            ("redirect_uri", "https://example.com/callback"), ("code_verifier", testkit::VERIFIER),
        ];
        let reply = form(&app, "/api/oauth2/token", &exchange).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let tokens = reply.json();
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
        assert_eq!(tokens["scope"], "openid email");
        for (name, prefix) in [("access_token", "cs_at_"), ("refresh_token", "cs_rt_"), ("id_token", "ey")] {
            assert!(tokens[name].as_str().unwrap().starts_with(prefix), "{name}");
        }
        let access = Api::with(&app, tokens["access_token"].as_str().unwrap());
        let info = access.get("/api/oauth2/userinfo").await.json();
        assert_eq!((&info["sub"], &info["tenant_id"]), (&json!(workspace), &json!(workspace)), "it speaks for the workspace");
        assert_eq!((&info["name"], info.get("email")), (&json!("Workspace 1"), None), "`UserInfoWorkspace`");

        let ask = json!({"token": access.credential, "client_id": id, "client_secret": secret});
        let nobody = Api::nobody(&app);
        let told = nobody.post("/api/oauth2/introspect", &ask).await.json();
        assert_eq!((&told["active"], &told["sub"], &told["client_id"]), (&json!(true), &json!(workspace), &json!(id)));
        assert_eq!((&told["sub_type"], &told["scope"]), (&json!("workspace"), &json!("openid email")));

        // The user's own token: the same page without a workspace, and another subject.
        let asked = person.get(&format!("{authorize}&sub_type=user")).await.json();
        assert_eq!(asked["workspaces"], json!([]));
        let allow = json!({"interaction": asked["interaction"], "decision": "allow"});
        let code = code_of(&person.post("/api/oauth2/consent", &allow).await.json());
        let mut exchange = exchange.to_vec();
        exchange[1].1 = &code;
        let own = form(&app, "/api/oauth2/token", &exchange).await.json();
        let info = Api::with(&app, own["access_token"].as_str().unwrap()).get("/api/oauth2/userinfo").await.json();
        assert_eq!((&info["sub"], &info["email"]), (&json!(ada.user.id), &json!("ada@example.com")));
        // Allowed before: approved at once.
        let again = person.get(&format!("{authorize}&sub_type=user")).await.json();
        assert!(!code_of(&again).is_empty());
        // Denied: back with an error.
        let asked = person.get(&format!("{authorize}&sub_type=user&prompt=consent&state=s1")).await.json();
        let deny = json!({"interaction": asked["interaction"], "action": "deny"});
        let denied = person.post("/api/oauth2/consent", &deny).await.json();
        let to = denied["redirect_to"].as_str().unwrap();
        assert!(to.starts_with("https://example.com/callback?error=access_denied") && to.contains("state=s1"), "{to}");

        let revoke = json!({"token": own["access_token"], "client_id": id, "client_secret": secret});
        let revoked = nobody.post("/api/oauth2/revoke", &revoke).await;
        assert_eq!((revoked.status.as_u16(), revoked.json()), (200, json!({})));
        let ask = json!({"token": own["access_token"], "client_id": id, "client_secret": secret});
        assert_eq!(nobody.post("/api/oauth2/introspect", &ask).await.json(), json!({"active": false}));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn reference_001_hosted_pages_and_public_clients() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let person = Api::person(&app, &ada, "").await;
        // As the document calls it: no PKCE with a secret; a public client needs it.
        let mut body = metadata();
        body["token_endpoint_auth_method"] = "none".into();
        let client = person.post("/api/oauth2/register", &body).await.json();
        assert_eq!(client.get("client_secret"), None);
        let id = client["client_id"].as_str().unwrap();
        let base = format!(
            "/oauth2/authorize?response_type=code&client_id={id}&redirect_uri=https%3A%2F%2Fexample.com%2Fcallback&scope=openid%20email"
        );
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let refused = browser.get(&base).await;
        assert_eq!(refused.answer("error").as_deref(), Some("invalid_request"), "PKCE is required");
        let challenge = domain::oauth::pkce::CodeChallenge::of(testkit::VERIFIER).text();
        let pkce = format!("{base}&code_challenge={challenge}&code_challenge_method=S256");
        let page = browser.get(&pkce).await;
        assert_eq!(page.body.matches("name=\"workspace\"").count(), 2, "a workspace is chosen");
        let allow = page.form("consent-allow").set("workspace", &ada.workspaces[0].to_string()).set("action", "allow");
        let answer = browser.submit(&allow).await;
        let code = answer.answer("code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"), ("code", code.as_str()), ("client_id", id),
            ("redirect_uri", "https://example.com/callback"), ("code_verifier", testkit::VERIFIER),
        ];
        let tokens = form(&app, "/api/oauth2/token", &fields).await.json();
        let bearer = Api::with(&app, tokens["access_token"].as_str().unwrap());
        let info = bearer.get("/api/oauth2/userinfo").await.json();
        assert_eq!(info["sub"], ada.workspaces[0].to_string());
        // And with a personal access token, which is the other way to call the API; or with a workspace's key.
        let reply = person.send(Method::GET, "/api/oauth2/userinfo", None).await.json();
        assert_eq!((&reply["sub"], &reply["email"]), (&json!(ada.user.id), &json!("ada@example.com")));
        let narrow = Api::person(&app, &ada, "clients:read").await.get("/api/oauth2/userinfo").await.json();
        assert_eq!((&narrow["sub"], narrow.get("email")), (&json!(ada.user.id), None));
        let key = Api::key(&app, ada.workspaces[1], "member", "").await.get("/api/oauth2/userinfo").await.json();
        assert_eq!((&key["sub"], &key["name"]), (&json!(ada.workspaces[1]), &json!("Workspace 1")));
        let unknown = Api::with(&app, "cs_pat_unknown").get("/api/oauth2/userinfo").await;
        assert_eq!((unknown.status.as_u16(), unknown.error().as_str()), (401, "invalid_token"));
        let own = browser.get(&format!("{pkce}&sub_type=user")).await;
        assert!(!own.body.contains("name=\"workspace\""), "no workspace for a user's token");
        app.stop().await;
    })
    .await;
}
