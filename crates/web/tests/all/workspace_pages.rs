//! The pages of a workspace: its members, its invitations, its apps and the rule for them, and its keys.
use axum::http::Method;
use domain::WorkspaceId;
use domain::access::Principal;
use domain::clients::Trust;
use domain::workspace::{MemberRoles, Role};
use flows::Page;
use flows::unguarded;
use flows::unguarded::accounts::{self, NewUser};
use flows::workspace::{self, invitations, members};
use testkit::{Browser, Database, Kind, Party, Reply, TestApp, TestUser, for_each_database};

/// A name that breaks out of whatever does not hold it.
const HOSTILE: &str = "<b>Eve</b> \"'&";

struct Scene {
    _database: Option<Database>,
    app: TestApp,
    owner: TestUser,
    workspace: WorkspaceId,
    path: String,
    /// The owner's.
    browser: Browser,
}

async fn signed_in(app: &TestApp, email: &str) -> Browser {
    let mut browser = Browser::new(app);
    browser.sign_in_here(email).await;
    browser
}

async fn scene() -> Scene {
    let database = Database::sqlite();
    let scene = scene_on(&database).await;
    Scene { _database: Some(database), ..scene }
}

async fn scene_on(database: &Database) -> Scene {
    let app = TestApp::start(database).await;
    let owner = app.user("owner@example.com", 1).await;
    let workspace = owner.workspaces[0];
    let browser = signed_in(&app, "owner@example.com").await;
    Scene { _database: None, app, owner, workspace, path: format!("/workspaces/{workspace}"), browser }
}

impl Scene {
    async fn joins(&self, email: &str, name: &str, role: Role) -> TestUser {
        let new = NewUser { name, email, password: Some(&domain::Secret::new(testkit::PASSWORD)), operator: false };
        let user = accounts::create_user(&self.app.app, &self.app.ctx(), new).await.unwrap();
        let roles = MemberRoles::only(role);
        unguarded::members::put_member(&self.app.app, &self.app.ctx(), user.id, self.workspace, roles).await.unwrap();
        TestUser { user, workspaces: vec![self.workspace] }
    }

