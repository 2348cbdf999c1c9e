//! The audit log as people read it: of a workspace by its admins, of the whole server by whoever runs it.
use axum::http::Method;
use domain::AuditId;
use domain::audit::AuditEvent;
use domain::workspace::{MemberRoles, Role};
use flows::unguarded::{members, workspaces};
use testkit::{Browser, Database, Kind, Party, Reply, TestApp, TestUser};

async fn signed_in(app: &TestApp, user: &TestUser) -> Browser {
    let mut browser = Browser::new(app);
    browser.sign_in_here(user.user.email.as_str()).await;
    browser
}

async fn get(browser: &mut Browser, path: &str, language: &str) -> Reply {
    browser.call(Method::GET, path, &[("accept", "text/html"), ("accept-language", language)], "").await
}

/// The address of the link with this text, or in the element with this id.
fn link(page: &Reply, before: &str) -> String {
    let (head, _) = page.body.split_once(before).unwrap_or_else(|| panic!("no {before}: {}", page.body));
    let href = head.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
    href.replace("&#38;", "&").replace("&amp;", "&")
}

#[tokio::test]
async fn admins_read_what_happened_in_their_workspace_and_nobody_else_does() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, bob) = (app.user("ada@example.com", 2).await, app.user("bob@example.com", 1).await);
    let workspace = ada.workspaces[0];
    members::put_member(&app.app, &app.ctx(), bob.user.id, workspace, MemberRoles::only(Role::Member)).await.unwrap();
    let party = Party::with(&app, Kind::Web, |new| {
        new.name = "<b>Tool</b>".to_owned();
        new.owner_workspace_id = Some(workspace);
    })
    .await;
    let mut browser = signed_in(&app, &ada).await;
    let path = format!("/workspaces/{workspace}/audit");
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for said in
        ["Application created", "&#60;b&#62;Tool", "Member added or changed", "bob@example.com", "client.created"]
    {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert!(!page.body.contains("<b>Tool"));
    let german = get(&mut browser, &path, "de").await;
    assert!(german.body.contains("Anwendung erstellt") && german.body.contains("<h1>Protokoll</h1>"));

    let found = browser.get(&format!("{path}?kind=client.created&outcome=ok&application={}", party.id)).await;
    assert!(found.body.contains("<code>client.created</code>") && !found.body.contains("<code>member.changed</code>"));
    assert!(found.body.contains("<option value=\"client.created\" selected>"), "{}", found.body);
    assert!(found.body.contains("<title>Audit log: Event, Outcome, Application"), "{}", found.body);
    let export = link(&found, "download=\"audit.jsonl\"");
    let lines = browser.get(&export).await;
    assert_eq!((lines.status.as_u16(), lines.header("content-type")), (200, "application/jsonl"));
    let kinds: Vec<_> =
        lines.body.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect();
    assert_eq!((kinds.len(), kinds[0]["kind"].as_str()), (1, Some("client.created")));

    let of_bob = browser.get(&format!("{path}?person=BOB@example.com")).await;
    assert!(
        of_bob.body.contains("<code>member.changed</code>") && !of_bob.body.contains("<code>client.created</code>")
    );
    let invite = browser.get(&format!("/workspaces/{workspace}/invitations/new")).await.form("invite");
    assert_eq!(browser.submit(&invite.set("role", "member")).await.status, 200);
    let of_ada = browser.get(&format!("{path}?actor=ADA@example.com")).await;
    assert!(
        of_ada.body.contains("<code>invitation.created</code>") && !of_ada.body.contains("<code>client.created</code>")
    );
    let export = link(&of_ada, "download=\"audit.jsonl\"");
    assert!(export.contains(&format!("actor={}", ada.user.id)), "{export}");
    let nobody = app.user("eve@example.com", 0).await;
    for filter in ["person", "actor"] {
        for person in [nobody.user.email.as_str(), "no.such@example.com"] {
            let page = browser.get(&format!("{path}?{filter}={person}")).await;
            assert!(page.body.contains("No event fits these filters."), "{}", page.body);
            assert!(!page.body.contains(&nobody.user.id.to_string()), "whose address it is, is not told");
        }
    }
    for (query, said) in [
        ("outcome=perhaps", "The value is not one of those that are known."),
        ("person=nobody", "The identifier is malformed."),
        ("from=yesterday", "The time must be a date or RFC 3339."),
        ("before=x", "The identifier is malformed."),
        ("to=2026-02-30", "The time must be a date or RFC 3339."),
    ] {
        let wrong = browser.get(&format!("{path}?{query}&actor=%22%3E%3Cimg%3E%E2%80%AE")).await;
        assert_eq!((wrong.status.as_u16(), wrong.text("problem").as_deref()), (422, Some(said)), "{query}");
        assert!(wrong.body.contains("&#34;&#62;&#60;img&#62;") && !wrong.body.contains("<script>"), "kept and escaped");
    }

    let odd = browser.get(&format!("{path}?kind=%3Cscript%3E&application=%22%3E%3Cscript%3E")).await;
    assert!(odd.status == 200 && !odd.body.contains("<script>") && odd.body.contains("No event fits"), "{}", odd.body);

    let mut member = signed_in(&app, &bob).await;
    assert_eq!(member.get(&path).await.status, 403);
    assert_eq!(member.get("/operator/audit").await.status, 403);
    assert!(!member.get("/account").await.body.contains(&path), "not in the navigation");
    assert_eq!(signed_in(&app, &nobody).await.get(&path).await.status, 403, "a foreign workspace");
    assert_eq!(Browser::new(&app).get(&path).await.location().path(), "/login");
    app.stop().await;
}

