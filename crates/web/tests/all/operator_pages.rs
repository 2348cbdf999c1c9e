//! The pages of whoever runs the server: what they show, what they change, and who is kept out.
use axum::http::Method;
use domain::clients::Trust;
use domain::workspace::AppPolicy;
use flows::operator::{clients, server};
use flows::unguarded::accounts::{self, NewUser};
use flows::unguarded::{profile, workspaces};
use flows::workspace;
use testkit::{Browser, Database, Kind, Party, Reply, TestApp, TestUser, Tokens};

/// Ada, who runs the server, signed in.
async fn operator(app: &TestApp) -> (TestUser, Browser) {
    let ada = app.user("ada@example.com", 1).await;
    assert!(profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap());
    let mut browser = Browser::new(app);
    browser.sign_in_here("ada@example.com").await;
    (ada, browser)
}

async fn get(browser: &mut Browser, path: &str, language: &str) -> Reply {
    browser.call(Method::GET, path, &[("accept", "text/html"), ("accept-language", language)], "").await
}

/// Goes on from a question by its one button, and reads what was done.
async fn confirm(browser: &mut Browser, question: &str) -> Reply {
    let page = browser.get(question).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let reply = browser.submit(&page.form("confirm")).await;
    browser.follow(reply).await
}

/// What is asked for in a workspace.
const OF: [(&str, &str); 2] = [("sub_type", "workspace"), ("scope", "openid offline_access")];

const EVIL: &str = "<img src=x> \u{5d0}&";
const EVIL_ESCAPED: &str = "&#60;img src=x&#62; \u{5d0}&#38;";

async fn hostile(app: &TestApp) -> (TestUser, Party) {
    let eve = app.user("eve@example.com", 1).await;
    let change = profile::ProfileChange { name: Some(EVIL), ..profile::ProfileChange::default() };
    profile::change(&app.app, &app.ctx(), eve.user.id, change).await.unwrap();
    workspaces::rename_workspace(&app.app, &app.ctx(), eve.workspaces[0], EVIL).await.unwrap();
    let workspace = eve.workspaces[0];
    let party = Party::with(app, Kind::Web, |new| {
        EVIL.clone_into(&mut new.name);
        new.owner_workspace_id = Some(workspace);
        EVIL.clone_into(&mut new.config.description);
    })
    .await;
    (eve, party)
}

