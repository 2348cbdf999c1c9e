//! Refresh tokens and revocation (checklist 61-72).
use flows::unguarded::accounts;
use flows::unguarded::members;
use testkit::{Browser, Kind, Party, TestApp, Tokens, for_each_database};

async fn refused(app: &TestApp, party: &Party, token: &str, reason: &str) {
    let reply = party.refresh(token).await;
    assert_eq!((reply.status.as_u16(), reply.error()), (400, "invalid_grant".to_owned()), "{}", reply.body);
    assert_eq!(app.outcomes("token.refresh_token").await[0], reason);
}

async fn good(party: &Party, token: &str) -> Tokens {
    let reply = party.refresh(token).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    Tokens(reply.json())
}

#[tokio::test]
async fn checklist_61_62_66_who_rotates_and_whose_token_it_is() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let mut browser = Browser::new(&app);
        let web = Party::new(&app, Kind::Web).await;
        let kept = web.tokens(&mut browser, &user, &[]).await.refresh();
        assert_eq!(good(&web, &kept).await.refresh(), kept, "a confidential client keeps its refresh token");
        let spa = Party::new(&app, Kind::Spa).await;
        let first = spa.tokens(&mut browser, &user, &[]).await.refresh();
        let second = good(&spa, &first).await;
        assert_ne!(second.refresh(), first, "a public client's rotates");
        refused(&app, &Party::new(&app, Kind::Spa).await, &second.refresh(), "refresh_token_of_another_client").await;
        refused(&app, &web, &second.refresh(), "refresh_token_of_another_client").await;
        good(&spa, &second.refresh()).await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_63_64_65_lost_replies_are_forgiven_and_thieves_are_not() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let (spa, other) = (Party::new(&app, Kind::Spa).await, Party::new(&app, Kind::Spa).await);
        let mut browser = Browser::new(&app);
        let first = spa.tokens(&mut browser, &user, &[]).await.refresh();
        let lost = good(&spa, &first).await;
        app.clock.advance(86_400);
        let again = good(&spa, &first).await;
        app.clock.advance(1);
        // The number that was lost is void; the client never had it.
        refused(&app, &spa, &lost.refresh(), "refresh_token_voided").await;
        refused(&app, &spa, &again.refresh(), "grant_ended_after_replay").await;
        assert_eq!(spa_introspect(&app, &again.access()).await, serde_json::json!({"active": false}));

        let first = spa.tokens(&mut browser, &user, &[]).await.refresh();
        let second = good(&spa, &first).await;
        refused(&app, &other, &first, "refresh_token_of_another_client").await;
        let userinfo = bearer(&app, &second.access()).await;
        assert_eq!(userinfo.status, 200, "a replay by the wrong client ends nothing, and now the successor was used");
        app.clock.advance(61);
        refused(&app, &spa, &first, "refresh_token_successor_used").await;
        refused(&app, &spa, &second.refresh(), "grant_ended_after_replay").await;
        assert_eq!(bearer(&app, &second.access()).await.status, 401);

        let first = spa.tokens(&mut browser, &user, &[]).await.refresh();
        let third = good(&spa, &good(&spa, &first).await.refresh()).await;
        refused(&app, &spa, &first, "refresh_token_far_behind").await;
        refused(&app, &spa, &third.refresh(), "grant_ended_after_replay").await;
        assert_eq!(app.outcomes("grant.ended").await, ["refresh_token_replayed"; 3]);
        app.stop().await;
    })
    .await;
}

/// A public client cannot introspect; the operator's own service sees all.
async fn spa_introspect(app: &TestApp, token: &str) -> serde_json::Value {
    let service = Party::with(app, Kind::Machine, |new| new.trust = domain::clients::Trust::FirstParty).await;
    service.introspect(token).await
}

async fn bearer(app: &TestApp, token: &str) -> testkit::Reply {
    let header = format!("Bearer {token}");
    Browser::new(app).call(axum::http::Method::GET, "/oauth2/userinfo", &[("authorization", &header)], "").await
}

