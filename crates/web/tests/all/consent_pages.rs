//! The consent page: who asks, in whose name, as whom one is signed in, and the ways off the page.
use crate::pages::form_action;
use axum::http::Method;
use domain::clients::{GrantType, Trust};
use testkit::{Browser, Database, ISSUER, Kind, PASSWORD, Party, Reply, TestApp};

async fn read(browser: &mut Browser, path: &str, language: &str) -> Reply {
    let headers = [("accept", "text/html"), ("accept-language", language)];
    browser.call(Method::GET, path, &headers, "").await
}

/// As a browser would that says how it got there.
async fn navigate(browser: &mut Browser, path: &str) -> Reply {
    let headers = [("accept", "text/html"), ("sec-fetch-mode", "navigate"), ("sec-fetch-site", "same-origin")];
    browser.call(Method::GET, path, &headers, "").await
}

async fn press(browser: &mut Browser, page: &Reply, button: &str, action: &str) -> Reply {
    let form = page.form(button).set("action", action);
    let fields: Vec<_> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [
        ("accept", "text/html"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-site", "same-origin"),
    ];
    browser.call(Method::POST, &form.action, &headers, &body).await
}

/// The page on which somebody else signs in: one that going back asks for anew.
async fn use_other(browser: &mut Browser, page: &Reply) -> Reply {
    let reply = browser.submit(&page.form("account-other").set("action", "other")).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    browser.follow(reply).await
}

#[tokio::test]
async fn whoever_is_signed_in_by_mistake_goes_on_as_somebody_else() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 1).await;
    let bob = app.user("bob@example.com", 1).await;
    let party = Party::new(&app, Kind::Web).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let of_ada = browser.cookies.clone();
    let page = browser.get(&party.authorize(&[("scope", "openid")])).await;
    assert_eq!(page.text("signed-in-as").as_deref(), Some("Signed in as ada@example.com"));

    // Nobody else's page sends this form.
    let forged = browser.submit(&page.form("account-other").set("csrf", "x").set("action", "other")).await;
    assert_eq!((forged.status.as_u16(), forged.body.contains("login-submit")), (400, false), "{}", forged.body);

    let login = use_other(&mut browser, &page).await;
    assert_eq!(login.status, 200, "{}", login.body);
    assert_eq!(login.form("login-submit").get("username"), Some(""), "nobody is suggested");
    let asked = browser.sign_in(&login, "bob@example.com").await;
    assert_eq!(asked.text("signed-in-as").as_deref(), Some("Signed in as bob@example.com"), "{}", asked.body);
    assert_ne!(browser.cookies, of_ada, "no session of before goes on");

    // What was open of Ada approves nothing for anybody.
    let late = browser.submit(&page.form("consent-allow").set("action", "allow")).await;
    assert_eq!(late.status, 400, "{}", late.body);
    let mut before = Browser { cookies: of_ada, ..browser.clone() };
    let gone = before.get(&party.authorize(&[])).await;
    assert!(gone.body.contains("login-submit"), "one session a browser: that of Ada is over");

    let answer = browser.submit(&asked.form("consent-allow").set("action", "allow")).await;
    assert_eq!(answer.answer("state").as_deref(), Some("st"), "the very same request");
    let code = answer.answer("code").unwrap();
    let claims = testkit::Tokens(party.exchange(&code).await.json()).id_claims();
    assert_eq!(claims["sub"], bob.user.id.to_string());
    let mut other = Browser::new(&app);
    other.sign_in_here("ada@example.com").await;
    let again = other.get(&party.authorize(&[("scope", "openid")])).await;
    assert!(again.body.contains("consent-allow"), "Ada allowed nothing: {}", ada.user.id);
    app.stop().await;
}

#[tokio::test]
async fn a_new_account_is_a_way_out_as_well() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("ada@example.com", 0).await;
    let party = Party::new(&app, Kind::Web).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let page = browser.get(&party.authorize(&[])).await;
    let login = use_other(&mut browser, &page).await;
    let interaction = login.form("login-submit").get("interaction").unwrap().to_owned();
    let form = browser.get(&format!("/signup?i={interaction}")).await.form("signup-submit");
    let form = form.set("name", "Eve").set("username", "eve@example.com").set("password", "four words as usual");
    let reply = browser.submit(&form).await;
    let asked = browser.follow(reply).await;
    assert_eq!(asked.text("signed-in-as").as_deref(), Some("Signed in as eve@example.com"), "{}", asked.body);
    app.stop().await;
}

