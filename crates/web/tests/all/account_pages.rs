//! The pages of a person's own account: connected apps, security, access tokens and workspaces.
use axum::http::Method;
use domain::Secret;
use domain::workspace::{MemberRoles, Role};
use flows::access::caller::Caller;
use flows::unguarded::{members, workspaces};
use testkit::{Browser, Database, Kind, PASSWORD, Party, Reply, TestApp, TestUser};

/// A signed-in browser.
async fn signed_in(app: &TestApp, user: &TestUser) -> Browser {
    let mut browser = Browser::new(app);
    browser.sign_in_here(user.user.email.as_str()).await;
    browser
}

async fn get(browser: &mut Browser, path: &str, language: &str) -> Reply {
    browser.call(Method::GET, path, &[("accept", "text/html"), ("accept-language", language)], "").await
}

/// Sends the page's form, then the same without its token, which does nothing.
async fn forged(browser: &mut Browser, page: &Reply, id: &str) {
    let mut form = page.form(id);
    form.fields.retain(|(name, _)| name != "csrf");
    let reply = browser.submit(&form).await;
    assert_eq!(reply.status, 400, "{}", form.action);
    let reply = browser.submit(&form.set("csrf", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).await;
    assert_eq!(reply.status, 400);
    let whole = page.form(id);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&whole.fields).finish();
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    let reply = browser.call(Method::POST, &whole.action, &headers, &body).await;
    assert_eq!(reply.status, 400, "a page of another site");
}

/// Submits the form of a page that asks before it does something; answers where it led.
async fn confirmed(browser: &mut Browser, page: &Reply, id: &str) -> Reply {
    let reply = browser.submit(&page.form(id)).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    browser.follow(reply).await
}

const PAGES: [(&str, &str, &str); 5] = [
    ("/account/apps", "Connected apps", "Verbundene Apps"),
    ("/account/security", "Security", "Sicherheit"),
    ("/account/tokens", "Access tokens", "Zugriffstoken"),
    ("/account/tokens/new", "New token", "Neues Token"),
    ("/workspaces", "Your workspaces", "Ihre Arbeitsbereiche"),
];

#[tokio::test]
async fn every_page_speaks_both_languages_and_is_for_whoever_is_signed_in() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let user = app.user("ada@example.com", 0).await;
    let mut browser = signed_in(&app, &user).await;
    for (path, english, german) in PAGES {
        for (language, title) in [("en", english), ("de", german)] {
            let page = get(&mut browser, path, language).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert!(page.body.contains(&format!("<html lang=\"{language}\">")), "{path}");
            assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{path}: {}", page.body);
        }
        let nobody = Browser::new(&app).get(path).await;
        assert_eq!((nobody.status.as_u16(), nobody.location().path()), (303, "/login"), "{path}");
    }
    app.stop().await;
}

