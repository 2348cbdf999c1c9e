//! The page for an account that cannot go on: why, whose turn it is, another account, and back to the client.
use axum::http::Method;
use domain::clients::{GrantType, Trust};
use domain::workspace::{MemberRoles, Role};
use flows::unguarded::{accounts, members};
use testkit::{Browser, Database, Kind, Party, Reply, TestApp};

const FOR_WORKSPACE: (&str, &str) = ("sub_type", "workspace");

async fn read(browser: &mut Browser, path: &str, language: &str) -> Reply {
    let headers = [("accept", "text/html"), ("accept-language", language)];
    browser.call(Method::GET, path, &headers, "").await
}

async fn back(browser: &mut Browser, page: &Reply) -> Reply {
    browser.submit(&page.form("unable-back").set("action", "deny")).await
}

struct Scene {
    _database: Database,
    app: TestApp,
    /// Lets in whom its developer chose: Bob.
    closed: Party,
    open: Party,
    /// A workspace of Bob.
    foreign: String,
    browser: Browser,
}

/// Ada is signed in, and belongs to nothing; Bob has a workspace.
async fn scene() -> Scene {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("ada@example.com", 0).await;
    let bob = app.user("bob@example.com", 1).await;
    let closed = Party::with(&app, Kind::Web, |new| new.config.allowed_user_ids = vec![bob.user.id]).await;
    let open = Party::new(&app, Kind::Web).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    Scene { _database: database, app, closed, open, foreign: bob.workspaces[0].to_string(), browser }
}

#[tokio::test]
async fn whoever_cannot_go_on_reads_why_and_whose_turn_it_is() {
    let Scene { app, closed, open, foreign, mut browser, .. } = scene().await;
    let mut shown = 0;
    for (party, request, reason, en, de) in [
        (
            &closed,
            vec![("sub_type", "user")],
            "user_not_in_allowed_user_ids",
            ("whom its developer has chosen", "Ask its developer"),
            ("die ihr Entwickler ausgewählt hat", "Bitten Sie den Entwickler"),
        ),
        (
            &open,
            vec![FOR_WORKSPACE],
            "user_without_workspace",
            ("this account belongs to none", "Ask an admin of a workspace"),
            ("dieses Konto gehört zu keinem", "Bitten Sie einen Admin eines Arbeitsbereichs"),
        ),
        (
            &open,
            vec![FOR_WORKSPACE, ("workspace", &*foreign)],
            "workspace_not_a_membership",
            ("does not belong to", "Ask an admin of that workspace"),
            ("zu dem dieses Konto nicht gehört", "Bitten Sie einen Admin dieses Arbeitsbereichs"),
        ),
    ] {
        for (language, (why, turn)) in [("en", en), ("de", de)] {
            let page = read(&mut browser, &party.authorize(&request), language).await;
            assert_eq!(page.status, 403, "{reason}: {}", page.body);
            assert!(page.text("unable-why").unwrap().contains(why), "{}", page.body);
            assert!(page.text("unable-turn").unwrap().contains(turn), "{}", page.body);
            assert!(page.text("signed-in-as").unwrap().contains("ada@example.com"), "{}", page.body);
            assert!(!page.text("request-id").unwrap().is_empty());
            shown += 1;
            // It is known as soon as it is shown, whatever the person does with the page, and once.
            let known = app.outcomes("authorize").await;
            assert_eq!((known[0].as_str(), known.len()), (reason, shown));

            let told = back(&mut browser, &page).await;
            assert_eq!(told.status, 303, "{}", told.body);
            assert_eq!(told.answer("error").as_deref(), Some("access_denied"));
            assert_eq!((told.answer("state").as_deref(), told.answer("code")), (Some("st"), None));
            assert_eq!(app.outcomes("authorize").await.len(), shown);
        }
        // The button that allows is not on this page: pressed all the same, it is refused.
        let page = browser.get(&party.authorize(&request)).await;
        let forced = browser.submit(&page.form("unable-back").set("action", "allow")).await;
        assert_eq!((forced.status.as_u16(), forced.text("unable-why")), (400, None), "{}", forced.body);
        shown += 2;
        assert!(!page.body.contains("consent-allow"), "{}", page.body);
        // Where no page may be shown, the client reads the same.
        let silent = browser.get(&party.authorize(&[&request[..], &[("prompt", "none")]].concat())).await;
        assert_eq!(silent.answer("error").as_deref(), Some("access_denied"));
        shown += 1;
        assert_eq!(app.outcomes("authorize").await[0], reason);
    }
    app.stop().await;
}

