//! What real clients send is narrowed instead of refused: PKCE, scopes and resources (*narrow instead of refusing*,
//! points 1 to 5).
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

/// Checklist 29.
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

/// Checklist 103.
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

/// The body of a registration as these clients send it, and what they get.
#[tokio::test]
async fn point_1_clients_of_the_field_register() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let nobody = Api::nobody(&app);
        let cursor = json!({"client_name": "Cursor", "application_type": "web", "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://www.cursor.com/agents/mcp/oauth/callback", "cursor://anysphere.cursor-mcp/oauth/callback",
                "http://localhost:8787/callback", "javascript:alert(1)"],
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
            "response_types": ["code"], "backchannel_logout_uri": "https://www.cursor.com/bye", "software_statement": "a.b.c"});
        let made = nobody.post("/oauth2/register", &cursor).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        assert_eq!(made["redirect_uris"].as_array().unwrap().len(), 3, "one bad URI does not fail the rest");
        assert_eq!(made["grant_types"], json!(["authorization_code", "refresh_token"]));
        for member in ["backchannel_logout_uri", "software_statement"] {
            assert_eq!(made.get(member), None, "conformance point 4: {member}");
        }
        // Older VS Code: any port on an IP address, though it says nothing of its type.
        let code = registered(&app, &json!({"redirect_uris": ["http://127.0.0.1/", "https://vscode.dev/redirect"],
            "token_endpoint_auth_method": "none"})).await;
        let code = Party { redirect_uri: "http://127.0.0.1:33418/".to_owned(), ..code };
        code.code(&mut Browser::new(&app), &ada, &[("scope", "openid")]).await;
        // The Python SDK asks for everything that discovery lists.
        let all = nobody.get("/.well-known/openid-configuration").await.json()["scopes_supported"].clone();
        let all: Vec<_> = all.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!(!all.contains(&"admin"));
        let body = json!({"redirect_uris": ["https://a.example/cb"], "scope": all.join(" ")});
        let made = nobody.post("/oauth2/register", &body).await.json();
        assert_eq!(made["scope"], all.join(" "));

        for (member, value, reason) in [
            ("token_endpoint_auth_method", json!("tls_client_auth"), "auth_method_unsupported"),
            ("token_endpoint_auth_method", json!("client_secret_jwt"), "auth_method_unsupported"),
            ("token_endpoint_auth_method", json!("private_key_jwt"), "jwks_missing"),
            ("require_pushed_authorization_requests", json!(true), "metadata_member_unsupported"),
            ("dpop_bound_access_tokens", json!(true), "metadata_member_unsupported"),
            ("tls_client_certificate_bound_access_tokens", json!(true), "metadata_member_unsupported"),
            ("subject_type", json!("pairwise"), "metadata_member_unsupported"),
            ("id_token_encrypted_response_alg", json!("RSA-OAEP"), "metadata_member_unsupported"),
            ("redirect_uris", json!(["javascript:x", "https:a.example", "https:///a", "https://*/"]), "redirect_uri_invalid"),
        ] {
            let mut body = json!({"redirect_uris": ["https://a.example/cb"]});
            body[member] = value;
            assert_eq!(nobody.post("/oauth2/register", &body).await.status, 400, "{member}");
            assert_eq!(app.outcomes("client.registered").await[0], reason, "{member}");
        }
        // People read which field is wrong.
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let new = json!({"name": "A", "redirectUris": ["https://a.example/cb", "javascript:x"]});
        let refused = key.post("/api/v1/oauth2/clients", &new).await;
        assert_eq!((refused.status.as_u16(), refused.json()["field"].clone()), (400, json!("redirectUris")));
        let headers = [("content-type", "application/json")];
        let twice = r#"{"redirect_uris": ["https://a.example/cb"], "jwks": {"keys": [], "keys": []}}"#;
        let refused = Browser::new(&app).call(Method::POST, "/oauth2/register", &headers, twice).await;
        assert_eq!((refused.status.as_u16(), refused.error().as_str()), (400, "invalid_request"), "point 5: a repeated member");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_5_what_was_read_changes_nothing_when_it_is_written() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let stored = async |id: &str| {
            let id = ClientId::parse(id).unwrap();
            let client = flows::unguarded::applications::find(&app.app, &app.ctx(), &id).await.unwrap().unwrap();
            domain::clients::Client { revision: 0, secrets: Vec::new(), ..client }
        };
        // RFC 7592, with the fewest members and with many.
        let few = json!({"redirect_uris": ["https://a.example/cb"]});
        let many = json!({"redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "client_secret_post",
            "logo_uri": "https://a.example/i.png", "default_sub_type": "user", "access_token_format": "jwt",
            "require_pkce": true, "access_token_lifetime_seconds": 60, "id_token_lifetime_seconds": 61,
            "refresh_token_lifetime_seconds": 62, "default_max_age": 9});
        for body in [&few, &many] {
            let made = Api::nobody(&app).post("/oauth2/register", body).await.json();
            for (name, value) in body.as_object().unwrap() {
                assert_eq!(&made[name], value, "{name}");
            }
            let id = made["client_id"].as_str().unwrap().to_owned();
            let path = format!("/oauth2/register/{id}");
            let client = Api::with(&app, made["registration_access_token"].as_str().unwrap());
            let (read, before) = (client.get(&path).await.json(), stored(&id).await);
            assert_eq!(client.put(&path, &read).await.status, 200);
            assert_eq!(stored(&id).await, before);
            assert_eq!(client.get(&path).await.json(), read);
            // Standard members that are left out are deleted; our own, which the client may not know, stay.
            let left = client.put(&path, &json!({"redirect_uris": ["https://a.example/cb"]})).await.json();
            assert_eq!(left.get("logo_uri"), None);
            for own in ["default_sub_type", "access_token_format", "require_pkce", "access_token_lifetime_seconds"] {
                assert_eq!(left.get(own), read.get(own), "{own}");
            }
        }
        let long = json!({"redirect_uris": ["https://a.example/cb"], "access_token_lifetime_seconds": 999_999});
        let made = Api::nobody(&app).post("/oauth2/register", &long).await.json();
        assert_eq!(made["access_token_lifetime_seconds"], 3600, "a stranger stays within the server's limits");
        assert_eq!(key.post("/api/oauth2/register", &long).await.json()["access_token_lifetime_seconds"], 999_999);

        // References 004 and 002.
        let new = json!({"name": "A", "description": "b", "homepage_url": "https://a.example", "default_sub_type": "user",
            "token_endpoint_auth_method": "client_secret_post", "access_token_format": "jwt", "require_pkce": true,
            "access_token_lifetime_seconds": 60, "redirect_uris": ["https://a.example/cb"]});
        let plain = json!({"name": "A", "description": "b", "homepage_url": "https://a.example"});
        for body in [&new, &plain] {
            let made = key.post("/oidc/clients", body).await.json()["client"].clone();
            for (name, value) in body.as_object().unwrap() {
                assert_eq!(&made[name], value, "{name}");
            }
            let id = made["id"].as_str().unwrap().to_owned();
            let before = stored(&id).await;
            let read = key.get(&format!("/oidc/clients/{id}")).await.json();
            assert_eq!(key.put(&format!("/oidc/clients/{id}"), &read).await.status, 200);
            assert_eq!(stored(&id).await, before, "004");
            let path = format!("/api/v1/oauth2/clients/{id}");
            let read = key.get(&path).await.json();
            assert_eq!(key.patch(&path, &read).await.json(), read);
            assert_eq!(stored(&id).await, before, "002");
        }
        app.stop().await;
    })
    .await;
}