#[tokio::test]
async fn each_page_speaks_both_languages_and_escapes_what_strangers_wrote() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (_, mut browser) = operator(&app).await;
    let (eve, party) = hostile(&app).await;
    let (user, client) = (format!("users/{}", eve.user.id), format!("clients/{}", party.id));
    let workspace = format!("workspaces/{}", eve.workspaces[0]);
    // The page, what it says in both languages, and whether it names what Eve named.
    let pages = [
        (String::new(), "Everything looks good.", "Alles sieht gut aus.", false),
        ("users".to_owned(), "Last sign-in", "Letzte Anmeldung", true),
        (user.clone(), "Disable account", "Konto deaktivieren", true),
        (format!("{user}/disable"), "is signed out everywhere", "wird überall abgemeldet", true),
        (format!("{user}/enable"), "can sign in again", "kann sich wieder anmelden", true),
        (format!("{user}/verify-email"), "as a verified address", "als bestätigte Adresse", true),
        (format!("{user}/unverify-email"), "as an unverified address", "als nicht bestätigte Adresse", true),
        (format!("{user}/make-operator"), "will see and change everything", "alles auf diesen Seiten sehen", true),
        (format!("{user}/end-operator"), "no longer opens these pages", "nicht mehr öffnen", true),
        ("workspaces".to_owned(), "Their owners look after", "kümmern sich ihre Inhaber", true),
        (workspace.clone(), "Members", "Mitglieder", true),
        (format!("{workspace}/applications"), "Trust", "Vertrauen", true),
        ("deliveries?state=pending".to_owned(), "Deliveries on their way", "Zustellungen", false),
        ("clients".to_owned(), "whoever manages it", "wer auch immer sie verwaltet", true),
        (client.clone(), "How far do you trust it?", "Wie weit vertrauen Sie ihm?", true),
        (format!("{client}/trust?trust=anonymous"), "once <strong><bdi>7", "sobald seine Registrierung", true),
        (format!("{client}/disable"), "Nothing is deleted", "Gelöscht wird nichts", true),
        (format!("{client}/enable"), "work as before", "wirken wie zuvor", true),
        ("keys".to_owned(), "Every new token is signed with it.", "Jedes neue Token wird mit ihm signiert.", false),
        (
            "keys/rotate".to_owned(),
            "for as long as the current ones",
            "so lange veröffentlicht wie die jetzigen",
            false,
        ),
        ("settings".to_owned(), "hidden because it is a secret", "weil es geheim ist", false),
    ];
    for (page, english, german, named) in pages {
        let path = format!("/operator/{page}").trim_end_matches('/').to_owned();
        for (language, said) in [("en", english), ("de", german)] {
            let reply = get(&mut browser, &path, language).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
            assert!(reply.body.contains(said), "{path}: no “{said}”: {}", reply.body);
            assert!(reply.body.contains(&format!("<html lang=\"{language}\">")));
            assert!(!reply.body.contains("<img src=x"), "{path}: {}", reply.body);
            assert_eq!(reply.body.contains(EVIL_ESCAPED), named, "{path}: {}", reply.body);
        }
    }
    // What nobody typed in a form is no page, and no fault.
    for (path, status) in [
        ("/operator/users/rubbish", 404),
        ("/operator/clients/rubbish", 404),
        ("/operator/clients/cs_ci_AAAAAAAAAAAAAAAAAAAAAA/disable", 404),
        ("/operator/users?page=99999999999999999999&q=zzz", 200),
        ("/operator/clients?trust=rubbish", 200),
        ("/operator/users?q=%00", 422),
    ] {
        assert_eq!(browser.get(path).await.status.as_u16(), status, "{path}");
    }
    assert_eq!(browser.get(&format!("/operator/users/{}/rename", eve.user.id)).await.status, 404);
    let long = browser.get(&format!("/operator/clients?q={}", "x".repeat(101))).await;
    assert!(long.status == 422 && long.body.contains(&"x".repeat(101)), "what was typed is still there");
    app.stop().await;
}

#[tokio::test]
async fn nobody_else_sees_or_changes_any_of_it() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, mut browser) = operator(&app).await;
    let (eve, party) = hostile(&app).await;
    let (user, client) = (format!("users/{}", ada.user.id), format!("clients/{}", party.id));
    let mut stranger = Browser::new(&app);
    stranger.sign_in_here("eve@example.com").await;
    let page = stranger.get("/account").await;
    assert!(!page.body.contains("/operator"), "not in the navigation");
    let csrf = page.form("logout-submit").get("csrf").unwrap().to_owned();
    let pages = ["", "/users", "/workspaces", "/clients", "/keys", "/settings", "/keys/rotate"].map(ToOwned::to_owned);
    let of_one = [&user, &client].map(|one| [format!("/{one}"), format!("/{one}/disable"), format!("/{one}/enable")]);
    let more = [format!("/{user}/make-operator"), format!("/{user}/end-operator"), format!("/{client}/trust")];
    for path in pages.iter().chain(of_one.iter().flatten()).chain(&more) {
        let path = format!("/operator{path}");
        let refused = stranger.get(&path).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.body);
        assert!(refused.body.contains("Only whoever runs this server may do this."), "{path}");
        assert!(!refused.body.contains("ada@example.com"), "{path}");
        let nobody = Browser::new(&app).get(&path).await;
        assert_eq!((nobody.status.as_u16(), nobody.location().path()), (303, "/login"), "{path}");
    }
    let forms = [
        (format!("/operator/{user}/disable"), ""),
        (format!("/operator/{user}/enable"), ""),
        (format!("/operator/users/{}/make-operator", eve.user.id), ""),
        (format!("/operator/{user}/end-operator"), ""),
        (format!("/operator/{client}/trust"), "first_party"),
        (format!("/operator/{client}/disable"), ""),
        (format!("/operator/{client}/enable"), ""),
        ("/operator/keys/rotate".to_owned(), ""),
    ];
    let own = browser.get("/account").await.form("logout-submit").get("csrf").unwrap().to_owned();
    for (path, trust) in &forms {
        let refused = stranger.post(path, &[("csrf", &csrf), ("trust", trust)]).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.body);
        // A form of another site, and one with the token of another browser.
        for token in ["", csrf.as_str()] {
            let forged = browser.post(path, &[("csrf", token), ("trust", trust)]).await;
            assert!(forged.status == 400 && forged.body.contains("was not sent from a page of this server"), "{path}");
        }
        let body = format!("csrf={own}&trust={trust}");
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
        assert_eq!(browser.call(Method::POST, path, &headers, &body).await.status, 400, "{path}");
    }
    for kind in ["user.disabled", "operator.removed", "client.trust_set", "client.disabled", "key.rotated"] {
        assert!(!app.outcomes(kind).await.contains(&"ok".to_owned()), "{kind}");
    }
    app.stop().await;
}

