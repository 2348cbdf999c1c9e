//! Why did it fail: requests that fail for real, and what their developer reads of them.
use axum::http::Method;
use domain::access::{PermissionDenied, Principal};
use domain::diagnosis::{CheckResult, Endpoint};
use domain::workspace::Role;
use flows::diagnosis::failed_requests::{self, FailedRequest, FailedRequestKind, FailedRequestQuery, Failures};
use flows::platform::management_error::{ManagementError, ManagementRefusal};
use flows::unguarded::audit::EVERYTHING;
use flows::{Failure, audit};
use serde_json::{Value, json};
use testkit::{Browser, Kind, Party, Reply, TestApp, TestUser, VERIFIER, basic, for_each_database};

fn developer(app: &TestApp, user: &TestUser, role: Role) -> Principal {
    app.acting(user, Some((user.workspaces[0], role)), false)
}

async fn owned(app: &TestApp, user: &TestUser, kind: Kind) -> Party {
    let workspace = user.workspaces[0];
    Party::with(app, kind, |new| new.owner_workspace_id = Some(workspace)).await
}

async fn failures(app: &TestApp, who: &Principal, party: &Party) -> Vec<FailedRequest> {
    app.app.flush_audit().await.unwrap();
    failed_requests::of_client(&app.app, &app.ctx(), who, party.id.as_str(), FailedRequestKind::Requests.into(), 100)
        .await
        .unwrap()
        .items
}

/// The last failure: its endpoint and reason, the check that failed, and what was sent. All before it passed, and
/// nothing behind it was reached.
async fn last(app: &TestApp, who: &Principal, party: &Party) -> (Endpoint, String, &'static str, Value) {
    let failure = failures(app, who, party).await.remove(0);
    let at = failure.checks.iter().position(|one| one.verdict == CheckResult::Failed).unwrap();
    assert!(failure.checks[..at].iter().all(|one| one.verdict == CheckResult::Passed));
    assert!(failure.checks[at + 1..].iter().all(|one| one.verdict == CheckResult::NotReached));
    let check = failure.checks[at].check;
    let authentication = failure.endpoint.client_checks().contains(check);
    assert!(failure.endpoint.reasons(authentication, check).any(|reason| reason == failure.reason));
    assert_eq!(failure.advice.unwrap().reason, failure.reason);
    assert!(!failure.request_id.is_empty() && failure.ip.is_some(), "{failure:?}");
    (failure.endpoint, failure.reason, check.key, failure.detail)
}

fn form<'f>(fields: &[(&'f str, &'f str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn post(app: &TestApp, path: &str, authorization: Option<&str>, fields: &[(&str, &str)]) -> Reply {
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
    headers.extend(authorization.map(|value| ("authorization", value)));
    Browser::new(app).call(Method::POST, path, &headers, &form(fields)).await
}

/// Parameters that break a rule; the reason, the check, and what was sent.
type Broken<'b> = (&'b [(&'b str, &'b str)], &'b str, &'b str, Value);

