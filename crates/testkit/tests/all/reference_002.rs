//! Reference 002, from top to bottom; its events are told in `webhooks`.
use axum::http::Method;
use domain::oauth::pkce::CodeChallenge;
use serde_json::{Value, json};
use testkit::{Api, Browser, TestApp, VERIFIER, for_each_database};

fn example() -> Value {
    json!({
        "name": "My Application", "type": "CONFIDENTIAL", "redirectUris": ["https://app.example.com/callback"],
        "allowedScopes": ["openid", "profile", "email", "contracts:read"],
        "grantTypes": ["authorization_code", "refresh_token"]
    })
}

#[tokio::test]
async fn reference_002_the_flow_with_json_bodies() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let made = key.post("/api/v1/oauth2/clients", &example()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        let (id, secret) = (made["clientId"].as_str().unwrap(), made["clientSecret"].as_str().unwrap());
        let challenge = CodeChallenge::of(VERIFIER).text();
        let query = format!(
            "client_id={id}&redirect_uri=https://app.example.com/callback&response_type=code&scope=openid%20profile%20email&state=xyz&code_challenge={challenge}&code_challenge_method=S256"
        );
        let person = Api::person(&app, &ada, "").await;
        let asked = person.get(&format!("/api/v1/oauth2/authorize?{query}")).await.json();
        let allow = json!({"interaction": asked["interaction"], "decision": "allow"});
        let answer = person.post("/api/v1/oauth2/consent", &allow).await.json();
        let to = url::Url::parse(answer["redirect_to"].as_str().unwrap()).unwrap();
        let of = |name: &str| to.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        assert_eq!(of("state"), "xyz");
        let nobody = Api::nobody(&app);
        let exchange = json!({
            "grant_type": "authorization_code", "code": of("code"), "redirect_uri": "https://app.example.com/callback",
            "client_id": id, "client_secret": secret, "code_verifier": VERIFIER
        });
        let tokens = nobody.post("/api/v1/oauth2/token", &exchange).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let tokens = tokens.json();
        for name in ["access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"] {
            assert!(!tokens[name].is_null(), "{name}: {tokens}");
        }
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
        assert_eq!(tokens["scope"], "openid profile email");

        let refresh = json!({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": id});
        let refused = nobody.post("/api/v1/oauth2/token", &refresh).await;
        assert_eq!(refused.error(), "invalid_client", "RFC 6749 section 6: a confidential client authenticates here, too");
        let mut refresh = refresh;
        refresh["client_secret"] = secret.into();
        assert_eq!(nobody.post("/api/v1/oauth2/token", &refresh).await.status, 200);

        let info = Api::with(&app, tokens["access_token"].as_str().unwrap()).get("/api/v1/oauth2/userinfo").await.json();
        assert_eq!((&info["sub"], &info["tenant_id"]), (&json!(ada.user.id), &json!(ada.workspaces[0])), "the person");
        assert_eq!(info["workspace"], json!({"id": ada.workspaces[0], "name": "Workspace 0"}));
        assert_eq!(info["roles"], json!(["owner", "compliance_officer"]));
        let metadata = nobody.get("/.well-known/openid-configuration").await.json();
        assert_eq!(metadata["issuer"], testkit::ISSUER);
        assert!(!nobody.get("/.well-known/jwks.json").await.json()["keys"].as_array().unwrap().is_empty());

        let revoke = json!({"token": tokens["access_token"], "client_id": id, "client_secret": secret});
        assert_eq!(nobody.post("/api/v1/oauth2/revoke", &revoke).await.status, 200);
        let after = Api::with(&app, tokens["access_token"].as_str().unwrap()).get("/api/v1/oauth2/userinfo").await;
        assert_eq!(after.status, 401);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn reference_002_a_machine_gets_a_token_of_its_own() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let machine = json!({"name": "Batch", "grantTypes": ["client_credentials"], "allowedScopes": ["contracts:read", "contracts:write"]});
        let made = key.post("/api/v1/oauth2/clients", &machine).await.json();
        let ask = json!({
            "grant_type": "client_credentials", "client_id": made["clientId"], "client_secret": made["clientSecret"],
            "scope": "contracts:read contracts:write"
        });
        let reply = Api::nobody(&app).post("/api/v1/oauth2/token", &ask).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.json()["scope"], "contracts:read contracts:write");
        assert_eq!(reply.json().get("refresh_token"), None);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn reference_002_clients_in_camel_case() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let made = key.post("/api/v1/oauth2/clients", &example()).await.json();
        for (name, value) in example().as_object().unwrap() {
            assert_eq!(&made[name], value, "{name}");
        }
        let path = format!("/api/v1/oauth2/clients/{}", made["clientId"].as_str().unwrap());
        let mut shown = made.clone();
        shown.as_object_mut().unwrap().remove("clientSecret");
        let list = key.get("/api/v1/oauth2/clients").await.json();
        assert_eq!(list, json!({"items": [shown], "pagination": {"totalCount": 1, "maxPage": 1}}));
        let read = key.get(&path).await;
        assert_eq!((read.json(), read.header("etag")), (shown.clone(), "\"r0\""));

        let patched =
            key.patch(&path, &json!({"allowedScopes": ["openid"], "termsUrl": "https://app.example.com/terms"})).await;
        assert_eq!(patched.status, 200, "{}", patched.body);
        shown["allowedScopes"] = json!(["openid"]);
        shown["termsUrl"] = "https://app.example.com/terms".into();
        assert_eq!(patched.json(), shown, "what was not named stays");
        let refused = key.patch(&path, &json!({"type": "confidential"})).await;
        assert_eq!((refused.status.as_u16(), refused.json()["field"].clone()), (400, json!("type")));
        let stale = key.clone().header("if-match", "\"r0\"").patch(&path, &json!({"name": "x"})).await;
        assert_eq!(stale.status, 412);

        let rotated = key.send(Method::POST, &format!("{path}/rotate-secret"), None).await.json();
        assert_eq!(rotated["clientId"], made["clientId"]);
        assert_ne!(rotated["clientSecret"], made["clientSecret"]);
        let public = key.patch(&path, &json!({"type": "PUBLIC"})).await.json();
        assert_eq!((&public["type"], public.get("clientSecret")), (&json!("PUBLIC"), None));
        assert_eq!(key.delete(&path).await.json(), json!({"deleted": true}));
        assert_eq!(key.get(&path).await.status, 404);
        // A browser of another site cannot read any of it.
        let foreign = [("origin", "https://evil.example")];
        let reply = Browser::new(&app).call(Method::GET, &path, &foreign, "").await;
        assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (401, ""));
        app.stop().await;
    })
    .await;
}
