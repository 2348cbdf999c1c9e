//! Links into a workspace: who makes them, who may use them, and that each is used once.
use domain::access::Principal;
use domain::identity::{InvitationState, MemberRoles, Role};
use flows::invitations::{self, Asked, Invited};
use flows::{Page, accounts, members};
use futures_util::future::join_all;
use testkit::{TestApp, TestUser, for_each_database};

async fn invite(app: &TestApp, who: &Principal, role: &str) -> Result<Invited, &'static str> {
    let asked = Asked { role, ..Asked::default() };
    invitations::create(&app.app, &app.ctx(), who, &asked).await.map_err(|failure| failure.reason())
}

async fn accept(app: &TestApp, who: &Principal, invited: &Invited) -> Result<Role, &'static str> {
    let outcome = invitations::accept(&app.app, &app.ctx(), who, invited.token.expose()).await;
    outcome.map(|view| view.role).map_err(|failure| failure.reason())
}

async fn state(app: &TestApp, invited: &Invited) -> InvitationState {
    invitations::look(&app.app, &app.ctx(), invited.token.expose()).await.unwrap().state
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
        let asked = Asked { role: "admin", email: " One@example.com ", lifetime: None };
        let invited = invitations::create(&app.app, &app.ctx(), &owns, &asked).await.unwrap();
        assert!(invited.token.expose().starts_with("cs_inv_"));
        let seen = invitations::look(&app.app, &app.ctx(), invited.token.expose()).await.unwrap();
        assert_eq!((seen.workspace_name.as_str(), seen.inviter.as_deref()), ("Workspace 0", Some("Test Person")));
        assert_eq!((seen.role, seen.state), (Role::Admin, InvitationState::Open));
        assert_eq!(seen.email.as_ref().map(ToString::to_string).as_deref(), Some("One@example.com"));
        assert_eq!(seen.expires_at, app.ctx().now.plus(invitations::LIFETIME));
        let list = invitations::list(&app.app, &app.ctx(), &owns, Page::default()).await.unwrap();
        assert_eq!((list.items, list.total), (vec![seen], 1));

        assert_eq!(accept(&app, &owns, &invited).await, Err("member_already"));
        assert_eq!(state(&app, &invited).await, InvitationState::Open, "not used");
        assert_eq!(accept(&app, &joins, &invited).await, Ok(Role::Admin));
        assert_eq!(accept(&app, &joins, &invited).await, Err("member_already"));
        assert_eq!(accept(&app, &late, &invited).await, Err("invitation_used"));
        assert_eq!(invitations::list(&app.app, &app.ctx(), &owns, Page::default()).await.unwrap().total, 0);
        let unknown = invitations::look(&app.app, &app.ctx(), "cs_inv_x").await.unwrap_err();
        assert_eq!(unknown.reason(), "invitation_unknown");
        let admins = app.principal(&one, Some(workspace)).await;
        assert_eq!(invite(&app, &admins, "owner").await.unwrap_err(), "owners_only");
        assert_eq!(invite(&app, &admins, "king").await.unwrap_err(), "role_malformed");
        for (asked, reason) in [
            (Asked { role: "member", email: "x", lifetime: None }, "email_invalid"),
            (Asked { role: "member", email: "", lifetime: Some(0) }, "number_out_of_range"),
            (Asked { role: "member", email: "", lifetime: Some(31 * 24 * 60 * 60) }, "number_out_of_range"),
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
        flows::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
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
        accounts::put_member(&app.app, &app.ctx(), other.user.id, workspace, make(Role::Owner)).await.unwrap();
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
