//! Client authentication and the token endpoint (checklist 41-60).
use axum::http::Method;
use domain::clients::AuthMethod;
use testkit::{Browser, Kind, Party, Reply, TestApp, VERIFIER, basic, for_each_database};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn raw(app: &TestApp, path: &str, authorization: Option<&str>, body: &str) -> Reply {
    let mut headers = vec![FORM];
    headers.extend(authorization.map(|value| ("authorization", value)));
    Browser::new(app).call(Method::POST, path, &headers, body).await
}

#[tokio::test]
async fn checklist_41_42_43_46_who_the_client_is() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::new(&app, Kind::Web).await;
        let (id, secret) = (party.id.as_str(), party.secret.clone().unwrap());
        for path in ["/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"] {
            for grant in ["authorization_code", "refresh_token", "client_credentials"] {
                let alone =
                    raw(&app, path, None, &format!("grant_type={grant}&client_id={id}&code=x&refresh_token=x&token=x"))
                        .await;
                assert_eq!((alone.status.as_u16(), alone.error().as_str()), (401, "invalid_client"), "{path} {grant}");
            }
            let both =
                raw(&app, path, Some(&basic(id, &secret)), &format!("client_id={id}&client_secret={secret}&token=x"))
                    .await;
            assert_eq!((both.status.as_u16(), both.error().as_str()), (400, "invalid_request"));
            let other_method = raw(
                &app,
                path,
                None,
                &format!("client_id={id}&client_secret={secret}&token=x&grant_type=refresh_token"),
            )
            .await;
            assert_eq!(other_method.error(), "invalid_client");
            assert_eq!(app.outcomes("client.authentication").await[0], "client_authentication_method_not_registered");
            let wrong = raw(&app, path, Some(&basic(id, "wrong")), "token=x&grant_type=refresh_token").await;
            assert_eq!((wrong.status.as_u16(), wrong.error().as_str()), (401, "invalid_client"));
            assert!(wrong.header("www-authenticate").starts_with("Basic"));
            assert_eq!(app.outcomes("client.authentication").await[0], "client_secret_wrong");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_44_54_55_56_57_post_secrets_queries_and_methods() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::with(&app, Kind::Machine, |new| new.auth_method = AuthMethod::ClientSecretPost).await;
        let (id, secret) = (party.id.as_str(), party.secret.clone().unwrap());
        let body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let good = raw(&app, "/oauth2/token", None, &body).await;
        assert_eq!(good.status, 200);
        for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
            let query = raw(&app, &format!("{path}?client_secret={secret}"), None, &body).await;
            assert_eq!((query.status.as_u16(), query.error().as_str()), (400, "invalid_request"), "{path}");
        }
        let only_query =
            raw(&app, &format!("/oauth2/token?grant_type=client_credentials&client_id={id}"), None, "").await;
        assert_eq!(only_query.status, 401, "parameters come from the body only");
        assert_eq!(Browser::new(&app).call(Method::GET, "/oauth2/token", &[], "").await.status, 405);
        for reply in [good, raw(&app, "/oauth2/token", None, "").await, raw(&app, "/oauth2/introspect", None, "").await]
        {
            assert_eq!((reply.header("cache-control"), reply.header("content-type")), ("no-store", "application/json"));
        }
        let grant = |grant: &str| format!("grant_type={grant}&client_id={id}&client_secret={secret}&code=x");
        assert_eq!(raw(&app, "/oauth2/token", None, &grant("password")).await.error(), "unsupported_grant_type", "54");
        assert_eq!(raw(&app, "/oauth2/token", None, &grant("")).await.error(), "invalid_request");
        assert_eq!(raw(&app, "/oauth2/token", None, &grant("authorization_code")).await.error(), "unauthorized_client");
        let twice = format!("{body}&scope=contracts%3Aread&scope=contracts%3Awrite");
        assert_eq!(raw(&app, "/oauth2/token", None, &twice).await.error(), "invalid_request", "13");
        for rubbish in ["{", "[]", "\"x\""] {
            let reply = Browser::new(&app)
                .call(Method::POST, "/oauth2/token", &[("content-type", "application/json")], rubbish)
                .await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_request"));
        }
        let xml = Browser::new(&app).call(Method::POST, "/oauth2/token", &[("content-type", "text/xml")], "<x/>").await;
        assert_eq!((xml.status.as_u16(), xml.error().as_str()), (400, "invalid_request"));
        let big = raw(&app, "/oauth2/token", None, &"x".repeat(70_000)).await;
        assert_eq!(big.status, 400);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn json_bodies_at_every_mount() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let party = Party::with(&app, Kind::Machine, |new| new.auth_method = AuthMethod::ClientSecretPost).await;
        let body = serde_json::json!({"grant_type": "client_credentials", "client_id": party.id, "client_secret": party.secret, "scope": "contracts:read"});
        for path in ["/oauth2/token", "/api/oauth2/token", "/api/v1/oauth2/token"] {
            let reply = Browser::new(&app).call(Method::POST, path, &[("content-type", "application/json")], &body.to_string()).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
            assert_eq!((&reply.json()["token_type"], &reply.json()["scope"]), (&"Bearer".into(), &"contracts:read".into()));
        }
        app.stop().await;
    })
    .await;
}

