//! The way to pages that only people who are signed in see: there and back, in their language, and never elsewhere.
use axum::http::Method;
use testkit::{Browser, Database, Kind, Party, TestApp};

async fn app() -> (Database, TestApp) {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("ada@example.com", 1).await;
    (database, app)
}

#[tokio::test]
async fn whoever_came_for_a_page_gets_there_after_signing_in() {
    let (_database, app) = app().await;
    let mut browser = Browser::new(&app);
    let sent = browser.get("/account?page=2").await;
    assert_eq!(sent.status, 303);
    assert_eq!(sent.header("location"), "/login?return_to=%2Faccount%3Fpage%3D2");
    let page = browser.follow(sent).await;
    // A wrong password loses neither the address nor the way.
    let wrong = page.form("login-submit").set("username", "ada@example.com").set("password", "not this one");
    let again = browser.submit(&wrong).await;
    assert_eq!(again.status, 422);
    let form = again.form("login-submit");
    assert_eq!((form.get("username"), form.get("return_to")), (Some("ada@example.com"), Some("/account?page=2")));
    let reply = browser.submit(&form.set("password", testkit::PASSWORD)).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/account?page=2"));
    assert!(browser.follow(reply).await.form("profile-save").get("csrf").is_some());
    app.stop().await;
}

/// Checklist 9.
#[tokio::test]
async fn nobody_is_led_elsewhere_after_signing_in() {
    let (_database, app) = app().await;
    for evil in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/account//evil.example",
        "javascript:alert(1)",
        "/account\r\nlocation: https://evil.example",
        "@evil.example",
    ] {
        let mut browser = Browser::new(&app);
        let link: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        for path in ["login", "signup"] {
            let page = browser.get(&format!("/{path}?return_to={link}")).await;
            assert!(!page.body.contains("evil.example") && !page.body.contains("alert"), "{evil}");
        }
        let page = browser.get("/login").await;
        let form = page.form("login-submit").set("username", "ada@example.com").set("password", testkit::PASSWORD);
        let reply = browser.submit(&form.set("return_to", evil)).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/"), "{evil}");
    }
    app.stop().await;
}

#[tokio::test]
async fn pages_speak_as_asked_then_as_set_then_as_the_browser() {
    let (_database, app) = app().await;
    let german = [("accept", "text/html"), ("accept-language", "de-AT, en;q=0.5")];
    let language = |body: &str| body.split("<html lang=\"").nth(1).unwrap()[..2].to_owned();
    let mut browser = Browser::new(&app);
    let read =
        async |browser: &mut Browser, path: &str| language(&browser.call(Method::GET, path, &german, "").await.body);
    assert_eq!(read(&mut browser, "/login").await, "de");
    assert_eq!(read(&mut browser, "/login?ui_locales=fr%20en").await, "en");
    assert_eq!(read(&mut browser, "/login?ui_locales=xx").await, "de");
    assert_eq!(read(&mut browser, "/no/such/page").await, "de");
    browser.sign_in_here("ada@example.com").await;
    assert_eq!(read(&mut browser, "/account").await, "de");
    let form = browser.get("/account").await.form("profile-save").set("locale", "en").set("zone", "Europe/Berlin");
    let saved = browser.submit(&form).await;
    assert_eq!((saved.status.as_u16(), saved.header("location")), (303, "/account"));
    assert_eq!(read(&mut browser, "/account").await, "en", "as set");
    assert_eq!(read(&mut browser, "/account?ui_locales=de").await, "de", "as asked");
    // An authorization request asks in every page of its own, after a mistake as well.
    let party = Party::new(&app, Kind::Web).await;
    let mut stranger = Browser::new(&app);
    let login = stranger.get(&party.authorize(&[("ui_locales", "de")])).await;
    assert_eq!(language(&login.body), "de");
    let wrong = login.form("login-submit").set("username", "ada@example.com").set("password", "not this one");
    let again = stranger.submit(&wrong).await;
    assert_eq!((again.status.as_u16(), language(&again.body).as_str()), (422, "de"));
    assert!(again.body.contains("Die E-Mail-Adresse oder das Passwort"), "{}", again.body);
    let consent = stranger.sign_in(&again, "ada@example.com").await;
    assert_eq!(language(&consent.body), "de");
    assert!(consent.body.contains("Wissen, wer Sie hier sind"), "scopes in the words of the language");
    app.stop().await;
}