    async fn get(&mut self, path: &str) -> Reply {
        let path = format!("{}{path}", self.path);
        let reply = self.browser.get(&path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply
    }

    /// Sends the form of a page that holds this element.
    async fn send(&mut self, page: &Reply, id: &str) -> Reply {
        let form = page.form(id);
        let reply = self.browser.submit(&form).await;
        self.browser.follow(reply).await
    }

    async fn role_of(&self, user: &TestUser) -> Option<Role> {
        let owns = self.app.principal(&self.owner, Some(self.workspace)).await;
        let found = members::find(&self.app.app, &self.app.ctx(), &owns, &user.user.id.to_string()).await;
        found.ok().map(|(member, _)| member.roles.role)
    }

    /// An application that somebody let in, and its id.
    async fn let_in(&self, name: &str, user: &TestUser, trust: Trust) -> Party {
        let party = Party::with(&self.app, Kind::Web, |new| {
            name.clone_into(&mut new.name);
            new.trust = trust;
            new.config.scopes = domain::ScopeSet::parse("openid email offline_access contracts:write admin").unwrap();
        })
        .await;
        let sensitive = if trust == Trust::Verified { " admin" } else { "" };
        let scope = format!("openid email contracts:write{sensitive}");
        let asked = [("sub_type", "workspace"), ("scope", &scope)];
        party.tokens(&mut Browser::new(&self.app), user, &asked).await;
        party
    }
}

#[tokio::test]
async fn every_page_speaks_both_languages_and_is_the_admins_alone() {
    let mut s = scene().await;
    let member = s.joins("member@example.com", HOSTILE, Role::Member).await;
    let admin = s.joins("admin@example.com", "Admin", Role::Admin).await;
    let party = s.let_in(HOSTILE, &member, Trust::Anonymous).await;
    let key = s.get("/api-keys/new").await.form("make-key").set("name", HOSTILE).set("scopes", "clients:read");
    assert_eq!(s.browser.submit(&key).await.status, 200);
    let owns = s.app.principal(&s.owner, None).await;
    let keys =
        flows::workspace::api_keys::page_of_api_keys(&s.app.app, &s.app.ctx(), &owns, Page::default()).await.unwrap();
    let asked = invitations::InvitationRequest { role: "member", email: "new@example.com", lifetime: None };
    let invited = invitations::create(&s.app.app, &s.app.ctx(), &owns, &asked).await.unwrap();
    let (one, app, key) = (invited.invitation.id, &party.id, keys.items[0].key.id);
    let user = member.user.id;
    // Somebody else owns the workspace, too: otherwise its owner is not asked about leaving.
    let other = s.app.user("other@example.com", 0).await;
    let owner = MemberRoles::only(Role::Owner);
    unguarded::members::put_member(&s.app.app, &s.app.ctx(), other.user.id, s.owner.workspaces[0], owner)
        .await
        .unwrap();
    let for_all = [("/members", "Members", "Mitglieder"), ("/members/leave", "Leave the workspace?", "verlassen?")];
    let for_admins = [
        (format!("/members/{user}/remove"), "Remove this person?", "Diese Person entfernen?"),
        ("/invitations".to_owned(), "new@example.com", "Einladungen"),
        ("/invitations/new".to_owned(), "Invite somebody", "Jemanden einladen"),
        (format!("/invitations/{one}/revoke"), "Withdraw", "zurückziehen"),
        ("/access".to_owned(), "Allowed by 1 person", "Von 1 Person erlaubt"),
        (format!("/access/{app}"), "Change contracts", "Verträge ändern"),
        (format!("/access/{app}/revoke"), "What 1 person allowed ends.", "Was 1 Person erlaubt hat, endet."),
        (format!("/access/{app}/people/{user}/revoke"), "1 authorization ends", "1 Autorisierung endet"),
        ("/api-keys".to_owned(), "Test Person", "Erstellt von"),
        ("/api-keys/new".to_owned(), "List the members of the workspace", "Die Mitglieder des Arbeitsbereichs"),
        (format!("/api-keys/{key}/revoke"), "Revoke this API key?", "Diesen API-Schlüssel widerrufen?"),
    ];
    let for_owners = [
        ("/access/policy".to_owned(), "would lose its access", "würde ihren Zugriff"),
        ("/access/policy/change?policy=verified".to_owned(), "1 app would lose", "1 App würde"),
        (format!("/access/policy/apps/{app}/remove"), "Nobody loses access.", "Niemand verliert Zugriff."),
    ];
    let all = for_all.map(|(path, en, de)| (path.to_owned(), en, de));
    for (path, english, german) in all.iter().chain(&for_admins).chain(&for_owners) {
        for (language, said) in [("en", english), ("de", german)] {
            let at = format!("{}{path}", s.path);
            let page = s.browser.call(Method::GET, &at, &[("accept-language", language)], "").await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert!(page.body.contains(said), "{path}: no {said}: {}", page.body);
            assert!(page.body.contains(&format!("<html lang=\"{language}\">")));
            assert!(!page.body.contains("<b>Eve"), "{path}");
            assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
        }
    }
    // What a role may not do is neither shown nor linked to; another workspace's pages are nobody else's.
    let mut members = signed_in(&s.app, member.user.email.as_str()).await;
    let mut admins = signed_in(&s.app, admin.user.email.as_str()).await;
    s.app.user("stranger@example.com", 1).await;
    let mut stranger = signed_in(&s.app, "stranger@example.com").await;
    for (path, ..) in &all {
        assert_eq!(members.get(&format!("{}{path}", s.path)).await.status, 200, "{path}");
    }
    let seen = members.get(&format!("{}/members", s.path)).await;
    for hidden in ["/access", "/api-keys", "/invitations", "/role\"", "/remove"] {
        assert!(!seen.body.contains(hidden), "{hidden}");
    }
    for (path, ..) in for_admins.iter().chain(&for_owners).filter(|(path, ..)| !path.ends_with("/remove")) {
        assert_eq!(members.get(&format!("{}{path}", s.path)).await.status, 403, "{path}");
    }
    for (path, ..) in &for_admins {
        assert_eq!(admins.get(&format!("{}{path}", s.path)).await.status, 200, "{path}");
    }
    for (path, ..) in &for_owners {
        assert_eq!(admins.get(&format!("{}{path}", s.path)).await.status, 403, "{path}");
    }
    assert!(!admins.get(&format!("{}/access", s.path)).await.body.contains("/policy"));
    for (path, ..) in all.iter().chain(&for_admins).chain(&for_owners) {
        let refused = stranger.get(&format!("{}{path}", s.path)).await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(!refused.body.contains("owner@example.com"), "{path}");
    }
    s.app.stop().await;
}

#[tokio::test]
async fn members_are_found_changed_and_removed_by_the_rules() {
    let mut s = scene().await;
    let one = s.joins("one@example.com", "Grace <i>Hopper", Role::Member).await;
    for n in 0..21 {
        s.joins(&format!("crowd{n}@example.com"), "Somebody", Role::Member).await;
    }
    let first = s.get("/members").await;
    assert!(first.body.contains("Page 1 of 2") && first.body.contains("/members?page=2"), "{}", first.body);
    let found = s.get("/members?q=HOPPER").await;
    assert!(found.body.contains("Grace &#60;i&#62;Hopper") && !found.body.contains("crowd0"), "{}", found.body);
    assert!(s.get("/members?q=nobody").await.body.contains("Nobody was found"));
    let mine = s.get("/members?q=owner").await;
    let (own, other) = (format!("role-{}", s.owner.user.id), format!("role-{}", one.user.id));

    let form = found.form(&other).set("role", "admin");
    let reply = s.browser.submit(&form).await;
    assert_eq!(reply.status, 303);
    assert_eq!(reply.location().path(), format!("{}/members", s.path));
    assert!(s.browser.follow(reply).await.body.contains("The role was changed."));
    assert_eq!(s.role_of(&one).await, Some(Role::Admin));
    // The last owner stays one, and reads why; what was chosen is kept.
    let refused = s.browser.submit(&mine.form(&own).set("role", "member")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("problem").unwrap().contains("A workspace keeps an owner"), "{}", refused.body);
    assert!(refused.body.contains("<option value=\"member\" selected>"), "{}", refused.body);
    let odd = s.browser.submit(&found.form(&other).set("role", "king")).await;
    assert!(odd.status == 422 && odd.text("problem").unwrap().starts_with("A role is"), "{}", odd.body);
    // Nobody is asked for what cannot be done.
    assert!(mine.body.contains("A workspace keeps an owner") && !mine.body.contains("members/leave"));
    let stays = s.browser.get(&format!("{}/members/leave", s.path)).await;
    assert!(stays.status == 422 && stays.text("problem").unwrap().contains("keeps an owner"), "{}", stays.body);
    let change = |from: &str, to: &str| found.form(&other).set("only_from", from).set("role", to);
    assert_eq!(s.browser.submit(&change("admin", "owner")).await.status, 303);
    let question = s.get("/members/leave").await;
    assert_eq!(s.browser.submit(&change("owner", "admin")).await.status, 303);
    let stays = s.send(&question, "confirm").await;
    assert!(stays.status == 422 && stays.text("problem").unwrap().contains("keeps an owner"), "{}", stays.body);

    // An admin makes nobody an owner, and leaves when they like.
    let mut admins = signed_in(&s.app, "one@example.com").await;
    let owners = admins.get(&format!("{}/members?q=owner", s.path)).await;
    assert!(owners.body.contains("owner@example.com") && !owners.body.contains(&own), "{}", owners.body);
    let seen = admins.get(&format!("{}/members?q=hopper", s.path)).await;
    assert!(seen.body.contains(&other), "{}", seen.body);
    let beyond = admins.submit(&seen.form(&other).set("role", "owner")).await;
    assert!(beyond.status == 403 && beyond.body.contains("Only owners"), "{}", beyond.body);
    let page = s.get(&format!("/members/{}/remove", one.user.id)).await;
    assert!(page.body.contains("Grace &#60;i&#62;Hopper (one@example.com)"), "{}", page.body);
    let csrf = page.form("confirm").set("csrf", "AAAA");
    assert_eq!(s.browser.submit(&csrf).await.status, 400);
    assert_eq!(s.role_of(&one).await, Some(Role::Admin), "not by a forged form");
    let done = s.send(&page, "confirm").await;
    assert!(done.body.contains("The person was removed."), "{}", done.body);
    assert_eq!(s.role_of(&one).await, None);
    assert_eq!(admins.get(&format!("{}/members", s.path)).await.status, 403);
    assert_eq!(s.app.outcomes("member.removed").await, ["ok", "last_owner", "last_owner"]);
    s.app.stop().await;
}

#[tokio::test]
async fn somebody_leaves() {
    let s = scene().await;
    let one = s.joins("one@example.com", "One", Role::Member).await;
    let mut browser = signed_in(&s.app, "one@example.com").await;
    let page = browser.get(&format!("{}/members/leave", s.path)).await;
    assert!(page.body.contains("<strong><bdi>Workspace 0"), "{}", page.body);
    let reply = browser.submit(&page.form("confirm")).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/account"));
    assert!(browser.follow(reply).await.body.contains("You left the workspace."));
    assert_eq!(s.role_of(&one).await, None);
    s.app.stop().await;
}

#[tokio::test]
async fn an_invitation_leads_through_signing_up_into_the_workspace_once() {
    let mut s = scene().await;
    let page = s.get("/invitations/new").await;
    let form = page.form("invite").set("role", "admin").set("email", "not an address").set("lifetime", "3");
    let again = s.browser.submit(&form).await;
    assert_eq!(again.status, 422);
    let kept = again.form("invite");
    assert_eq!((kept.get("email"), kept.get("role")), (Some("not an address"), Some("admin")));
    assert!(again.body.contains("<option value=\"3\" selected>"), "{}", again.body);
    for days in ["0", "31", "x", "-1", "9999999999999999999"] {
        assert_eq!(s.browser.submit(&form.clone().set("email", "").set("lifetime", days)).await.status, 422, "{days}");
    }
    let shown = s.browser.submit(&form.set("email", "new@example.com")).await;
    assert_eq!((shown.status.as_u16(), shown.header("cache-control")), (200, "no-store"));
    let link = shown.text("secret").unwrap();
    let path = link.strip_prefix(testkit::ISSUER).unwrap().to_owned();
    let token = path.split_once("?token=").unwrap().1.to_owned();
    let list = s.get("/invitations").await;
    assert!(list.body.contains("new@example.com") && !list.body.contains(&token), "shown once");

    // Whoever has no account makes one, and comes back.
    let mut newcomer = Browser::new(&s.app);
    let opened = newcomer.get(&path).await;
    let clean = opened.header("location").to_owned();
    assert_eq!((opened.status.as_u16(), opened.header("referrer-policy")), (303, "no-referrer"));
    assert!(clean.starts_with("/invitations/") && !clean.contains('?') && !clean.contains(&token), "{clean}");
    let cookie = opened.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let cookie = cookie.into_iter().find(|line| line.contains("_invitation_")).unwrap();
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax") && cookie.ends_with("; Max-Age=3600"), "{cookie}");
    assert!(!cookie.contains(&token), "not in clear");
    let offer = newcomer.follow(opened).await;
    assert_eq!((offer.status.as_u16(), offer.header("referrer-policy")), (200, "no-referrer"));
    assert!(!offer.body.contains(&token), "{}", offer.body);
    assert!(!offer.body.contains("new@example.com"), "the link may be in other hands: {}", offer.body);
    assert!(offer.text("meant").unwrap().contains("n…@example.com"), "{}", offer.body);
    assert!(
        offer.body.contains("<bdi>Test Person</bdi></strong> invites you to <strong><bdi>Workspace 0"),
        "{}",
        offer.body
    );
    let to_sign_up = format!("/signup?return_to={clean}");
    assert!(offer.body.contains(&to_sign_up), "{}", offer.body);
    let form = newcomer.get(&to_sign_up).await.form("signup-submit");
    let form = form.set("name", "New").set("username", "new@example.com").set("password", "long enough now");
    let reply = newcomer.submit(&form).await;
    assert_eq!(reply.header("location"), clean);
    let page = newcomer.follow(reply).await;
    let accept = page.form("accept");
    assert_eq!(accept.action, clean);
    assert!(page.text("meant").unwrap().contains("meant for you: new@example.com"), "{}", page.body);
    assert!(page.body.find("id=\"meant\"") < page.body.find("id=\"accept\""), "before the button");
    assert_eq!(newcomer.submit(&accept.clone().set("csrf", "AAAA")).await.status, 400);
    let reply = newcomer.submit(&accept).await;
    assert_eq!(reply.header("location"), format!("{}/members", s.path));
    assert!(newcomer.follow(reply).await.body.contains("you are a member now"));
    assert_eq!(s.app.outcomes("invitation.accepted").await, ["ok"]);

    // Whoever accepted it reads that they did, in the link and where they were; other members that they are some; others
    // that it is used.
    for again in [&path, &clean] {
        let joined = open(&mut newcomer, again).await;
        assert_eq!(joined.text("settled").as_deref(), Some("You have accepted this invitation."), "{}", joined.body);
        assert!(joined.text("problem").is_none() && joined.body.contains(&format!("{}/members\"", s.path)));
    }
    let twice = newcomer.submit(&accept).await;
    assert!(twice.status == 422 && twice.body.contains("You have accepted this invitation."), "{}", twice.body);
    let mine = open(&mut s.browser, &path).await;
    assert_eq!(mine.text("settled").as_deref(), Some("You belong to this workspace already."), "{}", mine.body);
    assert!(mine.body.contains(&format!("{}/members\"", s.path)) && !mine.body.contains("id=\"accept\""));
    let late = open(&mut Browser::new(&s.app), &path).await;
    assert!(late.text("problem").unwrap().contains("was accepted already"), "{}", late.body);
    assert!(late.body.contains("id=\"join-sign-in\""), "it may have been them: {}", late.body);
    let mut german = Browser::new(&s.app);
    german.get(&path).await;
    let german = german.call(Method::GET, &clean, &[("accept-language", "de")], "").await;
    assert!(
        german.body.contains("lädt Sie zu <strong>") && german.body.contains("schon angenommen"),
        "{}",
        german.body
    );
    s.app.user("late@example.com", 0).await;
    let mut late = signed_in(&s.app, "late@example.com").await;
    let csrf = accept_csrf(&mut late).await;
    let closed = late.post(&clean, &[("csrf", &csrf)]).await;
    assert!(closed.status == 403 && closed.body.contains("Open the link of the invitation again"), "{}", closed.body);
    open(&mut late, &path).await;
    let refused = late.post(&clean, &[("csrf", &csrf)]).await;
    let problem = refused.text("problem").unwrap();
    assert!(refused.status == 422 && problem.contains("was accepted already"), "{}", refused.body);
    for nothing in ["/invitations/accept", "/invitations/accept?token=cs_inv_none"] {
        let unknown = Browser::new(&s.app).get(nothing).await;
        assert!(unknown.status == 404 && unknown.body.contains("There is no such invitation"), "{}", unknown.body);
    }
    assert_eq!(Browser::new(&s.app).get(&clean).await.status, 403);
    s.app.stop().await;
}

/// Follows an invitation's link to its page.
async fn open(browser: &mut Browser, link: &str) -> Reply {
    let reply = browser.get(link).await;
    browser.follow(reply).await
}

#[tokio::test]
async fn somebody_else_is_told_that_an_invitation_is_meant_for_another_address() {
    let s = scene().await;
    let owns = s.app.principal(&s.owner, None).await;
    let asked = invitations::InvitationRequest { role: "member", email: "bob@example.com", lifetime: None };
    let made = invitations::create(&s.app.app, &s.app.ctx(), &owns, &asked).await.unwrap();
    let link = format!("/invitations/accept?token={}", made.token.expose());
    s.app.user("eve@example.com", 0).await;
    let mut eve = signed_in(&s.app, "eve@example.com").await;
    let page = open(&mut eve, &link).await;
    assert!(page.text("meant").unwrap().contains("meant for another address: b…@example.com"), "{}", page.body);
    assert!(!page.body.contains("bob@") && page.body.contains("id=\"join-other\""), "{}", page.body);
    let form = page.form("accept");
    assert_eq!(form.get("anyway"), None, "not ticked");
    let refused = eve.submit(&form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("problem").unwrap().contains("meant for another address"), "{}", refused.body);
    assert!(!refused.body.contains("bob@"), "{}", refused.body);
    let done = eve.submit(&refused.form("accept").set("anyway", "yes")).await;
    assert_eq!(done.header("location"), format!("{}/members", s.path));
    s.app.stop().await;
}

#[tokio::test]
async fn invitations_in_two_tabs_are_kept_apart_and_many_leave_the_other_cookies() {
    let s = scene().await;
    let owns = s.app.principal(&s.owner, None).await;
    s.app.user("new@example.com", 0).await;
    let mut guest = signed_in(&s.app, "new@example.com").await;
    let mut pages = Vec::new();
    for role in ["admin", "member", "member", "member", "member", "member", "member", "member", "member"] {
        let asked = invitations::InvitationRequest { role, ..invitations::InvitationRequest::default() };
        let made = invitations::create(&s.app.app, &s.app.ctx(), &owns, &asked).await.unwrap();
        let page = open(&mut guest, &format!("/invitations/accept?token={}", made.token.expose())).await;
        pages.push((format!("/invitations/{}", made.invitation.id), page));
        if pages.len() == 2 {
            let first = guest.get(&pages[0].0).await;
            assert!(first.body.contains("with the role Admin") && !pages[1].1.body.contains("Admin"), "{}", first.body);
        }
    }
    let kept = "the browser's, the session's, the last invitation's, and the mark of who signed in";
    assert_eq!(guest.cookies.len(), 4, "{kept}: {:?}", guest.cookies);
    assert_eq!(guest.submit(&pages[0].1.form("accept")).await.status, 403, "to be opened again");
    assert_eq!(guest.submit(&pages[8].1.form("accept")).await.status, 303);
    s.app.stop().await;
}

/// The form token of a browser.
async fn accept_csrf(browser: &mut Browser) -> String {
    browser.get("/account").await.form("profile-save").get("csrf").unwrap().to_owned()
}

#[tokio::test]
async fn an_invitation_is_withdrawn_or_expires() {
    let mut s = scene().await;
    let owns = s.app.principal(&s.owner, None).await;
    let asked = invitations::InvitationRequest { role: "owner", email: "", lifetime: Some(3600) };
    let mut links = Vec::new();
    for _ in 0..2 {
        let made = invitations::create(&s.app.app, &s.app.ctx(), &owns, &asked).await.unwrap();
        links.push((made.invitation.id, format!("/invitations/accept?token={}", made.token.expose())));
    }
    let page = s.get(&format!("/invitations/{}/revoke", links[0].0)).await;
    assert!(page.body.contains("<strong><bdi>Whoever has the link</bdi></strong>, with the role"), "{}", page.body);
    let done = s.send(&page, "confirm").await;
    assert!(done.body.contains("The invitation was withdrawn.") && !done.body.contains(&links[0].0.to_string()));
    let member = open(&mut s.browser, &links[1].1).await.text("settled").unwrap();
    assert!(member.contains("The invitation was not used: somebody else can accept it."), "{member}");
    let gone = open(&mut Browser::new(&s.app), &links[0].1).await;
    assert!(gone.text("problem").unwrap().contains("was withdrawn"), "{}", gone.body);
    s.app.clock.advance(3601);
    let over = open(&mut Browser::new(&s.app), &links[1].1).await;
    assert!(over.text("problem").unwrap().contains("has expired"), "{}", over.body);
    assert_eq!(s.app.outcomes("invitation.revoked").await, ["ok"]);
    s.app.stop().await;
}

#[tokio::test]
async fn access_is_revoked_of_one_person_and_of_an_app() {
    let mut s = scene().await;
    let one = s.joins("one@example.com", "One", Role::Member).await;
    let party = s.let_in("Ledger & Sons", &one, Trust::Verified).await;
    let owner = s.owner.clone();
    let asked = [("sub_type", "workspace"), ("scope", "openid")];
    let tokens = party.tokens(&mut Browser::new(&s.app), &owner, &asked).await;
    let list = s.get("/access").await;
    assert!(list.body.contains("Ledger &#38; Sons") && list.body.contains("Allowed by 2 people"), "{}", list.body);
    assert!(list.body.contains("<span class=\"badge warn\">Sensitive</span>"), "{}", list.body);
    assert!(s.get("/access?q=ledger").await.body.contains("Ledger"));
    assert!(s.get("/access?q=nothing").await.body.contains("No app has this name"));
    let detail = s.get(&format!("/access/{}", party.id)).await;
    for said in ["one@example.com", "owner@example.com", "Know who you are", "Verified"] {
        assert!(detail.body.contains(said), "{said}: {}", detail.body);
    }
    let page = s.get(&format!("/access/{}/people/{}/revoke", party.id, one.user.id)).await;
    assert!(page.body.contains("One (one@example.com)") && page.body.contains("1 authorization ends"), "{}", page.body);
    assert_eq!(s.browser.submit(&page.form("confirm").set("csrf", "AAAA")).await.status, 400);
    assert!(s.send(&page, "confirm").await.body.contains("that this person gave it"));
    let owns = s.app.principal(&s.owner, None).await;
    let left = workspace::apps::find(&s.app.app, &s.app.ctx(), &owns, party.id.as_str()).await.unwrap();
    assert_eq!(left.people, 1);
    let page = s.get(&format!("/access/{}/revoke", party.id)).await;
    assert!(page.body.contains("What 1 person allowed ends."), "{}", page.body);
    assert!(party.introspect(&tokens.access()).await["active"] == true);
    assert!(s.send(&page, "confirm").await.body.contains("No app has access"));
    assert!(party.introspect(&tokens.access()).await["active"] == false);
    assert_eq!(s.app.outcomes("consent.revoked_in_workspace").await, ["ok"]);
    let gone = format!("{}/access/{}", s.path, party.id);
    assert_eq!(s.browser.get(&gone).await.status, 404);
    s.app.stop().await;
}

#[tokio::test]
async fn owners_change_who_is_let_in_and_read_first_what_that_ends() {
    let mut s = scene().await;
    let owner = s.owner.clone();
    let (known, other) =
        (s.let_in("Known", &owner, Trust::Verified).await, s.let_in("Other", &owner, Trust::Unverified).await);
    let page = s.get("/access/policy").await;
    assert!(page.body.contains("2 apps would lose their access at once. 1 person is affected."), "{}", page.body);
    // On the list by choosing, and by an id; a wrong one is kept and told.
    let added = s.browser.submit(&page.form("allow-known").set("client", known.id.as_str())).await;
    assert!(s.browser.follow(added).await.body.contains("The app is on the list."));
    let wrong = s.browser.submit(&page.form("allow-id").set("client", "cs_ci_\"><i>")).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.form("allow-id").get("client"), Some("cs_ci_\"><i>"));
    assert!(wrong.text("problem").unwrap().contains("no such application"), "{}", wrong.body);
    let ask = s.get("/access/policy/change?policy=listed").await;
    assert!(ask.body.contains("1 app would lose its access at once."), "{}", ask.body);
    assert_eq!(s.browser.submit(&ask.form("confirm").set("csrf", "AAAA")).await.status, 400);
    let done = s.send(&ask, "confirm").await;
    assert!(done.body.contains("The rule is in force.") && done.body.contains("Only these apps are let in."));
    let list = s.get("/access").await;
    assert!(list.body.contains("Known") && !list.body.contains("Other"), "{}", list.body);
    assert_eq!(s.app.outcomes("app_policy.changed").await, ["ok"]);
    let removal = s.get(&format!("/access/policy/apps/{}/remove", known.id)).await;
    assert!(removal.body.contains("What 1 person allowed ends."), "{}", removal.body);
    let done = s.send(&removal, "confirm").await;
    assert!(done.body.contains("The app is off the list."), "{}", done.body);
    assert!(s.get("/access").await.body.contains("No app has access"));
    let odd = s.browser.get(&format!("{}/access/policy/change?policy=x", s.path)).await;
    assert!(odd.status == 422 && odd.text("problem").unwrap().contains("not one of those"), "{}", odd.body);
    assert_ne!(other.id, known.id);
    s.app.stop().await;
}