#[tokio::test]
async fn another_account_goes_on_with_the_very_same_request() {
    let Scene { app, closed, mut browser, .. } = scene().await;
    let page = browser.get(&closed.authorize(&[("sub_type", "user")])).await;
    let chosen = browser.submit(&page.form("account-other").set("action", "other")).await;
    let login = browser.follow(chosen).await;
    let asked = browser.sign_in(&login, "bob@example.com").await;
    assert_eq!(asked.text("signed-in-as").as_deref(), Some("Signed in as bob@example.com"), "{}", asked.body);
    // Deny is deny (point 2.4): the page that Ada had open sends the client its refusal, and no code.
    let late = back(&mut browser, &page).await;
    assert_eq!((late.answer("error").as_deref(), late.answer("code")), (Some("access_denied"), None), "{}", late.body);
    let answer = browser.submit(&asked.form("consent-allow").set("action", "allow")).await;
    assert_eq!(answer.answer("state").as_deref(), Some("st"), "{}", answer.body);
    assert!(answer.answer("code").is_some());
    app.stop().await;
}

#[tokio::test]
async fn whoever_cannot_go_on_after_somebody_who_could_goes_back_in_their_own_name() {
    let Scene { app, closed, .. } = scene().await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("bob@example.com").await;
    let asked = browser.get(&closed.authorize(&[("sub_type", "user")])).await;
    let chosen = browser.submit(&asked.form("account-other").set("action", "other")).await;
    let login = browser.follow(chosen).await;
    let page = browser.sign_in(&login, "ada@example.com").await;
    assert!(page.text("unable-why").is_some(), "{}", page.body);
    let forced = browser.submit(&page.form("unable-back").set("action", "allow")).await;
    assert_eq!((forced.status.as_u16(), forced.header("location")), (400, ""), "what Bob was asked, he alone answers");
    let told = back(&mut browser, &page).await;
    assert_eq!((told.status.as_u16(), told.answer("error").as_deref()), (303, Some("access_denied")), "{}", told.body);
    app.stop().await;
}

#[tokio::test]
async fn a_page_of_elsewhere_sends_nobody_back() {
    let Scene { app, closed, mut browser, .. } = scene().await;
    let page = browser.get(&closed.authorize(&[("sub_type", "user")])).await;
    let forged = browser.submit(&page.form("unable-back").set("csrf", "x").set("action", "deny")).await;
    assert_eq!((forged.status.as_u16(), forged.header("location")), (400, ""), "{}", forged.body);
    app.stop().await;
}

#[tokio::test]
async fn owners_are_led_to_the_rule_and_others_learn_whom_to_ask() {
    let Scene { app, open, mut browser, .. } = scene().await;
    let owner = app.user("owner@example.com", 1).await;
    let owns = app.principal(&owner, None).await;
    flows::workspace::policy::set(&app.app, &app.ctx(), &owns, "listed").await.unwrap();
    let workspace = owner.workspaces[0];
    let ada = accounts::user_by_email(&app.app, "ada@example.com").await.unwrap().unwrap();
    members::put_member(&app.app, &app.ctx(), ada.id, workspace, MemberRoles::only(Role::Member)).await.unwrap();
    let rule = format!("/workspaces/{workspace}/access/policy");
    let page = browser.get(&open.authorize(&[FOR_WORKSPACE])).await;
    assert_eq!(page.text("unable-why").unwrap(), "This workspace does not let the app in:", "{}", page.body);
    assert!(!page.body.contains(&rule), "she has no say in it: {}", page.body);
    assert!(page.text("unable-turn").unwrap().contains("Ask one of them"), "{}", page.body);

    let mut browser = Browser::new(&app);
    browser.sign_in_here("owner@example.com").await;
    let page = browser.get(&open.authorize(&[FOR_WORKSPACE])).await;
    assert!(page.body.contains(&format!("href=\"{rule}\"")), "{}", page.body);
    assert!(page.text("unable-turn").unwrap().starts_with("You decide"), "{}", page.body);
    // The rule is changed meanwhile: the same request goes on, and is asked about before anybody can allow it.
    flows::workspace::policy::set(&app.app, &app.ctx(), &owns, "all").await.unwrap();
    let unread = browser.submit(&page.form("unable-back").set("action", "allow")).await;
    assert_eq!((unread.status.as_u16(), unread.header("location")), (400, ""), "{}", unread.body);
    let (reason, allowed) = (app.outcomes("authorize").await[0].clone(), app.outcomes("consent.granted").await);
    assert_eq!((reason.as_str(), allowed.len()), ("interaction_without_question", 0));
    let (_, again) = page.body.split_once("id=\"unable-again\" href=\"").unwrap();
    let asked = browser.get(again.split('"').next().unwrap()).await;
    assert!(asked.body.contains("consent-allow"), "{}", asked.body);
    let answer = browser.submit(&asked.form("consent-allow").set("action", "allow")).await;
    assert_eq!(answer.answer("state").as_deref(), Some("st"));
    app.stop().await;
}