#[tokio::test]
async fn a_profile_keeps_what_was_typed_when_something_is_wrong_with_it() {
    let (_database, app) = app().await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let form = browser.get("/account").await.form("profile-save");
    let odd = form.clone().set("name", "Ada & <b>Co</b>").set("zone", "Mars/Olympus");
    let again = browser.submit(&odd).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("aria-invalid=\"true\" aria-describedby=\"zone-problem zone-hint\""), "{}", again.body);
    assert_eq!(again.text("zone-problem"), again.text("problem"), "beside the field as well");
    assert!(!again.body.contains("<b>Co"), "{}", again.body);
    let form = again.form("profile-save");
    assert_eq!((form.get("name"), form.get("zone")), (Some("Ada & <b>Co</b>"), Some("Mars/Olympus")));
    for name in ["", "a\u{202e}b", "x\u{200b}y", &"n".repeat(10_000)] {
        let refused = browser.submit(&form.clone().set("zone", "").set("name", name)).await;
        assert_eq!(refused.status, 422, "{name}");
    }
    let fine = browser.submit(&form.set("zone", "")).await;
    assert_eq!(browser.follow(fine).await.form("profile-save").get("name"), Some("Ada & <b>Co</b>"));
    app.stop().await;
}

#[tokio::test]
async fn forms_of_the_account_are_good_from_their_own_page_alone() {
    let (_database, app) = app().await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let form = browser.get("/account").await.form("profile-save");
    let forged = browser.submit(&form.clone().set("csrf", "AAAA")).await;
    assert_eq!((forged.status.as_u16(), forged.text("error-code").as_deref()), (400, Some("invalid_request")));
    let fields = format!("csrf={}&name=Eve&locale=&zone=", form.get("csrf").unwrap());
    let from_elsewhere = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let crossed = browser.call(Method::POST, "/account", &from_elsewhere, &fields).await;
    assert_eq!(crossed.status, 400);
    // Another person's form token is of no use.
    let mut other = Browser::new(&app);
    app.user("grace@example.com", 1).await;
    other.sign_in_here("grace@example.com").await;
    let stolen = other.submit(&form.clone().set("name", "Eve")).await;
    assert_eq!(stolen.status, 400);
    // A session that ended meanwhile is told, and the form is not taken.
    browser.cookies.retain(|name, _| !name.contains("session"));
    let over = browser.submit(&form.set("name", "Eve")).await;
    assert!(over.status == 400 && over.body.contains("what you typed is still there"), "{}", over.body);
    let page = browser.get("/login").await;
    assert!(browser.sign_in(&page, "ada@example.com").await.body.contains("value=\"Test Person\""), "unchanged");
    app.stop().await;
}

#[tokio::test]
async fn checklist_20_no_page_is_framed_kept_or_scripted_from_elsewhere() {
    let (_database, app) = app().await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    for path in ["/account", "/no/such/page"] {
        let page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.split("; ").any(|directive| directive == part), "{part}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="), "nothing inline");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_browser_has_one_session_of_whoever_signed_in_last() {
    let name = testkit::cookie("session");
    let (_database, app) = app().await;
    let bob = app.user("bob@example.com", 0).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let sessions = async |email: &str| {
        let user = flows::unguarded::accounts::user_by_email(&app.app, email).await.unwrap().unwrap().id;
        flows::unguarded::sessions::list(&app.app, &app.ctx(), user).await.unwrap()
    };
    let first = sessions("ada@example.com").await;
    let cookie = browser.cookies[&name].clone();
    app.clock.advance(100);
    // The same person: the session goes on, with a new secret and the time of the new proof.
    browser.sign_in_here("ada@example.com").await;
    let again = sessions("ada@example.com").await;
    assert_eq!((first.len(), again.len(), again[0].id), (1, 1, first[0].id));
    assert_eq!(again[0].proof.at, first[0].proof.at.plus(100));
    assert!(again[0].secret_hash != first[0].secret_hash && browser.cookies[&name] != cookie);
    let mut thief = Browser::new(&app);
    thief.cookies.insert(name.clone(), cookie);
    assert_eq!(thief.get("/account").await.location().path(), "/login", "the old secret is void");
    // A wrong password changes nothing.
    let form = browser.get("/login").await.form("login-submit");
    browser.submit(&form.set("username", "bob@example.com").set("password", "not this one")).await;
    assert!(browser.get("/account").await.body.contains("ada@example.com"));
    // Somebody else: the session of whoever was there ends.
    assert_eq!(app.outcomes("sign_out").await, [""; 0]);
    browser.sign_in_here("bob@example.com").await;
    assert_eq!((sessions("ada@example.com").await.len(), sessions("bob@example.com").await.len()), (0, 1));
    assert_eq!(app.outcomes("sign_out").await, ["ok"]);
    assert_eq!(sessions("bob@example.com").await[0].user_id, bob.user.id);
    // A session elsewhere is another.
    let mut elsewhere = Browser::new(&app);
    elsewhere.sign_in_here("bob@example.com").await;
    assert_eq!(sessions("bob@example.com").await.len(), 2);
    app.stop().await;
}

