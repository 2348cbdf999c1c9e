//! The applications that reach a workspace: seen by its admins, and sent away.
use domain::access::Principal;
use domain::clients::Trust;
use domain::workspace::{MemberRoles, Role};
use flows::unguarded::members;
use flows::workspace::apps::{EndedCounts, Identified};
use flows::{Page, UserCursor, workspace};
use testkit::{Browser, Kind, Party, TestApp, TestUser, Tokens, for_each_database};

const OF: [(&str, &str); 1] = [("sub_type", "workspace")];

async fn party(app: &TestApp, name: &str) -> Party {
    Party::with(app, Kind::Web, |new| {
        name.clone_into(&mut new.name);
        new.trust = Trust::Verified;
    })
    .await
}

async fn tokens(party: &Party, user: &TestUser, scope: &str) -> Tokens {
    party.tokens(&mut Browser::new(&party.app), user, &[OF[0], ("scope", scope)]).await
}

async fn names(app: &TestApp, who: &Principal, search: &str) -> Vec<String> {
    let list = workspace::apps::list(&app.app, &app.ctx(), who, search, Page::default()).await.unwrap();
    assert_eq!(list.total, i64::try_from(list.items.len()).unwrap());
    list.items.into_iter().map(|one| one.name).collect()
}

#[tokio::test]
async fn applications_are_listed_and_revoked_for_one_and_for_all() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let one = app.user("one@example.com", 0).await;
        let stranger = app.user("stranger@example.com", 1).await;
        let roles = MemberRoles::only(Role::Member);
        members::put_member(&app.app, &app.ctx(), one.user.id, owner.workspaces[0], roles).await.unwrap();
        let owns = app.principal(&owner, None).await;
        let began = app.ctx().now;
        let (mail, calendar) = (party(&app, "Mail 100%").await, party(&app, "a Calendar \u{d6}").await);
        let of_owner = tokens(&mail, &owner, "openid email").await;
        app.clock.advance(60);
        let of_one = tokens(&mail, &one, "openid profile").await;
        let own_name = mail.tokens(&mut Browser::new(&app), &one, &[]).await;
        let elsewhere = tokens(&mail, &stranger, "openid").await;
        let other = tokens(&calendar, &one, "openid").await;

        assert_eq!(names(&app, &owns, "").await, ["a Calendar \u{d6}", "Mail 100%"]);
        assert_eq!(names(&app, &owns, " MAIL").await, ["Mail 100%"]);
        assert_eq!(names(&app, &owns, "0%").await, ["Mail 100%"]);
        assert_eq!(names(&app, &owns, "\u{d6}").await, ["a Calendar \u{d6}"]);
        for none in ["%a", "_", "!", "\0", &"a".repeat(101)] {
            assert_eq!(names(&app, &owns, none).await, Vec::<String>::new(), "{none:?}");
        }
        let second = workspace::apps::list(&app.app, &app.ctx(), &owns, "", Page::new(2, 1)).await.unwrap();
        assert_eq!((second.total, second.items[0].name.as_str()), (2, "Mail 100%"));
        let id = mail.id.as_str();
        let seen = workspace::apps::find(&app.app, &app.ctx(), &owns, id).await.unwrap();
        assert_eq!(second.items, std::slice::from_ref(&seen));
        assert_eq!((seen.people, seen.trust, seen.identified), (2, Trust::Verified, Identified::All));
        assert_eq!(seen.own_names, 1, "of one@example.com");
        let mut scopes: Vec<_> = seen.scopes.iter().collect();
        scopes.sort_unstable();
        assert_eq!(scopes, ["email", "openid", "profile"]);
        assert_eq!((seen.first_allowed_at, seen.last_used_at), (Some(began), Some(app.ctx().now)));
        let people = workspace::apps::people(&app.app, &app.ctx(), &owns, id, Page::default(), UserCursor::PageNumber)
            .await
            .unwrap();
        let ones = people.items.iter().find(|person| person.email.as_str() == "one@example.com").unwrap();
        assert_eq!((people.total, people.items.len(), ones.scopes.to_string().as_str()), (2, 2, "openid profile"));
        assert_eq!((ones.since, ones.last_used_at), (app.ctx().now, Some(app.ctx().now)));

        let members = app.principal(&one, None).await;
        let denied = workspace::apps::revoke(&app.app, &app.ctx(), &members, id).await.unwrap_err();
        assert_eq!(denied.reason(), "role_too_low");
        let person = async |user: &TestUser| {
            let user = user.user.id.to_string();
            let outcome = workspace::apps::revoke_person(&app.app, &app.ctx(), &owns, id, &user).await;
            outcome.map_err(|failure| failure.reason())
        };
        assert_eq!(person(&stranger).await, Err("user_unknown"));
        assert_eq!(person(&owner).await, Ok(()));
        assert_eq!(person(&owner).await, Err("user_unknown"));
        let active = async |party: &Party, tokens: &Tokens| party.introspect(&tokens.access()).await["active"] == true;
        assert!(!active(&mail, &of_owner).await && active(&mail, &of_one).await);
        let all = async |id: &str| {
            let outcome = workspace::apps::revoke(&app.app, &app.ctx(), &owns, id).await;
            outcome.map_err(|failure| failure.reason())
        };
        assert_eq!(all(id).await, Ok(EndedCounts { consents: 1, grants: 1 }));
        assert_eq!(all(id).await, Err("client_unknown"));
        assert_eq!(all("cs_ci_nobody").await, Err("client_unknown"));
        assert!(!active(&mail, &of_one).await && active(&mail, &own_name).await);
        assert!(active(&mail, &elsewhere).await && active(&calendar, &other).await);
        assert_eq!(names(&app, &owns, "").await, ["a Calendar \u{d6}", "Mail 100%"], "in somebody's own name");
        let left = workspace::apps::find(&app.app, &app.ctx(), &owns, id).await.unwrap();
        assert_eq!((left.people, left.own_names, left.scopes.len()), (0, 1, 0));
        assert_eq!(
            (left.first_allowed_at, left.last_used_at),
            (None, seen.last_used_at),
            "here, before it was revoked"
        );
        flows::account::apps::revoke(&app.app, &app.ctx(), &app.principal(&one, None).await, id).await.unwrap();
        assert_eq!(names(&app, &owns, "").await, ["a Calendar \u{d6}"]);
        let gone = workspace::apps::find(&app.app, &app.ctx(), &owns, id).await.unwrap_err();
        assert_eq!(gone.reason(), "client_unknown");
        assert_eq!(app.outcomes("consent.revoked_in_workspace").await[2..], ["ok", "role_too_low"]);
        app.stop().await;
    })
    .await;
}
