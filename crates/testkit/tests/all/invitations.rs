//! Links into a workspace: who makes them, who may use them, and that each is used once.
use domain::ApiKeyId;
use domain::access::{Credential, Principal};
use domain::workspace::{InvitationState, MemberRoles, Role};
use flows::Page;
use flows::platform::one_time_link::{self, OpenedLink};
use flows::unguarded::{self, accounts};
use flows::workspace::invitations::{self, Accepting, InvitationRequest, InvitationView, Invited, Opened};
use flows::workspace::members;
use futures_util::future::join_all;
use testkit::{TestApp, TestUser, for_each_database};

async fn invite(app: &TestApp, who: &Principal, role: &str) -> Result<Invited, &'static str> {
    let asked = InvitationRequest { role, ..InvitationRequest::default() };
    invitations::create(&app.app, &app.ctx(), who, &asked).await.map_err(|failure| failure.reason())
}

const BROWSER: [u8; 32] = [7; 32];

async fn open(app: &TestApp, invited: &Invited) -> Result<Opened, &'static str> {
    let opened = invitations::open(&app.app, &app.ctx(), invited.token.expose(), BROWSER).await;
    opened.map_err(|failure| failure.reason())
}

/// Opens the link and accepts, in one browser.
async fn accept_by(app: &TestApp, who: &Principal, invited: &Invited, anyway: bool) -> Result<Role, &'static str> {
    let opened = open(app, invited).await?;
    let (id, held) = (opened.id.to_string(), OpenedLink { pass: &opened.pass, browser: BROWSER });
    let outcome = invitations::accept(&app.app, &app.ctx(), who, Accepting { id: &id, held, anyway }).await;
    outcome.map(|view| view.role).map_err(|failure| failure.reason())
}

async fn accept(app: &TestApp, who: &Principal, invited: &Invited) -> Result<Role, &'static str> {
    accept_by(app, who, invited, false).await
}

async fn look(app: &TestApp, opened: &Opened, id: &str, browser: [u8; 32]) -> Result<InvitationView, &'static str> {
    let held = OpenedLink { pass: &opened.pass, browser };
    invitations::look(&app.app, &app.ctx(), id, held).await.map_err(|failure| failure.reason())
}

async fn state(app: &TestApp, invited: &Invited) -> InvitationState {
    let opened = open(app, invited).await.unwrap();
    look(app, &opened, &opened.id.to_string(), BROWSER).await.unwrap().state
}

async fn person(app: &TestApp, email: &str) -> (TestUser, Principal) {
    let user = app.user(email, 0).await;
    let principal = app.principal(&user, None).await;
    (user, principal)
}

