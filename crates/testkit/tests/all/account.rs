//! A person's own account: profile, password and sessions.
use domain::access::{Limit, Principal};
use domain::platform::refusal::Refusal as _;
use domain::{ScopeSet, Secret};
use flows::Page;
use flows::access::caller::Caller;
use flows::access::{self, principal};
use flows::account::password::PasswordChange;
use flows::account::profile::{self, Changes};
use flows::account::sessions;
use flows::sign_in::password;
use flows::sign_in::session::NewSession;
use testkit::{PASSWORD, TestApp, TestUser, for_each_database};

async fn sign_in(app: &TestApp, user: &TestUser) -> NewSession {
    password::sign_in(&app.app, &app.ctx(), user.user.email.as_str(), &Secret::new(PASSWORD), &Caller::Anonymous)
        .await
        .unwrap()
}

async fn caller(app: &TestApp, session: &NewSession) -> Caller {
    access::session::current(&app.app, &app.ctx(), session.secret.expose()).await.unwrap()
}

async fn person(app: &TestApp, session: &NewSession) -> Principal {
    principal::by_session(&app.app, &app.ctx(), &caller(app, session).await, None).await.unwrap()
}

async fn is_alive(app: &TestApp, session: &NewSession) -> bool {
    caller(app, session).await.user().is_some()
}

