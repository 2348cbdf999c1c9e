//! OpenID Connect (checklist 112-123).
use serde_json::{Value, json};
use testkit::{Browser, Kind, Party, TestApp, Tokens, for_each_database};

#[tokio::test]
async fn checklist_112_prompt_none_is_silent() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 2).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let silent = [("prompt", "none"), ("sub_type", "workspace")];
        let reply = browser.get(&party.authorize(&silent)).await;
        assert_eq!(reply.answer("error").as_deref(), Some("login_required"));
        let first = party.approve(&mut browser, &user, &[("sub_type", "workspace")], Some(user.workspaces[1])).await;
        let first = Tokens(party.exchange(&first.answer("code").unwrap()).await.json());
        let reply = browser.get(&party.authorize(&silent)).await;
        let second = Tokens(party.exchange(&reply.answer("code").unwrap()).await.json());
        assert_eq!(first.id_claims()["sub"], second.id_claims()["sub"]);
        let other = Party::new(&app, Kind::Web).await;
        assert_eq!(
            browser.get(&other.authorize(&[("prompt", "none")])).await.answer("error").as_deref(),
            Some("consent_required")
        );
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_114_115_signing_in_again() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let auth_time = |t: &Tokens| t.id_claims()["auth_time"].as_i64().unwrap();
        let first = party.tokens(&mut browser, &user, &[]).await;
        app.clock.advance(100);
        let same = party.tokens(&mut browser, &user, &[("max_age", "10000")]).await;
        assert_eq!(auth_time(&first), auth_time(&same));
        for more in [[("max_age", "1")], [("prompt", "login")]] {
            let page = browser.get(&party.authorize(&more)).await;
            assert!(page.body.contains("Sign in again"));
            let tokens = party.tokens(&mut browser, &user, &more).await;
            assert!(auth_time(&tokens) > auth_time(&first));
            app.clock.advance(100);
        }
        let silent = browser.get(&party.authorize(&[("max_age", "1"), ("prompt", "none")])).await;
        assert_eq!(silent.answer("error").as_deref(), Some("login_required"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_116_a_hint_at_another_user_gives_nobodys_token() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 0).await, app.user("bob@example.com", 0).await);
        let party = Party::new(&app, Kind::Web).await;
        let (mut adas, mut bobs) = (Browser::new(&app), Browser::new(&app));
        let hint = party.tokens(&mut adas, &ada, &[]).await.0["id_token"].as_str().unwrap().to_owned();
        party.tokens(&mut bobs, &bob, &[]).await;
        let with = |prompt: &'static str| party.authorize(&[("id_token_hint", &hint), ("prompt", prompt)]);
        assert_eq!(bobs.get(&with("none")).await.answer("error").as_deref(), Some("login_required"));
        assert!(bobs.get(&with("")).await.body.contains("login-submit"), "the other user may sign in");
        assert!(adas.get(&with("none")).await.answer("code").is_some());
        let forged = format!("{hint}x");
        let reply = adas.get(&party.authorize(&[("id_token_hint", &forged)])).await;
        assert_eq!(reply.answer("error").as_deref(), Some("invalid_request"));
        let foreign = Party::new(&app, Kind::Web).await;
        let reply = adas.get(&foreign.authorize(&[("id_token_hint", &hint)])).await;
        assert_eq!(reply.answer("error").as_deref(), Some("invalid_request"), "another client's token is no hint");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_117_121_id_tokens() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let claims = json!({"id_token": {"email": null, "auth_time": null}, "userinfo": {"name": null}}).to_string();
        let tokens = party.tokens(&mut Browser::new(&app), &user, &[("claims", &claims)]).await;
        let id = tokens.id_claims();
        assert_eq!(id["iss"], testkit::ISSUER);
        assert_eq!(id["aud"], party.id.as_str());
        assert_eq!(id["sub"], user.user.id.to_string());
        assert_eq!(id["nonce"], "n-1");
        assert_eq!(id["email"], "ada@example.com", "asked for by name");
        assert!(id.get("name").is_none(), "by scope, claims come at userinfo");
        assert!(id["exp"].as_i64() > id["iat"].as_i64() && id["sid"].is_string());
        assert!(id.get("acr").is_none() && id["amr"] == json!(["pwd"]), "{id}");
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, tokens.access().as_bytes());
        assert_eq!(id["at_hash"], domain::platform::encoding::base64url(&digest.as_ref()[..16]));
        let header: Value = serde_json::from_slice(
            &domain::platform::encoding::from_base64url(
                tokens.0["id_token"].as_str().unwrap().split('.').next().unwrap(),
            )
            .unwrap(),
        )
        .unwrap();
        assert_eq!((&header["alg"], &header["typ"]), (&"RS256".into(), &"JWT".into()));
        app.clock.advance(50);
        let again = Tokens(party.refresh(&tokens.refresh()).await.json()).id_claims();
        for name in ["iss", "sub", "aud", "auth_time"] {
            assert_eq!(again[name], id[name], "{name}");
        }
        assert!(again.get("nonce").is_none() && again["iat"].as_i64() > id["iat"].as_i64());
        // Naming a claim is no way around consent.
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let page =
            browser.get(&party.authorize(&[("scope", "openid"), ("claims", &claims), ("prompt", "consent")])).await;
        let form = page.form("consent-allow").set("action", "allow").untick("scope", "email");
        let code = browser.submit(&form).await.answer("code").unwrap();
        assert!(Tokens(party.exchange(&code).await.json()).id_claims().get("email").is_none());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_122_offline_access() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        party.tokens(&mut browser, &user, &[("scope", "openid")]).await;
        let more = [("scope", "openid offline_access"), ("prompt", "none")];
        let reply = browser.get(&party.authorize(&more)).await;
        let tokens = party.exchange(&reply.answer("code").unwrap()).await.json();
        assert_eq!(tokens["scope"], "openid", "not consented, so ignored; no error");
        let tokens = party.tokens(&mut browser, &user, &more[..1]).await;
        assert_eq!(tokens.0["scope"], "openid offline_access");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_123_form_post() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let state = "\"><script>alert(1)</script>";
        let mut browser = Browser::new(&app);
        let page = party.approve(&mut browser, &user, &[("response_mode", "form_post"), ("state", state)], None).await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"));
        let form = page.form("form-post-continue");
        assert_eq!((form.action.as_str(), form.get("state")), ("https://client.example/callback", Some(state)));
        assert!(form.get("code").is_some() && form.get("iss") == Some(testkit::ISSUER));
        assert!(!page.body.contains("<script>alert"));
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self' 'sha256-")
                && !policy.contains("form-action")
                && !policy.contains("unsafe"),
            "{policy}"
        );
        let error = browser.get(&party.authorize(&[("response_mode", "form_post"), ("scope", "nothing")])).await;
        assert_eq!(error.form("form-post-continue").get("error"), Some("invalid_scope"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_124_logout_at_the_request_of_an_application() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let bye = "https://client.example/bye";
        let party =
            Party::with(&app, Kind::Web, |new| new.config.post_logout_redirect_uris = vec![bye.to_owned()]).await;
        let other = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let hint = party.tokens(&mut browser, &user, &[]).await.0["id_token"].as_str().unwrap().to_owned();
        let end = |fields: &[(&str, &str)]| {
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            format!("/oauth2/end_session?{query}")
        };
        let refused = [
            (
                vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://evil.example/")],
                "post_logout_redirect_uri_not_registered",
            ),
            (vec![("id_token_hint", hint.as_str()), ("client_id", other.id.as_str())], "client_id_mismatch"),
            (vec![("post_logout_redirect_uri", bye)], "redirect_without_client"),
            (vec![("client_id", "cs_ci_nobody")], "client_unknown"),
        ];
        for (fields, reason) in refused {
            let reply = browser.get(&end(&fields)).await;
            assert_eq!((reply.status.as_u16(), reply.header("location")), (400, ""), "{fields:?}");
            assert_eq!(app.outcomes("logout").await[0], reason);
        }
        assert!(browser.get("/account").await.body.contains("ada@example.com"), "none of these signed anybody out");
        // Point 5.5: a hint that cannot be read is as good as none, and leads nowhere.
        let modified = format!("{hint}x");
        for unreadable in ["undefined", "null", "x.y.z", modified.as_str()] {
            let asked = browser
                .get(&end(&[("id_token_hint", unreadable), ("post_logout_redirect_uri", bye), ("state", "s")]))
                .await;
            assert_eq!(asked.status, 200, "{}", asked.body);
            assert!(asked.body.contains("Sign out?") && asked.form("logout-submit").get("state") == Some("s"));
            assert_eq!(app.outcomes("logout").await[0], "id_token_hint_invalid");
            let fields =
                [("id_token_hint", unreadable), ("post_logout_redirect_uri", bye), ("client_id", party.id.as_str())];
            let named = browser.get(&end(&fields)).await;
            assert!(named.body.contains("asks you to sign out"), "{}", named.body);
        }
        let asked = browser.get(&end(&[("id_token_hint", "undefined"), ("post_logout_redirect_uri", bye)])).await;
        let out = browser.submit(&asked.form("logout-submit")).await;
        assert!(out.status == 200 && out.body.contains("signed out"), "{}", out.body);
        assert!(!browser.get("/account").await.body.contains("ada@example.com"));
        browser.sign_in_here("ada@example.com").await;
        // Without proof that this session is meant, the user is asked.
        let asked = browser
            .get(&end(&[("client_id", party.id.as_str()), ("post_logout_redirect_uri", bye), ("state", "s&1")]))
            .await;
        assert!(asked.body.contains("Sign out?"));
        let done = browser.submit(&asked.form("logout-submit")).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "https://client.example/bye?state=s%261"));
        assert!(!browser.get("/account").await.body.contains("ada@example.com"));
        // With an ID token of this session, nobody is asked.
        let hint = party.tokens(&mut browser, &user, &[]).await.0["id_token"].as_str().unwrap().to_owned();
        let done = browser.get(&end(&[("id_token_hint", &hint), ("post_logout_redirect_uri", bye)])).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, bye));
        assert_eq!(
            browser.get(&party.authorize(&[("prompt", "none")])).await.answer("error").as_deref(),
            Some("login_required")
        );
        // No parameters: a page.
        browser.sign_in_here("ada@example.com").await;
        let page = browser.get("/oauth2/end_session").await;
        assert!(browser.submit(&page.form("logout-submit")).await.body.contains("signed out"));
        app.stop().await;
    })
    .await;
}