#[tokio::test]
async fn authorization_requests_say_which_rule_they_broke() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |s| s.catalogue.resources = vec!["https://api.example/".to_owned()]).await;
        let ada = app.user("ada@example.com", 1).await;
        let who = developer(&app, &ada, Role::Admin);
        let workspace = ada.workspaces[0];
        let party = Party::with(&app, Kind::Web, |new| {
            (new.owner_workspace_id, new.config.require_pkce) = (Some(workspace), true);
        })
        .await;
        let evil = format!("https://evil.example/{}", "x".repeat(300));
        let table: &[Broken<'_>] = &[
            (
                &[("redirect_uri", &evil)],
                "redirect_uri_not_registered",
                "check-redirect-uri",
                json!({"redirect_uri": evil[..200]}),
            ),
            (
                &[("response_mode", "odd")],
                "response_mode_unknown",
                "check-response-mode",
                json!({"response_mode": "odd"}),
            ),
            (
                &[("response_type", "token")],
                "response_type_unsupported",
                "check-response-type",
                json!({"response_type": "token"}),
            ),
            (&[("scope", "nothing")], "scope_unknown", "check-scope", json!({"scopes": ["nothing"]})),
            (
                &[("scope", "openid contracts:write")],
                "scope_not_registered",
                "check-scope",
                json!({"scopes": ["contracts:write"]}),
            ),
            (
                &[("code_challenge", ""), ("code_challenge_method", "")],
                "code_challenge_missing",
                "check-pkce",
                json!({}),
            ),
            (
                &[("code_challenge_method", "plain")],
                "code_challenge_method_unsupported",
                "check-pkce",
                json!({"code_challenge_method": "plain"}),
            ),
            (
                &[("resource", "https://x.example")],
                "resource_unknown",
                "check-resource",
                json!({"resource": "https://x.example", "known_resources": ["https://api.example/"]}),
            ),
            (&[("prompt", "none")], "login_required", "check-signed-in", json!({"prompt_none": true})),
        ];
        for (more, reason, check, detail) in table {
            Browser::new(&app).get(&party.authorize(more)).await;
            let expected = (Endpoint::Authorization, (*reason).to_owned(), *check, detail.clone());
            assert_eq!(last(&app, &who, &party).await, expected);
        }
        for (name, reason) in [("redirect_uri", "answer_parameter_repeated"), ("scope", "parameter_repeated")] {
            Browser::new(&app).get(&format!("{}&{name}=x", party.authorize(&[]))).await;
            let (_, found, _, detail) = last(&app, &who, &party).await;
            assert_eq!((found.as_str(), detail), (reason, json!({"parameter": name})));
        }
        // The page lay open for too long: the developer hears of that, too.
        let mut browser = Browser::new(&app);
        let page = browser.get(&party.authorize(&[])).await;
        app.clock.advance(3600);
        browser.sign_in(&page, "ada@example.com").await;
        assert_eq!(last(&app, &who, &party).await.2, "check-page");
        let told = failures(&app, &who, &party).await;
        let pkce = told.iter().find(|failure| failure.reason == "code_challenge_missing").unwrap();
        assert!(pkce.response.unwrap().1.starts_with("PKCE is required"), "{:?}", pkce.response);
        app.stop().await;
    })
    .await;
}

/// The address, the header, the body, the endpoint, and the parameter that does not belong into an address.
type Sent<'s> = (String, Option<&'s str>, &'s [(&'s str, &'s str)], Endpoint, &'s str);