#[tokio::test]
async fn a_key_is_made_shown_once_and_revoked() {
    let mut s = scene().await;
    assert!(s.get("/api-keys").await.body.contains("There is no API key"));
    let page = s.get("/api-keys/new").await;
    assert!(!page.body.contains("operator:") && !page.body.contains("account:"), "only what a key can do");
    let form = page.form("make-key").set("name", "").set("roles", "admin").set("scopes", "members:read");
    let again = s.browser.submit(&form).await;
    assert_eq!(again.status, 422);
    let kept = again.form("make-key");
    assert_eq!((kept.get("roles"), kept.get("scopes")), (Some("admin"), Some("members:read")));
    for (field, value) in [
        ("name", "a\u{202e}b"),
        ("name", &"n".repeat(10_000)),
        ("scopes", "keys:rotate"),
        ("expires_at", "-3"),
        ("roles", "Not A Role!"),
    ] {
        let refused = s.browser.submit(&form.clone().set("name", "Export").set(field, value)).await;
        assert!(refused.status.is_client_error(), "{field} {}", refused.status);
    }
    assert_eq!(s.browser.submit(&form.clone().set("name", "Export").set("csrf", "AAAA")).await.status, 400);
    let shown = s.browser.submit(&form.set("name", "Export").set("expires_at", "30")).await;
    let secret = shown.text("secret").unwrap();
    let bearer = format!("Bearer {secret}");
    let list = async || {
        let headers = [("authorization", bearer.as_str())];
        Browser::new(&s.app).call(Method::GET, "/oidc/org/members", &headers, "").await.status.as_u16()
    };
    assert_eq!(list().await, 200);
    let keys = s.browser.get(&format!("{}/api-keys", s.path)).await;
    assert!(!keys.body.contains(&secret) && keys.body.contains("Export") && keys.body.contains("Test Person"));
    assert!(keys.body.contains("<code>members:read</code>"), "{}", keys.body);
    let mut links = keys.body.split("href=\"").filter_map(|rest| rest.split('"').next());
    let path = links.find(|link| link.ends_with("/revoke")).unwrap().to_owned();
    let page = s.browser.get(&path).await;
    let reply = s.browser.submit(&page.form("confirm")).await;
    assert!(s.browser.follow(reply).await.body.contains("The key was revoked."));
    assert_eq!(list().await, 401);
    assert_eq!(s.app.outcomes("api_key.revoked").await, ["ok"]);
    assert_eq!(s.browser.get(&path).await.status, 404);
    s.app.stop().await;
}