#[tokio::test]
async fn an_invitation_is_made_read_and_used_once() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let workspace = owner.workspaces[0];
        let owns = app.principal(&owner, None).await;
        let (one, joins) = person(&app, "one@example.com").await;
        let (_, late) = person(&app, "late@example.com").await;
        let asked = InvitationRequest { role: "admin", email: " One@example.com ", lifetime: None };
        let invited = invitations::create(&app.app, &app.ctx(), &owns, &asked).await.unwrap();
        assert!(invited.token.expose().starts_with("cs_inv_"));
        let opened = open(&app, &invited).await.unwrap();
        let seen = look(&app, &opened, &opened.id.to_string(), BROWSER).await.unwrap();
        assert_eq!((seen.workspace_name.as_str(), seen.inviter.as_deref()), ("Workspace 0", Some("Test Person")));
        assert_eq!((seen.role, seen.state), (Role::Admin, InvitationState::Open));
        assert_eq!(seen.email.as_ref().map(ToString::to_string).as_deref(), Some("One@example.com"));
        assert_eq!(seen.expires_at, app.ctx().now.plus(invitations::LIFETIME));
        let list = invitations::list(&app.app, &app.ctx(), &owns, Page::default()).await.unwrap();
        assert_eq!((list.items, list.total), (vec![seen], 1));

        assert_eq!(accept(&app, &owns, &invited).await, Err("member_already"));
        assert_eq!(state(&app, &invited).await, InvitationState::Open, "not used");
        assert_eq!(accept(&app, &joins, &invited).await, Ok(Role::Admin));
        assert_eq!(accept(&app, &joins, &invited).await, Err("invitation_accepted"));
        assert_eq!(accept(&app, &owns, &invited).await, Err("member_already"), "somebody else has");
        assert_eq!(accept_by(&app, &late, &invited, true).await, Err("invitation_used"));
        assert_eq!(invitations::list(&app.app, &app.ctx(), &owns, Page::default()).await.unwrap().total, 0);
        let unknown = invitations::open(&app.app, &app.ctx(), "cs_inv_x", BROWSER).await.unwrap_err();
        assert_eq!(unknown.reason(), "invitation_unknown");
        let admins = app.principal(&one, Some(workspace)).await;
        assert_eq!(invite(&app, &admins, "owner").await.unwrap_err(), "owners_only");
        assert_eq!(invite(&app, &admins, "king").await.unwrap_err(), "role_malformed");
        for (asked, reason) in [
            (InvitationRequest { role: "member", email: "x", lifetime: None }, "email_invalid"),
            (InvitationRequest { role: "member", email: "", lifetime: Some(0) }, "number_out_of_range"),
            (InvitationRequest { role: "member", email: "", lifetime: Some(31 * 24 * 60 * 60) }, "number_out_of_range"),
        ] {
            let refused = invitations::create(&app.app, &app.ctx(), &admins, &asked).await.unwrap_err();
            assert_eq!(refused.reason(), reason);
        }
        assert_eq!(invite(&app, &joins, "member").await.unwrap_err(), "workspace_not_named");

        let withdrawn = invite(&app, &admins, "member").await.unwrap();
        let id = withdrawn.invitation.id.to_string();
        let stranger = app.user("stranger@example.com", 1).await;
        let elsewhere = app.principal(&stranger, None).await;
        assert!(invitations::revoke(&app.app, &app.ctx(), &elsewhere, &id).await.is_err());
        invitations::revoke(&app.app, &app.ctx(), &owns, &id).await.unwrap();
        assert_eq!(accept(&app, &late, &withdrawn).await, Err("invitation_revoked"));
        let again = invitations::revoke(&app.app, &app.ctx(), &owns, &id).await.unwrap_err();
        assert_eq!(again.reason(), "invitation_unknown");
        let old = invite(&app, &admins, "member").await.unwrap();
        app.clock.advance(invitations::LIFETIME);
        assert_eq!(accept(&app, &late, &old).await, Err("invitation_expired"));
        app.clock.advance(31 * 24 * 60 * 60);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        assert_eq!(accept(&app, &late, &old).await, Err("invitation_unknown"), "gone by now");
        let outcomes = app.outcomes("invitation.accepted").await;
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "ok").count(), 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_link_is_good_while_its_maker_may_make_such() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let workspace = owner.workspaces[0];
        let owns = app.principal(&owner, None).await;
        let (other, _) = person(&app, "other@example.com").await;
        let (_, joins) = person(&app, "joins@example.com").await;
        let make = MemberRoles::only;
        let id = other.user.id.to_string();
        unguarded::members::put_member(&app.app, &app.ctx(), other.user.id, workspace, make(Role::Owner))
            .await
            .unwrap();
        let others = app.principal(&other, None).await;
        let (to_owner, to_admin) =
            (invite(&app, &others, "owner").await.unwrap(), invite(&app, &others, "admin").await.unwrap());
        members::set_role(&app.app, &app.ctx(), &owns, &id, "admin").await.unwrap();
        assert_eq!(accept(&app, &joins, &to_owner).await, Err("invitation_revoked"));
        assert_eq!(state(&app, &to_admin).await, InvitationState::Open, "an admin may invite an admin");
        members::remove(&app.app, &app.ctx(), &owns, &id).await.unwrap();
        assert_eq!(accept(&app, &joins, &to_admin).await, Err("invitation_revoked"));
        app.stop().await;
    })
    .await;
}

