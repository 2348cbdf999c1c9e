//! The authorization endpoint: whom it redirects to, and whom never (checklist 1-27).
use domain::clients::Trust;
use testkit::{Browser, Kind, Party, TestApp, for_each_database};

/// A page with this OAuth error code, and no redirect whatever.
async fn refused(app: &TestApp, url: &str, code: &str, reason: &str) {
    let reply = Browser::new(app).get(url).await;
    assert_eq!(reply.status, 400, "{url}");
    assert_eq!(reply.header("location"), "", "{url}");
    assert!(reply.body.contains("<h1>That did not work</h1>"), "{url}");
    assert_eq!(reply.text("error-code").as_deref(), Some(code), "{url}");
    assert_eq!(reply.text("request-id").as_deref(), Some(reply.header("x-request-id")));
    assert_eq!(app.outcomes("authorize").await.first().map(String::as_str), Some(reason), "{url}");
}

#[tokio::test]
async fn checklist_1_7_8_9_no_redirect_to_what_was_not_registered() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::new(&app, Kind::Web).await;
        for uri in [
            "https://client.example/callback/",
            "https://client.example/Callback",
            "https://client.example/callback?x=1",
            "https://evil.example/callback",
            "http://client.example/callback",
            "javascript:alert(1)",
        ] {
            refused(&app, &party.authorize(&[("redirect_uri", uri)]), "invalid_request", "redirect_uri_not_registered")
                .await;
        }
        refused(&app, &party.authorize(&[("client_id", "cs_ci_nobody")]), "invalid_client", "client_unknown").await;
        refused(&app, &party.authorize(&[("client_id", "")]), "invalid_request", "client_id_missing").await;
        let twice = format!("{}&redirect_uri=https%3A%2F%2Fevil.example", party.authorize(&[]));
        refused(&app, &twice, "invalid_request", "answer_parameter_repeated").await;
        let alone = Browser::new(&app).get(&party.authorize(&[("redirect_uri", "")])).await;
        assert_eq!(alone.status, 200, "with one registered the parameter may be left out");
        let two = Party::with(&app, Kind::Web, |new| {
            new.config.redirect_uris.push("https://client.example/other".to_owned());
        })
        .await;
        refused(&app, &two.authorize(&[("redirect_uri", "")]), "invalid_request", "redirect_uri_missing").await;
        for parameter in ["next", "return_to", "post_logout_redirect_uri", "continue", "url"] {
            for path in ["/login", "/logout", "/", "/signup", "/oauth2/interaction"] {
                let reply = Browser::new(&app).get(&format!("{path}?{parameter}=https://evil.example/")).await;
                assert!(
                    !reply.header("location").contains("evil") && !reply.body.contains("evil.example"),
                    "{path} {parameter}"
                );
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_12_to_17_22_23_errors_go_back_with_state_and_issuer() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::with(&app, Kind::Web, |new| new.config.require_pkce = true).await;
        let long = "s".repeat(2000) + "%&=+ü";
        let table = [
            (vec![("response_type", "")], "invalid_request", "response_type_missing"),
            (vec![("response_type", "token")], "unsupported_response_type", "response_type_unsupported"),
            (vec![("response_type", "code id_token")], "unsupported_response_type", "response_type_unsupported"),
            (vec![("scope", "nothing")], "invalid_scope", "scope_unknown"),
            (vec![("scope", "admin")], "invalid_scope", "scope_not_registered"),
            (vec![("code_challenge", ""), ("code_challenge_method", "")], "invalid_request", "code_challenge_missing"),
            (vec![("code_challenge_method", "plain")], "invalid_request", "code_challenge_method_unsupported"),
            (vec![("request", "x.y.z")], "request_not_supported", "request_object"),
            (vec![("request_uri", "https://a.example/x")], "request_uri_not_supported", "request_uri"),
            (vec![("prompt", "none login")], "invalid_request", "prompt_none_with_others"),
            (vec![("prompt", "none")], "login_required", "login_required"),
        ];
        for (more, code, reason) in table {
            let mut more = more;
            more.push(("state", long.as_str()));
            let reply = Browser::new(&app).get(&party.authorize(&more)).await;
            assert_eq!(reply.status, 303, "{more:?}");
            assert!(reply.location().as_str().starts_with("https://client.example/callback?"));
            assert_eq!(reply.answer("error").as_deref(), Some(code));
            assert_eq!(reply.answer("state").as_deref(), Some(long.as_str()), "byte for byte");
            assert_eq!(reply.answer("iss").as_deref(), Some("http://localhost:8080"));
            let description = reply.answer("error_description").unwrap();
            assert!(
                description.bytes().all(|b| (0x20..=0x7e).contains(&b) && b != b'"' && b != b'\\'),
                "{description}"
            );
            assert_eq!(app.outcomes("authorize").await[0], reason);
        }
        let nonce_twice = format!("{}&nonce=again", party.authorize(&[]));
        assert_eq!(Browser::new(&app).get(&nonce_twice).await.answer("error").as_deref(), Some("invalid_request"));
        let odd = party.authorize(&[
            ("unknown", "1"),
            ("login_hint", "x"),
            ("ui_locales", "de"),
            ("display", "wap"),
            ("acr_values", "a b"),
            ("claims_locales", "x"),
        ]);
        assert_eq!(Browser::new(&app).get(&odd).await.status, 200, "unknown and advisory parameters never fail (119)");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_2_a_registered_query_is_kept() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::with(&app, Kind::Web, |new| {
            new.config.redirect_uris = vec!["https://client.example/cb?keep=1".to_owned()];
        })
        .await;
        let party = Party { redirect_uri: "https://client.example/cb?keep=1".to_owned(), ..party };
        let reply = party.approve(&mut Browser::new(&app), &user, &[], None).await;
        assert!(
            reply.header("location").starts_with("https://client.example/cb?keep=1&code="),
            "{}",
            reply.header("location")
        );
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_10_11_an_untried_anonymous_client_gets_no_error_redirect() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::with(&app, Kind::Web, |new| new.trust = Trust::Anonymous).await;
        refused(&app, &party.authorize(&[("scope", "nothing")]), "invalid_scope", "scope_unknown").await;
        refused(&app, &party.authorize(&[("prompt", "none")]), "login_required", "login_required").await;
        // Once somebody used it, it is a client like any other.
        party.tokens(&mut Browser::new(&app), &user, &[]).await;
        let reply = Browser::new(&app).get(&party.authorize(&[("scope", "nothing")])).await;
        assert_eq!(reply.answer("error").as_deref(), Some("invalid_scope"));
        app.stop().await;
    })
    .await;
}

