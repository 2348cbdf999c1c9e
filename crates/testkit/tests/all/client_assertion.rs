//! Clients that authenticate with keys (`private_key_jwt`, checklist 48-52 and 100), at every endpoint and every way of creating
//! them.
use axum::http::Method;
use domain::ClientId;
use domain::clients::keys::{AcceptedAlg, ClientKeys};
use domain::clients::{AuthMethod, Client, GrantType, Trust};
use domain::diagnosis::CheckResult;
use domain::workspace::Role;
use flows::diagnosis::failed_requests::{self, FailedRequestKind};
use flows::unguarded::applications;
use serde_json::{Value, json};
use testkit::{
    Api, Browser, Database, KeyServer, Kind, Party, Reply, Signer, SigningAlg, TestApp, asserting, for_each_database,
};

const MACHINE: (&str, &str) = ("grant_type", "client_credentials");

async fn with_keys(app: &TestApp, keys: ClientKeys) -> Party {
    let ada = app.user(&format!("{:x?}@example.com", u64::from_be_bytes(app.ctx().random())), 1).await;
    Party::with(app, Kind::Machine, |new| {
        new.auth_method = AuthMethod::PrivateKeyJwt;
        new.owner_workspace_id = Some(ada.workspaces[0]);
        new.config.grant_types.push(GrantType::DeviceCode);
        new.config.response_types = Vec::new();
        new.config.keys = keys;
    })
    .await
}

fn by_value(signer: &Signer) -> ClientKeys {
    ClientKeys { jwks: Some(signer.jwks()), ..ClientKeys::default() }
}

fn by_url(server: &KeyServer) -> ClientKeys {
    ClientKeys { jwks_uri: Some(server.url()), ..ClientKeys::default() }
}

async fn post(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    Browser::new(app).call(Method::POST, path, &headers, &body).await
}

/// A token request with this assertion.
async fn token(app: &TestApp, assertion: &str) -> Reply {
    let [one, other] = asserting(assertion);
    post(app, "/oauth2/token", &[MACHINE, one, other]).await
}

async fn reason(app: &TestApp) -> String {
    app.outcomes("client.authentication").await[0].clone()
}

async fn client(app: &TestApp, id: &str) -> Client {
    applications::find(&app.app, &app.ctx(), &ClientId::parse(id).unwrap()).await.unwrap().unwrap()
}

