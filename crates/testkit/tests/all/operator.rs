//! What whoever runs the server sees and does of people, workspaces, applications and the server itself.
use domain::access::{PermissionDenied, Principal};
use domain::clients::Trust;
use domain::platform::keys::KeyState;
use domain::workspace::Role;
use flows::clients::ownership::OwnerFilter;
use flows::operator::{self, clients as all_clients, server, users, workspaces};
use flows::platform::effective_settings::SettingValue;
use flows::platform::management_error::{ManagementError, ManagementRefusal};
use flows::unguarded::audit::EVERYTHING;
use flows::{Failure, Page, clients};
use serde_json::json;
use testkit::{Browser, Kind, Party, TestApp, TestUser, for_each_database};

fn person(app: &TestApp, user: &TestUser, operator: bool) -> Principal {
    app.acting(user, user.workspaces.first().map(|id| (*id, Role::Owner)), operator)
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Failure<ManagementError>>) -> ManagementError {
    match outcome {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn named(app: &TestApp, email: &str) -> TestUser {
    let user = app.user(email, 1).await;
    let (id, now) = (user.user.id, app.ctx().now);
    let work = app
        .store
        .write(move |tx| Box::pin(async move { store::account::users::set_operator(tx, id, true, now).await }));
    assert!(work.await.map_err(|error: store::StoreError| error).unwrap());
    user
}

#[tokio::test]
async fn people_are_found_disabled_and_named() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (root, bob) = (named(&app, "root@example.com").await, app.user("bob@example.com", 2).await);
        let who = person(&app, &root, true);
        let mut browser = Browser::new(&app);
        browser.sign_in_here("bob@example.com").await;
        let find =
            async |part: &str| users::search(&app.app, &app.ctx(), &who, part, Page::default()).await.unwrap().items;
        assert_eq!(find("").await.len(), 2);
        let found = find("BOB@").await.remove(0);
        assert_eq!((found.user.id, found.workspaces), (bob.user.id, 2));
        assert_eq!(found.last_sign_in_at, Some(app.ctx().now));

        let (app_, ctx) = (&app.app, app.ctx());
        let one = users::find(&app.app, &app.ctx(), &who, &bob.user.id.to_string()).await.unwrap();
        assert_eq!((one.found.workspaces, one.memberships.len(), one.connections), (2, 2, 0));
        assert!(one.found.user.id == bob.user.id && one.found.last_sign_in_at.is_some());
        let id = bob.user.id.to_string();
        users::set_disabled(app_, &ctx, &who, &id, true).await.unwrap();
        let found = find("bob").await.remove(0);
        assert_eq!((found.user.is_active(), found.last_sign_in_at), (false, None));
        users::set_disabled(app_, &ctx, &who, &id, false).await.unwrap();
        users::set_operator(app_, &ctx, &who, &id, true).await.unwrap();
        assert!(find("bob").await[0].user.is_operator);
        users::set_operator(app_, &ctx, &who, &id, false).await.unwrap();
        let own = root.user.id.to_string();
        for refused in [
            users::set_operator(app_, &ctx, &who, &own, false).await,
            users::set_disabled(app_, &ctx, &who, &own, true).await,
        ] {
            assert_eq!(refusal(refused), ManagementRefusal::LastOperator.into());
        }
        for nobody in ["usr_00000000000000000000000000", "rubbish"] {
            let refused = users::set_disabled(app_, &ctx, &who, nobody, true).await;
            assert_eq!(refusal(refused), ManagementRefusal::AccountUnknown.into());
            let unknown = users::find(app_, &ctx, &who, nobody).await;
            assert_eq!(refusal(unknown), ManagementRefusal::AccountUnknown.into());
        }
        assert_eq!(app.outcomes("user.disabled").await, ["account_unknown", "account_unknown", "last_operator", "ok"]);
        let denied = ManagementError::from(PermissionDenied::NotOperator);
        let stranger = person(&app, &bob, false);
        let page = Page::default();
        assert_eq!(refusal(users::search(app_, &ctx, &stranger, "", page).await), denied);
        assert_eq!(refusal(users::find(app_, &ctx, &stranger, &id).await), denied);
        assert_eq!(refusal(users::set_operator(app_, &ctx, &stranger, &id, true).await), denied);
        assert_eq!(refusal(workspaces::search(app_, &ctx, &stranger, "", page).await), denied);
        assert_eq!(refusal(all_clients::search(app_, &ctx, &stranger, "", None, page).await), denied);
        assert_eq!(refusal(server::health(app_, &ctx, &stranger).await), denied);
        let long = refusal(users::search(app_, &ctx, &who, &"x".repeat(101), page).await);
        assert_eq!(long, ManagementRefusal::Text.of("q"));
        assert_eq!(refusal(users::search(app_, &ctx, &who, "\0", page).await), ManagementRefusal::Text.of("q"));
        let spaces = workspaces::search(app_, &ctx, &who, "space 1", page).await.unwrap();
        assert_eq!((spaces.total, spaces.items[0].members), (1, 1));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn operators_who_remove_each_other_leave_one() {
    for_each_database(async |database| {
        let (app, other) = (TestApp::start(database).await, TestApp::second(database).await);
        let all = [named(&app, "a@example.com").await, named(&app, "b@example.com").await];
        for round in 0..10 {
            let mut racing = tokio::task::JoinSet::new();
            for n in 0..2 {
                let node = if n == 0 { app.clone() } else { other.clone() };
                let (who, whom) = (person(&app, &all[n], true), all[1 - n].user.id.to_string());
                racing.spawn(async move {
                    let ctx = node.ctx();
                    // They are disabled or lose the role, whichever way around.
                    if (round + n) % 2 == 0 {
                        users::set_operator(&node.app, &ctx, &who, &whom, false).await
                    } else {
                        users::set_disabled(&node.app, &ctx, &who, &whom, true).await
                    }
                });
            }
            let outcomes = racing.join_all().await;
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
            let who = person(&app, &all[0], true);
            for user in &all {
                let id = user.user.id.to_string();
                users::set_operator(&app.app, &app.ctx(), &who, &id, true).await.unwrap();
                users::set_disabled(&app.app, &app.ctx(), &who, &id, false).await.unwrap();
            }
        }
        other.stop().await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn applications_are_found_trusted_and_disabled() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (root, ada) = (named(&app, "root@example.com").await, app.user("ada@example.com", 1).await);
        let (who, owner) = (person(&app, &root, true), person(&app, &ada, false));
        let workspace = ada.workspaces[0];
        let party = Party::with(&app, Kind::Web, |new| {
            new.name = "Invoice Robot".to_owned();
            new.owner_workspace_id = Some(workspace);
        })
        .await;
        let other = Party::with(&app, Kind::Web, |new| new.trust = Trust::Anonymous).await;
        let (app_, page) = (&app.app, Page::default());
        let find = async |part: &str, trust| {
            let found = all_clients::search(app_, &app.ctx(), &who, part, trust, page).await.unwrap();
            found.items.into_iter().map(|client| client.id).collect::<Vec<_>>()
        };
        assert_eq!(find("", None).await.len(), 2);
        assert_eq!(find("rObOt", None).await, std::slice::from_ref(&party.id));
        assert_eq!(find("", Some(Trust::Anonymous)).await, std::slice::from_ref(&other.id));
        let own = async |part: &str, who: &Principal| {
            clients::manage::search(app_, &app.ctx(), who, OwnerFilter::Workspace, part, page).await.unwrap().total
        };
        assert_eq!((own("robot", &owner).await, own("party", &owner).await, own("robot", &who).await), (1, 0, 0));

        let id = party.id.as_str();
        let trusted = all_clients::set_trust(app_, &app.ctx(), &who, id, Trust::FirstParty).await.unwrap();
        assert_eq!(trusted.0.trust, Trust::FirstParty);
        app_.flush_audit().await.unwrap();
        let filter = flows::audit::read::Filter {
            kind: Some(flows::audit::read::KindFilter::Named("client.trust_set")),
            ..flows::audit::read::Filter::default()
        };
        let event = flows::audit::read::list(app_, EVERYTHING, &filter, None, 1).await.unwrap().events.remove(0);
        assert_eq!(event.detail, json!({"from": "unverified", "to": "first_party"}));
        assert_eq!((event.client_id, event.workspace_id), (Some(party.id.clone()), Some(workspace)));
        let looked = all_clients::look(app_, &app.ctx(), &who, id).await.unwrap();
        assert_eq!((looked.client.id.as_str(), looked.owner.as_deref()), (id, Some("Workspace 0")));
        let looked = all_clients::look(app_, &app.ctx(), &who, other.id.as_str()).await.unwrap();
        assert_eq!(looked.owner, None);
        all_clients::set_disabled(app_, &app.ctx(), &who, id, true).await.unwrap();
        assert!(!all_clients::find(app_, &app.ctx(), &who, id).await.unwrap().is_active());
        assert_eq!(party.exchange("x").await.status, 401);
        all_clients::set_disabled(app_, &app.ctx(), &who, id, false).await.unwrap();
        assert_eq!(party.exchange("x").await.status, 400);
        for nothing in ["cs_ci_AAAAAAAAAAAAAAAAAAAAAA", "rubbish"] {
            let refused = all_clients::set_trust(app_, &app.ctx(), &who, nothing, Trust::Verified).await;
            assert_eq!(refusal(refused), ManagementRefusal::ClientUnknown.into());
        }
        let denied = all_clients::look(app_, &app.ctx(), &owner, id).await;
        assert_eq!(refusal(denied), ManagementError::from(PermissionDenied::NotOperator));
        let denied = all_clients::set_trust(app_, &app.ctx(), &owner, id, Trust::Verified).await;
        assert_eq!(refusal(denied), ManagementError::from(PermissionDenied::NotOperator));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_server_tells_of_its_keys_and_its_health() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let root = named(&app, "root@example.com").await;
        let (who, app_) = (person(&app, &root, true), &app.app);
        let states = async || {
            let keys = server::signing_keys(app_, &app.ctx(), &who).await.unwrap();
            let count = |state| keys.iter().filter(|key| key.state == state).count();
            [count(KeyState::Next), count(KeyState::Active), count(KeyState::Retired)]
        };
        let [next, active, _] = states().await;
        assert!(next == active && active > 0);
        operator::keys::rotate_keys(app_, &app.ctx(), &who, false).await.unwrap();
        assert_eq!(states().await, [next, active, active]);

        let settings = server::settings(app_, &app.ctx(), &who).unwrap();
        let find = |key| settings.iter().find(|one| one.key == key).map(|one| one.value.clone());
        assert_eq!(find("lifetimes.authorization_code"), Some(SettingValue::Value("60".to_owned())));
        assert_eq!(find("registration.initial_access_tokens"), Some(SettingValue::Hidden));

        let party = Party::new(&app, Kind::Machine).await;
        app_.flush().await.unwrap();
        assert_eq!(party.token(&[("grant_type", "client_credentials")]).await.status, 200);
        assert_eq!(party.exchange("x").await.status, 400);
        app.clock.advance(90);
        let health = server::health(app_, &app.ctx(), &who).await.unwrap();
        assert_eq!((health.uptime, health.version), (90, env!("CARGO_PKG_VERSION")));
        let database = health.database.unwrap();
        assert_eq!(database.schema_version, health.schema_version);
        assert!(health.round_trip.is_some() && database.size > 0 && health.commits > 0);
        assert_eq!((health.waiting.audit_events, health.waiting.activity), (1, 1));
        app_.flush().await.unwrap();
        let health = server::health(app_, &app.ctx(), &who).await.unwrap();
        assert_eq!((health.waiting.audit_events, health.waiting.activity, health.waiting.events), (0, 0, 0));
        app.stop().await;
    })
    .await;
}