#[tokio::test]
async fn people_are_found_disabled_and_made_operators() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, mut browser) = operator(&app).await;
    let bob = app.user("bob@example.com", 1).await;
    let party = Party::new(&app, Kind::Web).await;
    let mut bobs = Browser::new(&app);
    let tokens = party.tokens(&mut bobs, &bob, &[]).await;
    let found = browser.get("/operator/users?q=BOB%40").await;
    assert!(found.body.contains("One user") && found.body.contains("value=\"BOB@\""), "{}", found.body);
    assert!(!found.body.contains(&ada.user.id.to_string()));
    assert!(found.body.contains(&bob.user.id.to_string()));
    assert!(browser.get("/operator/users?q=nobody").await.text("nothing").unwrap().contains("Nobody is called that."));

    let page = format!("/operator/users/{}", bob.user.id);
    let shown = browser.get(&page).await;
    assert_eq!(shown.text("user-connections").as_deref(), Some("One"));
    assert!(shown.body.contains("Workspace 0") && shown.body.contains("Owner"));
    assert!(shown.text("user-enable").is_none() && shown.text("user-end-operator").is_none());
    let done = confirm(&mut browser, &format!("{page}/disable")).await;
    assert!(done.body.contains("The account is disabled.") && done.text("user-enable").is_some(), "{}", done.body);
    assert_eq!(bobs.get("/account").await.location().path(), "/login", "his session has ended");
    assert_eq!(party.introspect(&tokens.access()).await["active"], false);
    let done = confirm(&mut browser, &format!("{page}/enable")).await;
    assert!(done.body.contains("The account is enabled.") && done.text("user-disable").is_some());
    // Point 3.3: the address that was read is verified, and no other.
    assert!(done.body.contains("(not verified)"), "{}", done.body);
    let form = browser.get(&format!("{page}/verify-email")).await.form("confirm");
    let stale = browser.submit(&form.clone().set("email", "robert@example.com")).await;
    assert!(stale.status == 422 && stale.body.contains("(not verified)"), "{} {}", stale.status, stale.body);
    let done = browser.submit(&form).await;
    let done = browser.follow(done).await;
    assert!(done.body.contains("The address is marked as verified.") && done.body.contains("(verified)"));
    let back = browser.submit(&done.form("undo")).await;
    assert!(browser.follow(back).await.body.contains("(not verified)"), "undone");
    let done = confirm(&mut browser, &format!("{page}/make-operator")).await;
    assert!(done.body.contains("They run this server now."), "{}", done.body);
    bobs.sign_in_here("bob@example.com").await;
    assert_eq!(bobs.get("/operator").await.status, 200);
    confirm(&mut browser, &format!("{page}/end-operator")).await;
    assert_eq!(bobs.get("/operator").await.status, 403);

    // The last who runs the server stays.
    let own = format!("/operator/users/{}", ada.user.id);
    let must = |refused: &Reply| {
        let problem = refused.text("problem").unwrap();
        assert_eq!(refused.status, 422);
        assert_eq!(problem, "Somebody must run this server: name another operator first.");
        assert_eq!(refused.text("confirm"), None);
    };
    let changes = [format!("{own}/disable"), format!("{own}/end-operator")];
    let account = browser.get(&own).await;
    assert!(account.body.contains("name another operator first") && account.text("user-disable").is_none());
    for change in &changes {
        must(&browser.get(change).await);
    }
    // With another one, they are asked. Who is the last by then stays.
    confirm(&mut browser, &format!("{page}/make-operator")).await;
    let questions = [browser.get(&changes[0]).await, browser.get(&changes[1]).await];
    confirm(&mut browser, &format!("{page}/end-operator")).await;
    for question in questions {
        assert!(question.body.contains("This is your own account."), "{}", question.body);
        must(&browser.submit(&question.form("confirm")).await);
    }
    // With another one, they may go; the pages are no longer theirs.
    confirm(&mut browser, &format!("{page}/make-operator")).await;
    let gone = confirm(&mut browser, &format!("{own}/end-operator")).await;
    assert!(gone.status == 200 && gone.body.contains("The operator rights are taken back."), "{}", gone.body);
    assert_eq!(browser.get("/operator").await.status, 403);
    assert_eq!(app.outcomes("user.disabled").await, ["last_operator", "last_operator", "ok"]);
    let removed = app.outcomes("operator.removed").await;
    assert_eq!(removed, ["ok", "last_operator", "ok", "last_operator", "ok"]);
    app.stop().await;
}

