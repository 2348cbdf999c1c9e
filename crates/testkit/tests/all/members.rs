//! Who may change the members of a workspace, and that it keeps an owner however many change them at once.
use domain::WorkspaceId;
use domain::access::{Limit, Principal};
use domain::workspace::{MemberRoles, Role};
use flows::Page;
use flows::unguarded::{self, accounts};
use flows::workspace::members;
use futures_util::future::join_all;
use testkit::{Browser, Kind, Party, TestApp, TestUser, Tokens, for_each_database};

async fn member(app: &TestApp, email: &str, workspace: WorkspaceId, role: Role) -> (TestUser, Principal) {
    let user = app.user(email, 0).await;
    unguarded::members::put_member(&app.app, &app.ctx(), user.user.id, workspace, MemberRoles::only(role))
        .await
        .unwrap();
    let principal = app.principal(&user, Some(workspace)).await;
    (user, principal)
}

async fn set_role(app: &TestApp, who: &Principal, user: &TestUser, role: &str) -> Result<Role, &'static str> {
    let outcome = members::set_role(&app.app, &app.ctx(), who, &user.user.id.to_string(), role).await;
    outcome.map(|(member, _)| member.roles.role).map_err(|failure| failure.reason())
}

async fn remove(app: &TestApp, who: &Principal, user: &TestUser) -> Result<(), &'static str> {
    let outcome = members::remove(&app.app, &app.ctx(), who, &user.user.id.to_string()).await;
    outcome.map_err(|failure| failure.reason())
}

async fn leave(app: &TestApp, who: &Principal) -> Result<(), &'static str> {
    members::leave(&app.app, &app.ctx(), who).await.map_err(|failure| failure.reason())
}