#[tokio::test]
async fn checklist_48_an_assertion_authenticates_once_at_every_endpoint_and_mount() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let signer = Signer::new("k", SigningAlg::ES256);
        let party = with_keys(&app, by_value(&signer)).await;
        assert_eq!(party.secret, None, "nothing else could be stolen");
        let id = party.id.as_str();
        for path in [
            "/oauth2/token",
            "/api/oauth2/token",
            "/api/v1/oauth2/token",
            "/oauth2/introspect",
            "/api/oauth2/introspect",
            "/api/v1/oauth2/introspect",
            "/oauth2/revoke",
            "/api/oauth2/revoke",
            "/api/v1/oauth2/revoke",
            "/oauth2/device_authorization",
            "/api/oauth2/device_authorization",
            "/api/v1/oauth2/device_authorization",
        ] {
            // So many refusals would not all be recorded.
            app.clock.advance(600);
            let assertion = signer.assertion(&app, id);
            let [one, other] = asserting(&assertion);
            let request = [MACHINE, ("token", "x"), ("scope", "contracts:read"), one, other];
            let good = post(&app, path, &request).await;
            assert_eq!(good.status, 200, "{path}: {}", good.body);
            let again = post(&app, path, &request).await;
            assert_eq!((again.status.as_u16(), again.error().as_str()), (401, "invalid_client"), "{path}");
            assert_eq!(reason(&app).await, "client_assertion_replayed", "{path}");
            // With the same client_id it is the same; another one must not be named.
            let named = signer.assertion(&app, id);
            let [one, other] = asserting(&named);
            assert_eq!(
                post(
                    &app,
                    path,
                    &[MACHINE, ("token", "x"), ("scope", "contracts:read"), one, other, ("client_id", id)]
                )
                .await
                .status,
                200
            );
            let wrong = signer.assertion(&app, id);
            let [one, other] = asserting(&wrong);
            let wrong = post(
                &app,
                path,
                &[MACHINE, ("token", "x"), ("scope", "contracts:read"), one, other, ("client_id", "cs_ci_x")],
            )
            .await;
            assert_eq!((wrong.status.as_u16(), wrong.error().as_str()), (401, "invalid_client"), "{path}");
            // Only one method (checklist 42), none in the URL (checklist 44), and none at all is not enough (checklist 41).
            let both = signer.assertion(&app, id);
            let [one, other] = asserting(&both);
            let both = post(
                &app,
                path,
                &[MACHINE, ("token", "x"), ("scope", "contracts:read"), one, other, ("client_secret", "s")],
            )
            .await;
            assert_eq!((both.status.as_u16(), both.error().as_str()), (400, "invalid_request"), "{path}");
            let query = post(&app, &format!("{path}?client_assertion=x"), &[MACHINE, ("client_id", id)]).await;
            assert_eq!((query.status.as_u16(), query.error().as_str()), (400, "invalid_request"), "{path}");
            let alone =
                post(&app, path, &[MACHINE, ("token", "x"), ("scope", "contracts:read"), ("client_id", id)]).await;
            assert_eq!((alone.status.as_u16(), alone.error().as_str()), (401, "invalid_client"), "{path}");
        }
        let guess = post(&app, "/oauth2/token", &[MACHINE, ("client_id", id), ("client_secret", "guess")]).await;
        assert_eq!((guess.status.as_u16(), guess.error().as_str()), (401, "invalid_client"));
        assert_eq!(reason(&app).await, "client_secret_of_client_with_keys");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_48_49_50_each_fault_is_refused_and_explained() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (signer, other) = (Signer::new("k", SigningAlg::ES256), Signer::new("k", SigningAlg::ES256));
        let party = with_keys(&app, by_value(&signer)).await;
        let id = party.id.as_str();
        let now = app.ctx().now.seconds();
        let issuer = app.app.settings().issuer.clone();
        let workspace = client(&app, id).await.owner_workspace_id.unwrap();
        let ada = app.user("reader@example.com", 0).await;
        let reader = app.acting(&ada, Some((workspace, Role::Admin)), false);
        let endpoint = format!("{issuer}/oauth2/token");
        let cases = [
            (
                "aud",
                json!(endpoint),
                "client_assertion_audience_wrong",
                json!({"aud": endpoint, "expected_aud": issuer}),
            ),
            (
                "aud",
                json!([issuer, "https://other.example"]),
                "client_assertion_audience_wrong",
                json!({"aud": format!("[\"{issuer}\",\"https://other.example\"]"), "expected_aud": issuer}),
            ),
            ("exp", json!(now - 300), "client_assertion_expired", json!({"exp": now - 300, "server_time": now})),
            (
                "exp",
                json!(now + 7200),
                "client_assertion_lives_too_long",
                json!({"exp": now + 7200, "server_time": now}),
            ),
            ("exp", Value::Null, "client_assertion_malformed", json!({})),
            ("iat", json!(now + 60), "client_assertion_not_yet_valid", json!({"iat": now + 60, "server_time": now})),
            (
                "nbf",
                json!(now + 60),
                "client_assertion_not_yet_valid",
                json!({"iat": now, "nbf": now + 60, "server_time": now}),
            ),
            ("jti", Value::Null, "client_assertion_jti_missing", json!({})),
        ];
        for (name, value, why, facts) in cases {
            let mut claims = Signer::claims(&app, id);
            claims[name] = value.clone();
            let refused = token(&app, &signer.sign(&claims)).await;
            assert_eq!((refused.status.as_u16(), refused.error().as_str()), (401, "invalid_client"), "{name} {value}");
            assert_eq!(reason(&app).await, why, "{name} {value}");
            app.app.flush_audit().await.unwrap();
            let only = FailedRequestKind::Requests.into();
            let failed = failed_requests::of_client(&app.app, &app.ctx(), &reader, id, only, 1).await.unwrap();
            let failed = failed.items.into_iter().next().unwrap();
            for (fact, value) in facts.as_object().unwrap() {
                assert_eq!(&failed.detail[fact], value, "{why} {fact}");
            }
            assert_eq!(failed.detail["method"], "private_key_jwt");
            assert_eq!(failed.advice.unwrap().reason, why);
            let keys: Vec<_> = failed.checks.iter().map(|one| one.check.key).collect();
            assert!(!keys.contains(&"check-client-secret"), "{keys:?}");
            let wrong: Vec<_> = failed.checks.iter().filter(|one| one.verdict == CheckResult::Failed).collect();
            assert!(
                matches!(&wrong[..], [one] if failed.endpoint.reasons(true, one.check).any(|reason| reason == why)),
                "{why}"
            );
        }
        for (claim, seconds) in [("iat", 8), ("nbf", 10)] {
            let mut claims = Signer::claims(&app, id);
            claims[claim] = json!(now + seconds);
            assert_eq!(token(&app, &signer.sign(&claims)).await.status, 200, "a clock that is {seconds} s ahead");
        }
        let mut single = Signer::claims(&app, id);
        single["aud"] = json!([issuer]);
        assert_eq!(token(&app, &signer.sign(&single)).await.status, 200, "an array with this one value");
        // What an outsider can send says nothing about the client's registration.
        let unknown = Signer::new("another", SigningAlg::ES256);
        let by_secret = Party::new(&app, Kind::Machine).await;
        for (assertion, why) in [
            (other.assertion(&app, id), "client_assertion_signature_wrong"),
            (unknown.assertion(&app, id), "client_assertion_key_unknown"),
            (Signer::new("k", SigningAlg::EdDSA).assertion(&app, id), "client_assertion_key_unknown"),
            (signer.assertion(&app, by_secret.id.as_str()), "client_without_keys"),
            (signer.assertion(&app, "cs_ci_unknown"), "client_unknown"),
        ] {
            let refused = token(&app, &assertion).await;
            assert_eq!((refused.status.as_u16(), refused.error().as_str()), (401, "invalid_client"), "{why}");
            assert_eq!(refused.json()["error_description"], "Client authentication failed.", "{why}");
            assert_eq!(reason(&app).await, why);
        }
        let mut nameless = Signer::claims(&app, id);
        nameless.as_object_mut().unwrap().remove("sub");
        let [one, kind] = asserting("");
        let assertion = signer.sign(&nameless);
        let fields = [MACHINE, ("client_id", id), (kind.0, assertion.as_str()), one];
        assert_eq!(post(&app, "/oauth2/token", &fields).await.status, 401);
        assert_eq!(reason(&app).await, "client_assertion_subject_wrong");
        let good = signer.assertion(&app, id);
        for (fields, status, why) in [
            (vec![("client_assertion", good.as_str())], 400, "client_assertion_incomplete"),
            (vec![one], 400, "client_assertion_incomplete"),
            (
                vec![("client_assertion_type", "urn:x"), ("client_assertion", &good)],
                401,
                "client_assertion_type_unsupported",
            ),
            (vec![one, ("client_assertion", "a.b.c")], 401, "client_assertion_malformed"),
        ] {
            let fields: Vec<_> = fields.into_iter().chain([MACHINE, ("client_id", id)]).collect();
            assert_eq!(post(&app, "/oauth2/token", &fields).await.status, status, "{why}");
            assert_eq!(reason(&app).await, why);
        }
        assert_eq!(token(&app, &good).await.status, 200, "none of it used it up");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_49_the_token_endpoint_is_an_audience_by_a_setting() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.client_assertion_token_endpoint = true).await;
        let signer = Signer::new("k", SigningAlg::RS256);
        let party = with_keys(&app, by_value(&signer)).await;
        let issuer = app.app.settings().issuer.clone();
        for (aud, status) in [
            (format!("{issuer}/oauth2/token"), 200),
            (issuer.clone(), 200),
            (format!("{issuer}/api/oauth2/token"), 401),
            ("https://other.example".to_owned(), 401),
        ] {
            let mut claims = Signer::claims(&app, party.id.as_str());
            claims["aud"] = json!(aud);
            assert_eq!(token(&app, &signer.sign(&claims)).await.status, status, "{aud}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_51_the_key_and_the_registration_decide_the_algorithm() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        for alg in SigningAlg::OFFERED {
            let signer = Signer::new("k", alg);
            let party = with_keys(&app, by_value(&signer)).await;
            let id = party.id.as_str();
            assert_eq!(token(&app, &signer.assertion(&app, id)).await.status, 200, "{alg:?}");
            // A header that names another algorithm, or none, gains nothing.
            let good = signer.assertion(&app, id);
            let rest = good.split_once('.').unwrap().1;
            for wrong in ["none", "HS256", "RS512"] {
                let header =
                    domain::platform::encoding::base64url(json!({"alg": wrong, "kid": "k"}).to_string().as_bytes());
                assert_eq!(token(&app, &format!("{header}.{rest}")).await.status, 401, "{alg:?} {wrong}");
                assert_eq!(reason(&app).await, "client_assertion_algorithm_not_accepted");
            }
            let other = if alg == SigningAlg::ES256 { AcceptedAlg::RS256 } else { AcceptedAlg::ES256 };
            let only = with_keys(&app, ClientKeys { alg: Some(other), ..by_value(&signer) }).await;
            assert_eq!(token(&app, &signer.assertion(&app, only.id.as_str())).await.status, 401, "{alg:?}");
            assert_eq!(reason(&app).await, "client_assertion_algorithm_not_accepted");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_48_an_assertion_is_used_once_by_many_requests_at_two_nodes() {
    for_each_database(async |database| {
        let (one, two) = (TestApp::start(database).await, TestApp::second(database).await);
        let signer = Signer::new("k", SigningAlg::EdDSA);
        let party = with_keys(&one, by_value(&signer)).await;
        for _ in 0..3 {
            let assertion = signer.assertion(&one, party.id.as_str());
            let requests: Vec<_> = (0..10)
                .map(|n| {
                    let (node, assertion) = (if n % 2 == 0 { one.clone() } else { two.clone() }, assertion.clone());
                    tokio::spawn(async move { token(&node, &assertion).await.status.as_u16() })
                })
                .collect();
            let mut statuses = Vec::new();
            for request in requests {
                statuses.push(request.await.unwrap());
            }
            statuses.sort_unstable();
            assert_eq!((statuses[0], &statuses[1..]), (200, &[401; 9][..]));
        }
        // Remembered for as long as it could be used, and then removed.
        let last = signer.assertion(&one, party.id.as_str());
        assert_eq!(token(&one, &last).await.status, 200);
        one.clock.advance(59);
        two.clock.advance(59);
        flows::operator::jobs::run_all(&one.app, &one.ctx()).await.unwrap();
        assert_eq!(token(&two, &last).await.status, 401);
        assert_eq!(reason(&two).await, "client_assertion_replayed");
        one.clock.advance(62);
        flows::operator::jobs::run_all(&one.app, &one.ctx()).await.unwrap();
        assert_eq!(one.execute("DELETE FROM used_assertions").await, 0, "all of them are gone");
        two.stop().await;
        one.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_100_a_new_key_is_found_at_the_url_and_fetching_is_limited() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.outbound_allow_private = true).await;
        let (old, new) = (Signer::new("old", SigningAlg::ES256), Signer::new("new", SigningAlg::ES256));
        let server = KeyServer::start(&old.jwks()).await;
        let party = with_keys(&app, by_url(&server)).await;
        let id = party.id.as_str();
        // Many requests at once wait for one fetch, also if the first one goes away.
        let held = server.hold();
        let waiting: Vec<_> = (0..5)
            .map(|_| {
                let (app, assertion) = (app.clone(), old.assertion(&app, id));
                tokio::spawn(async move { token(&app, &assertion).await.status.as_u16() })
            })
            .collect();
        while server.count() == 0 {
            tokio::task::yield_now().await;
        }
        waiting[0].abort();
        drop(held);
        for request in waiting.into_iter().skip(1) {
            assert_eq!(request.await.unwrap(), 200);
        }
        assert_eq!(server.count(), 1);
        // The key is replaced: an unknown key is looked up, but at most once a minute.
        server.answer(200, &new.jwks().to_string());
        assert_eq!(token(&app, &new.assertion(&app, id)).await.status, 401);
        assert_eq!(reason(&app).await, "client_assertion_key_unknown");
        assert_eq!(server.count(), 1, "fetched a moment ago");
        app.clock.advance(60);
        assert_eq!(token(&app, &new.assertion(&app, id)).await.status, 200);
        assert_eq!(server.count(), 2);
        for n in 0..5 {
            let made_up = Signer::new(&format!("made up {n}"), SigningAlg::EdDSA);
            assert_eq!(token(&app, &made_up.assertion(&app, id)).await.status, 401);
        }
        assert_eq!(token(&app, &old.assertion(&app, id)).await.status, 401, "it is no longer published");
        assert_eq!(server.count(), 2);
        // While the URL fails, the last keys are used for a while.
        server.answer(500, "");
        app.clock.advance(600);
        assert_eq!(token(&app, &new.assertion(&app, id)).await.status, 200);
        assert_eq!(server.count(), 3);
        app.clock.advance(3600);
        let failed = token(&app, &new.assertion(&app, id)).await;
        assert_eq!((failed.status.as_u16(), failed.error().as_str()), (503, "temporarily_unavailable"));
        assert_eq!(failed.header("retry-after"), "60");
        assert_eq!(reason(&app).await, "client_keys_unreachable");
        let again = token(&app, &new.assertion(&app, id)).await;
        assert_eq!((again.status.as_u16(), server.count()), (503, 4), "not asked again");
        app.clock.advance(60);
        server.answer(200, &new.jwks().to_string());
        assert_eq!(token(&app, &new.assertion(&app, id)).await.status, 200);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_52_100_106_what_a_url_answers_is_not_trusted() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.outbound_allow_private = true).await;
        let signer = Signer::new("k", SigningAlg::RS256);
        let mut weak = signer.jwk();
        weak["n"] = domain::platform::encoding::base64url(&[0xff; 128]).into();
        let many = json!({"keys": vec![signer.jwk(); 101]});
        let long = json!({"keys": [signer.jwk()], "x": "y".repeat(70_000)});
        for (status, body) in [
            (200, json!({"keys": [weak]})),
            (200, json!({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}]})),
            (200, json!({"keys": []})),
            (200, json!("keys")),
            (200, many),
            (200, long),
            (302, signer.jwks()),
            (404, signer.jwks()),
        ] {
            let server = KeyServer::start(&body).await;
            server.answer(status, &body.to_string());
            let party = with_keys(&app, by_url(&server)).await;
            let refused = token(&app, &signer.assertion(&app, party.id.as_str())).await;
            assert_eq!((refused.status.as_u16(), refused.error().as_str()), (401, "invalid_client"), "{status}");
            assert_eq!(refused.json()["error_description"], "Client authentication failed.");
            assert_eq!(reason(&app).await, "client_keys_invalid", "{status}");
        }
        app.stop().await;
        // In production the same URL leads nowhere.
        let app = TestApp::start(database).await;
        let server = KeyServer::start(&signer.jwks()).await;
        let party = with_keys(&app, by_url(&server)).await;
        assert_eq!(token(&app, &signer.assertion(&app, party.id.as_str())).await.status, 401);
        assert_eq!((reason(&app).await.as_str(), server.count()), ("client_keys_invalid", 0));
        app.stop().await;
    })
    .await;
}

