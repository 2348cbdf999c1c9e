//! What was done is undone by the notice that says so, where it can be; where it cannot, the question before says that.
use domain::clients::Trust;
use domain::webhooks::WebhookOwner;
use domain::workspace::{AppPolicy, MemberRoles, Role};
use flows::operator::{clients, users};
use flows::unguarded::webhooks::of;
use flows::unguarded::{self, profile};
use flows::webhooks;
use flows::webhooks::manage::NewWebhook;
use flows::workspace::{self, members};
use testkit::{Browser, Database, Kind, Party, Reply, TestApp, TestUser};

const LATE: &str = "This was changed meanwhile, so nothing was done. You see what holds now.";

struct Scene {
    _database: Database,
    app: TestApp,
    ada: TestUser,
    bob: TestUser,
    party: Party,
    browser: Browser,
    workspace: String,
}

/// Ada runs the server and owns a workspace, in which Bob is a member.
async fn scene() -> Scene {
    let database = Database::sqlite();
    let app = TestApp::with(&database, |settings| settings.outbound_allow_private = true).await;
    let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 0).await);
    profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
    let id = ada.workspaces[0];
    unguarded::members::put_member(&app.app, &app.ctx(), bob.user.id, id, MemberRoles::only(Role::Member))
        .await
        .unwrap();
    let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(id)).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    Scene { _database: database, app, ada, bob, party, browser, workspace: format!("/workspaces/{id}") }
}

impl Scene {
    /// Sends the form of a page, and answers the page after it.
    async fn send(&mut self, page: &Reply, id: &str, set: &[(&str, &str)]) -> Reply {
        let form = set.iter().fold(page.form(id), |form, (name, value)| form.set(name, value));
        let reply = self.browser.submit(&form).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        let page = self.browser.follow(reply).await;
        assert!(page.body.contains("class=\"notice\""), "{}", page.body);
        page
    }

    async fn get(&mut self, path: &str) -> Reply {
        let reply = self.browser.get(path).await;
        assert_eq!(reply.status, 200, "{path} {}", reply.body);
        reply
    }

    async fn disabled(&self) -> (bool, bool) {
        let (app, ctx, ada) = (&self.app.app, self.app.ctx(), self.app.principal(&self.ada, None).await);
        let bob = users::find(app, &ctx, &ada, &self.bob.user.id.to_string()).await.unwrap().found.user;
        let client = clients::find(app, &ctx, &ada, self.party.id.as_str()).await.unwrap();
        (!bob.is_active(), !client.is_active())
    }
}

#[tokio::test]
async fn accounts_and_applications_are_switched_off_and_back_on() {
    let mut s = scene().await;
    let user = format!("/operator/users/{}", s.bob.user.id);
    let client = format!("/operator/clients/{}", s.party.id);
    let ask = s.get(&format!("{user}/disable")).await;
    assert_eq!(ask.text("confirm-after").as_deref(), Some("You can undo it afterwards."));
    let done = s.send(&ask, "confirm", &[]).await;
    assert_eq!(s.disabled().await, (true, false));
    let back = s.send(&done, "undo", &[]).await;
    assert_eq!(s.disabled().await, (false, false));
    assert!(back.body.contains("The account is enabled."));
    let again = s.send(&back, "undo", &[]).await;
    assert!(again.body.contains("The account is disabled."), "the undoing is undone");
    assert_eq!(s.disabled().await, (true, false));

    let ask = s.get(&format!("{client}/disable")).await;
    let done = s.send(&ask, "confirm", &[]).await;
    assert_eq!(s.disabled().await, (true, true));
    s.send(&done, "undo", &[]).await;
    assert_eq!(s.disabled().await, (true, false));

    for (trust, partly) in [(Trust::Verified, false), (Trust::Anonymous, true)] {
        let before = clients::find(&s.app.app, &s.app.ctx(), &s.app.principal(&s.ada, None).await, s.party.id.as_str())
            .await
            .unwrap()
            .trust;
        let ask = s.get(&format!("{client}/trust?trust={}", trust.as_str())).await;
        assert_eq!(ask.text("confirm-after").unwrap().contains("stays ended"), partly);
        let done = s.send(&ask, "confirm", &[]).await;
        assert_eq!(done.body.contains("Access that ended stays ended."), partly, "{}", done.body);
        s.send(&done, "undo", &[]).await;
        let now = clients::find(&s.app.app, &s.app.ctx(), &s.app.principal(&s.ada, None).await, s.party.id.as_str())
            .await
            .unwrap()
            .trust;
        assert_eq!(now, before);
    }
    s.app.stop().await;
}

