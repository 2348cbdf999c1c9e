//! What clients did, by day, and what their owners are told of their users.
use axum::http::Method;
use domain::Timestamp;
use domain::clients::Trust;
use flows::unguarded::activity::{self, ClientOwner, ClientStats};
use flows::unguarded::consents;
use store::Page;
use testkit::{Browser, Kind, Party, TestApp, for_each_database};

const DAY: i64 = 24 * 60 * 60;

/// Date, accesses and users of the last days.
async fn days(app: &TestApp, party: &Party, days: i64) -> Vec<(String, i64, i64)> {
    let found = activity::of_client(&app.app, &app.ctx(), &party.id, days).await.unwrap();
    found.into_iter().map(|day| (day.activity_date.to_string(), day.total_access, day.unique_users)).collect()
}

fn day(date: &str, total: i64, users: i64) -> (String, i64, i64) {
    (date.to_owned(), total, users)
}

#[tokio::test]
async fn accesses_are_counted_by_day_client_and_user() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 0).await);
        let workspace = ada.workspaces[0];
        let owned = |new: &mut flows::unguarded::applications::NewClient| new.owner_workspace_id = Some(workspace);
        let web = Party::with(&app, Kind::Web, owned).await;
        let machine = Party::with(&app, Kind::Machine, owned).await;
        let service = Party::with(&app, Kind::Machine, |new| new.trust = Trust::FirstParty).await;
        let mut browser = Browser::new(&app);
        let offline = [("scope", "openid offline_access")];

        // Ada: a code, a refresh, userinfo, two introspections. Bob: a code.
        let tokens = web.tokens(&mut browser, &ada, &offline).await;
        let refreshed = testkit::Tokens(web.refresh(&tokens.refresh()).await.json());
        let bearer = format!("Bearer {}", refreshed.access());
        let reply = browser.call(Method::GET, "/oauth2/userinfo", &[("authorization", &bearer)], "").await;
        assert_eq!(reply.status, 200);
        assert_eq!(service.introspect(&refreshed.access()).await["active"], true);
        assert_eq!(service.introspect(&refreshed.refresh()).await["active"], true);
        web.tokens(&mut Browser::new(&app), &bob, &[]).await;
        // What was refused is no access.
        assert_eq!(web.exchange("rubbish").await.status, 400);
        assert_eq!(service.introspect("rubbish").await["active"], false);
        assert_eq!(machine.introspect(&refreshed.access()).await["active"], false);
        // A machine: two tokens, one looked at.
        for _ in 0..2 {
            let token = machine.token(&[("grant_type", "client_credentials")]).await.json();
            assert!(token["access_token"].is_string());
        }
        assert_eq!(days(&app, &web, 1).await, [day("2026-01-01", 0, 0)], "the database hears of it with the flush");
        app.app.flush().await.unwrap();
        assert_eq!(days(&app, &web, 1).await, [day("2026-01-01", 6, 2)]);
        assert_eq!(days(&app, &machine, 1).await, [day("2026-01-01", 2, 0)], "no user stands behind a machine");

        // Three days later: the same user again, twice.
        app.clock.advance(3 * DAY);
        let again = testkit::Tokens(web.refresh(&refreshed.refresh()).await.json());
        assert_eq!(service.introspect(&again.access()).await["active"], true);
        app.app.flush().await.unwrap();
        app.app.flush().await.unwrap();
        assert_eq!(
            days(&app, &web, 5).await,
            [
                day("2025-12-31", 0, 0),
                day("2026-01-01", 6, 2),
                day("2026-01-02", 0, 0),
                day("2026-01-03", 0, 0),
                day("2026-01-04", 2, 1)
            ]
        );
        assert_eq!(days(&app, &web, 0).await.len(), 1, "today at least");
        assert_eq!(days(&app, &web, i64::MAX).await.len(), 400);

        let owner = ClientOwner::Workspace(workspace);
        let all = activity::of_owner(&app.app, &app.ctx(), owner, activity::DEFAULT_DAYS, None).await.unwrap();
        assert_eq!(all.next, None);
        let mut expected = vec![
            (web.id.clone(), "2026-01-01".to_owned(), 2),
            (web.id.clone(), "2026-01-04".to_owned(), 1),
            (machine.id.clone(), "2026-01-01".to_owned(), 0),
        ];
        expected.sort();
        let told = all.days.iter();
        let told: Vec<_> = told
            .map(|d| (d.client_id.clone(), d.activity.activity_date.to_string(), d.activity.unique_users))
            .collect();
        assert_eq!(told, expected, "the service is nobody's of this workspace");

        let last = |n| Some(Timestamp::from_seconds(1_767_225_600 + n * DAY));
        let stats = activity::stats(&app.app, &[&machine.id, &web.id, &service.id]).await.unwrap();
        assert_eq!(
            stats,
            [
                ClientStats { user_count: 0, last_access_at: last(0) },
                ClientStats { user_count: 2, last_access_at: last(3) },
                ClientStats { user_count: 0, last_access_at: None },
            ]
        );
        assert_eq!(activity::stats_of(&app.app, &web.id).await.unwrap(), stats[1]);

        // The jobs forget what is older than 400 days.
        app.clock.advance(398 * DAY);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        let left = days(&app, &web, 400).await;
        assert_eq!(left.iter().filter(|(_, total, _)| *total > 0).count(), 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_crash_loses_the_unflushed_and_a_shutdown_nothing() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let machine = Party::new(&app, Kind::Machine).await;
        let token = async |party: &Party| {
            assert_eq!(party.token(&[("grant_type", "client_credentials")]).await.status, 200);
        };
        token(&machine).await;
        app.app.flush().await.unwrap();
        token(&machine).await;
        // The node goes away without a word.
        app.store.close().await;
        let next = TestApp::second(database).await;
        assert_eq!(days(&next, &machine, 1).await, [day("2026-01-01", 1, 0)]);
        let machine = Party { app: next.clone(), ..machine };
        token(&machine).await;
        next.stop().await;
        let last = TestApp::start(database).await;
        assert_eq!(days(&last, &machine, 1).await, [day("2026-01-01", 2, 0)], "the shutdown told");
        last.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_could_not_be_told_waits_on() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let machine = Party::new(&app, Kind::Machine).await;
        let broken = app.store.write::<_, store::StoreError, _>(|tx| {
            Box::pin(async move {
                let sql = "ALTER TABLE activity_days RENAME TO activity_days_away";
                tx.execute(sql, &[]).await
            })
        });
        broken.await.unwrap();
        for _ in 0..3 {
            assert_eq!(machine.token(&[("grant_type", "client_credentials")]).await.status, 200);
            assert!(app.app.flush().await.is_err());
        }
        let mended = app.store.write::<_, store::StoreError, _>(|tx| {
            Box::pin(async move {
                let sql = "ALTER TABLE activity_days_away RENAME TO activity_days";
                tx.execute(sql, &[]).await
            })
        });
        mended.await.unwrap();
        app.app.flush().await.unwrap();
        assert_eq!(days(&app, &machine, 1).await, [day("2026-01-01", 3, 0)]);
        app.stop().await;
    })
    .await;
}