/// Checklist 135.
#[tokio::test]
async fn checklist_47_guessing_is_slowed_and_nobody_is_locked_out() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (party, other) = (Party::new(&app, Kind::Machine).await, Party::new(&app, Kind::Machine).await);
        let id = party.id.as_str();
        let guess =
            async || raw(&app, "/oauth2/token", Some(&basic(id, "guess")), "grant_type=client_credentials").await;
        for _ in 0..6 {
            let wrong = guess().await;
            assert_eq!((wrong.status.as_u16(), wrong.error().as_str()), (401, "invalid_client"));
        }
        let slowed = guess().await;
        assert_eq!((slowed.status.as_u16(), slowed.error().as_str()), (429, "slow_down"));
        assert!(slowed.header("retry-after").parse::<u32>().unwrap() > 0);
        // Bounds, point 1.2: who has the secret never waits for those who guess.
        assert_eq!(party.token(&[("grant_type", "client_credentials")]).await.status, 200);
        assert_eq!(other.token(&[("grant_type", "client_credentials")]).await.status, 200);
        app.clock.advance(10);
        assert_eq!(party.token(&[("grant_type", "client_credentials")]).await.status, 200);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_53_58_client_credentials_are_for_confidential_clients() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let public = Party::with(&app, Kind::Spa, |new| {
            new.config.grant_types.push(domain::clients::GrantType::ClientCredentials);
        })
        .await;
        let reply = public.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(reply.error(), "unauthorized_client");
        let machine = Party::new(&app, Kind::Machine).await;
        let ask = async |scope: &str| machine.token(&[("grant_type", "client_credentials"), ("scope", scope)]).await;
        assert_eq!(ask("").await.json()["scope"], "contracts:read contracts:write", "the documented default");
        assert_eq!(ask("contracts:read").await.json()["scope"], "contracts:read");
        assert_eq!(ask("admin").await.error(), "invalid_scope");
        assert_eq!(ask("openid").await.error(), "invalid_scope");
        let token = ask("").await.json()["access_token"].as_str().unwrap().to_owned();
        let seen = machine.introspect(&token).await;
        assert_eq!((&seen["active"], &seen["sub"]), (&true.into(), &machine.id.as_str().into()));
        assert!(seen.get("sub_type").is_none(), "60: the token shows that no user stood behind it");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_59_nothing_secret_is_stored_in_clear() {
    let database = testkit::Database::sqlite();
    let app = TestApp::start(&database).await;
    let user = app.user("ada@example.com", 0).await;
    let party = Party::new(&app, Kind::Spa).await;
    let web = Party::new(&app, Kind::Web).await;
    let mut browser = Browser::new(&app);
    let tokens = party.tokens(&mut browser, &user, &[]).await;
    let code = web.code(&mut browser, &user, &[]).await;
    web.token(&[("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)]).await;
    let secrets = [
        tokens.access(),
        tokens.refresh(),
        web.secret.clone().unwrap(),
        browser.cookies[&testkit::cookie("session")].clone(),
        code,
        testkit::PASSWORD.to_owned(),
    ];
    app.stop().await;
    let folder = std::path::PathBuf::from(database.url.strip_prefix("sqlite:").unwrap()).parent().unwrap().to_owned();
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    assert!(bytes.len() > 10_000);
    for secret in secrets {
        let tail = secret.splitn(3, '_').last().unwrap().as_bytes();
        assert!(!bytes.windows(tail.len()).any(|w| w == tail));
    }
}