/// Rights are read at use: a disabled account invites nobody, by link or by its keys, and joins nothing.
#[tokio::test]
async fn point_1_3_an_invitation_is_paused_while_the_account_of_either_side_is_disabled() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let workspace = owner.workspaces[0];
        let owns = app.principal(&owner, None).await;
        let (other, _) = person(&app, "other@example.com").await;
        let (late, joins) = person(&app, "joins@example.com").await;
        unguarded::members::put_member(&app.app, &app.ctx(), other.user.id, workspace, MemberRoles::only(Role::Owner))
            .await
            .unwrap();
        let others = app.principal(&other, None).await;
        let key = Credential::ApiKey(ApiKeyId::new(app.ctx().now, [1; 10]));
        let by_key = Principal { user: None, credential: key, ..others.clone() };
        let disable = async |user: &TestUser, to| {
            assert!(accounts::set_user_disabled(&app.app, &app.ctx(), user.user.id, to).await.unwrap());
        };
        for who in [&others, &by_key] {
            let invited = invite(&app, who, "member").await.unwrap();
            disable(&other, true).await;
            assert_eq!(accept(&app, &joins, &invited).await, Err("inviter_disabled"));
            assert_eq!(state(&app, &invited).await, InvitationState::Paused);
            let listed = invitations::list(&app.app, &app.ctx(), &owns, Page::default()).await.unwrap().items;
            assert_eq!(listed.iter().map(|one| one.state).collect::<Vec<_>>(), [InvitationState::Paused]);
            disable(&other, false).await;
            disable(&late, true).await;
            assert_eq!(accept(&app, &joins, &invited).await, Err("account_disabled"), "signed in a moment ago");
            assert_eq!(state(&app, &invited).await, InvitationState::Open, "not used");
            disable(&late, false).await;
            assert_eq!(accept(&app, &joins, &invited).await, Ok(Role::Member));
            members::remove(&app.app, &app.ctx(), &owns, &late.user.id.to_string()).await.unwrap();
        }
        // Whoever is removed does not come back with what they invited to.
        let invited = invite(&app, &by_key, "member").await.unwrap();
        members::remove(&app.app, &app.ctx(), &owns, &other.user.id.to_string()).await.unwrap();
        assert_eq!(accept(&app, &joins, &invited).await, Err("invitation_revoked"));
        app.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_accept_at_once_one_does() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let owns = app.principal(&owner, None).await;
        let mut people = Vec::new();
        for n in 0..20 {
            people.push(person(&app, &format!("person{n}@example.com")).await.1);
        }
        let second = TestApp::second(database).await;
        let invited = invite(&app, &owns, "member").await.unwrap();
        let tasks = people.into_iter().enumerate().map(|(n, who)| {
            let app = if n % 2 == 0 { app.clone() } else { second.clone() };
            let invited = invited.clone();
            tokio::spawn(async move { accept(&app, &who, &invited).await })
        });
        let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Role::Member) | Err("invitation_used"))));
        let list = members::list(&app.app, &app.ctx(), &owns, Page::default()).await.unwrap();
        assert_eq!(list.total, 2);
        second.stop().await;
        app.stop().await;
    })
    .await;
}

/// Whoever has the link may use it; somebody with another address than it is meant for has to mean it.
#[tokio::test]
async fn somebody_else_than_it_is_meant_for_accepts_only_on_purpose() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let owns = app.principal(&owner, None).await;
        let (_, other) = person(&app, "other@example.com").await;
        let (_, meant) = person(&app, "meant@example.com").await;
        let asked = InvitationRequest { role: "member", email: "Meant@example.com", lifetime: None };
        let made = async || invitations::create(&app.app, &app.ctx(), &owns, &asked).await.unwrap();
        let (first, second) = (made().await, made().await);
        assert_eq!(accept(&app, &other, &first).await, Err("invitation_for_another"));
        assert_eq!(state(&app, &first).await, InvitationState::Open, "not used");
        assert_eq!(accept_by(&app, &other, &first, true).await, Ok(Role::Member));
        assert_eq!(accept(&app, &meant, &second).await, Ok(Role::Member), "letter case does not matter");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_pass_is_good_for_its_invitation_in_its_browser_and_not_for_long() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let owns = app.principal(&owner, None).await;
        let (_, joins) = person(&app, "joins@example.com").await;
        let (one, two) = (invite(&app, &owns, "member").await.unwrap(), invite(&app, &owns, "admin").await.unwrap());
        let (opened, other) = (open(&app, &one).await.unwrap(), open(&app, &two).await.unwrap());
        let (id, other_id) = (opened.id.to_string(), other.id.to_string());
        assert_eq!(look(&app, &opened, &id, BROWSER).await.unwrap().role, Role::Member);
        assert_eq!(look(&app, &opened, &other_id, BROWSER).await, Err("invitation_not_open"));
        assert_eq!(look(&app, &opened, &id, [8; 32]).await, Err("invitation_not_open"));
        let token = Opened { id: one.invitation.id, pass: one.token.clone() };
        assert_eq!(look(&app, &token, &id, BROWSER).await, Err("invitation_not_open"), "the secret is no pass");
        let accept = async |opened: &Opened, id: &str, browser| {
            let accepting = Accepting { id, held: OpenedLink { pass: &opened.pass, browser }, anyway: false };
            invitations::accept(&app.app, &app.ctx(), &joins, accepting).await.map_err(|failure| failure.reason())
        };
        assert_eq!(accept(&other, &id, BROWSER).await, Err("invitation_not_open"), "not another than was read");
        assert_eq!(accept(&opened, &id, [8; 32]).await, Err("invitation_not_open"));
        app.clock.advance(one_time_link::LIFETIME);
        assert_eq!(look(&app, &opened, &id, BROWSER).await, Err("invitation_not_open"));
        assert_eq!(accept(&opened, &id, BROWSER).await, Err("invitation_not_open"));
        let again = open(&app, &one).await.unwrap();
        assert_eq!(accept(&again, &id, BROWSER).await.unwrap().role, Role::Member, "the link itself is good still");
        app.stop().await;
    })
    .await;
}
