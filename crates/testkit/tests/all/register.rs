//! Dynamic registration and its management (checklist 101-103).
use axum::http::Method;
use domain::Secret;
use flows::RegistrationPolicy;
use flows::unguarded::credentials;
use flows::unguarded::credentials::NewCredential;
use serde_json::{Value, json};
use testkit::{Browser, Database, Reply, TestApp, for_each_database};

async fn call(app: &TestApp, method: Method, path: &str, token: Option<&str>, body: &Value) -> Reply {
    let header = token.map(|t| format!("Bearer {t}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(header.as_deref().map(|h| ("authorization", h)));
    Browser::new(app).call(method, path, &headers, &body.to_string()).await
}

async fn register(app: &TestApp, body: &Value) -> Reply {
    call(app, Method::POST, "/oauth2/register", None, body).await
}

fn metadata() -> Value {
    json!({
        "client_name": "Registered", "redirect_uris": ["https://client.example/cb"], "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"], "token_endpoint_auth_method": "client_secret_basic", "scope": "openid email", "client_uri": "https://client.example",
        "logo_uri": "https://client.example/logo.png", "tos_uri": "https://client.example/tos", "policy_uri": "https://client.example/policy",
        "default_sub_type": "user", "unknown_member": [1, 2]
    })
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned()
}

#[tokio::test]
async fn checklist_101_registration_echoes_what_it_registered() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        for path in ["/oauth2/register", "/api/oauth2/register", "/api/v1/oauth2/register"] {
            let reply = call(&app, Method::POST, path, None, &metadata()).await;
            assert_eq!(reply.status, 201, "{}", reply.body);
            assert_eq!(reply.header("cache-control"), "no-store");
            let answer = reply.json();
            for (name, value) in metadata().as_object().unwrap() {
                let expected = if name == "unknown_member" { &Value::Null } else { value };
                assert_eq!(&answer[name], expected, "{name}");
            }
            assert!(text(&answer, "client_secret").starts_with("cs_cs_"));
            assert!(text(&answer, "client_id").starts_with("cs_ci_"));
            assert_eq!(answer["client_secret_expires_at"], 0);
        }
        let refused = [
            (json!({"redirect_uris": ["http://evil.example/cb"]}), "invalid_redirect_uri", "redirect_uri_invalid"),
            (json!({"redirect_uris": ["https://a.example/#x"]}), "invalid_redirect_uri", "redirect_uri_invalid"),
            (json!({}), "invalid_redirect_uri", "redirect_uris_missing"),
            (
                json!({"redirect_uris": ["https://a.example/"], "grant_types": ["password"]}),
                "invalid_client_metadata",
                "grant_type_unsupported",
            ),
            (
                json!({"redirect_uris": ["https://a.example/"], "client_name": "a\u{202e}b"}),
                "invalid_client_metadata",
                "client_name_unsafe",
            ),
            (json!([1]), "invalid_client_metadata", "metadata_not_an_object"),
        ];
        for (body, code, reason) in refused {
            let reply = register(&app, &body).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, code), "{body}");
            assert_eq!(app.outcomes("client.registered").await[0], reason);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_103_scopes_are_capped_by_trust() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |s| {
            s.registration.self_registered_scopes = Some(domain::ScopeSet::parse("openid email").unwrap());
        })
        .await;
        let with = |scope: &str| {
            let mut body = metadata();
            body["scope"] = scope.into();
            body
        };
        assert_eq!(register(&app, &with("openid email")).await.status, 201);
        for scope in ["openid admin", "openid profile", "openid nothing"] {
            let reply = register(&app, &with(scope)).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["scope"]), (201, &json!("openid")), "{scope}");
        }
        for (scope, reason) in [("admin", "scope_beyond_trust"), ("nothing", "scope_unknown")] {
            let reply = register(&app, &with(scope)).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_client_metadata"), "{scope}");
            assert_eq!(app.outcomes("client.registered").await[0], reason, "nothing remains");
        }
        let supported = Browser::new(&app).get("/.well-known/openid-configuration").await.json();
        assert_eq!(supported["scopes_supported"], json!(["openid", "email"]), "what a stranger may ask for");
        // A developer whom we know may have more, but nothing sensitive.
        let user = app.user("dev@example.com", 0).await;
        let new = NewCredential {
            name: "t".to_owned(),
            scopes: flows::access::credential_request::every_scope(&app.app, false),
            expires_at: None,
        };
        let (_, token) =
            credentials::create_personal_access_token(&app.app, &app.ctx(), user.user.id, new).await.unwrap();
        let as_user =
            async |scope: &str| call(&app, Method::POST, "/oauth2/register", Some(token.expose()), &with(scope)).await;
        assert_eq!(as_user("openid profile").await.json()["scope"], "openid profile");
        assert_eq!(as_user("openid admin").await.json()["scope"], "openid");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_102_management_by_registration_access_token() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let made = register(&app, &metadata()).await.json();
        let (id, token) = (text(&made, "client_id"), text(&made, "registration_access_token"));
        let path = format!("/oauth2/register/{id}");
        assert_eq!(text(&made, "registration_client_uri"), format!("{}{path}", testkit::ISSUER));
        let other = register(&app, &metadata()).await.json();
        for wrong in [None, Some("cs_crt_rubbish"), Some(text(&other, "registration_access_token").as_str())] {
            for (method, body) in [(Method::GET, json!({})), (Method::PUT, metadata()), (Method::DELETE, json!({}))] {
                let reply = call(&app, method, &path, wrong, &body).await;
                assert_eq!(reply.status, 401);
                assert!(reply.header("www-authenticate").starts_with("Bearer"));
            }
        }
        let unknown = call(&app, Method::GET, "/oauth2/register/cs_ci_nobody", Some(&token), &json!({})).await;
        assert_eq!(unknown.status, 401, "unknown and foreign clients are told alike");
        let read = call(&app, Method::GET, &path, Some(&token), &json!({})).await;
        assert_eq!((read.status.as_u16(), &read.json()["client_name"]), (200, &"Registered".into()));
        assert!(read.json().get("client_secret").is_none(), "shown once");
        // PUT replaces: what is not sent is gone.
        let body = json!({"client_id": id, "redirect_uris": ["https://client.example/new"], "client_name": "Renamed"});
        let put = call(&app, Method::PUT, &path, Some(&token), &body).await;
        assert_eq!(put.status, 200, "{}", put.body);
        assert_eq!((&put.json()["client_name"], put.json().get("logo_uri")), (&"Renamed".into(), None));
        let mut foreign = body.clone();
        foreign["client_id"] = "cs_ci_other".into();
        assert_eq!(call(&app, Method::PUT, &path, Some(&token), &foreign).await.error(), "invalid_client_metadata");
        assert_eq!(call(&app, Method::DELETE, &path, Some(&token), &json!({})).await.status, 204);
        assert_eq!(call(&app, Method::GET, &path, Some(&token), &json!({})).await.status, 401);
        let secret = text(&made, "client_secret");
        let header = testkit::basic(&id, &secret);
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("authorization", header.as_str())];
        let dead = Browser::new(&app).call(Method::POST, "/oauth2/introspect", &headers, "token=x").await;
        assert_eq!(dead.error(), "invalid_client");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn policies_and_limits() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |s| s.registration.policy = RegistrationPolicy::Off).await;
        assert_eq!(register(&app, &metadata()).await.status, 403);
        assert!(
            Browser::new(&app)
                .get("/.well-known/openid-configuration")
                .await
                .json()
                .get("registration_endpoint")
                .is_none()
        );
        app.stop().await;
    })
    .await;
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| s.registration.policy = RegistrationPolicy::SignedIn).await;
    assert_eq!(register(&app, &metadata()).await.status, 401);
    app.stop().await;
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| {
        s.registration.policy = RegistrationPolicy::Token;
        let pepper = flows::platform::keys::pepper(&flows::MasterKey::new([7; 32]));
        s.registration.initial_access_tokens = vec![pepper.hash(Secret::new("initial").expose())];
    })
    .await;
    assert_eq!(register(&app, &metadata()).await.status, 401);
    assert_eq!(call(&app, Method::POST, "/oauth2/register", Some("wrong"), &metadata()).await.status, 401);
    assert_eq!(call(&app, Method::POST, "/oauth2/register", Some("initial"), &metadata()).await.status, 201);
    app.stop().await;
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| s.registration.per_address_per_hour = 3).await;
    for _ in 0..3 {
        assert_eq!(register(&app, &metadata()).await.status, 201);
    }
    assert_eq!(register(&app, &metadata()).await.status, 429);
    app.clock.advance(3600);
    assert_eq!(register(&app, &metadata()).await.status, 201);
    app.stop().await;
}

#[tokio::test]
async fn registrations_that_nobody_used_are_reaped() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let idle = register(&app, &metadata()).await.json();
        let mut spa = metadata();
        spa["token_endpoint_auth_method"] = "none".into();
        let used = register(&app, &spa).await.json();
        let party = testkit::Party {
            app: app.clone(),
            id: domain::ClientId::parse(&text(&used, "client_id")).unwrap(),
            secret: None,
            redirect_uri: "https://client.example/cb".to_owned(),
        };
        party.tokens(&mut Browser::new(&app), &user, &[("scope", "openid")]).await;
        app.clock.advance(8 * 24 * 3600);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        let read = async |client: &Value| {
            let path = format!("/oauth2/register/{}", text(client, "client_id"));
            call(&app, Method::GET, &path, Some(&text(client, "registration_access_token")), &json!({})).await.status
        };
        assert_eq!(read(&idle).await, 401);
        assert_eq!(read(&used).await, 200);
        app.stop().await;
    })
    .await;
}