/// RFC 9700 §4.11.2: a client that nobody knows must not make this server an open redirector.
/// Checklist 10.
#[tokio::test]
async fn conformance_point_1_errors_of_a_client_that_was_never_used() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let body = json!({"client_name": "Stranger", "redirect_uris": ["https://stranger.example/cb", "http://127.0.0.1/cb",
            "cursor://anysphere.mcp/cb"], "token_endpoint_auth_method": "none"});
        let party = registered(&app, &body).await;
        let wrong = party.authorize(&[("scope", "nothing")]);
        let page = Browser::new(&app).get(&wrong).await;
        assert_eq!((page.status.as_u16(), page.header("location")), (400, ""));
        assert_eq!(page.text("error-return").as_deref(), Some("Return to Stranger"));
        let link = page.body.split("id=\"error-return\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let link = url::Url::parse(&link.replace("&#38;", "&")).unwrap();
        assert!(link.as_str().starts_with("https://stranger.example/cb?"), "{link}");
        let said = |name: &str| link.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
        assert_eq!((said("error").as_deref(), said("state").as_deref()), (Some("invalid_scope"), Some("st")));
        assert_eq!(said("iss").as_deref(), Some(testkit::ISSUER));
        // A form where the client wants one.
        let posted = Browser::new(&app).get(&format!("{wrong}&response_mode=form_post")).await;
        let form = posted.form("error-return");
        assert_eq!((form.action.as_str(), form.get("error")), ("https://stranger.example/cb", Some("invalid_scope")));
        // What stays on the device, or in a frame, is answered at once.
        for uri in ["http://127.0.0.1:999/cb", "cursor://anysphere.mcp/cb"] {
            let asked = party.authorize(&[("scope", "nothing"), ("redirect_uri", uri)]);
            let reply = Browser::new(&app).get(&asked).await;
            assert_eq!(reply.answer("error").as_deref(), Some("invalid_scope"), "{uri}");
        }
        let framed = [("sec-fetch-dest", "iframe"), ("sec-fetch-site", "cross-site")];
        let silent = party.authorize(&[("prompt", "none")]);
        let reply = Browser::new(&app).call(Method::GET, &silent, &framed, "").await;
        assert_eq!(reply.answer("error").as_deref(), Some("login_required"));
        // Deny works the same way.
        let mut browser = Browser::new(&app);
        let login = browser.get(&party.authorize(&[("scope", "openid")])).await;
        let consent = browser.sign_in(&login, ada.user.email.as_str()).await;
        let denied = browser.submit(&consent.form("consent-allow").set("action", "deny")).await;
        assert_eq!((denied.status.as_u16(), denied.header("location")), (403, ""));
        assert!(denied.body.contains("href=\"https://stranger.example/cb?error=access_denied"), "{}", denied.body);
        app.stop().await;

        // With an initial access token, the operator knows whose client it is.
        let app = TestApp::with(database, |s| {
            s.registration.policy = flows::RegistrationPolicy::Token;
            let pepper = flows::platform::keys::pepper(&flows::MasterKey::new([7; 32]));
            s.registration.initial_access_tokens = vec![pepper.hash("initial")];
        })
        .await;
        let made = Api::with(&app, "initial").post("/oauth2/register", &body).await.json();
        let id = ClientId::parse(made["client_id"].as_str().unwrap()).unwrap();
        let party = Party { app: app.clone(), id, ..party };
        let reply = Browser::new(&app).get(&party.authorize(&[("scope", "nothing")])).await;
        assert_eq!(reply.answer("error").as_deref(), Some("invalid_scope"));
        app.stop().await;
    })
    .await;
}
