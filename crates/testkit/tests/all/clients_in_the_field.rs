//! What real clients send is narrowed instead of refused: PKCE, scopes and resources (*narrow instead of refusing*,
//! points 2 to 4).
use axum::http::Method;
use domain::ClientId;
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, TestApp, VERIFIER, for_each_database};

const WITHOUT_PKCE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

/// A client that registers itself, as a program does.
async fn registered(app: &TestApp, body: &Value) -> Party {
    let reply = Api::nobody(app).post("/oauth2/register", body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let made = reply.json();
    Party {
        app: app.clone(),
        id: ClientId::parse(made["client_id"].as_str().unwrap()).unwrap(),
        secret: made["client_secret"].as_str().map(str::to_owned),
        redirect_uri: body["redirect_uris"][0].as_str().unwrap().to_owned(),
    }
}

#[tokio::test]
async fn point_3_a_confidential_client_goes_without_pkce_unless_it_is_set() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let party = registered(&app, &json!({"redirect_uris": ["https://client.example/callback"]})).await;
        let mut browser = Browser::new(&app);
        let code = party.code(&mut browser, &ada, &WITHOUT_PKCE).await;
        let unexpected = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
        assert_eq!(party.token(&unexpected).await.error(), "invalid_grant", "a verifier without a challenge");
        assert_eq!(app.outcomes("token.authorization_code").await[0], "code_verifier_unexpected");
        assert_eq!(party.token(&unexpected[..2]).await.status, 200);

        // The setting, by each API that changes clients.
        let made = key
            .post(
                "/oidc/clients",
                &json!({"name": "A", "description": "b", "homepage_url": "https://a.example",
            "redirect_uris": ["https://client.example/callback"], "scopes": ["openid", "profile", "email"]}),
            )
            .await
            .json();
        let id = made["client"]["id"].as_str().unwrap().to_owned();
        assert_eq!(made["client"]["require_pkce"], false, "off unless it is set");
        let owned = Party { id: ClientId::parse(&id).unwrap(), secret: None, ..party.clone() };
        let needs = async || {
            let reply = owned.approve(&mut Browser::new(&app), &ada, &WITHOUT_PKCE, None).await;
            reply.answer("error_description").is_some_and(|said| said.starts_with("PKCE is required"))
        };
        assert!(!needs().await);
        let put = key.send(Method::PUT, &format!("/oidc/clients/{id}"), Some(&json!({"require_pkce": true}))).await;
        assert_eq!(put.json()["client"]["require_pkce"], true, "{}", put.body);
        assert!(needs().await);
        let path = format!("/api/v1/oauth2/clients/{id}");
        assert_eq!(key.patch(&path, &json!({"requirePkce": false})).await.json()["requirePkce"], false);
        assert!(!needs().await);
        let refused = key.patch(&path, &json!({"requirePkce": "yes"})).await;
        assert_eq!((refused.status.as_u16(), refused.json()["field"].clone()), (400, json!("requirePkce")));
        let both = key.patch(&path, &json!({"type": "CONFIDENTIAL", "tokenEndpointAuthMethod": "none"})).await;
        assert_eq!((both.status.as_u16(), both.json()["field"].clone()), (400, json!("type")));
        assert_eq!(app.outcomes("client.updated").await[0], "client_type_contradicts_method");
        app.stop().await;
        let app = TestApp::with(database, |s| s.require_pkce = true).await;
        let party = Party { app: app.clone(), ..party };
        let reply = Browser::new(&app).get(&party.authorize(&WITHOUT_PKCE)).await;
        assert_eq!(reply.answer("error").as_deref(), Some("invalid_request"), "the server's setting");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_2_a_self_registered_client_asks_for_what_its_trust_allows() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        // As Claude Code registers: without a scope. Later it asks for the API's.
        let body = json!({"redirect_uris": ["http://localhost:3118/callback"], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"]});
        let party = registered(&app, &body).await;
        let asked = [("scope", "openid contracts:read contracts:write nothing:here admin")];
        let tokens = party.tokens(&mut Browser::new(&app), &ada, &asked).await;
        assert_eq!(tokens.0["scope"], "openid contracts:read contracts:write", "the excess is dropped, and said");
        let beyond = party
            .token(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh()), ("scope", "openid email")])
            .await;
        assert_eq!(beyond.error(), "invalid_scope", "a refresh asks for nothing new");
        let none = Browser::new(&app).get(&party.authorize(&[("scope", "nothing:here")])).await;
        assert_eq!(none.answer("error").as_deref(), Some("invalid_scope"));

        let owned = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(ada.workspaces[0])).await;
        let reply = Browser::new(&app).get(&owned.authorize(&[("scope", "openid nothing:here contracts:write")])).await;
        assert_eq!(reply.answer("error").as_deref(), Some("invalid_scope"));
        let said = reply.answer("error_description").unwrap();
        assert_eq!(said, "The client has not registered a requested scope: contracts:write");
        let device = registered(
            &app,
            &json!({"redirect_uris": ["http://127.0.0.1/"], "token_endpoint_auth_method": "none",
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]}),
        )
        .await;
        let scopes = [("scope", "contracts:read nothing:here")];
        assert_eq!(device.post("/oauth2/device_authorization", &scopes).await.status, 200);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_resources_compare_by_their_normal_form() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let party = Party::new(&app, Kind::Web).await;
        // While none is listed, what an MCP client names is the audience.
        let server = "https://MCP.example/mcp";
        let tokens = party.tokens(&mut Browser::new(&app), &ada, &[("resource", server)]).await;
        assert_eq!(party.introspect(&tokens.access()).await["aud"], server, "as it was asked for");
        let refreshed = party
            .token(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", &tokens.refresh()),
                ("resource", "https://mcp.example:443/mcp"),
            ])
            .await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
        app.stop().await;

        let app = TestApp::with(database, |s| s.catalogue.resources = vec!["https://api.example".to_owned()]).await;
        let party = Party { app: app.clone(), ..party };
        let asked = party.tokens(&mut Browser::new(&app), &ada, &[("resource", "HTTPS://API.example/")]).await;
        assert_eq!(party.introspect(&asked.access()).await["aud"], "HTTPS://API.example/");
        let unknown = Browser::new(&app).get(&party.authorize(&[("resource", server)])).await;
        assert_eq!(unknown.answer("error").as_deref(), Some("invalid_target"));
        let said = unknown.answer("error_description").unwrap();
        assert_eq!(said, format!("A requested resource is unknown: {server}"));
        let fields = [("grant_type", "client_credentials"), ("resource", "https://x.example/\"")];
        let machine = Party::new(&app, Kind::Machine).await;
        let said = machine.token(&fields).await.json();
        assert_eq!(said["error_description"], "A requested resource is unknown: https://x.example/?");
        app.stop().await;
        let app = TestApp::with(database, |s| s.unlisted_resources = false).await;
        let party = Party { app: app.clone(), ..party };
        let refused = Browser::new(&app).get(&party.authorize(&[("resource", server)])).await;
        assert_eq!(refused.answer("error").as_deref(), Some("invalid_target"), "switched off");
        app.stop().await;
    })
    .await;
}