/// Checklist 18.
#[tokio::test]
async fn checklist_15_post_is_accepted_and_18_without_cross_origin_headers() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::new(&app, Kind::Web).await;
        let url = party.authorize(&[]);
        let query = url.split_once('?').unwrap().1;
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let reply = Browser::new(&app).post("/oauth2/authorize", &fields).await;
        assert_eq!(reply.status, 200);
        assert!(reply.body.contains("login-submit"));
        let headers = [("origin", "https://evil.example")];
        let reply = Browser::new(&app).call(axum::http::Method::GET, &url, &headers, "").await;
        assert_eq!(reply.header("access-control-allow-origin"), "");
        for path in ["/.well-known/openid-configuration", "/oauth2/jwks"] {
            let reply = Browser::new(&app).call(axum::http::Method::GET, path, &headers, "").await;
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(reply.header("access-control-allow-credentials"), "");
        }
        for path in ["/oauth2/token", "/oauth2/register", "/oauth2/revoke", "/oauth2/userinfo"] {
            let preflight = [
                ("origin", "https://app.example"),
                ("access-control-request-method", "POST"),
                ("access-control-request-headers", "authorization"),
            ];
            let reply = Browser::new(&app).call(axum::http::Method::OPTIONS, path, &preflight, "").await;
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_19_20_21_redirects_and_headers_of_pages() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let login = browser.get(&party.authorize(&[])).await;
        let form =
            login.form("login-submit").set("username", user.user.email.as_str()).set("password", testkit::PASSWORD);
        let after = browser.submit(&form).await;
        assert_eq!(after.status, 303);
        let consent = browser.follow(after).await;
        let answer = browser.submit(&consent.form("consent-allow").set("action", "allow")).await;
        assert_eq!(answer.status, 303);
        let error = browser.get("/oauth2/authorize").await;
        for page in [&login, &consent, &error] {
            let policy = page.header("content-security-policy");
            assert!(
                policy.contains("frame-ancestors 'none'")
                    && policy.contains("default-src 'none'")
                    && !policy.contains("unsafe"),
                "{policy}"
            );
            assert_eq!(page.header("x-frame-options"), "DENY");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert_eq!(page.header("cache-control"), "no-store");
            assert!(!page.body.contains("src=\"http") && !page.body.contains("<script>"), "nothing from elsewhere");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_24_refusal_goes_back_as_access_denied() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let page = browser.get(&party.authorize(&[])).await;
        let page = browser.sign_in(&page, user.user.email.as_str()).await;
        let reply = browser.submit(&page.form("consent-deny").set("action", "deny")).await;
        assert_eq!(reply.answer("error").as_deref(), Some("access_denied"));
        assert_eq!(reply.answer("state").as_deref(), Some("st"));
        assert_eq!(app.outcomes("authorize").await[0], "user_denied");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_25_nothing_of_the_request_becomes_markup() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::new(&app, Kind::Web).await;
        let evil = "<script>alert(1)</script>";
        let urls = [
            party.authorize(&[("client_id", evil)]),
            party.authorize(&[("redirect_uri", evil)]),
            party.authorize(&[("login_hint", evil)]),
        ];
        for url in urls {
            assert!(!Browser::new(&app).get(&url).await.body.contains("<script>"), "{url}");
        }
        let named = Party::with(&app, Kind::Web, |new| new.name = "<b>Bold</b>".to_owned()).await;
        let page = Browser::new(&app).get(&named.authorize(&[])).await;
        assert!(page.body.contains("&#60;b&#62;Bold") || page.body.contains("&lt;b&gt;Bold"), "{}", page.body);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_26_web_message_is_not_offered() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::new(&app, Kind::Web).await;
        refused(
            &app,
            &party.authorize(&[("response_mode", "web_message")]),
            "invalid_request",
            "response_mode_unknown",
        )
        .await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_27_forms_are_bound_to_browser_and_transaction() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut victim = Browser::new(&app);
        let login = victim.get(&party.authorize(&[])).await;
        // The form of one browser is nothing in another.
        let mut thief = Browser::new(&app);
        thief.get("/login").await;
        let stolen =
            login.form("login-submit").set("username", user.user.email.as_str()).set("password", testkit::PASSWORD);
        assert_eq!(thief.submit(&stolen).await.status, 400);
        let own = thief.get("/login").await.form("login-submit").get("csrf").unwrap().to_owned();
        let reply = thief.submit(&stolen.clone().set("csrf", &own)).await;
        assert_eq!(reply.status, 400, "with the thief's own form token the transaction is still another browser's");
        assert_eq!(app.outcomes("authorize").await[0], "interaction_of_another_browser");
        // Without the token, with a wrong one, or from another site: refused.
        for form in [stolen.clone().set("csrf", ""), stolen.clone().set("csrf", "AAAA")] {
            assert_eq!(victim.submit(&form).await.status, 400);
        }
        let consent = victim.sign_in(&login, user.user.email.as_str()).await;
        let form = consent.form("consent-allow").set("action", "allow");
        let url = format!("/oauth2/interaction?i={}", form.get("interaction").unwrap());
        assert_eq!(Browser::new(&app).get(&url).await.status, 400, "a stolen transaction URL");
        let body: Vec<_> = form.fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
        let forged = victim.call(axum::http::Method::POST, &form.action, &headers, &body.join("&")).await;
        assert_eq!(forged.status, 400);
        // Another account signed in meanwhile: the first one's page decides nothing.
        let other = app.user("bob@example.com", 0).await;
        victim.sign_in_here(other.user.email.as_str()).await;
        assert_eq!(victim.submit(&form).await.status, 400);
        assert_eq!(app.outcomes("authorize").await[0], "interaction_of_another_user");
        app.clock.advance(601);
        assert_eq!(victim.submit(&form).await.status, 400);
        assert_eq!(app.outcomes("authorize").await[0], "interaction_expired");
        app.stop().await;
    })
    .await;
}
