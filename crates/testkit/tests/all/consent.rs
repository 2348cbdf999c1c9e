//! Consent and accounts (checklist 107-111), and signing in.
use axum::http::Method;
use domain::clients::Trust;
use flows::unguarded::credentials::{self, NewCredential};
use flows::unguarded::{accounts, members};
use serde_json::{Value, json};
use testkit::{Browser, Kind, Party, TestApp, for_each_database};

#[tokio::test]
async fn checklist_107_the_page_says_who_asks_for_what() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 1).await;
        let page = async |kind: Kind, trust: Trust, name: &str| {
            let party = Party::with(&app, kind, |new| {
                new.trust = trust;
                new.name = name.to_owned();
            })
            .await;
            let mut browser = Browser::new(&app);
            let login = browser.get(&party.authorize(&[("sub_type", "workspace")])).await;
            browser.sign_in(&login, "ada@example.com").await.body
        };
        let web = page(Kind::Web, Trust::Verified, "Ledger Sync").await;
        for said in [
            "Ledger Sync",
            "Verified",
            "client.example",
            "Workspace 0",
            "ada@example.com",
            "See your email address",
            "Know who you are here",
        ] {
            assert!(web.contains(said), "{said}");
        }
        assert!(!web.contains("class=\"warning\""));
        let unknown = page(Kind::Web, Trust::Anonymous, "Ledger Sync").await;
        assert!(unknown.contains("Unknown developer") && unknown.contains("Nobody has vouched"));
        let native = page(Kind::Native, Trust::Unverified, "CLI").await;
        assert!(native.contains("program on this device") && native.contains("127.0.0.1"));
        let alike = page(Kind::Web, Trust::Unverified, "G\u{43e}\u{43e}gle").await;
        assert!(alike.contains("look-alike"));
        let markup = page(Kind::Web, Trust::Unverified, "<script>alert(1)</script>").await;
        assert!(!markup.contains("<script>"), "108");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn consent_is_remembered_and_only_the_difference_is_asked() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        party.tokens(&mut browser, &user, &[("scope", "openid email")]).await;
        for fewer in ["openid email", "openid"] {
            assert!(browser.get(&party.authorize(&[("scope", fewer)])).await.answer("code").is_some(), "{fewer}");
        }
        let more = browser.get(&party.authorize(&[("scope", "openid email profile")])).await;
        assert!(more.body.contains("Allowed before") && more.body.contains("consent-allow"));
        // Unticked scopes are not granted, required ones stay.
        let form =
            more.form("consent-allow").set("action", "allow").untick("scope", "profile").untick("scope", "email");
        let reply = browser.submit(&form).await;
        let tokens = party.exchange(&reply.answer("code").unwrap()).await.json();
        assert_eq!(tokens["scope"], "openid");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_109_an_unproven_client_is_asked_about_each_time() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let native = Party::new(&app, Kind::Native).await;
        let mut browser = Browser::new(&app);
        native.tokens(&mut browser, &user, &[]).await;
        assert!(browser.get(&native.authorize(&[])).await.body.contains("consent-allow"));
        let any_port = [("redirect_uri", "http://127.0.0.1:51004/callback")];
        assert!(
            browser.get(&native.authorize(&any_port)).await.body.contains("127.0.0.1:51004"),
            "4: any port on loopback"
        );
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_111_a_workspace_that_was_not_offered_is_refused() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 2).await;
        let stranger = app.user("bob@example.com", 1).await;
        let party = Party::new(&app, Kind::Web).await;
        let for_workspace = [("sub_type", "workspace")];
        let mut browser = Browser::new(&app);
        let tampered = party.approve(&mut browser, &user, &for_workspace, Some(stranger.workspaces[0])).await;
        assert_eq!(tampered.answer("error").as_deref(), Some("access_denied"));
        assert_eq!(app.outcomes("authorize").await[0], "workspace_not_a_membership");
        let named = [("sub_type", "workspace"), ("workspace", &*stranger.workspaces[0].to_string())];
        let unable = browser.get(&party.authorize(&named)).await;
        assert_eq!((unable.status.as_u16(), unable.header("location")), (403, ""), "{}", unable.body);
        assert!(unable.text("unable-why").unwrap().contains("does not belong to"), "{}", unable.body);

        let picker = browser.get(&party.authorize(&for_workspace)).await.form("consent-allow");
        let mut offered: Vec<_> = picker.radios.iter().map(|(_, v)| v.clone()).collect();
        offered.sort();
        let mut own: Vec<_> = user.workspaces.iter().map(ToString::to_string).collect();
        own.sort();
        assert_eq!(offered, own);
        // The last choice is preselected, and asked again.
        party.approve(&mut browser, &user, &for_workspace, Some(user.workspaces[1])).await;
        let again = browser.get(&party.authorize(&for_workspace)).await.form("consent-allow");
        assert_eq!(again.get("workspace"), Some(user.workspaces[1].to_string().as_str()));
        // Leaving a workspace takes it off the list, also of a page that is already open.
        members::remove_member(&app.app, &app.ctx(), user.user.id, user.workspaces[1]).await.unwrap();
        let late = browser.submit(&again.set("action", "allow")).await;
        assert!(late.answer("code").is_none());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_json_api_gives_the_same_answers() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 1).await;
        let party = Party::new(&app, Kind::Web).await;
        let new = NewCredential { name: "t".to_owned(), scopes: flows::access::credential_request::every_scope(&app.app, false), expires_at: None };
        let (_, pat) = credentials::create_personal_access_token(&app.app, &app.ctx(), user.user.id, new).await.unwrap();
        let bearer = format!("Bearer {}", pat.expose());
        let call = async |method: Method, path: &str, body: &Value| {
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            Browser::new(&app).call(method, path, &headers, &if body.is_null() { String::new() } else { body.to_string() }).await
        };
        for mount in ["/api/oauth2", "/api/v1/oauth2"] {
            let query = party.authorize(&[("prompt", "consent")]).replace("/oauth2", mount);
            let anonymous = Browser::new(&app).call(Method::GET, &query, &[], "").await;
            assert_eq!((anonymous.status.as_u16(), anonymous.error().as_str()), (401, "login_required"));
            let asked = call(Method::GET, &query, &Value::Null).await.json();
            assert_eq!(asked["client"]["client_name"], "Relying Party");
            assert_eq!(asked["redirect_host"], "client.example");
            assert_eq!(asked["scopes"][0]["name"], "openid");
            let body = json!({"interaction": asked["interaction"], "action": "allow"});
            let allowed = call(Method::POST, &format!("{mount}/consent"), &body).await.json();
            let to = url::Url::parse(allowed["redirect_to"].as_str().unwrap()).unwrap();
            let code = to.query_pairs().find(|(n, _)| n == "code").unwrap().1.into_owned();
            assert_eq!(party.exchange(&code).await.status, 200);
        }
        let at_once = call(Method::GET, &party.authorize(&[]).replace("/oauth2", "/api/oauth2"), &Value::Null).await.json();
        assert!(at_once["redirect_to"].as_str().unwrap().contains("code="), "already consented");
        // Reference 003: the whole request along with the decision.
        let other = Party::new(&app, Kind::Web).await;
        let challenge = domain::oauth::pkce::CodeChallenge::of(testkit::VERIFIER).text();
        let request = |decision: &str| {
            json!({"client_id": other.id, "redirect_uri": other.redirect_uri, "scope": "openid", "state": "x", "sub_type": "user",
                "code_challenge": challenge, "code_challenge_method": "S256", "decision": decision})
        };
        let denied = call(Method::POST, "/api/oauth2/consent", &request("deny")).await.json();
        assert!(denied["redirect_to"].as_str().unwrap().contains("error=access_denied"));
        let allowed = call(Method::POST, "/api/oauth2/consent", &request("allow")).await.json();
        assert!(allowed["redirect_to"].as_str().unwrap().contains("code="));
        assert_eq!(call(Method::POST, "/api/oauth2/consent", &request("perhaps")).await.status, 400);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn signing_in_tells_nothing_and_slows_guessers() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let gone = app.user("gone@example.com", 0).await;
        accounts::set_user_disabled(&app.app, &app.ctx(), gone.user.id, true).await.unwrap();
        let mut said = std::collections::HashSet::new();
        for (email, password) in [
            ("ada@example.com", "wrong password"),
            ("nobody@example.com", "wrong password"),
            ("gone@example.com", testkit::PASSWORD),
            ("rubbish", "x"),
        ] {
            let mut browser = Browser::new(&app);
            let form =
                browser.get("/login").await.form("login-submit").set("username", email).set("password", password);
            let reply = browser.submit(&form).await;
            assert_eq!(reply.status, 422);
            assert_eq!(reply.form("login-submit").get("username"), Some(email), "what was typed is kept");
            said.insert(reply.text("problem").unwrap());
        }
        assert_eq!(said.len(), 1, "one text for all: {said:?}");
        let mut thief = Browser::new(&app);
        let form =
            thief.get("/login").await.form("login-submit").set("username", "ada@example.com").set("password", "guess");
        for _ in 0..6 {
            thief.submit(&form).await;
        }
        assert_eq!(thief.submit(&form).await.status, 429);
        let mut browser = Browser::new(&app);
        let form = browser
            .get("/signup")
            .await
            .form("signup-submit")
            .set("name", "New Person")
            .set("username", "new@example.com")
            .set("password", "short");
        assert_eq!(browser.submit(&form).await.status, 422);
        let reply = browser.submit(&form.set("password", "long enough now")).await;
        assert_eq!(reply.status, 303);
        assert!(browser.get("/account").await.body.contains("new@example.com"));
        let out = browser.get("/account").await.form("logout-submit");
        assert!(browser.submit(&out).await.body.contains("signed out"));
        assert!(!browser.get("/account").await.body.contains("new@example.com"));
        assert_eq!(app.outcomes("sign_up").await, ["password_too_short"]);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_first_operator_is_made_by_a_link_that_works_once() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let link = flows::unguarded::setup::link(&app.app, &app.ctx()).await.unwrap().unwrap();
        let path = link.strip_prefix(testkit::ISSUER).unwrap();
        let mut browser = Browser::new(&app);
        let opened = browser.get(path).await;
        assert_eq!(
            (opened.status.as_u16(), opened.header("location")),
            (303, "/setup"),
            "an address without the secret"
        );
        assert_eq!(Browser::new(&app).get("/setup").await.status, 403, "in the browser that opened the link");
        let page = browser.follow(opened).await;
        assert!(!page.body.contains(path.split_once('=').unwrap().1), "{}", page.body);
        let form = page
            .form("setup-submit")
            .set("name", "Op")
            .set("username", "op@example.com")
            .set("password", "long enough now");
        assert_eq!(browser.submit(&form).await.status, 303);
        assert_eq!(browser.get(path).await.status, 403);
        assert_eq!(browser.get("/setup").await.status, 403);
        assert!(flows::unguarded::setup::link(&app.app, &app.ctx()).await.unwrap().is_none());
        let mut added = app.outcomes("operator.added").await;
        added.sort();
        assert_eq!(added, ["ok", "setup_has_operator", "setup_not_open", "setup_not_open"]);
        let user = accounts::user_by_email(&app.app, "op@example.com").await.unwrap().unwrap();
        assert!(user.is_operator);
        app.stop().await;
    })
    .await;
}