/// Point 1.3: while the account of whoever invites is disabled, the link and the list say so.
#[tokio::test]
async fn point_1_3_a_paused_invitation_says_so_on_its_page_and_in_the_list() {
    let mut s = scene().await;
    let bob = s.joins("bob@example.com", "Bob", Role::Admin).await;
    let who = s.app.principal(&bob, Some(s.workspace)).await;
    let asked = invitations::InvitationRequest { role: "member", ..invitations::InvitationRequest::default() };
    let invited = invitations::create(&s.app.app, &s.app.ctx(), &who, &asked).await.unwrap();
    let link = format!("/invitations/accept?token={}", invited.token.expose());
    let mut guest = Browser::new(&s.app);
    for (disabled, language, problem, badge) in [
        (
            true,
            "en",
            "The person who sent this invitation cannot invite anyone at the moment. Ask someone else in the workspace for a new one.",
            "Paused",
        ),
        (
            true,
            "de",
            "Die Person, von der diese Einladung stammt, kann derzeit niemanden einladen. Bitten Sie jemand anderen im Arbeitsbereich um eine neue.",
            "Ausgesetzt",
        ),
        (false, "en", "", "Paused"),
    ] {
        assert!(accounts::set_user_disabled(&s.app.app, &s.app.ctx(), bob.user.id, disabled).await.unwrap());
        let speaks = [("accept", "text/html"), ("accept-language", language)];
        let opened = guest.get(&link).await;
        let page = guest.call(Method::GET, opened.location().path(), &speaks, "").await;
        assert_eq!(page.text("problem").unwrap_or_default(), problem, "{}", page.body);
        assert_eq!(page.text("join-sign-in").is_some(), !disabled);
        let list = s.browser.call(Method::GET, &format!("{}/invitations", s.path), &speaks, "").await;
        assert_eq!(
            list.body.contains(&format!("<span class=\"badge warn\">{badge}</span>")),
            disabled,
            "{}",
            list.body
        );
    }
    s.app.stop().await;
}

