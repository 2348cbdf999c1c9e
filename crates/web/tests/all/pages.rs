//! What only a whole response shows: policies, cookies and mounts.
use axum::http::Method;
use flows::unguarded::accounts;
use flows::unguarded::credentials;
use flows::unguarded::credentials::NewCredential;
use flows::unguarded::workspaces;
use serde_json::json;
use testkit::{Browser, Database, Kind, Party, TestApp};

/// Where a page's forms may lead; empty without a limit.
pub fn form_action(policy: &str) -> &str {
    policy.split("; ").find_map(|part| part.strip_prefix("form-action ")).unwrap_or_default()
}

/// Browsers hold the redirects after a form against the page's `form-action`; a sign-up may end at the client at once.
#[tokio::test]
async fn a_sign_up_may_lead_to_the_client() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let party = Party::with(&app, Kind::Web, |new| new.config.internal = true).await;
    let mut browser = Browser::new(&app);
    let login = browser.get(&party.authorize(&[])).await;
    let interaction = login.form("login-submit").get("interaction").unwrap().to_owned();
    let link = format!("/signup?i={interaction}");
    let page = browser.get(&link).await;
    assert!(page.body.contains("Relying Party"));
    assert_eq!(form_action(page.header("content-security-policy")), "");
    let form =
        page.form("signup-submit").set("name", "Ada").set("username", "ada@example.com").set("password", "short");
    let again = browser.submit(&form).await;
    assert_eq!(again.status, 422);
    assert_eq!(form_action(again.header("content-security-policy")), "");
    let done = browser.submit(&again.form("signup-submit").set("password", "long enough now")).await;
    let answer = browser.follow(done).await;
    assert!(answer.answer("code").is_some(), "without any other page between");
    assert_eq!(form_action(browser.get("/signup").await.header("content-security-policy")), "'self'");
    assert_eq!(Browser::new(&app).get(&link).await.status, 400, "checklist 27: another browser's interaction");
    app.stop().await;
}

#[tokio::test]
async fn what_only_forms_send_to_is_told_to_people_as_a_page() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    for path in ["/logout", "/oauth2/consent", "/workspaces/w/access/policy/apps", "/workspaces/w/webhooks/h/test"] {
        for (language, said) in [("en", "only takes what a form sends"), ("de", "was ein Formular sendet")] {
            let headers = [("accept", "text/html"), ("accept-language", language)];
            let page = Browser::new(&app).call(Method::GET, path, &headers, "").await;
            assert_eq!((page.status.as_u16(), page.header("allow")), (405, "POST"), "{path}");
            assert!(page.text("error-description").unwrap().contains(said), "{}", page.body);
            assert_eq!(page.text("request-id").as_deref(), Some(page.header("x-request-id")));
        }
        let program = Browser::new(&app).call(Method::GET, path, &[], "").await;
        assert_eq!((program.status.as_u16(), program.error().as_str()), (405, "invalid_request"), "{path}");
    }
    app.stop().await;
}

#[tokio::test]
async fn checklist_18_resource_servers_introspect_and_pages_of_other_origins_do_not() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    for mount in ["/oauth2", "/api/oauth2", "/api/v1/oauth2"] {
        let preflight = async |path: &str| {
            let headers = [("origin", "https://app.example"), ("access-control-request-method", "POST")];
            let reply = Browser::new(&app).call(Method::OPTIONS, &format!("{mount}/{path}"), &headers, "").await;
            reply.header("access-control-allow-origin").to_owned()
        };
        assert_eq!((preflight("token").await.as_str(), preflight("introspect").await.as_str()), ("*", ""));
        let get = Browser::new(&app).call(Method::GET, &format!("{mount}/introspect"), &[], "").await;
        assert_eq!((get.status.as_u16(), get.error().as_str()), (405, "invalid_request"));
    }
    app.stop().await;
}