#[tokio::test]
async fn roles_rules_and_webhooks_go_back_to_what_they_were() {
    let mut s = scene().await;
    let (path, workspace) = (s.workspace.clone(), s.ada.workspaces[0]);
    let members = s.get(&format!("{path}/members")).await;
    let form = members.form(&format!("role-{}", s.bob.user.id)).set("role", "admin");
    let reply = s.browser.submit(&form).await;
    let done = s.browser.follow(reply).await;
    let role = async |s: &Scene| {
        let ada = s.app.principal(&s.ada, Some(workspace)).await;
        members::find(&s.app.app, &s.app.ctx(), &ada, &s.bob.user.id.to_string()).await.unwrap().0.roles.role
    };
    assert_eq!(role(&s).await, Role::Admin);
    s.send(&done, "undo", &[]).await;
    assert_eq!(role(&s).await, Role::Member);

    // The rule: with Bob's consent at stake, that does not come back.
    let mut bobs = Browser::new(&s.app);
    let bob = TestUser { workspaces: vec![workspace], ..s.bob.clone() };
    s.party.tokens(&mut bobs, &bob, &[("sub_type", "workspace")]).await;
    let policy = async |s: &Scene| {
        workspace::policy::read(&s.app.app, &s.app.ctx(), &s.app.principal(&s.ada, Some(workspace)).await)
            .await
            .unwrap()
    };
    let ask = s.get(&format!("{path}/access/policy/change?policy=verified")).await;
    assert!(ask.text("confirm-after").unwrap().contains("stays ended"));
    let done = s.send(&ask, "confirm", &[]).await;
    assert_eq!(policy(&s).await, AppPolicy::Verified);
    assert!(done.body.contains("Access that ended stays ended."));
    let done = s.send(&done, "undo", &[]).await;
    assert_eq!(policy(&s).await, AppPolicy::All);
    assert!(!done.body.contains("Access that ended stays ended."), "nothing ended this time");

    // The list.
    let listed = async |s: &Scene| {
        let ada = s.app.principal(&s.ada, Some(workspace)).await;
        workspace::policy::listed(&s.app.app, &s.app.ctx(), &ada, flows::Page::default()).await.unwrap().total
    };
    let ask = s.get(&format!("{path}/access/policy/change?policy=listed")).await;
    let done = s.send(&ask, "confirm", &[]).await;
    let added = s.send(&done, "allow-id", &[("client", s.party.id.clone().as_str())]).await;
    assert_eq!(listed(&s).await, 1);
    let removed = s.send(&added, "undo", &[]).await;
    assert_eq!(listed(&s).await, 0);
    s.send(&removed, "undo", &[]).await;
    assert_eq!(listed(&s).await, 1);

    // Webhooks, of the workspace and of the server.
    let new =
        NewWebhook { url: "https://a.example/".to_owned(), description: String::new(), events: vec!["*".to_owned()] };
    for (owner, list) in [
        (WebhookOwner::Workspace(workspace), format!("{path}/webhooks")),
        (WebhookOwner::Operator, "/operator/webhooks".to_owned()),
    ] {
        let id = webhooks::manage::create(&s.app.app, &s.app.ctx(), of(owner), &new).await.unwrap().0.id;
        let page = s.get(&format!("{list}/{id}")).await;
        let off = s.send(&page, "switch-webhook", &[]).await;
        assert!(webhooks::manage::read(&s.app.app, of(owner), id).await.unwrap().disabled_at.is_some());
        s.send(&off, "undo", &[]).await;
        assert!(webhooks::manage::read(&s.app.app, of(owner), id).await.unwrap().disabled_at.is_none());
        // Changed meanwhile: the notice of before undoes nothing.
        let stale = s.browser.submit(&off.form("undo")).await;
        assert_eq!(stale.status, 422, "{}", stale.body);
        assert_eq!(stale.text("problem").as_deref(), Some(LATE));
        assert!(stale.text("switch-webhook").is_some(), "with what holds now");
    }
    s.app.stop().await;
}