/// Point 1.3 and 6.1: the warning and "Adopt all" cover the keys of the whole workspace, whatever page of the list is shown.
#[tokio::test]
async fn point_1_3_the_warning_covers_the_keys_of_every_page() {
    for_each_database(async |database| {
        let mut s = scene_on(database).await;
        let bob = s.joins("bob@example.com", "Bob", Role::Owner).await;
        let who = s.app.principal(&bob, Some(s.workspace)).await;
        let ada = s.app.principal(&s.owner, Some(s.workspace)).await;
        let asked = |name: &str, role: &str, expires_at| flows::access::credential_request::CredentialRequest {
            name: name.to_owned(),
            scopes: vec!["members:read".to_owned()],
            roles: vec![role.to_owned()],
            expires_at,
        };
        let make = async |who: &Principal, asked| {
            flows::workspace::api_keys::create_api_key(&s.app.app, &s.app.ctx(), who, &asked).await.unwrap();
        };
        let soon = Some(s.app.ctx().now.plus(60));
        make(&who, asked("Expires", "owner", soon)).await;
        for n in 0..22 {
            make(&who, asked(&format!("Bob {n}"), "admin", None)).await;
        }
        make(&who, asked("Keeps all", "member", None)).await;
        s.app.clock.advance(60);
        for n in 0..20 {
            make(&ada, asked(&format!("Ada {n}"), "owner", None)).await;
        }
        assert!(s.get("/api-keys").await.text("keys-lost-rights").is_none());
        let roles = MemberRoles::only(Role::Member);
        unguarded::members::put_member(&s.app.app, &s.app.ctx(), bob.user.id, s.workspace, roles).await.unwrap();
        // The first page has Ada's keys alone.
        let first = s.get("/api-keys").await;
        let warning = first.text("keys-lost-rights").unwrap();
        assert!(!first.body.contains("Lost rights") && warning.contains("22 keys have fewer rights"), "{warning}");
        let elsewhere = first.text("keys-lost-elsewhere").unwrap();
        assert!((0..22).all(|n| elsewhere.contains(&format!("Bob {n} (…"))), "{elsewhere}");
        assert!(!elsewhere.contains("Keeps all") && !elsewhere.contains("Expires"), "{elsewhere}");
        let second = s.get("/api-keys?page=2").await;
        let elsewhere = second.text("keys-lost-elsewhere").unwrap();
        assert_eq!(second.body.matches("Lost rights").count() + elsewhere.matches("(…").count(), 22);
        // A key that was adopted meanwhile is in nobody's way.
        let form = first.form("adopt-all");
        assert_eq!(form.fields.iter().filter(|(name, _)| name == "key").count(), 22);
        let one = form.get("key").unwrap().to_owned();
        flows::workspace::api_keys::adopt_api_key(&s.app.app, &s.app.ctx(), &ada, &one).await.unwrap();
        let after = s.send(&first, "adopt-all").await;
        assert!(after.body.contains("You are the creator of these keys now."), "{}", after.body);
        assert!(after.text("keys-lost-rights").is_none());
        let mut outcomes = s.app.outcomes("api_key.adopted").await;
        outcomes.sort();
        assert_eq!(outcomes, [vec!["key_has_its_rights"], vec!["ok"; 22]].concat());
        // Nothing is left for whoever sends the form once more.
        assert_eq!(s.browser.submit(&form).await.status, 409);
        s.app.stop().await;
    })
    .await;
}