#[tokio::test]
async fn point_4_6_two_tabs_share_a_number_and_the_loser_may_return_later() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let spa = Party::new(&app, Kind::Spa).await;
        let first = spa.tokens(&mut Browser::new(&app), &user, &[]).await.refresh();
        let one = good(&spa, &first).await;
        assert_eq!(bearer(&app, &one.access()).await.status, 200, "the winner uses what it got");
        app.clock.advance(60);
        let two = good(&spa, &first).await;
        assert_eq!(opened(&app, &one.refresh()), opened(&app, &two.refresh()));
        assert_eq!(bearer(&app, &two.access()).await.status, 200);
        app.clock.advance(3600);
        let three = good(&spa, &two.refresh()).await;
        assert_eq!(opened(&app, &three.refresh()).0, 3, "one chain");
        app.clock.advance(61);
        // Without a sign that the third arrived, its response was lost.
        let four = good(&spa, &one.refresh()).await;
        refused(&app, &spa, &three.refresh(), "refresh_token_voided").await;
        refused(&app, &spa, &four.refresh(), "grant_ended_after_replay").await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_6_the_window_is_a_setting_and_at_most_a_quarter_of_the_access_token() {
    for (window, access_token, inside) in [(30, 3600, 30), (60, 40, 10), (0, 3600, 0)] {
        for_each_database(async |database| {
            let app = TestApp::with(database, |s| {
                s.lifetimes.refresh_window = window;
                s.lifetimes.access_token = access_token;
            })
            .await;
            let user = app.user("ada@example.com", 0).await;
            let spa = Party::new(&app, Kind::Spa).await;
            let first = spa.tokens(&mut Browser::new(&app), &user, &[]).await.refresh();
            let second = good(&spa, &first).await;
            bearer(&app, &second.access()).await;
            app.clock.advance(inside);
            assert_eq!(opened(&app, &good(&spa, &first).await.refresh()), opened(&app, &second.refresh()));
            app.clock.advance(1);
            refused(&app, &spa, &first, "refresh_token_successor_used").await;
            app.stop().await;
        })
        .await;
    }
}