#[tokio::test]
async fn what_was_changed_again_since_is_not_undone() {
    let mut s = scene().await;
    let (path, workspace) = (s.workspace.clone(), s.ada.workspaces[0]);
    let members = s.get(&format!("{path}/members")).await;
    let of_bob = format!("role-{}", s.bob.user.id);
    let rule = s.get(&format!("{path}/access/policy/change?policy=verified")).await;
    let trust = format!("/operator/clients/{}/trust?trust=", s.party.id);
    let verified = s.get(&format!("{trust}verified")).await;
    let first = [
        s.send(&verified, "confirm", &[]).await,
        s.send(&members, &of_bob, &[("role", "admin")]).await,
        s.send(&rule, "confirm", &[]).await,
    ];
    // Each is changed once more, elsewhere.
    s.send(&members, &of_bob, &[("role", "owner"), ("only_from", "admin")]).await;
    let listed = s.get(&format!("{path}/access/policy/change?policy=listed")).await;
    s.send(&listed, "confirm", &[]).await;
    let anonymous = s.get(&format!("{trust}anonymous")).await;
    s.send(&anonymous, "confirm", &[]).await;
    for done in &first {
        let late = s.browser.submit(&done.form("undo")).await;
        assert_eq!((late.status.as_u16(), late.text("problem").as_deref()), (422, Some(LATE)), "{}", late.body);
    }
    // A page that was opened before is as late.
    let stale = s.browser.submit(&members.form(&of_bob).set("role", "admin")).await;
    assert_eq!((stale.status.as_u16(), stale.text("problem").as_deref()), (422, Some(LATE)));
    for question in [&rule, &verified] {
        let stale = s.browser.submit(&question.form("confirm")).await;
        assert_eq!((stale.status.as_u16(), stale.text("problem").as_deref()), (422, Some(LATE)));
    }
    let none = s.browser.get(&format!("{path}/access/policy/change?policy=listed")).await;
    assert_eq!(none.header("location"), format!("{path}/access/policy"), "nobody is asked for what is so");
    let ada = s.app.principal(&s.ada, Some(workspace)).await;
    let bob = members::find(&s.app.app, &s.app.ctx(), &ada, &s.bob.user.id.to_string()).await.unwrap().0;
    assert_eq!(bob.roles.role, Role::Owner);
    assert_eq!(workspace::policy::read(&s.app.app, &s.app.ctx(), &ada).await.unwrap(), AppPolicy::Listed);
    let client = clients::find(&s.app.app, &s.app.ctx(), &ada, s.party.id.as_str()).await.unwrap();
    assert_eq!(client.trust, Trust::Anonymous);
    s.app.stop().await;
}

#[tokio::test]
async fn what_was_done_is_told_once_where_it_was_done() {
    let mut s = scene().await;
    let path = format!("/operator/users/{}", s.bob.user.id);
    for language in ["en", "de"] {
        let change = profile::ProfileChange { locale: Some(Some(language)), ..Default::default() };
        profile::change(&s.app.app, &s.app.ctx(), s.ada.user.id, change).await.unwrap();
        let (question, label) = match language {
            "en" => ("disable", "Undo"),
            _ => ("enable", "Rückgängig machen"),
        };
        let form = s.get(&format!("{path}/{question}")).await.form("confirm");
        let done = s.browser.submit(&form).await;
        assert_eq!(done.header("location"), path, "the address says nothing");
        // Another tab asks for another page first.
        assert!(!s.get("/account").await.body.contains("class=\"notice\""));
        let page = s.get(&path).await;
        assert_eq!(page.text("undo").as_deref(), Some(label));
        assert!(page.form("undo").get("csrf").is_some());
        assert!(!s.get(&path).await.body.contains("class=\"notice\""), "once");
    }
    // Nor does a link say it.
    for link in ["?done=user-disabled", "?done=saved", "?notice=saved"] {
        assert!(!s.get(&format!("{path}{link}")).await.body.contains("class=\"notice\""), "{link}");
    }
    s.app.stop().await;
}