#[tokio::test]
async fn an_application_that_nobody_knows_is_told_by_a_person_alone() {
    let Scene { app, mut browser, .. } = scene().await;
    let untried = Party::with(&app, Kind::Web, |new| new.trust = Trust::Anonymous).await;
    let silent = browser.get(&untried.authorize(&[FOR_WORKSPACE, ("prompt", "none")])).await;
    assert_eq!((silent.status.as_u16(), silent.header("location")), (403, ""), "{}", silent.body);
    let page = browser.get(&untried.authorize(&[FOR_WORKSPACE])).await;
    assert_eq!(page.status, 403);
    let told = back(&mut browser, &page).await;
    assert_eq!((told.status.as_u16(), told.answer("error").as_deref()), (303, Some("access_denied")), "{}", told.body);
    app.stop().await;
}

#[tokio::test]
async fn a_program_that_acts_for_the_person_is_told_at_once() {
    let Scene { app, closed, mut browser, .. } = scene().await;
    let path = closed.authorize(&[("sub_type", "user")]).replacen("/oauth2/", "/api/oauth2/", 1);
    let told = browser.call(Method::GET, &path, &[("accept", "application/json")], "").await;
    let to = told.json()["redirect_to"].as_str().unwrap_or_default().to_owned();
    assert!(to.contains("error=access_denied") && to.contains("state=st"), "{}", told.body);
    app.stop().await;
}

#[tokio::test]
async fn a_device_is_refused_from_the_page() {
    let Scene { app, mut browser, .. } = scene().await;
    let device = Party::with(&app, Kind::Spa, |new| {
        new.config.grant_types = vec![GrantType::DeviceCode];
        new.config.response_types = Vec::new();
        new.config.redirect_uris = Vec::new();
    })
    .await;
    let asked = device.post("/oauth2/device_authorization", &[("scope", "openid"), FOR_WORKSPACE]).await.json();
    let form =
        browser.get("/device").await.form("device-submit").set("user_code", asked["user_code"].as_str().unwrap());
    let entered = browser.submit(&form).await;
    let page = browser.follow(entered).await;
    assert!(page.text("unable-why").unwrap().contains("belongs to none"), "{}", page.body);
    assert!(!page.body.contains("data-away"), "{}", page.body);
    let done = back(&mut browser, &page).await;
    assert!(done.text("device-done").unwrap().contains("denied"), "{}", done.body);
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let code = asked["device_code"].as_str().unwrap();
    assert_eq!(device.token(&[("grant_type", grant), ("device_code", code)]).await.error(), "access_denied");
    app.stop().await;
}

#[tokio::test]
async fn names_are_text_on_the_page() {
    let Scene { app, mut browser, .. } = scene().await;
    let hostile = Party::with(&app, Kind::Native, |new| {
        "<b>Bold</b> & \"Co\"".clone_into(&mut new.name);
        new.config.redirect_uris = vec!["com.example.app:/cb".to_owned()];
    })
    .await;
    let request = [FOR_WORKSPACE, ("redirect_uri", "com.example.app:/cb")];
    let page = browser.get(&hostile.authorize(&request)).await;
    assert!(page.status == 403 && !page.body.contains("<b>Bold"), "{}", page.body);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("form-action"), "{policy}");
    assert!(page.body.contains("data-away="), "the browser stays here: {}", page.body);
    app.stop().await;
}