#[tokio::test]
async fn point_4_6_a_restored_database_refuses_and_revokes_nothing() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let spa = Party::new(&app, Kind::Spa).await;
        let first = spa.tokens(&mut Browser::new(&app), &user, &[]).await.refresh();
        let (number, grant_id) = opened(&app, &first);
        let id = domain::platform::seal::TokenId::from_random([1; 12]);
        let later = domain::oauth::payload::RefreshPayload { grant_id, number: number + 2 };
        let later = app.app.keys().sealer.seal(domain::platform::seal::Purpose::RefreshToken, id, &later).unwrap();
        refused(&app, &spa, &later, "refresh_token_ahead_of_database").await;
        good(&spa, &first).await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn two_hundred_rotate_one_token_and_share_one_number() {
    for_each_database(async |database| {
        let (app, second) = (TestApp::start(database).await, TestApp::second(database).await);
        let user = app.user("ada@example.com", 0).await;
        let spa = Party::new(&app, Kind::Spa).await;
        let token = spa.tokens(&mut Browser::new(&app), &user, &[]).await.refresh();
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let spa = Party { app: if n % 2 == 0 { app.clone() } else { second.clone() }, ..spa.clone() };
                let token = token.clone();
                tokio::spawn(async move { spa.refresh(&token).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            let reply = task.await.unwrap();
            assert_eq!(reply.status, 200, "{}", reply.body);
            answers.push(Tokens(reply.json()).refresh());
        }
        let (number, grant) = opened(&app, &token);
        assert!(answers.iter().all(|answer| opened(&app, answer) == (number + 1, grant)), "it moved once");
        let service = Party::with(&app, Kind::Machine, |new| new.trust = domain::clients::Trust::FirstParty).await;
        assert_eq!(service.introspect(&answers[7]).await["active"], true);
        app.clock.advance(3600);
        second.clock.advance(3600);
        let next = good(&spa, &answers[0]).await;
        assert_eq!(opened(&app, &next.refresh()), (number + 2, grant));
        refused(&app, &spa, &token, "refresh_token_far_behind").await;
        app.stop().await;
        second.stop().await;
    })
    .await;
}

/// The sequence number and the grant inside a refresh token.
fn opened(app: &TestApp, token: &str) -> (i64, domain::GrantId) {
    use domain::oauth::payload::RefreshPayload;
    use domain::platform::seal::Purpose;
    let (_, payload) = app.app.keys().sealer.open::<RefreshPayload>(Purpose::RefreshToken, token).unwrap();
    (payload.number, payload.grant_id)
}

#[tokio::test]
async fn checklist_67_68_74_scopes_and_resources_only_narrow() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |s| s.catalogue.resources = vec!["https://api.example/".to_owned(), "https://other.example/".to_owned()]).await;
        let user = app.user("ada@example.com", 0).await;
        let web = Party::new(&app, Kind::Web).await;
        let tokens = web.tokens(&mut Browser::new(&app), &user, &[("resource", "https://api.example/")]).await;
        let refresh = tokens.refresh();
        let ask = |name: &'static str, value: &'static str| {
            let (web, refresh) = (web.clone(), refresh.clone());
            async move { web.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh), (name, value)]).await }
        };
        let narrow = ask("scope", "openid").await;
        assert_eq!(narrow.json()["scope"], "openid");
        assert_eq!(ask("scope", "").await.json()["scope"], "openid profile email", "the refresh token keeps its scope");
        assert_eq!(ask("scope", "openid contracts:read").await.error(), "invalid_scope");
        assert_eq!(ask("resource", "https://other.example/").await.error(), "invalid_target");
        assert_eq!(ask("resource", "https://unknown.example/").await.error(), "invalid_target");
        let bound = ask("resource", "https://api.example/").await;
        assert_eq!(web.introspect(bound.json()["access_token"].as_str().unwrap()).await["aud"], "https://api.example/");
        let own = bearer(&app, bound.json()["access_token"].as_str().unwrap()).await;
        assert_eq!(own.status, 401, "checklist 74: a token for another API is nothing at userinfo");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_69_idle_and_absolute_limits() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |s| {
            s.lifetimes.refresh_idle = 1000;
            s.lifetimes.refresh_absolute = 2500;
        })
        .await;
        let user = app.user("ada@example.com", 0).await;
        let spa = Party::new(&app, Kind::Spa).await;
        let mut browser = Browser::new(&app);
        let token = spa.tokens(&mut browser, &user, &[]).await.refresh();
        app.clock.advance(1000);
        refused(&app, &spa, &token, "grant_expired").await;
        let mut token = spa.tokens(&mut browser, &user, &[]).await.refresh();
        for _ in 0..2 {
            app.clock.advance(999);
            token = good(&spa, &token).await.refresh();
        }
        app.clock.advance(502);
        refused(&app, &spa, &token, "grant_expired").await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_70_110_a_dead_grant_shows_at_once() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 1).await;
        let web = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let for_workspace = [("sub_type", "workspace")];
        let tokens = web.tokens(&mut browser, &user, &for_workspace).await;
        assert_eq!(web.introspect(&tokens.access()).await["active"], true);

        accounts::set_user_disabled(&app.app, &app.ctx(), user.user.id, true).await.unwrap();
        assert_eq!(web.introspect(&tokens.access()).await, serde_json::json!({"active": false}));
        refused(&app, &web, &tokens.refresh(), "user_disabled").await;
        accounts::set_user_disabled(&app.app, &app.ctx(), user.user.id, false).await.unwrap();
        assert_eq!(web.introspect(&tokens.access()).await["active"], true);

        members::remove_member(&app.app, &app.ctx(), user.user.id, user.workspaces[0]).await.unwrap();
        assert_eq!(web.introspect(&tokens.access()).await, serde_json::json!({"active": false}));
        refused(&app, &web, &tokens.refresh(), "membership_lost").await;

        let tokens = web.tokens(&mut browser, &user, &[]).await;
        flows::unguarded::applications::delete(&app.app, &app.ctx(), &web.id).await.unwrap();
        assert_eq!(bearer(&app, &tokens.access()).await.status, 401);
        assert_eq!(web.refresh(&tokens.refresh()).await.error(), "invalid_client");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_71_a_password_change_ends_sessions() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        assert!(browser.get("/account").await.body.contains("ada@example.com"));
        accounts::set_password(&app.app, &app.ctx(), user.user.id, &domain::Secret::new("another long password"))
            .await
            .unwrap();
        assert!(!browser.get("/account").await.body.contains("ada@example.com"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_72_revocation() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let (web, other) = (Party::new(&app, Kind::Web).await, Party::new(&app, Kind::Web).await);
        let mut browser = Browser::new(&app);
        let tokens = web.tokens(&mut browser, &user, &[]).await;
        for path in ["/oauth2/revoke", "/api/oauth2/revoke", "/api/v1/oauth2/revoke"] {
            let reply = web.post(path, &[("token", "rubbish")]).await;
            assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, "{}"));
        }
        for token in [tokens.access(), tokens.refresh()] {
            assert_eq!(other.post("/oauth2/revoke", &[("token", &token)]).await.status, 400);
        }
        assert_eq!(web.introspect(&tokens.access()).await["active"], true);
        assert_eq!(web.post("/oauth2/revoke", &[("token", &tokens.access())]).await.status, 200);
        assert_eq!(web.introspect(&tokens.access()).await, serde_json::json!({"active": false}));
        let next = good(&web, &tokens.refresh()).await;
        assert_eq!(web.introspect(&next.access()).await["active"], true, "one access token was revoked, not the grant");
        web.post("/oauth2/revoke", &[("token", &tokens.refresh())]).await;
        assert_eq!(web.introspect(&next.access()).await, serde_json::json!({"active": false}));
        refused(&app, &web, &tokens.refresh(), "grant_revoked").await;
        app.stop().await;
    })
    .await;
}