#[tokio::test]
async fn apps_are_disconnected_from_one_workspace_or_from_all() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 2).await;
    workspaces::rename_workspace(&app.app, &app.ctx(), ada.workspaces[1], "<i>Tools</i>").await.unwrap();
    let party = Party::with(&app, Kind::Web, |new| {
        new.name = "<b>Bank</b>".to_owned();
        new.config.client_uri = Some("https://bank.example/about".to_owned());
        new.config.scopes = domain::ScopeSet::parse("openid profile email admin").unwrap();
    })
    .await;
    let mut browser = Browser::new(&app);
    let own = party.tokens(&mut browser, &ada, &[]).await;
    let mut of = Vec::new();
    for workspace in &ada.workspaces {
        let more = [("sub_type", "workspace"), ("scope", "openid admin")];
        let reply = party.approve(&mut browser, &ada, &more, Some(*workspace)).await;
        of.push(
            party.exchange(&reply.answer("code").unwrap()).await.json()["access_token"].as_str().unwrap().to_owned(),
        );
    }
    let page = browser.get("/account/apps").await;
    assert!(page.body.contains("&#60;b&#62;Bank") && !page.body.contains("<b>Bank"), "{}", page.body);
    assert!(page.body.contains("&#60;i&#62;Tools") && !page.body.contains("<i>Tools"), "{}", page.body);
    assert!(page.body.contains("<h3><bdi>&#60;i&#62;Tools"), "{}", page.body);
    let german = get(&mut browser, "/account/apps", "de").await;
    assert!(german.body.contains("Sensibel") && !german.body.contains("Administer everything"), "{}", german.body);
    for said in ["bank.example", "Not verified", "Administer everything", "Sensitive", "In your own name"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }

    let at = format!("/account/apps/{}/disconnect", party.id);
    let ask = browser.get(&format!("{at}?workspace={}", ada.workspaces[1])).await;
    assert!(ask.body.contains("<strong><bdi>&#60;i&#62;Tools"), "{}", ask.body);
    forged(&mut browser, &ask, "confirm").await;
    assert_eq!(party.introspect(&of[1]).await["active"], true);
    let after = confirmed(&mut browser, &ask, "confirm").await;
    assert!(
        after.body.contains("Disconnected.") && !after.body.contains("<h3><bdi>&#60;i&#62;Tools"),
        "{}",
        after.body
    );
    let live = async |token: &str| party.introspect(token).await["active"] == true;
    assert_eq!((live(&of[0]).await, live(&of[1]).await, live(&own.access()).await), (true, false, true));
    assert_eq!(browser.submit(&ask.form("confirm")).await.status, 404, "a second time there is nothing");

    let ask = browser.get(&format!("{at}?workspace=own")).await;
    assert!(ask.body.contains("in your own name"), "{}", ask.body);
    confirmed(&mut browser, &ask, "confirm").await;
    assert_eq!((live(&of[0]).await, live(&own.access()).await), (true, false));
    let ask = browser.get(&at).await;
    assert!(ask.body.contains("in every workspace"), "{}", ask.body);
    let after = confirmed(&mut browser, &ask, "confirm").await;
    assert!(!live(&of[0]).await && after.body.contains("No app is connected"), "{}", after.body);
    assert_eq!(
        app.outcomes("consent.revoked").await,
        ["ok", "ok", "ok", "consent_unknown", "ok", "ok"],
        "newest first"
    );
    for nothing in [at.as_str(), "/account/apps/nobody/disconnect", "/account/apps/%3Cb%3E/disconnect"] {
        assert_eq!(browser.get(nothing).await.status, 404, "{nothing}");
    }
    app.stop().await;
}

#[tokio::test]
async fn an_app_that_was_never_used_says_so() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 0).await;
    let mut browser = signed_in(&app, &ada).await;
    let party = Party::new(&app, Kind::Web).await;
    // Its code is never redeemed.
    party.approve(&mut browser, &ada, &[], None).await;
    let page = browser.get("/account/apps").await;
    assert!(page.body.contains("Last use never"), "{}", page.body);
    assert!(get(&mut browser, "/account/apps", "de").await.body.contains("Zuletzt verwendet noch nie"));
    // Later nothing tells whether what it used has been forgotten.
    app.clock.advance(24 * 60 * 60);
    let mut browser = signed_in(&app, &ada).await;
    let page = browser.get("/account/apps").await;
    assert!(page.body.contains("Last use not recently"), "{}", page.body);
    app.stop().await;
}

#[tokio::test]
async fn many_apps_are_found_by_name_and_page() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 0).await;
    let mut browser = signed_in(&app, &ada).await;
    for n in 0..21 {
        let party = Party::with(&app, Kind::Web, |new| new.name = format!("Tool {n:02}")).await;
        app.clock.advance(1);
        party.tokens(&mut browser, &ada, &[]).await;
    }
    let page = browser.get("/account/apps").await;
    assert!(page.body.contains("Tool 20") && !page.body.contains("Tool 00"), "the latest first");
    assert!(page.body.contains("Page 1 of 2") && page.body.contains("/account/apps?page=2"));
    assert!(browser.get("/account/apps?page=2").await.body.contains("Tool 00"));
    let found = browser.get("/account/apps?q=tOOl+07").await;
    assert!(found.body.contains("Tool 07") && !found.body.contains("Tool 08"));
    let hostile = browser.get("/account/apps?q=%22%3E%3Cscript%3E").await;
    assert!(hostile.body.contains("Nothing was found") && !hostile.body.contains("\"><script>"), "{}", hostile.body);
    app.stop().await;
}