#[tokio::test]
async fn the_log_is_paged_in_both_directions() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 1).await;
    let path = format!("/workspaces/{}/audit", ada.workspaces[0]);
    for n in 0..50 {
        app.clock.advance(1);
        workspaces::rename_workspace(&app.app, &app.ctx(), ada.workspaces[0], &format!("Name {n}")).await.unwrap();
    }
    let mut browser = signed_in(&app, &ada).await;
    let rows = |page: &Reply| page.body.matches("<code>workspace.renamed</code>").count();
    let first = browser.get(&format!("{path}?kind=workspace.renamed")).await;
    assert!(rows(&first) == 20 && !first.body.contains("rel=\"prev\""), "{}", first.body);
    let second = browser.get(&link(&first, " rel=\"next\"")).await;
    let third = browser.get(&link(&second, " rel=\"next\"")).await;
    assert_eq!((rows(&second), rows(&third), third.body.contains("rel=\"next\"")), (20, 10, false));
    let back = browser.get(&link(&third, " rel=\"prev\"")).await;
    let times =
        |page: &Reply| page.body.split("datetime=\"").skip(1).map(|rest| rest[..20].to_owned()).collect::<Vec<_>>();
    assert_eq!(times(&back), times(&second));
    let top = browser.get(&link(&back, " rel=\"prev\"")).await;
    assert_eq!((times(&top), top.body.contains("rel=\"prev\"")), (times(&first), false));
    app.stop().await;
}