/// Who may do what, point 1.3: owners see which keys lost rights, and adopt them in one step.
#[tokio::test]
async fn point_1_3_keys_of_a_creator_who_left_are_marked_and_adopted() {
    let mut s = scene().await;
    let bob = s.joins("bob@example.com", "Bob", Role::Admin).await;
    let who = s.app.principal(&bob, Some(s.workspace)).await;
    for name in ["First", "Second"] {
        let asked = flows::access::credential_request::CredentialRequest {
            name: name.to_owned(),
            scopes: vec!["members:read".to_owned()],
            roles: vec!["admin".to_owned()],
            expires_at: None,
        };
        flows::workspace::api_keys::create_api_key(&s.app.app, &s.app.ctx(), &who, &asked).await.unwrap();
    }
    let list = s.get("/api-keys").await;
    assert!(!list.body.contains("Lost rights") && !list.body.contains("adopt-all"), "{}", list.body);
    let roles = MemberRoles::only(Role::Member);
    unguarded::members::put_member(&s.app.app, &s.app.ctx(), bob.user.id, s.workspace, roles).await.unwrap();
    let list = s.get("/api-keys").await;
    assert_eq!(list.body.matches("Lost rights").count(), 2, "{}", list.body);
    assert!(list.body.contains("Now works as Member"), "{}", list.body);
    unguarded::members::remove_member(&s.app.app, &s.app.ctx(), bob.user.id, s.workspace).await.unwrap();
    let list = s.get("/api-keys").await;
    assert!(list.body.contains("Does not work") && list.body.contains("Adopt 2 keys"), "{}", list.body);
    let after = s.send(&list, "adopt-all").await;
    assert!(after.body.contains("You are the creator of these keys now."), "{}", after.body);
    assert!(!after.body.contains("Lost rights") && after.body.matches("Test Person").count() >= 2, "{}", after.body);
    assert_eq!(s.app.outcomes("api_key.adopted").await, ["ok", "ok"]);
    s.app.stop().await;
}