#[tokio::test]
async fn a_form_of_somebody_else_is_not_carried_out_for_whoever_is_signed_in_now() {
    let (_database, app) = app().await;
    let grace = app.user("grace@example.com", 1).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let profile = browser.get("/account").await.form("profile-save").set("name", "Ada's own");
    let token =
        browser.get("/account/tokens/new").await.form("token-create").set("name", "All").set("scopes", "openid");
    browser.sign_in_here("grace@example.com").await;
    for form in [&profile, &token] {
        let refused = browser.submit(form).await;
        assert_eq!((refused.status.as_u16(), refused.text("error-code").as_deref()), (409, Some("conflict")));
        assert!(refused.body.contains("Somebody else was signed in when this form was opened."), "{}", refused.body);
    }
    let user = flows::unguarded::accounts::user_by_email(&app.app, "grace@example.com").await.unwrap().unwrap();
    assert_eq!(user.name, grace.user.name);
    assert!(!browser.get("/account/tokens").await.body.contains("All</"), "nothing was made");
    // Whoever signs in again as the same person goes on.
    browser.sign_in_here("ada@example.com").await;
    assert_eq!(browser.submit(&profile).await.status, 303);
    // Without its part that tells whose it is, a form is nobody's.
    let bare = profile.get("csrf").unwrap().split_once('.').unwrap().0.to_owned();
    assert_eq!(browser.submit(&profile.set("csrf", &bare)).await.status, 409);
    app.stop().await;
}

#[tokio::test]
async fn error_pages_speak_the_language_of_the_account_and_say_whom_to_ask() {
    let (_database, app) = app().await;
    let eve = app.user("eve@example.com", 1).await;
    let other = app.user("other@example.com", 1).await.workspaces[0];
    let who = app.principal(&eve, None).await;
    let german = flows::account::profile::Changes { locale: Some("de"), ..flows::account::profile::Changes::default() };
    flows::account::profile::change(&app.app, &app.ctx(), &who, german).await.unwrap();
    let mut browser = Browser::new(&app);
    browser.sign_in_here("eve@example.com").await;
    let foreign = format!("/workspaces/{other}/members");
    for (path, status, said) in [
        ("/nix", 404, "Sie können diese Seite schließen."),
        ("/operator", 403, "Fragen Sie, wer diesen Server betreibt."),
        (foreign.as_str(), 403, "Fragen Sie jemanden, dem der Arbeitsbereich gehört"),
    ] {
        let page = browser.call(Method::GET, path, &[("accept", "text/html"), ("accept-language", "en")], "").await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.body.contains("<html lang=\"de\"") && page.body.contains(said), "{path}: {}", page.body);
        assert!(page.body.contains("Zur Startseite"), "{path}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_first_workspace_is_named_in_the_language_of_the_page_that_signed_up() {
    let (_database, app) = app().await;
    let of = async |path: &str, accept: &str, name: &str, email: &str| {
        let mut browser = Browser::new(&app);
        let headers = [("accept", "text/html"), ("accept-language", accept)];
        let page = browser.call(Method::GET, path, &headers, "").await;
        let form = page.form("signup-submit").set("name", name).set("username", email);
        let done = browser.submit(&form.set("password", "long enough now")).await;
        assert_eq!(done.status, 303, "{}", done.body);
        let user = flows::unguarded::accounts::user_by_email(&app.app, email).await.unwrap().unwrap();
        flows::unguarded::workspaces::workspaces_of(&app.app, user.id).await.unwrap().remove(0).workspace_name
    };
    assert_eq!(of("/signup", "de-AT", "Jürgen", "j@example.com").await, "Arbeitsbereich von Jürgen");
    assert_eq!(of("/signup", "fr", "Ada", "a@example.com").await, "Ada's workspace");
    // As the request asked, whatever the browser wants, and also where an application sent them.
    assert_eq!(of("/signup?ui_locales=de", "en", "Bo", "b@example.com").await, "Arbeitsbereich von Bo");
    let party = Party::new(&app, Kind::Web).await;
    let mut browser = Browser::new(&app);
    let login = browser.get(&party.authorize(&[("ui_locales", "de")])).await;
    let interaction = login.form("login-submit").get("interaction").unwrap().to_owned();
    let page = browser.get(&format!("/signup?i={interaction}")).await;
    let form = page.form("signup-submit").set("name", "Cy").set("username", "c@example.com");
    assert_eq!(browser.submit(&form.set("password", "long enough now")).await.status, 303);
    let user = flows::unguarded::accounts::user_by_email(&app.app, "c@example.com").await.unwrap().unwrap();
    let spaces = flows::unguarded::workspaces::workspaces_of(&app.app, user.id).await.unwrap();
    assert_eq!(spaces[0].workspace_name, "Arbeitsbereich von Cy");
    app.stop().await;
}