#[tokio::test]
async fn what_few_of_many_events_fit_is_looked_for_step_by_step() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 1).await;
    let began = app.ctx().now;
    let many: Vec<_> = (0..6_000_u64)
        .map(|n| AuditEvent {
            id: AuditId::new(began, [[0, 0].as_slice(), &n.to_be_bytes()].concat().try_into().unwrap()),
            at: began,
            kind: if n % 5_990 == 5 { "session.ended" } else { "token.refresh_token" }.to_owned(),
            outcome: "ok".to_owned(),
            request_id: format!("req-{n}"),
            actor: ada.user.id.to_string(),
            credential: None,
            client_id: None,
            user_id: Some(ada.user.id),
            workspace_id: Some(ada.workspaces[0]),
            grant_id: None,
            ip: None,
            detail: serde_json::json!({}),
        })
        .collect();
    app.happened(many).await;
    app.clock.advance(60);
    let mut browser = signed_in(&app, &ada).await;
    let path = format!("/workspaces/{}/audit?person={}&kind=session.ended", ada.workspaces[0], ada.user.id);
    let first = browser.get(&path).await;
    let rows = |page: &Reply| page.body.matches("<code>session.ended</code>").count();
    let said = "Looked through so far: back to";
    assert!(rows(&first) == 1 && first.body.contains("req-5995") && first.body.contains(said), "{}", first.body);
    assert!(first.body.contains("rel=\"next\">Look further</a>"), "{}", first.body);
    let second = browser.get(&link(&first, " rel=\"next\"")).await;
    assert!(rows(&second) == 1 && second.body.contains("<code>req-5</code>"), "{}", second.body);
    assert!(!second.body.contains("audit-stopped") && !second.body.contains("rel=\"next\""), "the log's end");
    // The way back stops too.
    let back = browser.get(&link(&second, " rel=\"prev\"")).await;
    assert!(rows(&back) == 0 && back.body.contains("No event fits these filters so far."), "{}", back.body);
    assert!(back.body.contains("Looked through so far: up to"), "{}", back.body);
    let top = browser.get(&link(&back, " rel=\"prev\"")).await;
    assert!(rows(&top) == 1 && top.body.contains("req-5995") && !top.body.contains("audit-stopped"), "{}", top.body);
    // A kind that few events have, and everything, need no looking.
    for filter in ["kind=session.ended", "", "outcome=refused"] {
        let page = browser.get(&format!("/workspaces/{}/audit?{filter}", ada.workspaces[0])).await;
        assert!(!page.body.contains("audit-stopped"), "{filter}: {}", page.body);
    }
    // Beyond the oldest there is a way to the newest.
    let none = browser.get(&format!("{path}&before={}", AuditId::new(began, [0; 10]))).await;
    assert!(none.body.contains("No event fits these filters."), "{}", none.body);
    assert_eq!(rows(&browser.get(&link(&none, ">Newest</a>")).await), 1);
    // Programs go on by `next`; an export has everything.
    let query = format!("person={}", ada.user.id).replace("person", "user_id") + "&kind=session.ended&workspace=";
    let (mut found, mut next, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let address = format!("/api/v1/audit-events?{query}{}{next}", ada.workspaces[0]);
        let page: serde_json::Value = serde_json::from_str(&browser.get(&address).await.body).unwrap();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["request_id"].clone()));
        pages += 1;
        let Some(before) = page["next"].as_str() else { break };
        next = format!("&before={before}");
    }
    assert_eq!((found, pages), (vec!["req-5995".into(), "req-5".into()], 2));
    let export = browser.get(&format!("/api/v1/audit-events/export?{query}{}", ada.workspaces[0])).await;
    assert_eq!(export.body.lines().count(), 2, "{}", export.body);
    app.stop().await;
}

#[tokio::test]
async fn the_operator_reads_everything_and_dates_are_of_their_zone() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let ada = app.user("ada@example.com", 0).await;
    flows::unguarded::profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
    let mut thief = Browser::new(&app);
    let login = thief.get("/login").await.form("login-submit");
    thief.submit(&login.set("username", "ada@example.com").set("password", "not the password")).await;
    let mut browser = signed_in(&app, &ada).await;
    let page = browser.get("/operator/audit").await;
    for said in ["Sign-in", "credentials_wrong", "Operator added", "ada@example.com", "Nobody known", "127.0.0.1"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let refused = browser.get("/operator/audit?outcome=refused").await;
    assert!(refused.body.contains("Nobody known") && !refused.body.contains("<code>operator.added</code>"));
    let export = link(&refused, "download=\"audit.jsonl\"");
    assert!(export.contains("owner=operator") && browser.get(&export).await.body.contains("\"sign_in\""), "{export}");

    let today = app.ctx().now.rfc3339()[..10].to_owned();
    let of_today = browser.get(&format!("/operator/audit?from={today}&to={today}")).await;
    assert!(of_today.body.contains("<code>operator.added</code>"), "{}", of_today.body);
    let before = browser.get("/operator/audit?to=2000-01-01").await;
    assert!(before.body.contains("No event fits these filters."));
    let zoned = flows::account::profile::Changes {
        zone: Some("Pacific/Kiritimati"),
        ..flows::account::profile::Changes::default()
    };
    let who = app.principal(&ada, None).await;
    flows::account::profile::change(&app.app, &app.ctx(), &who, zoned).await.unwrap();
    let export = link(&browser.get("/operator/audit?from=2026-02-01").await, "download=\"audit.jsonl\"");
    assert!(export.contains("from=2026-01-31T10%3A00%3A00Z"), "{export}");
    app.stop().await;
}