#[tokio::test]
async fn a_profile_is_read_and_changed_member_by_member() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 2).await, app.user("bob@example.com", 1).await);
        let who = person(&app, &sign_in(&app, &ada).await).await;
        let ctx = app.ctx();
        let before = profile::read(&app.app, &ctx, &who).await.unwrap();
        assert_eq!((before.name.as_str(), before.email.as_str()), ("Test Person", "ada@example.com"));
        assert_eq!((before.locale, before.zone, before.default_workspace), (None, None, None));
        assert!(before.has_password && before.workspaces.len() == 2);

        let home = ada.workspaces[1].to_string();
        let some = Changes { locale: Some("de"), zone: Some("Europe/Berlin"), ..Changes::default() };
        profile::change(&app.app, &ctx, &who, some).await.unwrap();
        let more = Changes { name: Some("  Ada  L. "), default_workspace: Some(&home), ..Changes::default() };
        let changed = profile::change(&app.app, &ctx, &who, more).await.unwrap();
        assert_eq!(changed, profile::read(&app.app, &ctx, &who).await.unwrap());
        assert_eq!((changed.name.as_str(), changed.locale.as_deref()), ("Ada L.", Some("de")));
        assert_eq!(changed.zone.map(|zone| zone.to_string()).as_deref(), Some("Europe/Berlin"));
        assert_eq!(changed.default_workspace, Some(ada.workspaces[1]));
        let none = Changes { locale: Some(""), zone: Some(""), default_workspace: Some(""), ..Changes::default() };
        let cleared = profile::change(&app.app, &ctx, &who, none).await.unwrap();
        assert_eq!((cleared.locale, cleared.zone, cleared.default_workspace), (None, None, None));
        assert_eq!(cleared.name, "Ada L.", "what is not named stays");

        let theirs = bob.workspaces[0].to_string();
        let table = [
            (Changes { name: Some(" "), ..Changes::default() }, "name", "text_invalid"),
            (Changes { name: Some("a\u{202e}b"), ..Changes::default() }, "name", "text_invalid"),
            (Changes { locale: Some("fr"), ..Changes::default() }, "locale", "value_unknown"),
            (Changes { zone: Some("../x"), ..Changes::default() }, "zone", "zone_invalid"),
            (Changes { default_workspace: Some("x"), ..Changes::default() }, "default_workspace", "workspace_unknown"),
            (
                Changes { default_workspace: Some(&theirs), ..Changes::default() },
                "default_workspace",
                "workspace_unknown",
            ),
        ];
        for (changes, member, reason) in table {
            let flows::Failure::Refused(refusal) = profile::change(&app.app, &ctx, &who, changes).await.unwrap_err()
            else {
                panic!("{changes:?}")
            };
            assert_eq!((refusal.member(), refusal.reason()), (Some(member), reason));
        }
        assert_eq!(profile::read(&app.app, &ctx, &who).await.unwrap().name, "Ada L.");
        let outcomes = app.outcomes("user.changed").await;
        assert_eq!((outcomes.len(), outcomes.iter().filter(|o| *o == "ok").count()), (9, 3));

        let narrow = Principal { limit: Limit::Scopes(ScopeSet::parse("account:read").unwrap()), ..who.clone() };
        assert!(profile::read(&app.app, &ctx, &narrow).await.is_ok());
        let denied = profile::change(&app.app, &ctx, &narrow, Changes::default()).await.unwrap_err();
        assert_eq!(denied.reason(), "credential_lacks_scope");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_signs_out_everywhere_else() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 0).await, app.user("bob@example.com", 0).await);
        let (here, there, bobs) = (sign_in(&app, &ada).await, sign_in(&app, &ada).await, sign_in(&app, &bob).await);
        let who = person(&app, &here).await;
        let ctx = app.ctx();
        let change = async |old: &str, new: &str| {
            let (old, new) = (Secret::new(old), Secret::new(new));
            let change = PasswordChange { old: &old, new: &new, end_others: true };
            let outcome = flows::account::password::change_password(&app.app, &ctx, &who, Some(here.id), &change).await;
            outcome.map_err(|failure| failure.reason())
        };
        assert_eq!(change(PASSWORD, "too short").await.err(), Some("password_too_short"));
        assert_eq!(change(PASSWORD, &"x".repeat(257)).await.err(), Some("password_too_long"));
        assert_eq!(change("not the password", "another long one").await.err(), Some("current_password_wrong"));
        assert!(is_alive(&app, &there).await, "nothing happened");
        let renewed = change(PASSWORD, "another long one").await.unwrap().session.unwrap();
        assert!(!is_alive(&app, &here).await, "point 2.5: the old secret of this session opens nothing");
        let here = NewSession { secret: renewed, ..here.clone() };
        assert!(is_alive(&app, &here).await && !is_alive(&app, &there).await && is_alive(&app, &bobs).await);
        assert_eq!(change(PASSWORD, "a third long one").await.err(), Some("current_password_wrong"));
        let anew =
            password::sign_in(&app.app, &ctx, "ada@example.com", &Secret::new("another long one"), &Caller::Anonymous)
                .await;
        assert!(anew.is_ok());
        assert!(
            password::sign_in(&app.app, &ctx, "ada@example.com", &Secret::new(PASSWORD), &Caller::Anonymous)
                .await
                .is_err()
        );

        // Guesses here and at the sign-in are slowed down together.
        for _ in 0..4 {
            assert_eq!(change("a guess", "whatever I want").await.err(), Some("current_password_wrong"));
        }
        assert_eq!(change("a guess", "whatever I want").await.err(), Some("current_password_wrong"));
        assert_eq!(change("another long one", "whatever I want").await.err(), Some("too_many_attempts"));
        let outcomes = app.outcomes("user.password_changed").await;
        assert_eq!((outcomes[0].as_str(), outcomes.iter().filter(|o| *o == "ok").count()), ("too_many_attempts", 1));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_dead_at_once_when_ended() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 0).await, app.user("bob@example.com", 0).await);
        let here = sign_in(&app, &ada).await;
        let mut others = Vec::new();
        for _ in 0..3 {
            app.clock.advance(1);
            others.push(sign_in(&app, &ada).await);
        }
        let bobs = sign_in(&app, &bob).await;
        let (who, ctx) = (person(&app, &here).await, app.ctx());
        let list = async |page| sessions::sessions(&app.app, &ctx, &who, Some(here.id), page).await.unwrap();
        let all = list(Page::default()).await;
        assert_eq!(all.total, 4);
        let ids: Vec<_> = all.items.iter().map(|one| one.id).collect();
        assert_eq!(ids, [others[2].id, others[1].id, others[0].id, here.id]);
        assert_eq!(all.items.iter().map(|one| one.current).collect::<Vec<_>>(), [false, false, false, true]);
        assert_eq!(list(Page::new(2, 3)).await.items[0].id, here.id);

        let end =
            async |id: &str| sessions::end_session(&app.app, &ctx, &who, id).await.map_err(|failure| failure.reason());
        assert_eq!(end(&others[0].id.to_string()).await, Ok(()));
        assert!(!is_alive(&app, &others[0]).await && is_alive(&app, &others[1]).await);
        for unknown in [others[0].id.to_string(), bobs.id.to_string(), "rubbish".to_owned()] {
            assert_eq!(end(&unknown).await, Err("session_unknown"));
        }
        assert_eq!(sessions::end_other_sessions(&app.app, &ctx, &who, Some(here.id)).await.unwrap(), 2);
        assert!(is_alive(&app, &here).await && !is_alive(&app, &others[2]).await && is_alive(&app, &bobs).await);
        assert_eq!(list(Page::default()).await.total, 1);
        app.stop().await;
    })
    .await;
}