#[tokio::test]
async fn a_password_is_changed_where_the_old_one_is_known() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 0).await;
    let (mut browser, mut other) = (signed_in(&app, &ada).await, signed_in(&app, &ada).await);
    let page = browser.get("/account/security").await;
    forged(&mut browser, &page, "password-save").await;
    let form = page.form("password-save");
    for (old, new, field, said) in [
        ("wrong password", "long enough now", "current_password", "This is not your password."),
        (PASSWORD, "short", "new_password", "A password has at least 10 characters."),
    ] {
        let again = browser.submit(&form.clone().set("current_password", old).set("new_password", new)).await;
        assert_eq!((again.status.as_u16(), again.text("problem").as_deref()), (422, Some(said)));
        // "Back" shows it again, to the same session.
        assert_eq!((again.header("cache-control"), again.header("vary")), ("private, no-cache", "cookie"));
        let marked = format!("id=\"{field}\" name=\"{field}\" type=\"password\" value=\"\" aria-invalid=\"true\"");
        assert!(again.body.contains(&marked), "{}", again.body);
        assert!(!again.body.contains(new) && !again.body.contains(old), "no secret comes back");
    }
    assert_eq!(other.get("/account").await.status, 200);
    let changed = form.set("current_password", PASSWORD).set("new_password", "a new and long one");
    let reply = browser.submit(&changed).await;
    let after = browser.follow(reply).await;
    assert!(after.status == 200 && after.body.contains("Your password was changed"), "{}", after.body);
    assert_eq!(other.get("/account").await.location().path(), "/login", "signed out elsewhere");
    let sign_in = async |password| {
        flows::sign_in::password::sign_in(
            &app.app,
            &app.ctx(),
            "ada@example.com",
            &Secret::new(password),
            &Caller::Anonymous,
        )
        .await
        .is_ok()
    };
    assert_eq!((sign_in("a new and long one").await, sign_in(PASSWORD).await), (true, false));
    let outcomes = app.outcomes("user.password_changed").await;
    assert_eq!(outcomes, ["ok", "password_too_short", "current_password_wrong"]);
    app.stop().await;
}