#[tokio::test]
async fn a_program_cannot_widen_what_its_user_chose() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let user = app.user("ada@example.com", 0).await;
    let party = Party::new(&app, Kind::Web).await;
    let new = NewCredential {
        name: "t".to_owned(),
        scopes: flows::access::credential_request::every_scope(&app.app, false),
        expires_at: None,
    };
    let (_, token) = credentials::create_personal_access_token(&app.app, &app.ctx(), user.user.id, new).await.unwrap();
    let bearer = format!("Bearer {}", token.expose());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    // Without a response type: there is only one.
    let query = party.authorize(&[("response_type", "")]).replace("/oauth2", "/api/oauth2");
    let asked = Browser::new(&app).call(Method::GET, &query, &headers, "").await;
    assert_eq!(asked.header("set-cookie"), "", "a bearer needs no cookie");
    let asked = asked.json();
    assert_eq!(asked["scopes"].as_array().unwrap().len(), 3);
    let body = json!({"interaction": asked["interaction"], "decision": "allow", "scope": "openid email"});
    let reply = Browser::new(&app).call(Method::POST, "/api/oauth2/consent", &headers, &body.to_string()).await.json();
    let to = url::Url::parse(reply["redirect_to"].as_str().unwrap()).unwrap();
    let code = to.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    assert_eq!(party.exchange(&code).await.json()["scope"], "openid email");
    // A browser that was sent there goes to the page, with the same request.
    let page = Browser::new(&app).get(&query).await;
    assert_eq!((page.status.as_u16(), page.location().path()), (303, "/oauth2/authorize"));
    assert_eq!(page.answer("response_type").as_deref(), Some("code"));
    assert_eq!(page.answer("client_id").as_deref(), Some(party.id.as_str()));
    app.stop().await;
}

/// Checklist 87.
#[tokio::test]
async fn behind_tls_cookies_are_bound_to_the_host() {
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| s.issuer = "https://as.example".to_owned()).await;
    app.user("ada@example.com", 0).await;
    let mut browser = Browser::new(&app);
    let page = browser.get("/login").await;
    let cookie = page.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-cs_")
            && cookie.contains("_browser=")
            && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure")
    );
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    let form = page.form("login-submit").set("username", "ada@example.com").set("password", testkit::PASSWORD);
    let reply = browser.submit(&form).await;
    let cookie = reply.header("set-cookie");
    assert!(
        reply.status == 303
            && cookie.starts_with("__Host-cs_")
            && cookie.contains("_session=")
            && cookie.contains("; Secure"),
        "{cookie}"
    );
    app.stop().await;
}

#[tokio::test]
async fn below_a_path_every_link_leads_somewhere() {
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| s.issuer = "http://localhost:8080/tenant".to_owned()).await;
    app.user("ada@example.com", 0).await;
    let mut browser = Browser::new(&app);
    let page = browser.get("/tenant/login").await;
    let reply = browser.sign_in(&page, "ada@example.com").await;
    assert!(reply.status == 200 && reply.body.contains("Signed in as <strong>"), "{} {}", reply.status, reply.body);
    let first = browser.get("/tenant").await;
    assert_eq!((first.status.as_u16(), first.location().path()), (303, "/tenant/account"));
    let (_, rest) = reply.body.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let sheet = rest.split('"').next().unwrap();
    assert!(sheet.starts_with("/tenant/assets/"));
    let css = browser.get(sheet).await;
    assert_eq!((css.status.as_u16(), css.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(css.header("cache-control").contains("immutable"));
    for nowhere in ["/", "/elsewhere", "/tenant/elsewhere"] {
        let reply = browser.get(nowhere).await;
        assert!(reply.status == 404 && reply.body.contains("That did not work"), "{nowhere}");
        assert_eq!(reply.text("request-id").as_deref(), Some(reply.header("x-request-id")));
    }
    app.stop().await;
}

#[tokio::test]
async fn the_operators_logo_is_the_only_picture_from_elsewhere() {
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| {
        s.brand.logo_url = Some("https://cdn.example/logo.svg?a=1&b=\"".to_owned());
    })
    .await;
    let page = Browser::new(&app).get("/login").await;
    assert!(page.body.contains("src=\"https://cdn.example/logo.svg?a=1&#38;b=%22\""), "{}", page.body);
    assert!(page.header("content-security-policy").contains("; img-src 'self' https://cdn.example; "));
    app.stop().await;
}