#[tokio::test]
async fn lists_have_pages_that_keep_what_was_looked_for() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (_, mut browser) = operator(&app).await;
    assert!(browser.get("/operator/clients").await.body.contains("Developers make them in their workspace."));
    for n in 0..21 {
        let email = format!("many{n}@example.com");
        let new = NewUser { name: "Many", email: &email, password: None, operator: false };
        accounts::create_user(&app.app, &app.ctx(), new).await.unwrap();
        workspaces::create_workspace(&app.app, &app.ctx(), &format!("Team {n}"), None).await.unwrap();
        Party::with(&app, Kind::Web, |new| {
            new.name = format!("Robot {n}");
            new.trust = if n == 0 { Trust::Verified } else { Trust::Unverified };
        })
        .await;
    }
    let table = [
        ("users?q=many", "21 users", "?q=many&#38;page=2", "<bdi>many", "@"),
        ("workspaces?q=team", "21 workspaces", "?q=team&#38;page=2", "<bdi>Team ", "<"),
        ("clients?q=robot", "21 clients", "?q=robot&#38;page=2", "<bdi>Robot ", "<"),
    ];
    for (list, count, link, before, behind) in table {
        let first = browser.get(&format!("/operator/{list}")).await;
        assert!(first.body.contains(count) && first.body.contains(link), "{}", first.body);
        assert!(first.body.contains("· Page 1 of 2 ·"), "{}", first.body);
        let second = browser.get(&format!("/operator/{list}&page=2")).await;
        assert_eq!(second.body.matches("<th scope=\"row\">").count(), 1, "{}", second.body);
        let both = format!("{}{}", first.body, second.body);
        for n in 0..21 {
            assert_eq!(both.matches(&format!("{before}{n}{behind}")).count(), 1, "{list} {n}");
        }
    }
    let verified = browser.get("/operator/clients?trust=verified").await;
    assert!(verified.body.contains("One client") && verified.body.contains("Robot 0"), "{}", verified.body);
    assert!(verified.body.contains("<option value=\"verified\" selected>"));
    let none = browser.get("/operator/clients?trust=anonymous").await;
    assert!(none.text("nothing").unwrap().contains("There is no such application."), "{}", none.body);
    app.stop().await;
}

