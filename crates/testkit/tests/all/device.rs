//! The device authorization grant (RFC 8628).
use domain::clients::GrantType;
use flows::unguarded::applications::NewClient;
use flows::unguarded::profile::{self, ProfileChange};
use serde_json::Value;
use testkit::{Browser, Kind, Party, Reply, TestApp, Tokens, for_each_database};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn device(new: &mut NewClient) {
    new.config.grant_types = vec![GrantType::DeviceCode, GrantType::RefreshToken];
    new.config.response_types = Vec::new();
    new.config.redirect_uris = Vec::new();
}

async fn party(app: &TestApp) -> Party {
    Party::with(app, Kind::Spa, device).await
}

async fn ask(party: &Party, more: &[(&str, &str)]) -> Value {
    let fields = [&[("scope", "openid profile offline_access")], more].concat();
    let reply = party.post("/oauth2/device_authorization", &fields).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"), "{}", reply.body);
    reply.json()
}

async fn poll(party: &Party, asked: &Value) -> Reply {
    party.token(&[("grant_type", GRANT), ("device_code", asked["device_code"].as_str().unwrap())]).await
}

async fn refused(party: &Party, asked: &Value, error: &str) {
    let reply = poll(party, asked).await;
    assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, error), "{}", reply.body);
}

async fn enter(browser: &mut Browser, code: &str) -> Reply {
    let form = browser.get("/device").await.form("device-submit").set("user_code", code);
    let reply = browser.submit(&form).await;
    browser.follow(reply).await
}

/// Enters the code, signs in if need be, and answers the consent page.
async fn decide(browser: &mut Browser, asked: &Value, action: &str) -> Reply {
    let mut page = enter(browser, asked["user_code"].as_str().unwrap()).await;
    if page.body.contains("login-submit") {
        page = browser.sign_in(&page, "ada@example.com").await;
    }
    assert!(page.text("consent-device").unwrap().contains(asked["user_code"].as_str().unwrap()));
    browser.submit(&page.form("consent-allow").set("action", action)).await
}

#[tokio::test]
async fn a_device_gets_tokens_once_its_person_allowed_it() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let device = party(&app).await;
        let metadata = Browser::new(&app).get("/.well-known/oauth-authorization-server").await.json();
        assert!(metadata["grant_types_supported"].as_array().unwrap().contains(&GRANT.into()));
        let endpoint = metadata["device_authorization_endpoint"].as_str().unwrap();
        let path = endpoint.strip_prefix(testkit::ISSUER).unwrap();
        for place in [path, "/api/oauth2/device_authorization", "/api/v1/oauth2/device_authorization"] {
            assert_eq!(device.post(place, &[("scope", "openid")]).await.status, 200);
        }
        let asked = ask(&device, &[]).await;
        let code = asked["user_code"].as_str().unwrap();
        assert!(asked["device_code"].as_str().unwrap().starts_with("cs_dc_"));
        assert_eq!(asked["verification_uri"], format!("{}/device", testkit::ISSUER));
        assert_eq!(asked["verification_uri_complete"], format!("{}/device?user_code={code}", testkit::ISSUER));
        assert_eq!((&asked["expires_in"], &asked["interval"]), (&600.into(), &5.into()));
        refused(&device, &asked, "authorization_pending").await;

        let mut browser = Browser::new(&app);
        let page = enter(&mut browser, &code.to_lowercase()).await;
        let consent = browser.sign_in(&page, "ada@example.com").await;
        let chosen = ada.workspaces[1].to_string();
        let form = consent.form("consent-allow").set("workspace", &chosen).set("action", "allow");
        let done = browser.submit(&form).await;
        assert!(done.text("device-done").unwrap().contains("go back to your device"), "{}", done.body);
        // The page once more: what was decided stays.
        let again = browser.submit(&form.clone().set("action", "deny")).await;
        assert_eq!(again.status, 400, "{}", again.body);
        app.clock.advance(5);
        let reply = poll(&device, &asked).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let tokens = Tokens(reply.json());
        let id = tokens.id_claims();
        assert_eq!(id["sub"], ada.user.id.to_string(), "the person");
        assert_eq!(id["tenant_id"], chosen, "in the workspace");
        let active = Browser::new(&app)
            .call(
                axum::http::Method::GET,
                "/oauth2/userinfo",
                &[("authorization", &format!("Bearer {}", tokens.access()))],
                "",
            )
            .await;
        assert_eq!(active.json()["sub"], ada.user.id.to_string());
        assert_eq!(device.refresh(&tokens.refresh()).await.status, 200);
        refused(&device, &asked, "invalid_grant").await;
        assert_eq!(app.outcomes("token.device_code").await, ["device_code_replayed"], "pending is no failure");
        app.stop().await;
    })
    .await;
}

