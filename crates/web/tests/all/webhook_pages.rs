//! The pages of webhooks: a workspace's, and by the same handlers the operator's.
use axum::http::Method;
use domain::webhooks::{EventSelection, Webhook, WebhookOwner};
use domain::workspace::{MemberRoles, Role};
use flows::unguarded::webhooks::of;
use flows::unguarded::{members, profile, workspaces};
use flows::webhooks::manage::NewWebhook;
use flows::{Page, webhooks};
use testkit::{Answer, Browser, Database, Receiver, Reply, TestApp};

struct Scene {
    _database: Database,
    app: TestApp,
    receiver: Receiver,
    browser: Browser,
}

async fn scene() -> Scene {
    let database = Database::sqlite();
    let app = TestApp::with(&database, |settings| settings.outbound_allow_private = true).await;
    let ada = app.user("ada@example.com", 1).await;
    profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    Scene { _database: database, receiver: Receiver::start().await, app, browser }
}

impl Scene {
    /// Both places, with their owners.
    async fn places(&self) -> [(String, WebhookOwner); 2] {
        let spaces = workspaces::list_workspaces(&self.app.app, Page::default()).await.unwrap();
        let id = spaces.items[0].id;
        [
            (format!("/workspaces/{id}/webhooks"), WebhookOwner::Workspace(id)),
            ("/operator/webhooks".to_owned(), WebhookOwner::Operator),
        ]
    }

    async fn only(&self, owner: WebhookOwner) -> Webhook {
        let all = webhooks::manage::list(&self.app.app, of(owner), Page::default()).await.unwrap();
        assert_eq!(all.total, 1);
        all.items.into_iter().next().unwrap()
    }

    async fn add(&self, owner: WebhookOwner, url: &str) -> Webhook {
        let new = NewWebhook { url: url.to_owned(), description: String::new(), events: vec!["*".to_owned()] };
        webhooks::manage::create(&self.app.app, &self.app.ctx(), of(owner), &new).await.unwrap().0
    }

    async fn send(&mut self, page: &Reply, id: &str) -> Reply {
        let reply = self.browser.submit(&page.form(id)).await;
        self.browser.follow(reply).await
    }
}