#[tokio::test]
async fn sessions_are_told_by_their_devices_and_ended() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, bob) = (app.user("ada@example.com", 0).await, app.user("bob@example.com", 0).await);
    let mut here = signed_in(&app, &ada).await;
    let mut foreign = signed_in(&app, &bob).await;
    let mut ctx = app.ctx();
    let mut sign_in = async |agent: &str, ip: &str| {
        (ctx.facts.user_agent, ctx.facts.ip) = (agent.to_owned(), ip.to_owned());
        let password = Secret::new(PASSWORD);
        flows::sign_in::password::sign_in(&app.app, &ctx, "ada@example.com", &password, &Caller::Anonymous)
            .await
            .unwrap()
            .id
            .to_string()
    };
    let firefox = sign_in("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "192.0.2.7").await;
    sign_in("<script>Odd/1.0</script>", "").await;
    let page = here.get("/account/security").await;
    for said in ["Firefox on Linux", "192.0.2.7", "Unknown device", "&#60;script&#62;Odd/1.0", "This browser"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert_eq!(page.body.matches("This browser").count(), 1);
    let german = get(&mut here, "/account/security", "de").await;
    assert!(german.body.contains("Firefox auf Linux") && german.body.contains("Dieser Browser"));

    let path = format!("/account/security/sessions/{firefox}/end");
    assert_eq!(foreign.get(&path).await.status, 404, "somebody else's");
    let ask = here.get(&path).await;
    assert!(ask.body.contains("<bdi>Firefox on Linux</bdi>") && ask.body.contains("192.0.2.7"), "{}", ask.body);
    forged(&mut here, &ask, "confirm").await;
    let csrf = foreign.get("/account").await.form("profile-save").get("csrf").unwrap().to_owned();
    assert_eq!(foreign.post(&path, &[("csrf", &csrf)]).await.status, 404);
    let after = confirmed(&mut here, &ask, "confirm").await;
    assert!(after.body.contains("Signed out there.") && !after.body.contains("Firefox on Linux"), "{}", after.body);
    assert_eq!(here.get(&path).await.status, 404);
    assert_eq!(here.get("/account/security/sessions/nonsense/end").await.status, 404);

    let ask = here.get("/account/security/others/end").await;
    forged(&mut here, &ask, "confirm").await;
    let after = confirmed(&mut here, &ask, "confirm").await;
    assert!(!after.body.contains("Unknown device</") && after.body.contains("Signed out everywhere else."));
    assert!(!after.body.contains("others/end"), "there are no others");
    assert_eq!(foreign.get("/account").await.status, 200, "nobody else's session");
    assert_eq!(app.outcomes("session.ended").await, ["ok", "session_unknown"]);
    assert_eq!(app.outcomes("session.ended_others").await, ["ok"]);
    app.stop().await;
}

/// Session fixation: what a browser brought along is never what it is signed in by.
#[tokio::test]
async fn signing_in_gives_a_session_of_its_own() {
    let name = testkit::cookie("session");
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, eve) = (app.user("ada@example.com", 0).await, app.user("eve@example.com", 0).await);
    let attacker = signed_in(&app, &eve).await;
    let of_eve = attacker.cookies[&name].clone();
    for planted in ["cs_ses_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", of_eve.as_str()] {
        let mut browser = Browser::new(&app);
        browser.cookies.insert(name.clone(), planted.to_owned());
        let page = browser.get("/login").await;
        browser.sign_in(&page, ada.user.email.as_str()).await;
        assert_ne!(browser.cookies[&name], planted, "a new secret");
        assert!(browser.get("/account").await.body.contains("ada@example.com"));
        let mut thief = Browser::new(&app);
        thief.cookies.insert(name.clone(), planted.to_owned());
        assert!(!thief.get("/account").await.body.contains("ada@example.com"), "the planted one is worth nothing");
    }
    // What somebody signed out of, or signs in anew over, is not taken up again.
    let mut browser = signed_in(&app, &ada).await;
    let before = browser.cookies[&name].clone();
    let page = browser.get("/login").await;
    browser.sign_in(&page, ada.user.email.as_str()).await;
    let after = browser.cookies[&name].clone();
    assert_ne!(after, before);
    let out = browser.get("/account").await.form("logout-submit");
    browser.submit(&out).await;
    browser.cookies.insert(name.clone(), after.clone());
    let page = browser.get("/login").await;
    browser.sign_in(&page, ada.user.email.as_str()).await;
    assert_ne!(browser.cookies[&name], after, "an old one is not revived");
    app.stop().await;
}