/// The members of a client with keys, in the words of each API that creates one.
fn new_clients(jwks: &Value) -> [(&'static str, Value, &'static str, &'static str); 3] {
    [
        (
            "/oauth2/register",
            json!({"client_name": "Keys", "redirect_uris": ["https://client.example/cb"],
                "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks}),
            "/client_id",
            "/client_secret",
        ),
        (
            "/api/v1/oauth2/clients",
            json!({"name": "Keys", "redirectUris": ["https://client.example/cb"], "grantTypes": ["client_credentials"],
                "allowedScopes": ["contracts:read"], "tokenEndpointAuthMethod": "private_key_jwt", "jwks": jwks}),
            "/clientId",
            "/clientSecret",
        ),
        (
            "/oidc/clients",
            json!({"name": "Keys", "description": "d", "homepage_url": "https://client.example",
                "grant_types": ["client_credentials"], "scopes": ["contracts:read"],
                "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks}),
            "/client/id",
            "/client_secret",
        ),
    ]
}

#[tokio::test]
async fn checklist_52_keys_are_registered_in_every_way_and_a_bad_one_in_none() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let signer = Signer::new("k", SigningAlg::ES256);
        let mut private = signer.jwk();
        private["d"] = private["x"].clone();
        let mut weak = Signer::new("w", SigningAlg::RS256).jwk();
        weak["n"] = domain::platform::encoding::base64url(&[0xff; 128]).into();
        for (bad, why) in [
            (json!({"keys": [private]}), "jwks_with_private_key"),
            (json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}), "jwks_with_private_key"),
            (json!({"keys": [weak]}), "jwks_with_weak_key"),
            (json!({"keys": []}), "jwks_without_usable_key"),
            (json!([]), "jwks_malformed"),
        ] {
            for (path, body, ..) in new_clients(&bad) {
                let refused = key.post(path, &body).await;
                assert_eq!(refused.status, 400, "{path} {why}: {}", refused.body);
                let kind = if path.ends_with("register") { "client.registered" } else { "client.created" };
                assert_eq!(app.outcomes(kind).await[0], why, "{path}");
            }
        }
        for (path, body, id, secret) in new_clients(&signer.jwks()) {
            let made = key.post(path, &body).await;
            assert!(matches!(made.status.as_u16(), 200 | 201), "{path}: {}", made.body);
            assert_eq!(made.json().pointer(secret), None, "{path}: it has no secret");
            let id = made.json().pointer(id).unwrap().as_str().unwrap().to_owned();
            let stored = client(&app, &id).await;
            assert_eq!((stored.auth_method, stored.secrets.len()), (AuthMethod::PrivateKeyJwt, 0), "{path}");
            let introspect = signer.assertion(&app, &id);
            let [one, other] = asserting(&introspect);
            assert_eq!(post(&app, "/oauth2/introspect", &[("token", "x"), one, other]).await.status, 200, "{path}");
            // A secret cannot be added, by any API.
            for rotate in
                [format!("/oidc/clients/{id}/rotate-secret"), format!("/api/v1/oauth2/clients/{id}/rotate-secret")]
            {
                let refused = key.post(&rotate, &json!({})).await;
                if refused.status != 404 {
                    assert_eq!(refused.status, 409, "{path} {rotate}: {}", refused.body);
                }
            }
            assert_eq!(client(&app, &id).await.secrets.len(), 0);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn another_method_ends_the_old_proof_and_what_was_read_can_be_sent_back() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let (first, second) = (Signer::new("k1", SigningAlg::ES256), Signer::new("k2", SigningAlg::EdDSA));
        let [_, (path, body, ..), _] = new_clients(&first.jwks());
        let made = key.post(path, &body).await.json();
        let id = made["clientId"].as_str().unwrap();
        let (camel, snake) = (format!("/api/v1/oauth2/clients/{id}"), format!("/oidc/clients/{id}"));
        assert_eq!(token(&app, &first.assertion(&app, id)).await.status, 200);
        // What was read changes nothing when it is sent back (references 002 and 004).
        let read = key.get(&camel).await.json();
        assert_eq!((&read["jwks"], &read["jwksUri"]), (&first.jwks(), &Value::Null));
        assert_eq!(key.patch(&camel, &read).await.status, 200);
        let read = key.get(&snake).await.json();
        assert_eq!(key.put(&snake, &read).await.status, 200);
        assert_eq!(token(&app, &first.assertion(&app, id)).await.status, 200);
        // Another key takes the place of the first at once.
        assert_eq!(key.patch(&camel, &json!({"jwks": second.jwks()})).await.status, 200);
        assert_eq!(token(&app, &first.assertion(&app, id)).await.status, 401);
        assert_eq!(token(&app, &second.assertion(&app, id)).await.status, 200);
        // With a secret, the keys are gone; with keys, the secret is.
        let changed = key.patch(&camel, &json!({"tokenEndpointAuthMethod": "client_secret_post"})).await;
        let secret = changed.json()["clientSecret"].as_str().unwrap().to_owned();
        assert_eq!(changed.json()["jwks"], Value::Null);
        assert_eq!(token(&app, &second.assertion(&app, id)).await.status, 401);
        let by_secret = [MACHINE, ("client_id", id), ("client_secret", secret.as_str())];
        assert_eq!(post(&app, "/oauth2/token", &by_secret).await.status, 200);
        let back = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": first.jwks(),
            "token_endpoint_auth_signing_alg": "ES256"});
        let back = key.put(&snake, &back).await;
        assert_eq!((back.status.as_u16(), back.json().get("client_secret")), (200, None), "{}", back.body);
        assert_eq!(post(&app, "/oauth2/token", &by_secret).await.status, 401);
        assert_eq!(client(&app, id).await.secrets.len(), 0);
        assert_eq!(token(&app, &first.assertion(&app, id)).await.status, 200);
        // By RFC 7592, what was read can be sent back, too.
        let [(_, body, ..), ..] = new_clients(&first.jwks());
        let registered = Api::nobody(&app).post("/oauth2/register", &body).await.json();
        let own = Api::with(&app, registered["registration_access_token"].as_str().unwrap());
        let path = format!("/oauth2/register/{}", registered["client_id"].as_str().unwrap());
        let replaced = own.put(&path, &own.get(&path).await.json()).await;
        assert_eq!((replaced.status.as_u16(), &replaced.json()["jwks"]), (200, &first.jwks()), "{}", replaced.body);
        let mut other = own.get(&path).await.json();
        other["token_endpoint_auth_method"] = "client_secret_basic".into();
        let replaced = own.put(&path, &other).await.json();
        assert!(replaced["client_secret"].is_string() && replaced.get("jwks").is_none(), "{replaced}");
        app.stop().await;
    })
    .await;
}