#[tokio::test]
async fn a_webhook_is_made_changed_tried_and_deleted_wherever_it_belongs() {
    let mut s = scene().await;
    for (path, owner) in s.places().await {
        assert!(s.browser.get(&path).await.body.contains("There is no webhook"));
        let page = s.browser.get(&format!("{path}/new")).await;
        assert!(page.body.contains("A user became a member of a workspace."), "{}", page.body);
        let form = page.form("make-webhook").set("description", "<b>Mine</b>").set("which", "some");
        let form = form.set("events", "member.added");
        let again = s.browser.submit(&form.clone().set("url", "ftp://x\"><b>")).await;
        assert_eq!(again.status, 422);
        assert!(again.text("problem").unwrap().contains("URL"), "{}", again.body);
        let kept = again.form("make-webhook");
        assert_eq!((kept.get("url"), kept.get("description")), (Some("ftp://x\"><b>"), Some("<b>Mine</b>")));
        assert_eq!((kept.get("which"), kept.get("events")), (Some("some"), Some("member.added")));
        assert!(!again.body.contains("<b>"), "{}", again.body);
        let form = form.set("url", &s.receiver.url());
        assert_eq!(s.browser.submit(&form.clone().set("csrf", "AAAA")).await.status, 400);
        let none = s.browser.submit(&form.clone().untick("events", "member.added")).await;
        assert!(none.status == 422 && none.text("problem").unwrap().contains("at least one"), "{}", none.body);
        let shown = s.browser.submit(&form).await;
        let secret = shown.text("secret").unwrap();
        assert!(secret.starts_with("whsec_"), "{}", shown.body);
        let webhook = s.only(owner).await;
        assert_eq!((webhook.asked.names(), webhook.description.as_str()), (vec!["member.added"], "<b>Mine</b>"));
        let one = format!("{path}/{}", webhook.id);
        let list = s.browser.get(&path).await;
        assert!(list.body.contains(&one) && list.body.contains("1 kind of event") && !list.body.contains("<b>Mine"));

        // Two who edit at once: the second is told, and sees what they typed.
        let (first, second) = (s.browser.get(&one).await, s.browser.get(&one).await);
        assert!(!first.body.contains(&secret), "shown once");
        let saved = s.browser.submit(&first.form("save-webhook").set("which", "all")).await;
        assert!(s.browser.follow(saved).await.body.contains("Saved."));
        assert_eq!(s.only(owner).await.asked, EventSelection::All);
        let late = s.browser.submit(&second.form("save-webhook").set("description", "late")).await;
        assert_eq!(late.status, 422);
        assert!(late.text("problem").unwrap().contains("changed meanwhile"), "{}", late.body);
        assert_eq!(late.form("save-webhook").get("description"), Some("late"));
        let taken = late.body.split("id=\"saved-taken\"").nth(1).unwrap().split("</dl>").next().unwrap();
        assert!(taken.contains("All events") && !late.body.contains("saved-replaced"), "{}", late.body);
        assert_eq!(late.form("save-webhook").get("which"), Some("all"));
        assert_eq!(s.only(owner).await.description, "<b>Mine</b>");
        let anyway = s.send(&late, "save-webhook").await;
        assert!(anyway.body.contains("Saved."), "{}", anyway.body);
        assert_eq!(s.only(owner).await.description, "late");

        let page = s.browser.get(&one).await;
        assert!(s.send(&page, "switch-webhook").await.body.contains("The webhook is off."));
        assert!(s.only(owner).await.disabled_at.is_some());
        let page = s.browser.get(&one).await;
        assert!(s.send(&page, "switch-webhook").await.body.contains("The webhook is on."));
        assert!(s.only(owner).await.disabled_at.is_none());

        let page = s.browser.get(&format!("{one}/secret")).await;
        let new = s.browser.submit(&page.form("rotate-secret").set("hours", "1")).await;
        assert!(new.text("secret").unwrap() != secret, "{}", new.body);
        let (_, until) = s.only(owner).await.previous.unwrap();
        assert_eq!(until, s.app.ctx().now.plus(3600));
        assert!(s.browser.get(&one).await.body.contains("signed with the old secret as well"));
        let stale = s.browser.submit(&page.form("rotate-secret").set("once", "another-page")).await;
        assert_eq!(stale.status, 412, "{}", stale.body);

        let page = s.browser.get(&format!("{one}/delete")).await;
        assert_eq!(s.browser.submit(&page.form("confirm").set("csrf", "AAAA")).await.status, 400);
        s.only(owner).await;
        assert!(s.send(&page, "confirm").await.body.contains("The webhook was deleted."));
        assert_eq!(webhooks::manage::list(&s.app.app, of(owner), Page::default()).await.unwrap().total, 0);
        // In a tab that was open meanwhile.
        let gone = s.browser.get(&one).await;
        let (_, way) = gone.body.split_once("id=\"error-list\" href=\"").unwrap();
        assert_eq!((gone.status.as_u16(), way.split('"').next()), (404, Some(&*path)), "{}", gone.body);
    }
    assert_eq!(s.app.outcomes("webhook.deleted").await, ["ok", "ok"]);
    s.app.stop().await;
}