/// The device and the sign-ins after it show the workspace that the page named.
#[tokio::test]
async fn point_3_2_a_device_shows_the_workspace_that_the_consent_page_named() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let default = async |at: usize| {
            let change =
                ProfileChange { default_workspace: Some(Some(ada.workspaces[at])), ..ProfileChange::default() };
            profile::change(&app.app, &app.ctx(), ada.user.id, change).await.unwrap().unwrap();
        };
        let party = Party::with(&app, Kind::Spa, |new| new.config.grant_types.push(GrantType::DeviceCode)).await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        default(0).await;
        let asked = ask(&party, &[("sub_type", "user")]).await;
        let page = enter(&mut browser, asked["user_code"].as_str().unwrap()).await;
        assert!(page.text("consent-receives").unwrap().contains("Workspace 0"), "{}", page.body);
        default(1).await;
        browser.submit(&page.form("consent-allow").set("action", "allow")).await;
        app.clock.advance(5);
        let of_device = Tokens(poll(&party, &asked).await.json());
        let code = browser.get(&party.authorize(&[("scope", "openid")])).await.answer("code").expect("no page");
        let of_browser = Tokens(party.exchange(&code).await.json());
        for tokens in [of_device, of_browser] {
            assert_eq!(tokens.id_claims()["tenant_id"], ada.workspaces[0].to_string());
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn polls_are_answered_as_the_rfc_says() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let (device, other) = (party(&app).await, party(&app).await);
        let mut browser = Browser::new(&app);
        let asked = ask(&device, &[("sub_type", "user")]).await;
        for error in ["authorization_pending", "slow_down"] {
            refused(&device, &asked, error).await;
        }
        app.clock.advance(9);
        refused(&device, &asked, "slow_down").await;
        app.clock.advance(15);
        refused(&device, &asked, "authorization_pending").await;
        refused(&other, &asked, "invalid_grant").await;
        assert_eq!(app.outcomes("token.device_code").await[0], "device_code_of_another_client");
        let denied = decide(&mut browser, &asked, "deny").await;
        assert!(denied.text("device-done").unwrap().contains("denied"), "{}", denied.body);
        refused(&device, &asked, "access_denied").await;

        let late = ask(&device, &[("sub_type", "user")]).await;
        assert!(decide(&mut browser, &late, "allow").await.body.contains("device-done"));
        app.clock.advance(600);
        refused(&device, &late, "expired_token").await;
        let page = enter(&mut browser, ask(&device, &[]).await["user_code"].as_str().unwrap()).await;
        app.clock.advance(600);
        let expired = browser.submit(&page.form("consent-allow").set("action", "allow")).await;
        assert_eq!(expired.status, 400);

        // What was taken back while the device slept gives nothing.
        let taken = ask(&device, &[("sub_type", "user")]).await;
        assert!(decide(&mut browser, &taken, "allow").await.body.contains("device-done"));
        assert!(flows::unguarded::consents::revoke_user(&app.app, &app.ctx(), &device.id, ada.user.id).await.unwrap());
        refused(&device, &taken, "invalid_grant").await;
        assert_eq!(app.outcomes("token.device_code").await[0], "consent_revoked");

        let rubbish = device.token(&[("grant_type", GRANT), ("device_code", "cs_dc_rubbish")]).await;
        assert_eq!(rubbish.error(), "invalid_grant");
        assert_eq!(device.token(&[("grant_type", GRANT)]).await.error(), "invalid_request");
        let web = Party::new(&app, Kind::Web).await;
        assert_eq!(web.post("/oauth2/device_authorization", &[]).await.error(), "unauthorized_client");
        assert_eq!(poll(&web, &taken).await.error(), "unauthorized_client");
        for (fields, error) in [
            ([("scope", "no:such")], "invalid_scope"),
            ([("scope", "contracts:write")], "invalid_scope"),
            ([("resource", "urn:unknown")], "invalid_target"),
            ([("sub_type", "odd")], "invalid_request"),
        ] {
            assert_eq!(device.post("/oauth2/device_authorization", &fields).await.error(), error);
        }
        let secret = Party::with(&app, Kind::Web, device_of_web).await;
        let nobody = Party { secret: None, ..secret.clone() };
        assert_eq!(nobody.post("/oauth2/device_authorization", &[]).await.status, 401);
        assert_eq!(ask(&secret, &[]).await["interval"], 5);
        app.stop().await;
    })
    .await;
}

fn device_of_web(new: &mut NewClient) {
    new.config.grant_types.push(GrantType::DeviceCode);
}

#[tokio::test]
async fn of_many_polls_at_once_one_gets_tokens() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let device = party(&app).await;
        let asked = ask(&device, &[("sub_type", "user")]).await;
        assert!(decide(&mut Browser::new(&app), &asked, "allow").await.body.contains("device-done"));
        let polls = (0..20).map(|_| {
            let (device, asked) = (device.clone(), asked.clone());
            tokio::spawn(async move { poll(&device, &asked).await.status.as_u16() })
        });
        let answers: Vec<u16> = futures_util::future::join_all(polls).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 400).count(), 19, "{answers:?}");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn codes_cannot_be_guessed_and_expired_ones_are_forgotten() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let device = party(&app).await;
        let asked = ask(&device, &[("sub_type", "user")]).await;
        let mut thief = Browser::new(&app);
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(enter(&mut thief, "BBBB-BBBB").await.status.as_u16());
        }
        assert_eq!(statuses, [422, 422, 422, 422, 422, 422, 429]);
        assert_eq!(enter(&mut thief, asked["user_code"].as_str().unwrap()).await.status, 429, "the right one neither");
        app.clock.advance(600 + 3601);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        refused(&device, &asked, "invalid_grant").await;
        assert_eq!(app.outcomes("token.device_code").await[0], "device_code_unknown");
        app.stop().await;
    })
    .await;
}
