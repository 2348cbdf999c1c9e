//! Reference 003, from top to bottom.
use domain::oauth::pkce::CodeChallenge;
use serde_json::{Value, json};
use testkit::{Api, Kind, Party, TestApp, VERIFIER, for_each_database};

/// The parameter of a redirect.
fn of(answer: &Value, name: &str) -> Option<String> {
    let to = url::Url::parse(answer["redirect_to"].as_str().unwrap_or_else(|| panic!("{answer}"))).unwrap();
    to.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}

#[tokio::test]
async fn reference_003_scopes_are_public_and_say_what_they_open() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| {
            let contracts = settings.catalogue.scopes.iter_mut().find(|s| s.name == "contracts:read").unwrap();
            contracts.operations = vec!["GET /contracts".to_owned()];
            settings.catalogue.resources = vec!["https://api.example/".to_owned()];
        })
        .await;
        let nobody = Api::nobody(&app);
        let reply = nobody.get("/oauth2/scopes").await;
        assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (200, "*"));
        for mount in ["/api/oauth2", "/api/v1/oauth2"] {
            assert_eq!(nobody.get(&format!("{mount}/scopes")).await.body, reply.body);
        }
        assert_eq!(reply.json()["resources"], json!(["https://api.example/"]));
        let scopes = reply.json()["scopes"].as_array().unwrap().clone();
        let scope = |name: &str| scopes.iter().find(|s| s["name"] == name).unwrap().clone();
        assert_eq!(scope("contracts:read")["operations"], json!(["GET /contracts"]));
        assert!(scope("clients:read")["operations"].as_array().unwrap().len() > 1, "operations of this server");
        assert!(!scope("openid")["description"].as_str().unwrap().is_empty());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn reference_003_authorize_consent_and_token() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        let party = Party::with(&app, Kind::Web, |new| new.config.any_secret_method = true).await;
        let person = Api::person(&app, &ada, "").await;
        let challenge = CodeChallenge::of(VERIFIER).text();
        // The whole request comes with the decision, and there is no response type: there is one only.
        let request = |decision: &str| {
            json!({
                "client_id": party.id, "redirect_uri": party.redirect_uri, "scope": "openid email", "state": "s-1",
                "code_challenge": challenge, "code_challenge_method": "S256", "decision": decision, "sub_type": "user"
            })
        };
        let query = {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in request("").as_object().unwrap().iter().filter(|(n, _)| *n != "decision") {
                query.append_pair(name, value.as_str().unwrap());
            }
            format!("/api/oauth2/authorize?{}", query.finish())
        };
        assert_eq!(person.get(&query).await.json()["consent_required"], true);
        let bearer = person.clone().header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        let denied = bearer.post("/api/v1/oauth2/consent", &request("deny")).await;
        assert_eq!((denied.status.as_u16(), denied.answer("error").as_deref()), (303, Some("access_denied")));
        let denied = person.post("/api/oauth2/consent", &request("deny")).await.json();
        assert_eq!(
            (of(&denied, "error").as_deref(), of(&denied, "state").as_deref()),
            (Some("access_denied"), Some("s-1"))
        );
        let wrong = person.post("/api/oauth2/consent", &request("perhaps")).await;
        assert_eq!((wrong.status.as_u16(), wrong.error().as_str()), (400, "invalid_request"));
        let allowed = person.post("/api/oauth2/consent", &request("allow")).await.json();
        let code = of(&allowed, "code").unwrap();
        assert_eq!(of(&allowed, "iss").as_deref(), Some(testkit::ISSUER));
        // Point 4.9: a browser is redirected, a program reads where to.
        let sent = bearer.post("/api/oauth2/consent", &request("allow")).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert!(sent.location().as_str().starts_with(&party.redirect_uri) && sent.answer("code").is_some());
        let json = person.clone().header("accept", "application/json");
        assert_eq!(json.post("/api/oauth2/consent", &request("allow")).await.status, 200);
        // Approved before: the code comes at once.
        assert!(of(&person.get(&query).await.json(), "code").is_some());

        let exchange = json!({
            "client_id": party.id, "client_secret": party.secret, "redirect_uri": party.redirect_uri, "code": code,
            "code_verifier": VERIFIER, "grant_type": "authorization_code"
        });
        let nobody = Api::nobody(&app);
        let mut wrong = exchange.clone();
        wrong["code_verifier"] = "another-verifier-that-is-long-enough-to-be-one".into();
        assert_eq!(nobody.post("/api/oauth2/token", &wrong).await.error(), "invalid_grant");
        let tokens = nobody.post("/api/oauth2/token", &exchange).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let tokens = tokens.json();
        assert_eq!((&tokens["token_type"], &tokens["scope"]), (&json!("Bearer"), &json!("openid email")));
        assert!(tokens["access_token"].is_string());
        let missing = nobody.post("/api/oauth2/token", &json!({"grant_type": "authorization_code"})).await;
        assert!(missing.status.is_client_error(), "{}", missing.body);
        app.stop().await;
    })
    .await;
}
