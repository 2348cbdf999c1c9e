//! Access tokens, introspection and userinfo (checklist 74-78, 86, 118), discovery and keys (97-99).
use axum::http::Method;
use domain::clients::{AccessTokenFormat, Trust};
use serde_json::{Value, json};
use testkit::{Browser, Kind, Party, Reply, TestApp, claims, for_each_database};

async fn userinfo(app: &TestApp, method: Method, authorization: &str) -> Reply {
    Browser::new(app).call(method, "/oauth2/userinfo", &[("authorization", authorization)], "").await
}

#[tokio::test]
async fn checklist_75_86_118_userinfo_takes_a_bearer_header_and_nothing_else() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 1).await;
        let web = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let tokens = web.tokens(&mut browser, &user, &[]).await;
        for method in [Method::GET, Method::POST] {
            for scheme in ["Bearer", "bearer", "BEARER"] {
                let reply = userinfo(&app, method.clone(), &format!("{scheme} {}", tokens.access())).await;
                assert_eq!(reply.status, 200);
                let claims = reply.json();
                assert_eq!(claims["sub"], tokens.id_claims()["sub"]);
                assert_eq!(claims["email"], "ada@example.com");
                assert_eq!(claims["name"], "Test Person");
                assert_eq!(claims["tenant_id"], user.workspaces[0].to_string(), "the only workspace");
                assert_eq!(claims["roles"], json!(["owner", "compliance_officer"]));
            }
        }
        let query = Browser::new(&app)
            .call(Method::GET, &format!("/oauth2/userinfo?access_token={}", tokens.access()), &[], "")
            .await;
        assert_eq!(query.status, 400);
        let none = userinfo(&app, Method::GET, "Basic x").await;
        assert_eq!((none.status.as_u16(), none.header("www-authenticate")), (401, "Bearer"));
        let bad = userinfo(&app, Method::GET, "Bearer rubbish").await;
        assert!(bad.status == 401 && bad.header("www-authenticate").contains("invalid_token"));
        let without = web.tokens(&mut browser, &user, &[("scope", "profile")]).await;
        assert_eq!(userinfo(&app, Method::GET, &format!("Bearer {}", without.access())).await.status, 403);
        assert!(without.0.get("id_token").is_none());
        let id_token = tokens.0["id_token"].as_str().unwrap();
        assert_eq!(
            userinfo(&app, Method::GET, &format!("Bearer {id_token}")).await.status,
            401,
            "76: an ID token is no access token"
        );
        assert_eq!(userinfo(&app, Method::GET, &format!("Bearer {}", tokens.refresh())).await.status, 401);
        app.clock.advance(3600);
        assert_eq!(userinfo(&app, Method::GET, &format!("Bearer {}", tokens.access())).await.status, 401, "expired");
        app.stop().await;
    })
    .await;
}

