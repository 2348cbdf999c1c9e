//! Pages that tell the truth: what can happen, who manages what, and where a form is at fault.
use domain::audit::AuditEvent;
use domain::diagnosis::{AUTHENTICATION, Endpoint};
use domain::webhooks::WebhookOwner;
use flows::unguarded::credentials::{self, NewCredential};
use flows::unguarded::profile;
use flows::unguarded::webhooks::of;
use flows::webhooks;
use flows::webhooks::manage::NewWebhook;
use serde_json::json;
use std::collections::BTreeSet;
use testkit::{Api, Browser, Database, Kind, Party, TestApp, for_each_database};

#[tokio::test]
async fn point_6_2_a_workspaces_webhook_offers_only_events_that_can_occur() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.outbound_allow_private = true).await;
        let ada = app.user("ada@example.com", 1).await;
        profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let own = browser.get(&format!("/workspaces/{}/webhooks/new", ada.workspaces[0])).await.body;
        let all = browser.get("/operator/webhooks/new").await.body;
        for kind in ["user.signed_in", "user.sign_in_failed", "key.rotated"] {
            let box_of = format!("value=\"{kind}\"");
            assert!(!own.contains(&box_of) && all.contains(&box_of), "{kind}");
            let new = |owner| {
                let new = NewWebhook {
                    url: "https://hooks.example/".to_owned(),
                    description: String::new(),
                    events: vec![kind.to_owned()],
                };
                let app = app.clone();
                async move {
                    webhooks::manage::create(&app.app, &app.ctx(), of(owner), &new)
                        .await
                        .map_err(|failure| failure.reason())
                }
            };
            assert_eq!(new(WebhookOwner::Workspace(ada.workspaces[0])).await.unwrap_err(), "webhook_event_of_server");
            assert!(new(WebhookOwner::Operator).await.is_ok());
        }
        assert!(own.contains("value=\"member.added\"") && own.contains("value=\"oauth2.token.issued\""));
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let kinds = key.get("/api/v1/event-types").await.json();
        let owners = |name: &str| {
            kinds["items"].as_array().unwrap().iter().find(|kind| kind["type"] == name).unwrap()["owners"].clone()
        };
        assert_eq!(owners("key.rotated"), json!(["operator"]));
        assert_eq!(owners("member.added"), json!(["operator", "workspace"]));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_2_a_date_without_a_time_is_shown_as_a_date() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 1).await;
    let expires_at = Some(domain::Timestamp::parse("2099-12-31").unwrap());
    let new = NewCredential { name: "t".to_owned(), scopes: domain::ScopeSet::parse("openid").unwrap(), expires_at };
    credentials::create_personal_access_token(&app.app, &app.ctx(), ada.user.id, new).await.unwrap();
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let page = browser.get("/account/tokens").await.body;
    assert!(page.contains("<time datetime=\"2099-12-31T00:00:00Z\">31 Dec 2099</time>"), "{page}");
    app.stop().await;
}

#[tokio::test]
async fn point_6_2_the_number_of_people_leads_to_them() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 1).await;
    let workspace = ada.workspaces[0];
    let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let list = format!("/workspaces/{workspace}/applications");
    let users = format!("{list}/{}/users", party.id);
    for path in [list.clone(), format!("{list}/{}", party.id)] {
        assert!(browser.get(&path).await.body.contains(&format!("<a href=\"{users}\">0</a>")), "{path}");
    }
    assert_eq!(browser.get(&users).await.status, 200);
    app.stop().await;
}

/// A request that was refused for a reason, at whichever endpoint, as the log keeps it.
fn refused(n: usize, party: &Party, kind: &str, reason: &str) -> AuditEvent {
    let at = domain::Timestamp::from_seconds(1_767_225_600);
    let mut random = [0; 10];
    random[..8].copy_from_slice(&n.to_be_bytes());
    AuditEvent {
        id: domain::AuditId::new(at, random),
        at,
        kind: kind.to_owned(),
        outcome: reason.to_owned(),
        request_id: format!("req-{n}"),
        actor: "anonymous".to_owned(),
        credential: None,
        client_id: Some(party.id.clone()),
        user_id: None,
        workspace_id: None,
        grant_id: None,
        ip: None,
        detail: json!({}),
    }
}