#[tokio::test]
async fn a_device_is_allowed_by_whom_it_should_be() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("ada@example.com", 1).await;
    app.user("bob@example.com", 1).await;
    let party = Party::with(&app, Kind::Spa, |new| new.config.grant_types.push(GrantType::DeviceCode)).await;
    let codes = party.post("/oauth2/device_authorization", &[("scope", "openid")]).await.json();
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let page = browser.get(&format!("/device?user_code={}", codes["user_code"].as_str().unwrap())).await;
    let reply = browser.submit(&page.form("device-submit")).await;
    let asked = browser.follow(reply).await;
    assert_eq!(form_action(asked.header("content-security-policy")), "'self'", "a device is led nowhere");
    let login = use_other(&mut browser, &asked).await;
    let asked = browser.sign_in(&login, "bob@example.com").await;
    assert_eq!(asked.text("signed-in-as").as_deref(), Some("Signed in as bob@example.com"));
    let done = browser.submit(&asked.form("consent-allow").set("action", "allow")).await;
    assert!(done.text("device-done").is_some(), "{}", done.body);
    app.stop().await;
}

#[tokio::test]
async fn the_page_remarks_whom_the_application_expected() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("ada@example.com", 2).await;
    app.user("bob@example.com", 0).await;
    let party = Party::new(&app, Kind::Web).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    for prompt in ["consent", "select_account"] {
        let said = async |browser: &mut Browser, hint: &str, language: &str| {
            let page = read(browser, &party.authorize(&[("login_hint", hint), ("prompt", prompt)]), language).await;
            assert_eq!(page.status, 200, "{}", page.body);
            assert!(!page.body.contains("<i>"), "{}", page.body);
            page.text("account-expected")
        };
        // Whether they have an account here makes no difference.
        for hint in ["bob@example.com", "nobody@example.com", "<i>b</i>@example.com"] {
            assert_eq!(
                said(&mut browser, hint, "en").await.unwrap(),
                format!("The app expected {hint}, but you are signed in as ada@example.com.")
            );
            let german = said(&mut browser, hint, "de").await.unwrap();
            assert!(german.contains(hint) && german.contains("als ada@example.com angemeldet"), "{german}");
        }
        let long = format!("{}@example.com", "b".repeat(300));
        for none in ["", "ADA@example.com", "bob", "b\u{202e}ob@example.com", &long] {
            assert_eq!(said(&mut browser, none, "en").await, None, "{none:?}");
        }
    }
    // For somebody else to sign in as, the hint is there already.
    let page = browser.get(&party.authorize(&[("login_hint", "bob@example.com")])).await;
    let login = use_other(&mut browser, &page).await;
    assert_eq!(login.form("login-submit").get("username"), Some("bob@example.com"));
    let asked = browser.sign_in(&login, "bob@example.com").await;
    assert_eq!(asked.text("account-expected"), None);
    app.stop().await;
}

/// Checklist 107.
#[tokio::test]
async fn the_page_says_in_whose_name_and_how_far_the_application_is_known() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 1).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    for (sub_type, language, said) in [
        ("user", "en", "acts in your own name"),
        ("user", "de", "in Ihrem eigenen Namen: "),
        ("workspace", "en", "acts for the workspace"),
        ("workspace", "de", "für den Arbeitsbereich und nicht in Ihrem eigenen Namen"),
    ] {
        let party = Party::new(&app, Kind::Web).await;
        let page = read(&mut browser, &party.authorize(&[("sub_type", sub_type)]), language).await;
        let acts = page.text("consent-acts").unwrap();
        assert!(acts.contains(said), "{acts}");
    }
    for (trust, developer, mark, warned, said) in [
        (Trust::FirstParty, true, "★", false, None),
        (Trust::Verified, true, "✓", false, None),
        (Trust::Unverified, true, "○", false, Some("registered by Workspace 0")),
        (Trust::Unverified, false, "○", false, Some("Go on only if you know who made it")),
        (Trust::Anonymous, false, "!", true, None),
    ] {
        let party = Party::with(&app, Kind::Web, |new| {
            (new.trust, new.owner_workspace_id) = (trust, developer.then_some(ada.workspaces[0]));
        })
        .await;
        let page = read(&mut browser, &party.authorize(&[("prompt", "consent")]), "en").await;
        assert!(page.body.contains(&format!("<span aria-hidden=\"true\">{mark}</span>")), "{trust:?} {}", page.body);
        assert_eq!(page.body.contains("Nobody has vouched"), warned, "{trust:?}");
        let unverified = page.text("consent-unverified");
        assert_eq!(unverified.is_some(), said.is_some(), "{trust:?}");
        assert!(said.is_none_or(|said| unverified.unwrap().contains(said)), "{trust:?}");
    }
    app.stop().await;
}