/// A client must not conclude that it needs more scopes: no scope makes the token good here.
#[tokio::test]
async fn checklist_74_userinfo_checks_the_resource_of_a_token_before_its_scopes() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let web = Party::new(&app, Kind::Web).await;
        let (mut browser, issuer) = (Browser::new(&app), app.app.settings().issuer.clone());
        for (scope, resource, status, error) in [
            ("openid", "https://mcp.example/", 401, "invalid_token"),
            ("profile", "https://mcp.example/", 401, "invalid_token"),
            ("profile", issuer.as_str(), 403, "insufficient_scope"),
            ("openid", issuer.as_str(), 200, ""),
        ] {
            let tokens = web.tokens(&mut browser, &user, &[("scope", scope), ("resource", resource)]).await;
            let reply = userinfo(&app, Method::GET, &format!("Bearer {}", tokens.access())).await;
            assert_eq!(reply.status.as_u16(), status, "{scope} {resource}");
            let error = if error.is_empty() { String::new() } else { format!("Bearer error=\"{error}\"") };
            assert!(reply.header("www-authenticate").starts_with(&error), "{scope} {resource}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_workspace_token_speaks_for_the_workspace() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 2).await;
        let web = Party::new(&app, Kind::Web).await;
        let chosen = user.workspaces[1];
        let reply = web.approve(&mut Browser::new(&app), &user, &[("sub_type", "workspace")], Some(chosen)).await;
        let tokens = testkit::Tokens(web.exchange(&reply.answer("code").unwrap()).await.json());
        let id = tokens.id_claims();
        let info = userinfo(&app, Method::GET, &format!("Bearer {}", tokens.access())).await.json();
        let seen = web.introspect(&tokens.access()).await;
        // The access token speaks for the workspace; the ID token and userinfo describe the person (point 3.1).
        let person = user.user.id.to_string();
        for (claims, sub) in [(&id, &person), (&info, &person), (&seen, &chosen.to_string())] {
            assert_eq!(claims["sub"], *sub);
            assert_eq!(claims["tenant_id"], chosen.to_string());
            assert_eq!(claims["roles"], json!(["owner", "compliance_officer"]));
        }
        assert!(seen.get("email").is_none() && seen.get("name").is_none(), "nothing of the person: {seen}");
        assert_eq!((&info["name"], &info["workspace"]["name"]), (&json!("Test Person"), &json!("Workspace 1")));
        assert_eq!(seen["sub_type"], "workspace");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_76_77_jwt_access_tokens() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let web = Party::with(&app, Kind::Web, |new| new.config.access_token_format = AccessTokenFormat::Jwt).await;
        let tokens = web.tokens(&mut Browser::new(&app), &user, &[]).await;
        let token = tokens.access();
        let said = claims(&token);
        for name in ["iss", "aud", "exp", "iat", "jti", "sub", "client_id", "scope"] {
            assert!(!said[name].is_null(), "{name}");
        }
        let header: Value = serde_json::from_slice(
            &domain::platform::encoding::from_base64url(token.split('.').next().unwrap()).unwrap(),
        )
        .unwrap();
        assert_eq!(header["typ"], "at+jwt");
        assert_eq!(userinfo(&app, Method::GET, &format!("Bearer {token}")).await.status, 200);
        let seen = web.introspect(&token).await;
        assert_eq!((&seen["active"], &seen["sub"], &seen["jti"]), (&true.into(), &said["sub"], &said["jti"]));
        let (head, signature) = token.rsplit_once('.').unwrap();
        let none = format!(
            "{}.{}.",
            domain::platform::encoding::base64url(br#"{"alg":"none","typ":"at+jwt"}"#),
            head.split_once('.').unwrap().1
        );
        let mut broken = signature.to_owned();
        broken.replace_range(0..1, if signature.starts_with('A') { "B" } else { "A" });
        for forged in [none, format!("{head}.{broken}"), format!("{head}.")] {
            assert_eq!(web.introspect(&forged).await, json!({"active": false}));
        }
        web.post("/oauth2/revoke", &[("token", &token)]).await;
        assert_eq!(web.introspect(&token).await, json!({"active": false}), "revocation is exact for JWTs too");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_78_introspection_tells_strangers_nothing() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let (web, other) = (Party::new(&app, Kind::Web).await, Party::new(&app, Kind::Web).await);
        let service = Party::with(&app, Kind::Machine, |new| new.trust = Trust::FirstParty).await;
        let tokens = web.tokens(&mut Browser::new(&app), &user, &[]).await;
        let inactive = json!({"active": false});
        assert_eq!(service.introspect(&tokens.access()).await["active"], true, "the operator's own service");
        assert_eq!(other.introspect(&tokens.access()).await, inactive);
        assert_eq!(app.outcomes("introspection").await[0], "token_of_another_client");
        assert_eq!(other.introspect("rubbish").await, inactive);
        let nothing = web.introspect("").await;
        assert_eq!(nothing["error"], "invalid_request", "RFC 7662 section 2.1: a token is required");
        let public = Party::new(&app, Kind::Spa).await;
        assert_eq!(public.post("/oauth2/introspect", &[("token", &tokens.access())]).await.status, 401);
        let seen = web.introspect(&tokens.refresh()).await;
        assert_eq!((&seen["active"], &seen["token_type"]), (&true.into(), &"refresh_token".into()));
        app.clock.advance(3601);
        assert_eq!(web.introspect(&tokens.access()).await, inactive);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_33_97_98_metadata_is_one_document_and_true() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let mut browser = Browser::new(&app);
        let metadata = browser.get("/.well-known/openid-configuration").await;
        assert_eq!(metadata.header("content-type"), "application/json");
        assert_eq!(metadata.body, browser.get("/.well-known/oauth-authorization-server").await.body);
        let metadata = metadata.json();
        assert_eq!(metadata["issuer"], testkit::ISSUER);
        assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
        for (name, value) in metadata.as_object().unwrap() {
            if let Some(path) = value
                .as_str()
                .and_then(|v| v.strip_prefix(testkit::ISSUER))
                .filter(|_| name.ends_with("_endpoint") || name == "jwks_uri")
            {
                assert_ne!(browser.call(Method::GET, path, &[], "").await.status, 404, "{name}");
            }
        }
        let list = |name: &str| -> Vec<String> { serde_json::from_value(metadata[name].clone()).unwrap() };
        for mode in list("response_modes_supported") {
            let party = Party::new(&app, Kind::Web).await;
            let reply = party.approve(&mut browser, &user, &[("response_mode", &mode)], None).await;
            match mode.as_str() {
                "form_post" => assert_eq!(reply.form("form-post-continue").get("state"), Some("st")),
                "fragment" => assert!(reply.location().fragment().unwrap().contains("code=")),
                _ => assert!(reply.answer("code").is_some()),
            }
        }
        for alg in list("id_token_signing_alg_values_supported") {
            let alg = jose::SigningAlg::parse(&alg).unwrap();
            let party = Party::with(&app, Kind::Web, |new| new.config.id_token_signed_response_alg = Some(alg)).await;
            let tokens = party.tokens(&mut browser, &user, &[]).await;
            let keys = app.app.keys();
            let verified: Value =
                jose::verify(tokens.0["id_token"].as_str().unwrap(), "JWT", keys.verifiers()).unwrap();
            assert_eq!(verified["aud"], party.id.as_str());
        }
        for prompt in list("prompt_values_supported") {
            let party = Party::new(&app, Kind::Web).await;
            let reply = browser.get(&party.authorize(&[("prompt", &prompt)])).await;
            let expected = match prompt.as_str() {
                "none" => reply.answer("error").unwrap() == "consent_required",
                "login" => reply.body.contains("Sign in again"),
                "select_account" => reply.body.contains("account-continue"),
                _ => reply.body.contains("consent-allow"),
            };
            assert!(expected, "{prompt}: {}", reply.body);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_issuer_with_a_path_answers_at_all_four_addresses() {
    let database = testkit::Database::sqlite();
    let app = TestApp::with(&database, |s| s.issuer = "http://localhost:8080/tenant".to_owned()).await;
    let mut browser = Browser::new(&app);
    for path in [
        "/.well-known/oauth-authorization-server/tenant",
        "/.well-known/openid-configuration/tenant",
        "/tenant/.well-known/openid-configuration",
        "/tenant/.well-known/oauth-authorization-server",
    ] {
        let reply = browser.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.json()["issuer"], "http://localhost:8080/tenant");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    }
    assert_eq!(browser.get("/tenant/oauth2/jwks").await.status, 200);
    app.stop().await;
}

#[tokio::test]
async fn checklist_99_keys_rotate_without_breaking_anything() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let web = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let kids = async |browser: &mut Browser| -> Vec<String> {
            let jwks = browser.get("/oauth2/jwks").await.json();
            let keys = jwks["keys"].as_array().unwrap().clone();
            for key in &keys {
                assert!(["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|private| key.get(private).is_none()));
                assert!(key["use"] == "sig" && key["alg"].is_string());
            }
            keys.iter().map(|k| k["kid"].as_str().unwrap().to_owned()).collect()
        };
        let before = kids(&mut browser).await;
        let distinct: std::collections::HashSet<_> = before.iter().collect();
        assert_eq!(distinct.len(), before.len());
        let tokens = web.tokens(&mut browser, &user, &[]).await;
        flows::unguarded::keys::rotate_keys(&app.app, &app.ctx(), true).await.unwrap();
        let after = kids(&mut browser).await;
        assert!(
            before.iter().all(|kid| after.contains(kid)) && after.len() > before.len(),
            "old ones stay, new ones come"
        );
        let next = web.tokens(&mut browser, &user, &[]).await;
        let kid = |t: &testkit::Tokens| -> Value {
            let header = t.0["id_token"].as_str().unwrap().split('.').next().unwrap().to_owned();
            serde_json::from_slice::<Value>(&domain::platform::encoding::from_base64url(&header).unwrap()).unwrap()["kid"].clone()
        };
        assert_ne!(kid(&tokens), kid(&next));
        assert!(
            before.contains(&kid(&next).as_str().unwrap().to_owned()),
            "the new key was published before it signed"
        );
        assert_eq!(
            web.introspect(&tokens.access()).await["active"],
            true,
            "what the old sealing key sealed still opens"
        );
        assert_eq!(web.refresh(&tokens.refresh()).await.status, 200);
        app.clock.advance(31 * 24 * 3600);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        assert!(
            !kids(&mut browser).await.contains(&kid(&tokens).as_str().unwrap().to_owned()),
            "gone when its last token is dead"
        );
        app.stop().await;
    })
    .await;
}