#[tokio::test]
async fn a_secret_in_the_url_is_told_to_its_developer() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let who = developer(&app, &ada, Role::Admin);
        let party = owned(&app, &ada, Kind::Web).await;
        let (id, secret) = (party.id.as_str(), party.secret.as_deref().unwrap());
        let both = basic(id, secret);
        let url = |path: &str, more: &[(&str, &str)]| format!("/oauth2/{path}?{}", form(more));
        let id_there = [("client_id", id), ("client_secret", secret)];
        let grant = ("grant_type", "authorization_code");
        let body = [grant, ("client_id", id)];
        let sent: [Sent<'_>; 4] = [
            (url("token", &id_there), None, &[grant], Endpoint::TokenByCode, "client_secret"),
            (url("token", &[("code", "c0de")]), None, &body, Endpoint::TokenByCode, "code"),
            (url("revoke", &[("token", "t0ken")]), Some(&both), &[], Endpoint::Revocation, "token"),
            (url("introspect", &[("token", "t0ken")]), Some(&both), &[], Endpoint::Introspection, "token"),
        ];
        for (url, authorization, fields, endpoint, parameter) in sent {
            let reply = post(&app, &url, authorization, fields).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_request"));
            let detail = json!({"endpoint": endpoint.as_str(), "parameter": parameter});
            let expected = (endpoint, "client_secret_in_query".to_owned(), "check-client-parameters", detail);
            assert_eq!(last(&app, &who, &party).await, expected);
        }
        let kept = format!("{:?}", failures(&app, &who, &party).await);
        assert!(![secret, "c0de", "t0ken"].iter().any(|value| kept.contains(value)), "{kept}");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn token_requests_say_which_check_they_failed() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let who = developer(&app, &ada, Role::Admin);
        let (party, other) = (owned(&app, &ada, Kind::Web).await, owned(&app, &ada, Kind::Web).await);
        let mut browser = Browser::new(&app);
        let by_code = |code: String, verifier: &str, redirect: &str| {
            let mut fields = vec![("grant_type", "authorization_code".to_owned()), ("code", code)];
            fields.extend([("code_verifier", verifier.to_owned()), ("redirect_uri", redirect.to_owned())]);
            fields
        };
        let send = async |party: &Party, fields: Vec<(&str, String)>| {
            let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            party.token(&fields).await
        };
        let found = async |party: &Party| {
            let (endpoint, reason, check, detail) = last(&app, &who, party).await;
            (endpoint, reason, check, detail.get("grant_type").cloned())
        };
        let of_code =
            |reason: &str, check| (Endpoint::TokenByCode, reason.to_owned(), check, Some(json!("authorization_code")));
        let wrong_verifier = VERIFIER.replace("a-", "b-");
        let code = party.code(&mut browser, &ada, &[]).await;
        send(&other, by_code(code.clone(), VERIFIER, "")).await;
        assert_eq!(found(&other).await, of_code("code_of_another_client", "check-code-client"));
        send(&party, by_code(code.clone(), VERIFIER, "https://client.example/other")).await;
        assert_eq!(found(&party).await, of_code("redirect_uri_mismatch", "check-code-redirect-uri"));
        let sent = last(&app, &who, &party).await.3;
        assert_eq!(sent["redirect_uri"], "https://client.example/other");
        send(&party, by_code(code.clone(), &wrong_verifier, "")).await;
        assert_eq!(found(&party).await, of_code("code_verifier_mismatch", "check-code-verifier"));
        assert_eq!(party.exchange(&code).await.status, 200);
        party.exchange(&code).await;
        assert_eq!(found(&party).await, of_code("code_replayed", "check-code-first-use"));
        let code = party.code(&mut browser, &ada, &[]).await;
        app.clock.advance(61);
        party.exchange(&code).await;
        assert_eq!(found(&party).await, of_code("code_expired", "check-code-expiry"));
        party.exchange("rubbish").await;
        assert_eq!(found(&party).await, of_code("code_unknown", "check-code-valid"));
        // Codes, verifiers and secrets are in no event.
        app.app.flush_audit().await.unwrap();
        let filter = audit::read::Filter { client: Some(&party.id), ..audit::read::Filter::default() };
        let all = format!("{:?}", audit::read::list(&app.app, EVERYTHING, &filter, None, 100).await.unwrap());
        for secret in [code.as_str(), &wrong_verifier, party.secret.as_deref().unwrap(), VERIFIER] {
            assert!(!all.contains(secret));
        }

        party.token(&[("grant_type", "password")]).await;
        let unknown = (Endpoint::Token, "grant_type_unknown".to_owned(), "check-grant-type", Some(json!("password")));
        assert_eq!(found(&party).await, unknown);
        party.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(found(&party).await.2, "check-grant-registered");
        let tokens = party.tokens(&mut browser, &ada, &[("scope", "openid offline_access")]).await;
        party.token(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh()), ("scope", "email")]).await;
        let (endpoint, _, check, detail) = last(&app, &who, &party).await;
        assert_eq!(
            (endpoint, check, &detail["scope"]),
            (Endpoint::TokenByRefresh, "check-refresh-scope", &json!("email"))
        );
        let machine = owned(&app, &ada, Kind::Machine).await;
        machine.token(&[("grant_type", "client_credentials"), ("scope", "contracts:read openid")]).await;
        let (endpoint, _, check, detail) = last(&app, &who, &machine).await;
        let expected = (Endpoint::TokenByClient, "check-machine-scope", &json!(["openid"]));
        assert_eq!((endpoint, check, &detail["scopes"]), expected);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn clients_that_are_not_believed_are_shown_to_their_developer_and_no_outsider_floods_the_log() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let who = developer(&app, &ada, Role::Admin);
        let party = owned(&app, &ada, Kind::Web).await;
        let id = party.id.as_str();
        let secret = party.secret.clone().unwrap();
        let (wrong, right) = (basic(id, "wrong"), basic(id, &secret));
        let code = [("grant_type", "authorization_code"), ("code", "x")];
        for (path, endpoint) in [
            ("/oauth2/token", Endpoint::TokenByCode),
            ("/oauth2/introspect", Endpoint::Introspection),
            ("/oauth2/revoke", Endpoint::Revocation),
        ] {
            post(&app, path, Some(&wrong), &code).await;
            let (found, reason, check, detail) = last(&app, &who, &party).await;
            assert_eq!((found, reason.as_str(), check), (endpoint, "client_secret_wrong", "check-client-secret"));
            assert_eq!(detail["method"], "client_secret_basic");
            post(&app, path, Some(&right), &[code[0], code[0]]).await;
            let (found, _, check, detail) = last(&app, &who, &party).await;
            assert_eq!(
                (found, check, &detail["parameter"]),
                (endpoint, "check-client-parameters", &json!("grant_type"))
            );
        }
        post(&app, "/oauth2/token", None, &[code[0], ("client_id", id)]).await;
        assert_eq!(last(&app, &who, &party).await.2, "check-client-credentials");
        post(&app, "/oauth2/token", Some(&right), &[code[0], ("client_id", id), ("client_secret", &secret)]).await;
        assert_eq!(last(&app, &who, &party).await.2, "check-client-one-method");
        post(&app, "/oauth2/token", None, &[code[0], ("client_id", id), ("client_secret", &secret)]).await;
        assert_eq!(last(&app, &who, &party).await.2, "check-client-method");
        for path in ["/oauth2/introspect", "/oauth2/revoke"] {
            post(&app, path, Some(&right), &[]).await;
            assert_eq!(last(&app, &who, &party).await.2, "check-token-sent");
        }
        let tokens = party.tokens(&mut Browser::new(&app), &ada, &[("scope", "profile")]).await;
        let bearer = format!("Bearer {}", tokens.access());
        Browser::new(&app).call(Method::GET, "/oauth2/userinfo", &[("authorization", &bearer)], "").await;
        assert_eq!(last(&app, &who, &party).await.2, "check-token-openid");

        let before = failures(&app, &who, &party).await.len();
        for _ in 0..100 {
            post(&app, "/oauth2/token", Some(&wrong), &code).await;
        }
        let after = failures(&app, &who, &party).await;
        let noted = after.iter().filter(|failure| !failure.checks.is_empty() && failure.detail["endpoint"].is_string());
        assert_eq!(noted.count(), 30, "an hour, from one network");
        assert!(after.len() < before + 30);
        assert_eq!(
            after[0].checks.iter().find(|c| c.verdict == CheckResult::Failed).unwrap().check.key,
            "check-client-attempts"
        );
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn pages_follow_one_another_and_only_admins_read_them() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 1).await);
        let party = owned(&app, &ada, Kind::Web).await;
        let stranger = owned(&app, &bob, Kind::Web).await;
        for n in 0..7 {
            party.exchange(&format!("rubbish {n}")).await;
            stranger.exchange("rubbish").await;
            app.clock.advance(n % 2);
        }
        app.app.flush_audit().await.unwrap();
        let page = async |who: &Principal, before| {
            failed_requests::of_client(
                &app.app,
                &app.ctx(),
                who,
                party.id.as_str(),
                FailedRequestQuery { before, ..FailedRequestKind::Requests.into() },
                3,
            )
            .await
        };
        let who = developer(&app, &ada, Role::Admin);
        let (mut ids, mut before) = (Vec::new(), None);
        loop {
            let Failures { items, next, .. } = page(&who, before).await.unwrap();
            ids.extend(items.into_iter().map(|failure| failure.id));
            before = next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(ids.len(), 7);
        assert!(ids.is_sorted_by(|a, b| a > b), "the newest first, each once");
        let refusal = |failure| match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Fault(fault) => panic!("{fault}"),
        };
        let member = page(&developer(&app, &ada, Role::Member), None).await.unwrap_err();
        assert_eq!(refusal(member), ManagementError::from(PermissionDenied::Role));
        let foreign = page(&developer(&app, &bob, Role::Owner), None).await.unwrap_err();
        assert_eq!(refusal(foreign), ManagementRefusal::ClientUnknown.into());
        // Whoever was refused the management of an application is told of under it, and not among its requests.
        let failed = failures(&app, &who, &party).await;
        assert_eq!(failed.len(), 7);
        let changes = failed_requests::of_client(
            &app.app,
            &app.ctx(),
            &who,
            party.id.as_str(),
            FailedRequestKind::Changes.into(),
            100,
        )
        .await;
        let failed = changes.unwrap().items;
        assert_eq!(failed.len(), 1);
        assert_eq!((failed[0].endpoint, failed[0].reason.as_str()), (Endpoint::Management, "role_too_low"));
        app.stop().await;
    })
    .await;
}