#[tokio::test]
async fn a_token_is_made_shown_once_and_revoked() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 0).await);
    let (mut browser, mut foreign) = (signed_in(&app, &ada).await, signed_in(&app, &bob).await);
    let new = browser.get("/account/tokens/new").await;
    assert!(new.body.contains("List and read applications, and their activity.") && !new.body.contains("keys:rotate"));
    assert!(new.body.contains("value=\"contracts:read\"") && new.body.contains("See contracts and their history."));
    let german = get(&mut browser, "/account/tokens/new", "de").await;
    assert!(
        german.body.contains("Anwendungen und ihre Aktivität auflisten und lesen")
            && german.body.contains("In 30 Tagen")
    );
    forged(&mut browser, &new, "token-create").await;

    let form = new.form("token-create").set("scopes", "clients:read").set("expires", "7");
    for (name, value, member, said) in [
        (
            "name",
            "a\u{202e}b",
            "name",
            "The text is empty, too long, or has invisible characters or too many marks on one letter.",
        ),
        (
            "name",
            "",
            "name",
            "The text is empty, too long, or has invisible characters or too many marks on one letter.",
        ),
        ("expires", "8", "expires", "The value is not one of those that are known."),
        ("scopes", "keys:rotate", "scopes", "A credential cannot be given more than its maker has."),
        ("scopes", "no:such", "scopes", "There is no such scope."),
    ] {
        let again = browser.submit(&form.clone().set("name", "Script").set(name, value)).await;
        assert_eq!((again.status.as_u16(), again.text("problem").as_deref()), (422, Some(said)), "{value}");
        if member != "scopes" {
            let kept = again.form("token-create");
            assert_eq!(kept.fields.iter().filter(|(n, v)| n == "scopes" && v == "clients:read").count(), 1, "kept");
        }
        if member != "name" {
            assert_eq!(again.form("token-create").get("name"), Some("Script"));
        }
        if member != "expires" {
            assert!(again.body.contains("<option value=\"7\" selected>"), "{}", again.body);
        }
    }
    let long = browser.submit(&form.clone().set("name", &"x".repeat(10_000))).await;
    assert_eq!(long.status, 422);
    let made = browser.submit(&form.set("name", "<b>Script</b>")).await;
    assert!(made.status == 200 && made.body.contains("<bdi>&#60;b&#62;Script"), "{}", made.body);
    assert_eq!(made.header("cache-control"), "no-store");
    let secret = made.text("token-secret").unwrap();
    let headers = [("authorization", format!("Bearer {secret}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut program = Browser::new(&app);
    assert_eq!(program.call(Method::GET, "/oidc/clients", &headers, "").await.status, 200);
    assert_eq!(program.call(Method::GET, "/oidc/org/members", &headers, "").await.status, 403, "no other scope");

    let list = browser.get("/account/tokens").await;
    assert!(!list.body.contains(&secret) && list.body.contains(&format!("Ends with {}", &secret[secret.len() - 4..])));
    assert!(
        list.body.contains("&#60;b&#62;Script") && list.body.contains("<code>clients:read</code>"),
        "{}",
        list.body
    );
    let (_, rest) = list.body.split_once("/account/tokens/pat_").unwrap();
    let path = format!("/account/tokens/pat_{}/revoke", rest.split('/').next().unwrap());
    assert_eq!(foreign.get(&path).await.status, 404, "somebody else's");
    app.clock.advance(8 * 24 * 60 * 60);
    let mut browser = signed_in(&app, &ada).await;
    let list = browser.get("/account/tokens").await;
    assert!(list.body.contains("Expired") && !list.body.contains("tokens-none"), "{}", list.body);
    let ask = browser.get(&path).await;
    forged(&mut browser, &ask, "confirm").await;
    let after = confirmed(&mut browser, &ask, "confirm").await;
    assert!(after.body.contains("The token was revoked.") && after.body.contains("You have no access tokens."));
    assert_eq!(browser.get(&path).await.status, 404);
    assert_eq!(app.outcomes("personal_access_token.revoked").await, ["ok"]);
    app.stop().await;
}

#[tokio::test]
async fn the_operator_hands_out_scopes_of_the_operator() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 0).await;
    flows::unguarded::profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
    let mut browser = signed_in(&app, &ada).await;
    let new = browser.get("/account/tokens/new").await;
    assert!(new.body.contains("value=\"keys:rotate\""), "{}", new.body);
    let form = new.form("token-create").set("name", "Rotation").set("scopes", "keys:rotate").set("expires", "never");
    let made = browser.submit(&form).await;
    let bearer = format!("Bearer {}", made.text("token-secret").unwrap());
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(Browser::new(&app).call(Method::POST, "/oidc/keys/rotate", &headers, "").await.status, 200);
    app.stop().await;
}

#[tokio::test]
async fn workspaces_lead_to_the_pages_that_the_role_opens() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, bob) = (app.user("ada@example.com", 8).await, app.user("bob@example.com", 1).await);
    let foreign = bob.workspaces[0];
    let roles = MemberRoles::only(Role::Member);
    members::put_member(&app.app, &app.ctx(), ada.user.id, foreign, roles).await.unwrap();
    workspaces::rename_workspace(&app.app, &app.ctx(), foreign, "<u>Of Bob</u>").await.unwrap();
    let mut browser = signed_in(&app, &ada).await;
    let page = browser.get("/workspaces").await;
    assert!(page.body.contains("&#60;u&#62;Of Bob") && page.body.contains(">Owner<") && page.body.contains(">Member<"));
    let found = browser.get("/workspaces?q=of+bob").await;
    assert!(found.body.contains("Of Bob") && !found.body.contains("<h2><bdi>Workspace"), "{}", found.body);
    assert!(browser.get("/workspaces?q=nothing+like+it").await.body.contains("Nothing was found."));
    assert!(
        signed_in(&app, &app.user("new@example.com", 0).await)
            .await
            .get("/workspaces")
            .await
            .body
            .contains("You belong to no workspace.")
    );
    app.stop().await;
}