#[tokio::test]
async fn an_application_that_is_called_like_the_server_is_told_apart() {
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| s.brand.name = "Acme <ID>".to_owned()).await;
    app.user("ada@example.com", 0).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    for (name, trust, told) in [
        ("Acme ID", Trust::Unverified, true),
        ("ACME lD Support", Trust::Verified, true),
        ("\u{410}cme ID", Trust::Anonymous, true),
        ("Acme ID", Trust::FirstParty, false),
        ("Acme Letters", Trust::Unverified, false),
    ] {
        let party = Party::with(&app, Kind::Web, |new| (new.name, new.trust) = (name.to_owned(), trust)).await;
        for (language, said) in [("en", "does not belong to Acme <ID>"), ("de", "gehört nicht zu Acme <ID>")] {
            let page = read(&mut browser, &party.authorize(&[("prompt", "consent")]), language).await;
            assert_eq!(
                page.text("consent-poses").is_some_and(|t| t.contains(said)),
                told,
                "{name} {trust:?} {language}"
            );
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn point_4_7_forms_that_end_at_a_client_lead_on_as_the_client_likes() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("ada@example.com", 1).await;
    let uris = ["http://127.0.0.1/callback", "https://app.example:8443/cb", "com.example.app:/cb"];
    let bye = "https://bye.example/out";
    let party = Party::with(&app, Kind::Native, |new| {
        new.config.redirect_uris = uris.map(ToOwned::to_owned).to_vec();
        new.config.post_logout_redirect_uris = vec![bye.to_owned()];
    })
    .await;
    for uri in ["http://127.0.0.1:51004/callback", uris[1], uris[2]] {
        let mut browser = Browser::new(&app);
        let policy = |page: &Reply| form_action(page.header("content-security-policy")).to_owned();
        let source = "";
        let request = [("redirect_uri", uri), ("prompt", "consent select_account")];
        let login = navigate(&mut browser, &party.authorize(&request)).await;
        assert_eq!(policy(&login), source);
        let wrong = login.form("login-submit").set("username", "ada@example.com").set("password", "wrong");
        let wrong = browser.submit(&wrong).await;
        assert_eq!((wrong.status.as_u16(), policy(&wrong).as_str()), (422, source));
        let asked = browser.sign_in(&wrong, "ada@example.com").await;
        assert_eq!(policy(&asked), source);
        let choose = navigate(&mut browser, &party.authorize(&request)).await;
        assert_eq!((choose.text("account-continue").is_some(), policy(&choose).as_str()), (true, source));
        // Where no page comes next, this one says so, with scripts and without.
        let program = uri.starts_with("com.");
        assert_eq!(asked.body.contains("data-away=\"Your answer is on its way"), program, "{uri}");
        assert_eq!(asked.body.contains("This page stays open; you can close it then."), program, "{uri}");
        let other = use_other(&mut browser, &asked).await;
        assert_eq!(policy(&other), source);

        for (action, answer) in [("allow", "code="), ("deny", "error=access_denied")] {
            let asked = navigate(&mut browser, &party.authorize(&[("redirect_uri", uri), ("prompt", "consent")])).await;
            let reply = press(&mut browser, &asked, "consent-allow", action).await;
            assert!(reply.status == 303 && reply.location().as_str().starts_with(uri), "{}", reply.body);
            assert!(reply.location().query().unwrap().contains(answer));
        }
    }
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let out = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", party.id.as_str()), ("post_logout_redirect_uri", bye)])
        .finish();
    let page = navigate(&mut browser, &format!("/oauth2/end_session?{out}")).await;
    assert_eq!(form_action(page.header("content-security-policy")), "");
    let left = press(&mut browser, &page, "logout-submit", "").await;
    assert_eq!((left.status.as_u16(), left.header("location")), (303, bye));
    assert!(!browser.cookies.keys().any(|name| name.contains("session")), "{:?}", browser.cookies);
    assert!(navigate(&mut browser, "/account").await.location().as_str().starts_with(&format!("{ISSUER}/login")));
    app.stop().await;
}

#[tokio::test]
async fn a_sign_up_says_what_is_wrong_with_a_name() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let mut browser = Browser::new(&app);
    let tower = format!("Z{}algo", "\u{30d}".repeat(9));
    let long = "x".repeat(101);
    for (name, en, de) in [
        ("A\u{200d}da", "cannot be seen", "das man nicht sieht"),
        ("\u{202e}Ada", "cannot be seen", "das man nicht sieht"),
        (&*tower, "more than four accents", "mehr als vier Akzente"),
        (&*long, "1 to 100 characters", "1 bis 100 Zeichen"),
    ] {
        for (language, said) in [("en", en), ("de", de)] {
            let page = read(&mut browser, &format!("/signup?ui_locales={language}"), language).await;
            let form = page.form("signup-submit").set("name", name).set("username", "ada@example.com");
            let form = form.set("password", PASSWORD);
            let fields: Vec<_> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            let headers = [("accept-language", language), ("content-type", "application/x-www-form-urlencoded")];
            let again = browser.call(Method::POST, &form.action, &headers, &body).await;
            assert_eq!(again.status, 422);
            assert!(again.text("problem").unwrap().contains(said), "{name:?}: {:?}", again.text("problem"));
        }
    }
    for (name, email) in
        [("زهرا می\u{200c}روم", "z@example.com"), ("Nguye\u{302}\u{303}n 👩\u{200d}💻", "n@example.com")]
    {
        let form = browser.get("/signup").await.form("signup-submit");
        let form = form.set("name", name).set("username", email).set("password", PASSWORD);
        let reply = browser.submit(&form).await;
        let page = browser.follow(reply).await;
        assert!(page.body.contains(name), "{}", page.body);
    }
    app.stop().await;
}