#[tokio::test]
async fn nobody_else_makes_a_notice_or_a_way_back_and_it_is_not_offered_for_long() {
    let name = testkit::cookie("notice");
    let mut s = scene().await;
    let path = format!("/operator/users/{}", s.bob.user.id);
    let form = s.get(&format!("{path}/disable")).await.form("confirm");
    s.browser.submit(&form).await;
    let notice = s.browser.cookies[&name].clone();
    let with = async |browser: &mut Browser, cookie: &str| {
        browser.cookies.insert(name.clone(), cookie.to_owned());
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200);
        (page.body.contains("class=\"notice\""), page)
    };
    // A notice that something is done, with a form that does something else.
    let sealed = domain::platform::encoding::from_base64url(&notice).unwrap();
    let plain = String::from_utf8(sealed[32..].to_vec()).unwrap();
    let other = [&sealed[..32], plain.replace("enable", "make-operator").as_bytes()].concat();
    let cut = &sealed[..20];
    let zeroes = [&[0; 32], &sealed[32..]].concat();
    for forged in [other.as_slice(), cut, &sealed[..32], &zeroes] {
        let forged = domain::platform::encoding::base64url(forged);
        assert!(!with(&mut s.browser, &forged).await.0, "{forged}");
    }
    for odd in ["x", "", "????????????????????", &"A".repeat(3000)] {
        assert!(!with(&mut s.browser, odd).await.0, "{odd}");
    }
    // Another session of the same person.
    let mut elsewhere = Browser::new(&s.app);
    elsewhere.sign_in_here("ada@example.com").await;
    assert!(!with(&mut elsewhere, &notice).await.0);
    let (told, page) = with(&mut s.browser, &notice).await;
    assert!(told);
    assert_eq!(s.browser.submit(&page.form("undo").set("csrf", "AAAA")).await.status, 400, "checklist 27");
    s.app.clock.advance(60);
    assert!(!with(&mut s.browser, &notice).await.0, "not for ever");
    assert_eq!(s.disabled().await, (true, false));
    s.app.stop().await;
}

#[tokio::test]
async fn what_is_for_good_says_so_before() {
    let mut s = scene().await;
    let (path, client) = (s.workspace.clone(), s.party.id.clone());
    // Somebody else owns the workspace, too: otherwise its owner is not asked about leaving.
    let other = s.app.user("other@example.com", 0).await;
    let owner = MemberRoles::only(Role::Owner);
    unguarded::members::put_member(&s.app.app, &s.app.ctx(), other.user.id, s.ada.workspaces[0], owner).await.unwrap();
    let questions = [
        format!("{path}/applications/{client}/delete"),
        format!("{path}/applications/{client}/users/revoke"),
        format!("{path}/members/{}/remove", s.bob.user.id),
        format!("{path}/members/leave"),
        "/operator/keys/rotate".to_owned(),
        "/account/security/others/end".to_owned(),
    ];
    for (language, said) in [("en", "This cannot be undone."), ("de", "Das lässt sich nicht rückgängig machen.")] {
        let change = profile::ProfileChange { locale: Some(Some(language)), ..Default::default() };
        profile::change(&s.app.app, &s.app.ctx(), s.ada.user.id, change).await.unwrap();
        for question in &questions {
            let page = s.get(question).await;
            assert_eq!(page.text("confirm-after").as_deref(), Some(said), "{question}");
            assert_eq!(page.body.matches(said).count(), 1, "said once: {question}");
        }
    }
    let ask = s.get(&format!("{path}/members/{}/remove", s.bob.user.id)).await;
    assert_eq!(s.send(&ask, "confirm", &[]).await.text("undo"), None);
    s.app.stop().await;
}