/// Checklist 110.
#[tokio::test]
async fn users_see_what_they_allowed_and_either_side_takes_it_back() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 0).await);
        let web = Party::with(&app, Kind::Web, |new| {
            new.config.description = "Reads contracts".to_owned();
            new.config.logo_uri = Some("https://client.example/logo.png".to_owned());
            new.config.client_uri = Some("https://client.example".to_owned());
        })
        .await;
        let other = Party::new(&app, Kind::Spa).await;
        let mut browser = Browser::new(&app);
        web.tokens(&mut browser, &ada, &[("scope", "openid email")]).await;
        app.clock.advance(60);
        let workspace = [("sub_type", "workspace"), ("scope", "openid contracts:read")];
        let reply = web.approve(&mut browser, &ada, &workspace, Some(ada.workspaces[0])).await;
        let theirs = testkit::Tokens(web.exchange(&reply.answer("code").unwrap()).await.json());
        let elsewhere = other.tokens(&mut browser, &ada, &[]).await;
        let bobs = web.tokens(&mut Browser::new(&app), &bob, &[]).await;

        let allowed = consents::of_user(&app.app, ada.user.id).await.unwrap();
        assert_eq!(allowed.len(), 2);
        let first = allowed.iter().find(|a| a.client_id == web.id).unwrap();
        assert_eq!(first.scopes.to_string(), "openid contracts:read email");
        assert_eq!(first.updated_at.since(first.created_at), 60);
        assert_eq!(first.client_description, "Reads contracts");
        assert_eq!(first.client_icon.as_deref(), Some("https://client.example/logo.png"));
        assert_eq!(first.client_homepage_url.as_deref(), Some("https://client.example"));
        let users = consents::users_of_client(&app.app, &web.id, Page::default()).await.unwrap();
        assert_eq!((users.items.len(), users.total), (2, 2));

        let revoke = async |user| consents::revoke_user(&app.app, &app.ctx(), &web.id, user).await.unwrap();
        assert!(revoke(ada.user.id).await);
        assert!(!revoke(ada.user.id).await);
        assert_eq!(web.introspect(&theirs.access()).await["active"], false);
        assert_eq!(web.introspect(&bobs.access()).await["active"], true);
        let bearer = format!("Bearer {}", elsewhere.access());
        let userinfo = browser.call(Method::GET, "/oauth2/userinfo", &[("authorization", &bearer)], "").await;
        assert_eq!(userinfo.status, 200, "another client keeps its grant");
        let back = web.approve(&mut browser, &ada, &[("prompt", "none")], None).await;
        assert_eq!(back.answer("error").as_deref(), Some("consent_required"));

        assert_eq!(consents::revoke_all_users(&app.app, &app.ctx(), &web.id).await.unwrap(), 1);
        assert_eq!(web.introspect(&bobs.access()).await["active"], false);
        assert_eq!(consents::users_of_client(&app.app, &web.id, Page::default()).await.unwrap().total, 0);
        // One entry for the workspace that owns the client, one for the workspace that it could act in.
        assert_eq!(app.outcomes("consent.revoked").await, ["ok", "ok"]);
        app.stop().await;
    })
    .await;
}