/// Keys are among the facts that "verified" rests on.
#[tokio::test]
async fn checklist_130_verified_ends_when_keys_change() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let signer = Signer::new("k", SigningAlg::ES256);
        for (change, fact) in [
            (json!({"jwks": Signer::new("k", SigningAlg::ES256).jwks()}), "jwks"),
            (json!({"jwks_uri": "https://client.example/jwks"}), "jwks_uri"),
            (json!({"token_endpoint_auth_signing_alg": "ES256"}), "token_endpoint_auth_signing_alg"),
        ] {
            let party = with_keys(&app, by_value(&signer)).await;
            assert_eq!(
                applications::set_trust(&app.app, &app.ctx(), &party.id, Trust::Verified).await.unwrap(),
                Some(true)
            );
            let workspace = client(&app, party.id.as_str()).await.owner_workspace_id.unwrap();
            let key = Api::key(&app, workspace, "admin", "").await;
            let path = format!("/oidc/clients/{}", party.id);
            assert_eq!(key.put(&path, &json!({"description": "d", "jwks": signer.jwks()})).await.status, 200);
            assert_eq!(client(&app, party.id.as_str()).await.trust, Trust::Verified, "the same keys");
            assert_eq!(key.put(&path, &change).await.status, 200);
            let changed = client(&app, party.id.as_str()).await;
            assert_eq!(changed.trust, Trust::Unverified, "{fact}");
            assert!(changed.changed_since_review().iter().any(|one| one.member == fact), "{fact}");
        }
        app.stop().await;
    })
    .await;
}

/// Checklist 98.
#[tokio::test]
async fn discovery_lists_the_method_and_its_algorithms() {
    let app = TestApp::start(&Database::sqlite()).await;
    let metadata = Browser::new(&app).get("/.well-known/oauth-authorization-server").await.json();
    let algs = json!(["RS256", "PS256", "ES256", "ES384", "EdDSA"]);
    for endpoint in ["token", "revocation", "introspection"] {
        let methods = metadata[format!("{endpoint}_endpoint_auth_methods_supported")].as_array().unwrap();
        assert!(methods.contains(&json!("private_key_jwt")), "{endpoint}");
        assert_eq!(metadata[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")], algs, "{endpoint}");
    }
    app.stop().await;
}