/// What a page says of each refused request: its title, its advice and its checks.
async fn told(browser: &mut Browser, path: &str, language: &str) -> Vec<Vec<String>> {
    let (mut path, mut all) = (path.to_owned(), Vec::new());
    loop {
        let headers = [("accept", "text/html"), ("accept-language", language)];
        let page = browser.call(axum::http::Method::GET, &path, &headers, "").await.body;
        for article in page.split("<article").skip(1) {
            let between = |from: &str, to: &str| -> Vec<String> {
                let parts = article.split(from).skip(1).filter_map(|rest| rest.split_once(to));
                parts.map(|(said, _)| said.trim().to_owned()).collect()
            };
            let checks = ["<li class=\"passed\">", "<li class=\"failed\">", "<li class=\"unreached\">"];
            let checks = checks.iter().flat_map(|class| between(class, " <span"));
            let said = between("<h2>", "</h2>").into_iter().chain(between("</strong> ", "</p>"));
            all.push(said.chain(checks).collect());
        }
        match page.split_once("\" rel=\"next\"").and_then(|(before, _)| before.rsplit_once("href=\"")) {
            Some((_, next)) => path = next.replace("&#38;", "&"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn point_6_2_the_german_page_tells_every_reason_its_advice_and_its_checks_in_german() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 1).await;
    let workspace = ada.workspaces[0];
    let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await;
    let mut reasons = BTreeSet::new();
    for endpoint in Endpoint::ALL {
        // The management APIs are told apart by what was changed.
        let kind = if endpoint == Endpoint::Management { "client.updated" } else { endpoint.as_str() };
        reasons.extend(endpoint.rows(false).map(|row| (kind, row.reason)));
        reasons.extend(endpoint.rows(true).map(|row| (AUTHENTICATION, row.reason)));
    }
    let events = reasons.iter().enumerate().map(|(n, (kind, reason))| refused(n, &party, kind, reason));
    app.happened(events.collect()).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let mut seen = 0;
    for list in ["failures", "failures?of=changes"] {
        let path = format!("/workspaces/{workspace}/applications/{}/{list}", party.id);
        let (english, german) = (told(&mut browser, &path, "en").await, told(&mut browser, &path, "de").await);
        assert_eq!(english.len(), german.len());
        seen += english.len();
        for (english, german) in english.iter().zip(&german) {
            assert_eq!(english.len(), german.len(), "{english:?} {german:?}");
            assert!(english.len() > 2, "a title, an advice and checks: {english:?}");
            for (english, german) in english.iter().zip(german) {
                assert_ne!(english, german);
            }
        }
    }
    assert_eq!(seen, reasons.len());
    app.stop().await;
}

#[tokio::test]
async fn point_6_3_people_manage_the_apps_that_they_registered() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        // Without any workspace.
        let ada = app.user("ada@example.com", 0).await;
        let eve = app.user("eve@example.com", 1).await;
        let user = ada.user.id;
        let own = Party::with(&app, Kind::Web, |new| new.owner_user_id = Some(user)).await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let list = browser.get("/account/applications").await;
        let path = format!("/account/applications/{}", own.id);
        assert!(list.status == 200 && list.body.contains(&format!("href=\"{path}\"")), "{}", list.body);
        for tab in ["", "/settings", "/secrets", "/test", "/users", "/activity", "/failures", "/delete"] {
            let page = browser.get(&format!("{path}{tab}")).await;
            assert_eq!(page.status, 200, "{tab}: {}", page.body);
            assert!(!page.body.contains("/workspaces//"), "{tab}: {}", page.body);
        }
        let form = browser.get(&format!("{path}/settings")).await.form("settings-save").set("client_name", "Renamed");
        let saved = browser.submit(&form).await;
        assert_eq!((saved.status.as_u16(), saved.location().path()), (303, format!("{path}/settings").as_str()));
        assert!(browser.get("/account/applications").await.body.contains("Renamed"));
        let mut other = Browser::new(&app);
        other.sign_in_here("eve@example.com").await;
        assert!(!other.get("/account/applications").await.body.contains("Renamed"));
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(other.get(&format!("/workspaces/{}/applications/{}", eve.workspaces[0], own.id)).await.status, 404);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_3_the_operator_gives_a_client_an_owner_and_both_logs_show_it() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
        let bob = app.user("bob@example.com", 1).await;
        let workspace = bob.workspaces[0];
        let party = Party::new(&app, Kind::Machine).await;
        let token = party.token(&[("grant_type", "client_credentials")]).await.json();
        let token = token["access_token"].as_str().unwrap().to_owned();
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let path = format!("/operator/clients/{}", party.id);
        let page = browser.get(&path).await;
        assert!(page.text("client-owner").unwrap().contains("No owner"), "{}", page.body);
        let wrong = browser.get(&format!("{path}/owner?owner=nobody")).await;
        assert!(wrong.status == 422 && wrong.text("owner-problem").unwrap().contains("wsp_"), "{}", wrong.body);
        let ask = browser.get(&format!("{path}/owner?owner={workspace}")).await;
        assert!(ask.body.contains("Workspace 0"), "{}", ask.body);
        let done = browser.submit(&ask.form("confirm")).await;
        assert_eq!(done.location().path(), path);
        let page = browser.get(&path).await;
        assert!(page.text("client-owner").unwrap().contains("Workspace 0"), "{}", page.body);
        assert_eq!(app.outcomes("client.owner_set").await[0], "ok");
        assert_eq!(party.introspect(&token).await["active"], false, "it spoke for no workspace");
        let mut bobs = Browser::new(&app);
        bobs.sign_in_here("bob@example.com").await;
        let console = bobs.get(&format!("/workspaces/{workspace}/applications/{}", party.id)).await;
        assert_eq!(console.status, 200, "{}", console.body);
        // To a person by address, and back to nobody.
        for (to, shown) in [("bob@example.com", "(person)"), ("", "No owner")] {
            let ask = browser.get(&format!("{path}/owner?owner={to}")).await;
            browser.submit(&ask.form("confirm")).await;
            let page = browser.get(&path).await;
            let owner = page.text("client-owner").unwrap();
            assert!(owner.to_lowercase().contains(&shown.to_lowercase()), "{to}: {owner}");
        }
        assert_eq!(bobs.get(&format!("{path}/owner?owner={workspace}")).await.status, 403);
        assert!(app.outcomes("client.owner_set").await.contains(&"owner_unknown".to_owned()));
        let key = Api::key(&app, workspace, "owner", "").await;
        let log = key.get("/api/v1/audit-events?kind=client.owner_set").await.json();
        assert_eq!(log["items"].as_array().unwrap().len(), 2, "it came and it went: {log}");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_4_form_errors_name_the_field_and_the_line() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 1).await;
    let workspace = ada.workspaces[0];
    let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    let path = format!("/workspaces/{workspace}/applications/{}/settings", party.id);
    let form = browser.get(&path).await.form("settings-save");
    let text = "https://a.example/cb\r\n\r\nhttp://b.example/cb";
    for (field, place) in [
        ("redirect_uris", "Redirect URIs, line 3:"),
        ("post_logout_redirect_uris", "Addresses after signing out, line 3:"),
    ] {
        let again = browser.submit(&form.clone().set(field, text)).await;
        assert_eq!(
            (again.status.as_u16(), again.text("problem-place").as_deref()),
            (422, Some(place)),
            "{}",
            again.body
        );
        assert!(again.text(&format!("{field}-problem")).is_some());
    }
    let again = browser.submit(&form.clone().set("client_uri", "http://a.example/")).await;
    assert_eq!(again.text("problem-place").as_deref(), Some("Homepage:"), "{}", again.body);
    let list = format!("/workspaces/{workspace}/applications");
    let new = format!(
        "{list}/new/permissions?kind=web&client_name=A&redirect_uris=https%3A%2F%2Fa.example%2F%0Aftp%3A%2F%2Fb.example"
    );
    let again = browser.get(&new).await;
    assert_eq!(again.text("problem-place").as_deref(), Some("Redirect URIs, line 2:"), "{}", again.body);
    app.stop().await;
}