#[tokio::test]
async fn clients_are_trusted_more_and_less_disabled_and_enabled() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, mut browser) = operator(&app).await;
    let bob = app.user("bob@example.com", 1).await;
    let workspace = ada.workspaces[0];
    let party = Party::with(&app, Kind::Web, |new| {
        new.trust = Trust::Verified;
        new.owner_workspace_id = Some(workspace);
    })
    .await;
    let owner = app.principal(&bob, Some(bob.workspaces[0])).await;
    let tokens = party.tokens(&mut Browser::new(&app), &bob, &OF).await;
    workspace::policy::set(&app.app, &app.ctx(), &owner, AppPolicy::Verified.as_str()).await.unwrap();
    let is_active = async |tokens: &Tokens| party.introspect(&tokens.access()).await["active"] == true;
    assert!(is_active(&tokens).await);

    let path = format!("/operator/clients/{}", party.id);
    let page = browser.get(&path).await;
    assert!(page.text("client-owner").unwrap().contains("Workspace 0"), "{}", page.body);
    assert!(page.body.contains(&format!("/workspaces/{workspace}/applications/{}", party.id)), "their own");
    let form = page.form("client-trust");
    assert_eq!(form.get("trust"), Some("verified"));
    assert_eq!(form.radios.len(), 4);
    // The question says what ends, where something does.
    let question = async |browser: &mut Browser, trust: &str| browser.get(&format!("{path}/trust?trust={trust}")).await;
    let more = question(&mut browser, "first_party").await;
    assert!(!more.body.contains("With less trust") && more.body.contains("counts as"), "{}", more.body);
    assert_eq!(question(&mut browser, "verified").await.location().path(), path, "nothing to change");
    let odd = question(&mut browser, "boundless").await;
    assert_eq!(odd.text("problem").as_deref(), Some("The value is not one of those that are known."));
    let less = question(&mut browser, "unverified").await;
    assert!(less.body.contains("With less trust"), "{}", less.body);
    let odd = browser.submit(&less.form("confirm").set("trust", "boundless")).await;
    assert_eq!((odd.status.as_u16(), odd.form("client-trust").get("trust")), (422, Some("verified")));
    let reply = browser.submit(&less.form("confirm")).await;
    let done = browser.follow(reply).await;
    assert!(done.body.contains("The trust was changed."), "{}", done.body);
    assert_eq!(done.form("client-trust").get("trust"), Some("unverified"));
    assert!(!is_active(&tokens).await, "the workspace lets in only verified ones");
    let principal = app.principal(&ada, None).await;
    let client = clients::find(&app.app, &app.ctx(), &principal, party.id.as_str()).await.unwrap();
    assert_eq!(client.trust, Trust::Unverified);
    assert_eq!(app.outcomes("client.trust_set").await, ["ok"]);

    let done = confirm(&mut browser, &format!("{path}/disable")).await;
    assert!(done.body.contains("The client is disabled.") && done.body.contains("Disabled since"), "{}", done.body);
    assert_eq!(party.exchange("x").await.status, 401);
    let done = confirm(&mut browser, &format!("{path}/enable")).await;
    assert!(done.body.contains("The client is enabled.") && done.text("client-disable").is_some());
    assert_eq!(party.exchange("x").await.status, 400);
    let foreign = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(bob.workspaces[0])).await;
    let page = browser.get(&format!("/operator/clients/{}", foreign.id)).await;
    assert!(page.status == 200 && !page.body.contains("/applications/"), "no console of others");
    app.stop().await;
}

#[tokio::test]
async fn keys_rotate_settings_are_found_and_health_is_judged() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, mut browser) = operator(&app).await;
    let who = app.principal(&ada, None).await;
    let keys = server::signing_keys(&app.app, &app.ctx(), &who).await.unwrap();
    let page = browser.get("/operator/keys").await;
    assert!(keys.iter().all(|key| page.body.contains(&key.kid)), "{}", page.body);
    assert_eq!(page.body.matches(">Verifies</span>").count(), 0);
    app.clock.advance(2 * 24 * 3600);
    let done = confirm(&mut browser, "/operator/keys/rotate").await;
    assert!(done.body.contains("The keys were rotated."), "{}", done.body);
    let signing = keys.iter().filter(|key| key.activated_at.is_some()).count();
    assert_eq!(done.body.matches(">Verifies</span>").count(), signing, "{}", done.body);
    assert!(browser.get("/operator/keys/rotate").await.body.contains("less than a day ago"));
    assert_eq!(app.outcomes("key.rotated").await, ["ok"]);

    let all = browser.get("/operator/settings").await;
    assert!(all.body.contains("<code>lifetimes.access_token</code>") && !all.body.contains(">hidden<"), "{}", all.body);
    let found = browser.get("/operator/settings?q=ACCESS_token").await;
    assert!(found.body.contains("<code>3600</code>") && !found.body.contains("<code>issuer</code>"), "{}", found.body);
    let none = browser.get("/operator/settings?q=%3Cb%3E").await;
    assert!(none.text("nothing").is_some() && none.body.contains("value=\"&#60;b&#62;\""), "{}", none.body);

    app.app.flush().await.unwrap();
    let health = browser.get("/operator").await;
    assert_eq!(health.text("health-summary").as_deref(), Some("Everything looks good."));
    assert_eq!(health.text("health-uptime").as_deref(), Some("2 days"));
    assert_eq!(health.text("health-dead").as_deref(), Some("0"));
    let needed = server::health(&app.app, &app.ctx(), &who).await.unwrap().schema_version;
    assert_eq!(health.text("health-schema"), Some(needed.to_string()));
    app.stop().await;
}