#[tokio::test]
async fn the_consent_page_names_the_developer_and_the_error_page_the_application() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let user = app.user("ada@example.com", 1).await;
    let workspace = user.workspaces[0];
    let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await;
    workspaces::rename_workspace(&app.app, &app.ctx(), workspace, "<Tools> Ltd").await.unwrap();
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let page = browser.get(&party.authorize(&[])).await;
    assert!(page.body.contains("By <strong><bdi>&#60;Tools&#62; Ltd"), "{}", page.body);
    let other = browser.get(&party.authorize(&[("redirect_uri", "https://elsewhere.example/")])).await;
    assert_eq!((other.status.as_u16(), other.text("error-code").as_deref()), (400, Some("invalid_request")));
    assert!(other.body.contains("You came from <strong><bdi>Relying Party"), "{}", other.body);
    // A name that somebody made up says nothing.
    let unknown = browser.get("/oauth2/authorize?client_id=cs_ci_Your-Bank&response_type=code").await;
    assert!(unknown.status == 400 && !unknown.body.contains("You came from"), "{}", unknown.body);
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_password_at_a_renewed_sign_in_says_again_why_it_is_asked() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("ada@example.com", 1).await;
    let party = Party::new(&app, Kind::Web).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let page = browser.get(&party.authorize(&[("prompt", "login")])).await;
    assert!(page.body.contains("<h1>Sign in again</h1>"));
    let form = page.form("login-submit").set("username", "ada@example.com").set("password", "wrong password");
    let again = browser.submit(&form).await;
    assert!(again.status == 422 && again.body.contains("<h1>Sign in again</h1>"), "{}", again.body);
    app.stop().await;
}

#[tokio::test]
async fn people_read_pages_where_programs_read_json() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let headers = [("content-type", "text/plain")];
    for form in ["/login", "/signup", "/logout", "/setup", "/oauth2/consent", "/oauth2/account", "/oauth2/authorize"] {
        let reply = Browser::new(&app).call(Method::POST, form, &headers, "rubbish").await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (400, "text/html; charset=utf-8"), "{form}");
        assert_eq!(reply.text("request-id").as_deref(), Some(reply.header("x-request-id")), "{form}");
    }
    let reply = Browser::new(&app).call(Method::POST, "/oauth2/token", &headers, "rubbish").await;
    assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_request"));
    app.stop().await;
}

#[tokio::test]
async fn where_sign_up_is_off_nobody_learns_whose_address_is_known() {
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| s.sign_up = false).await;
    app.user("ada@example.com", 0).await;
    let mut browser = Browser::new(&app);
    let login = browser.get("/login").await;
    assert!(!login.body.contains("/signup") && !browser.get("/").await.body.contains("/signup"));
    let page = browser.get("/signup").await;
    assert!(page.status == 403 && page.body.contains("Ask there for one"), "{}", page.body);
    let csrf = login.form("login-submit").get("csrf").unwrap().to_owned();
    let mut said = Vec::new();
    for address in ["ada@example.com", "nobody@example.com"] {
        let fields = [("csrf", csrf.as_str()), ("name", "A"), ("username", address), ("password", "long enough now")];
        let reply = browser.post("/signup", &fields).await;
        said.push((reply.status, reply.body.replace(address, "")));
    }
    assert_eq!(said[0].0, 422);
    assert_eq!(said[0], said[1]);
    assert_eq!(app.outcomes("sign_up").await, ["sign_up_off", "sign_up_off"]);
    app.stop().await;
}

/// An account and its workspace come together, and the one-time link is used up by success alone.
#[tokio::test]
async fn the_first_operator_is_made_at_once_or_not_at_all() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("taken@example.com", 0).await;
    let link = flows::unguarded::setup::link(&app.app, &app.ctx()).await.unwrap().expect("nobody runs this yet");
    let path = link.strip_prefix(testkit::ISSUER).unwrap();
    let mut browser = Browser::new(&app);
    let opened = browser.get(path).await;
    let page = browser.follow(opened).await;
    let long = "x".repeat(100);
    let form = page.form("setup-submit").set("name", &long).set("password", "long enough now");
    let refused = browser.submit(&form.clone().set("username", "taken@example.com")).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let again = refused.form("setup-submit").set("name", &long).set("username", "op@example.com");
    let done = browser.submit(&again.set("password", "long enough now")).await;
    assert_eq!(done.status, 303, "the link was still good: {}", done.body);
    let user = accounts::user_by_email(&app.app, "op@example.com").await.unwrap().unwrap();
    assert!(user.is_operator);
    let spaces = workspaces::list_workspaces(&app.app, flows::Page::default()).await.unwrap();
    assert_eq!(spaces.items.iter().map(|w| w.name.chars().count()).collect::<Vec<_>>(), [100]);
    assert!(Browser::new(&app).get(path).await.status.is_client_error(), "used up");
    app.stop().await;
}