#[tokio::test]
async fn admins_manage_members_and_owners_manage_owners() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let workspace = owner.workspaces[0];
        let owns = app.principal(&owner, None).await;
        let (admin, admins) = member(&app, "admin@example.com", workspace, Role::Admin).await;
        let (one, members_) = member(&app, "member@example.com", workspace, Role::Member).await;
        let stranger = app.user("stranger@example.com", 1).await;

        assert_eq!(set_role(&app, &members_, &one, "admin").await, Err("role_too_low"));
        assert_eq!(remove(&app, &members_, &admin).await, Err("role_too_low"));
        assert_eq!(set_role(&app, &admins, &one, "owner").await, Err("owners_only"));
        assert_eq!(set_role(&app, &admins, &owner, "member").await, Err("owners_only"));
        assert_eq!(remove(&app, &admins, &owner).await, Err("owners_only"));
        assert_eq!(set_role(&app, &admins, &one, "king").await, Err("role_malformed"));
        assert_eq!(set_role(&app, &admins, &stranger, "admin").await, Err("person_not_a_member"));
        assert_eq!(remove(&app, &admins, &stranger).await, Err("person_not_a_member"));
        assert_eq!(set_role(&app, &owns, &owner, "admin").await, Err("last_owner"));
        assert_eq!(remove(&app, &owns, &owner).await, Err("last_owner"));
        assert_eq!(leave(&app, &owns).await, Err("last_owner"));
        assert_eq!(set_role(&app, &admins, &one, "admin").await, Ok(Role::Admin));
        assert_eq!(set_role(&app, &owns, &one, "owner").await, Ok(Role::Owner));

        // An owner who cannot sign in is none to rely on.
        accounts::set_user_disabled(&app.app, &app.ctx(), one.user.id, true).await.unwrap();
        assert_eq!(leave(&app, &owns).await, Err("last_owner"));
        accounts::set_user_disabled(&app.app, &app.ctx(), one.user.id, false).await.unwrap();
        let changed =
            members::set_role(&app.app, &app.ctx(), &owns, &owner.user.id.to_string(), "admin").await.unwrap();
        assert_eq!(changed.0.roles.claim(), ["admin", "compliance_officer"], "other roles stay");
        // What the request knew of the role is out of date.
        assert_eq!(set_role(&app, &owns, &one, "member").await, Err("owners_only"));
        assert_eq!(leave(&app, &owns).await, Ok(()));
        assert_eq!(leave(&app, &owns).await, Err("person_not_a_member"));
        assert_eq!(remove(&app, &owns, &admin).await, Err("role_too_low"), "no member any more");
        assert_eq!(remove(&app, &admins, &admin).await, Ok(()), "oneself");

        let workspaces = Some((workspace, Role::Admin));
        let mut key = Principal { user: None, workspace: workspaces, responsible: None, ..admins.clone() };
        assert_eq!(remove(&app, &key, &one).await, Err("owners_only"), "an admin's key");
        assert_eq!(leave(&app, &key).await, Err("credential_of_no_person"));
        key.limit = Limit::Scopes(domain::ScopeSet::parse("members:read").unwrap());
        assert_eq!(remove(&app, &key, &one).await, Err("credential_lacks_scope"));
        let left = members::list(&app.app, &app.ctx(), &members_, Page::default()).await.unwrap();
        assert_eq!((left.total, left.items[0].1.email.as_str()), (1, "member@example.com"));
        let told = app.outcomes("member.removed").await;
        assert_eq!(told.iter().filter(|outcome| *outcome == "ok").count(), 2);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_leaves_and_comes_back_begins_anew() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let workspace = owner.workspaces[0];
        let owns = app.principal(&owner, None).await;
        let (one, _) = member(&app, "one@example.com", workspace, Role::Member).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let of = [("sub_type", "workspace"), ("scope", "openid offline_access")];
        let tokens = party.tokens(&mut browser, &one, &of).await;
        let own = party.tokens(&mut browser, &one, &[]).await;
        let owners = party.tokens(&mut Browser::new(&app), &owner, &of).await;
        let waiting = party.code(&mut browser, &one, &of).await;
        assert_eq!(remove(&app, &owns, &one).await, Ok(()));
        let roles = MemberRoles::only(Role::Member);
        unguarded::members::put_member(&app.app, &app.ctx(), one.user.id, workspace, roles).await.unwrap();
        assert_eq!(party.introspect(&tokens.access()).await["active"], false);
        assert_eq!(party.refresh(&tokens.refresh()).await.status, 400);
        assert!(app.outcomes("token.refresh_token").await.contains(&"membership_lost".to_owned()));
        assert_eq!(party.exchange(&waiting).await.error(), "invalid_grant");
        assert_eq!(party.introspect(&own.access()).await["active"], true, "their own name is their own");
        assert_eq!(party.introspect(&owners.access()).await["active"], true);
        assert!(browser.get(&party.authorize(&of)).await.body.contains("consent-allow"), "asked anew");
        let users = flows::unguarded::consents::users_of_client(&app.app, &party.id, Page::default()).await.unwrap();
        assert_eq!((users.total, users.items.len()), (2, 2));
        let anew: Tokens = party.tokens(&mut browser, &one, &of).await;
        assert_eq!(party.introspect(&anew.access()).await["active"], true);
        app.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_owners_go_at_once_one_stays() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let first = app.user("owner0@example.com", 1).await;
        let workspace = first.workspaces[0];
        let mut owners = vec![(first.clone(), app.principal(&first, None).await)];
        for n in 1..20 {
            owners.push(member(&app, &format!("owner{n}@example.com"), workspace, Role::Owner).await);
        }
        let second = TestApp::second(database).await;
        // Each goes in one of three ways, over two nodes: leaves, steps down, or is removed by the next.
        let tasks = (0..owners.len()).map(|n| {
            let app = if n % 2 == 0 { app.clone() } else { second.clone() };
            let ((user, own), (_, next)) = (owners[n].clone(), owners[(n + 1) % owners.len()].clone());
            tokio::spawn(async move {
                match n % 3 {
                    0 => leave(&app, &own).await,
                    1 => set_role(&app, &own, &user, "member").await.map(drop),
                    _ => remove(&app, &next, &user).await,
                }
            })
        });
        let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        let list = members::list(&app.app, &app.ctx(), &owners[0].1, Page::default()).await.unwrap();
        let left = list.items.iter().filter(|(member, _)| member.roles.role == Role::Owner).count();
        assert_eq!(owners.len() - outcomes.iter().filter(|outcome| outcome.is_ok()).count(), left);
        assert!(left >= 1, "{outcomes:?}");
        let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
        // Whoever was to be removed by somebody who had gone stays, too.
        assert!(refused.iter().all(|why| ["last_owner", "owners_only", "role_too_low"].contains(why)), "{refused:?}");

        // When all of them do it by themselves, exactly one stays.
        for (user, _) in &owners {
            let roles = MemberRoles::only(Role::Owner);
            unguarded::members::put_member(&app.app, &app.ctx(), user.user.id, workspace, roles).await.unwrap();
        }
        let tasks = owners.iter().enumerate().map(|(n, (user, own))| {
            let app = if n % 2 == 0 { app.clone() } else { second.clone() };
            let (user, own) = (user.clone(), own.clone());
            tokio::spawn(async move {
                if n % 4 < 2 { leave(&app, &own).await } else { set_role(&app, &own, &user, "admin").await.map(drop) }
            })
        });
        let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
        assert_eq!(refused, ["last_owner"]);
        second.stop().await;
        app.stop().await;
    })
    .await;
}