#[tokio::test]
async fn deliveries_tell_what_became_of_messages_and_are_sent_again() {
    let mut s = scene().await;
    for (path, owner) in s.places().await {
        let webhook = s.add(owner, &s.receiver.url()).await;
        let one = format!("{path}/{}", webhook.id);
        let all = format!("{one}/deliveries");
        assert!(s.browser.get(&all).await.body.contains("No message here"));
        s.receiver.answer([Answer::from(500), Answer::from(200)]);
        let page = s.browser.get(&one).await;
        let sent = s.send(&page, "test-webhook").await;
        assert!(sent.body.contains("A test is on its way.") && sent.body.contains("Not tried yet"), "{}", sent.body);
        s.app.deliver().await;
        let failed = s.browser.get(&all).await;
        for said in ["webhook.test", "Status 500", "1 attempt", "Pending", "Next:"] {
            assert!(failed.body.contains(said), "{said}: {}", failed.body);
        }
        let log = webhooks::manage::deliveries(&s.app.app, of(owner), webhook.id, None, None, 10).await.unwrap();
        let again = s.send(&failed, &format!("replay-{}", log[0].event_id)).await;
        assert!(again.body.contains("on its way again"), "{}", again.body);
        s.app.deliver().await;
        let done = s.browser.get(&format!("{all}?state=delivered")).await;
        assert!(
            done.body.contains("Status 200") && done.body.contains("<title>Deliveries: Delivered"),
            "{}",
            done.body
        );
        assert!(s.browser.get(&format!("{all}?state=dead")).await.body.contains("No message here"));
        // Page by page, each message once.
        for _ in 0..20 {
            webhooks::manage::test(&s.app.app, &s.app.ctx(), of(owner), webhook.id).await.unwrap();
        }
        s.app.deliver().await;
        let first = s.browser.get(&all).await;
        assert_eq!(first.body.matches("id=\"replay-").count(), 20);
        let older = first.body.split("href=\"").find(|rest| rest.contains("rel=\"next\"")).unwrap();
        let older = older.split('"').next().unwrap().replace("&#38;", "&");
        let second = s.browser.get(&older).await;
        assert_eq!(second.body.matches("id=\"replay-").count(), 1, "{}", second.body);
        assert!(!second.body.contains("rel=\"next\"") && second.body.contains("Newest"));
        let odd = s.browser.get(&format!("{all}?state=x&before=y")).await;
        assert_eq!(odd.body.matches("id=\"replay-").count(), 20);
        let csrf = failed.form("logout-submit").get("csrf").unwrap().to_owned();
        let nothing = s.browser.post(&format!("{all}/evt_x/replay"), &[("csrf", &csrf)]).await;
        assert_eq!(nothing.status, 404);
        s.receiver.take();
    }
    s.app.stop().await;
}

#[tokio::test]
async fn every_page_speaks_both_languages_to_those_who_may_see_it() {
    let mut s = scene().await;
    let [(path, owner), (servers, operator)] = s.places().await;
    let (id, servers_id) =
        (s.add(owner, "https://a.example/").await.id, s.add(operator, "https://b.example/").await.id);
    let below = [
        ("", "Webhooks", "Webhooks"),
        ("/new", "New webhook", "Neuer Webhook"),
        ("/{id}", "Send a test", "Test senden"),
        ("/{id}/secret", "Replace the secret", "Secret ersetzen"),
        ("/{id}/delete", "Delete this webhook?", "Diesen Webhook löschen?"),
        ("/{id}/deliveries", "Deliveries", "Zustellungen"),
    ];
    let (app, workspace) = (s.app.clone(), owner.workspace().unwrap());
    let mut others = Vec::new();
    for (email, role) in [("admin@example.com", Role::Admin), ("member@example.com", Role::Member)] {
        let user = app.user(email, 0).await;
        members::put_member(&app.app, &app.ctx(), user.user.id, workspace, MemberRoles::only(role)).await.unwrap();
        let mut browser = Browser::new(&app);
        browser.sign_in_here(email).await;
        others.push((browser, role));
    }
    app.user("stranger@example.com", 1).await;
    let mut stranger = Browser::new(&app);
    stranger.sign_in_here("stranger@example.com").await;
    for (below, english, german) in below {
        let here = format!("{path}{}", below.replace("{id}", &id.to_string()));
        let there = format!("{servers}{}", below.replace("{id}", &servers_id.to_string()));
        for at in [&here, &there] {
            for (language, said) in [("en", english), ("de", german)] {
                let page = s.browser.call(Method::GET, at, &[("accept-language", language)], "").await;
                assert!(page.status == 200 && page.body.contains(said), "{at} {language}: {}", page.body);
            }
            assert_eq!(stranger.get(at).await.status, 403, "{at}");
            let sent = Browser::new(&app).get(at).await;
            let back = sent.answer("return_to").unwrap();
            assert_eq!((sent.location().path(), &back), ("/login", at));
        }
        for (browser, role) in &mut others {
            let expected = if *role == Role::Admin { 200 } else { 403 };
            assert_eq!(browser.get(&here).await.status, expected, "{here}");
            assert_eq!(browser.get(&there).await.status, 403, "{there}");
        }
    }
    // Another owner's webhook is none.
    assert_eq!(s.browser.get(&format!("{path}/{servers_id}")).await.status, 404);
    assert_eq!(s.browser.get(&format!("{servers}/{id}")).await.status, 404);
    assert_eq!(s.browser.get(&format!("{servers}/nonsense")).await.status, 404);
    s.app.stop().await;
}
