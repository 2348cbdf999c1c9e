//! What is taken back is gone at once, also what is on its way, however many people allowed it ("a bound and a deadline",
//! point 4.3).
use crate::meanwhile::Meanwhile;
use domain::clients::GrantType;
use domain::grants::authorization::{Access, Authorization};
use domain::grants::{EndReason, Grant};
use domain::platform::seal::TokenId;
use domain::webhooks::WebhookOwner;
use domain::workspace::{MemberRoles, Role};
use domain::{GrantId, ScopeSet, Secret, UserId};
use flows::unguarded::audit::EVERYTHING;
use flows::unguarded::webhooks::of;
use flows::unguarded::{accounts, applications, consents, members, workspaces};
use flows::webhooks::manage::NewWebhook;
use flows::{Page, audit, webhooks, workspace};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::{Browser, Kind, Party, Receiver, TestApp, TestUser, for_each_database};
use tokio::time::Instant;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Also beyond what one write removes.
const PEOPLE: u16 = 1_203;

async fn device_party(app: &TestApp) -> Party {
    Party::with(app, Kind::Spa, |new| {
        new.config.grant_types = vec![GrantType::DeviceCode, GrantType::RefreshToken];
        new.config.response_types = Vec::new();
        new.config.redirect_uris = Vec::new();
    })
    .await
}

/// What a device holds once its person has allowed it.
async fn approved(device: &Party, browser: &mut Browser, asked: &[(&str, &str)]) -> String {
    let asked = device.post("/oauth2/device_authorization", asked).await.json();
    let code = asked["user_code"].as_str().unwrap();
    let form = browser.get("/device").await.form("device-submit").set("user_code", code);
    let page = browser.submit(&form).await;
    let page = browser.follow(page).await;
    let done = browser.submit(&page.form("consent-allow").set("action", "allow")).await;
    assert!(done.text("device-done").is_some(), "{}", done.body);
    asked["device_code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn codes_and_devices_that_wait_for_their_tokens_get_none_after_a_new_password() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let (web, device) = (Party::new(&app, Kind::Web).await, device_party(&app).await);
        let mut browser = Browser::new(&app);
        let code = web.code(&mut browser, &ada, &[]).await;
        let device_code = approved(&device, &mut browser, &[("scope", "openid profile")]).await;

        assert!(
            accounts::set_password(&app.app, &app.ctx(), ada.user.id, &Secret::new("quite another one")).await.unwrap()
        );
        let reply = web.exchange(&code).await;
        assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_grant"), "{}", reply.body);
        assert_eq!(app.outcomes("token.authorization_code").await, ["consent_revoked"]);
        let reply = device.token(&[("grant_type", DEVICE), ("device_code", &device_code)]).await;
        assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_grant"), "{}", reply.body);

        // What the person allows from then on is good.
        accounts::set_password(&app.app, &app.ctx(), ada.user.id, &Secret::new(testkit::PASSWORD)).await.unwrap();
        let tokens = web.tokens(&mut Browser::new(&app), &ada, &[]).await;
        assert_eq!(web.introspect(&tokens.access()).await["active"], true);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_of_a_consent_that_was_taken_back_stays_worthless_when_another_is_given() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let web = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let early = web.code(&mut browser, &ada, &[]).await;
        assert_eq!(consents::revoke_all_users(&app.app, &app.ctx(), &web.id).await.unwrap(), 1);
        let tokens = web.tokens(&mut browser, &ada, &[]).await;
        assert_eq!(web.exchange(&early).await.error(), "invalid_grant");
        assert_eq!(web.introspect(&tokens.access()).await["active"], true, "the newer one");
        assert_eq!(web.refresh(&tokens.refresh()).await.status, 200);
        app.stop().await;
    })
    .await;
}

fn person(n: u16) -> UserId {
    UserId::new(
        domain::Timestamp::from_seconds(1_700_000_000),
        [&[0; 8], &n.to_be_bytes()[..]].concat().try_into().unwrap(),
    )
}

/// Very many people who allow the client something in one of two workspaces each.
async fn allowed_by_many(app: &TestApp, web: &Party) -> Vec<domain::WorkspaceId> {
    let mut places = Vec::new();
    for name in ["One", "Two"] {
        places.push(workspaces::create_workspace(&app.app, &app.ctx(), name, None).await.unwrap().id);
    }
    let template = app.user("template@example.com", 0).await.user;
    let (client, now, of) = (web.id.clone(), app.ctx().now, places.clone());
    let work = app.store.write(move |tx| {
        Box::pin(async move {
            for n in 0..PEOPLE {
                let (id, email) = (person(n), format!("person{n}@example.com"));
                let user = domain::account::User {
                    id,
                    email: domain::account::Email::parse(&email).unwrap(),
                    ..template.clone()
                };
                store::account::users::insert(tx, &user).await?;
                let workspace = Some(of[usize::from(n % 2)]);
                let scopes = ScopeSet::parse("openid profile").unwrap();
                store::grants::consents::put(tx, id, &client, workspace, &scopes, now).await?;
                let random: [u8; 10] = [&[7; 8], &n.to_be_bytes()[..]].concat().try_into().unwrap();
                let grant = Grant {
                    id: GrantId::new(now, random),
                    client_id: client.clone(),
                    authorization: Authorization {
                        user_id: id,
                        access: Access {
                            workspace_id: workspace,
                            scopes,
                            ..Access::empty(domain::clients::SubType::Workspace)
                        },
                        home_workspace_id: None,
                        session_id: None,
                        by_token: None,
                        proof: None,
                        epoch: 0,
                    },
                    code_id: TokenId::from_random([&random[..], &[1, 1]].concat().try_into().unwrap()),
                    nonce: None,
                    created_at: now,
                    expires_at: now.plus(3600),
                    absolute_expires_at: now.plus(3600),
                    last_used_at: now,
                    ended: None,
                    refresh: None,
                    names_person: true,
                };
                store::grants::redeem(tx, &grant).await?;
            }
            Ok::<_, store::StoreError>(())
        })
    });
    work.await.unwrap();
    places
}

#[tokio::test]
async fn what_very_many_people_allowed_is_gone_at_once_and_told_of_bit_by_bit() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.outbound_allow_private = true).await;
        let web = Party::new(&app, Kind::Web).await;
        let receiver = Receiver::start().await;
        let events = ["oauth2.consent.revoked", "oauth2.grant.ended"].map(str::to_owned).to_vec();
        let new = NewWebhook { url: receiver.url(), description: String::new(), events };
        let (webhook, _) =
            webhooks::manage::create(&app.app, &app.ctx(), of(WebhookOwner::Operator), &new).await.unwrap();
        let places = allowed_by_many(&app, &web).await;
        let users = async || consents::users_of_client(&app.app, &web.id, Page::default()).await.unwrap().total;
        assert_eq!(users().await, i64::from(PEOPLE));

        let answered = consents::revoke_all_users(&app.app, &app.ctx(), &web.id).await.unwrap();
        assert_eq!((answered, users().await), (i64::from(PEOPLE), 0));
        assert!(rest(&app).await, "rows are left");
        // Another person allows it meanwhile.
        let ada = app.user("ada@example.com", 1).await;
        let tokens = web.tokens(&mut Browser::new(&app), &ada, &[]).await;
        assert_eq!(users().await, 1);

        flows::operator::jobs::each_second(&app.app, &app.ctx()).await.unwrap();
        assert!(!rest(&app).await);
        assert_eq!(web.introspect(&tokens.access()).await["active"], true);
        assert_eq!(users().await, 1);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut before = None;
        loop {
            let owner = of(WebhookOwner::Operator);
            let page = webhooks::manage::deliveries(&app.app, owner, webhook.id, None, before, 100).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.created_at, last.event_id));
            for delivery in page {
                *kinds.entry(delivery.kind.as_str().to_owned()).or_default() += 1;
            }
        }
        let each = usize::from(PEOPLE);
        let expected = [("oauth2.consent.revoked".to_owned(), each), ("oauth2.grant.ended".to_owned(), each)];
        assert_eq!(kinds, BTreeMap::from(expected));
        for place in &places {
            let kind = Some(audit::read::KindFilter::Named("consent.revoked_all"));
            let filter = audit::read::Filter { workspace: Some(*place), kind, ..Default::default() };
            let found = audit::read::list(&app.app, EVERYTHING, &filter, None, 100).await.unwrap().events;
            assert_eq!(found.len(), 1, "once in the log of each workspace, however many writes it took");
            assert_eq!(
                (found[0].request_id.as_str(), &found[0].detail),
                ("test", &Value::Object(serde_json::Map::new()))
            );
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_people_of_a_deleted_client_are_forgotten_without_a_word_to_each() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let web = Party::new(&app, Kind::Web).await;
        let places = allowed_by_many(&app, &web).await;
        assert!(applications::delete(&app.app, &app.ctx(), &web.id).await.unwrap());
        assert_eq!(consents::users_of_client(&app.app, &web.id, Page::default()).await.unwrap().total, 0);
        flows::operator::jobs::each_second(&app.app, &app.ctx()).await.unwrap();
        assert!(!rest(&app).await);
        assert_eq!(app.outcomes("consent.revoked_all").await, [] as [&str; 0]);
        let mut tx = app.store.read().await.unwrap();
        let last = store::grants::by_id_with_context(
            &mut tx,
            GrantId::new(app.ctx().now, [&[7; 8], &(PEOPLE - 1).to_be_bytes()[..]].concat().try_into().unwrap()),
            None,
        );
        assert_eq!(last.await.unwrap().unwrap().grant.ended.map(|(_, why)| why), Some(EndReason::ClientDeleted));
        assert_eq!(places.len(), 2);
        drop(tx);
        app.stop().await;
    })
    .await;
}

async fn rest(app: &TestApp) -> bool {
    let mut tx = app.store.read().await.unwrap();
    store::grants::bulk_revocation::oldest(&mut tx).await.unwrap().is_some()
}

/// Somebody with this role in the workspace.
async fn member(app: &TestApp, email: &str, place: domain::WorkspaceId, role: Role) -> TestUser {
    let mut user = app.user(email, 0).await;
    members::put_member(&app.app, &app.ctx(), user.user.id, place, MemberRoles::only(role)).await.unwrap();
    user.workspaces.push(place);
    user
}

const OF_WORKSPACE: [(&str, &str); 1] = [("sub_type", "workspace")];

#[tokio::test]
async fn point_4_3_what_a_workspace_takes_back_is_refused_at_each_use_on_every_node() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.outbound_allow_private = true).await;
        let web = Party::new(&app, Kind::Web).await;
        let places = allowed_by_many(&app, &web).await;
        let (place, elsewhere) = (places[0], places[1]);
        // It gets tokens in its own name, which speak for the workspace that owns it.
        let machine = Party::with(&app, Kind::Machine, |new| new.owner_workspace_id = Some(place)).await;
        let receiver = Receiver::start().await;
        let events = ["oauth2.consent.revoked", "oauth2.grant.ended"].map(str::to_owned).to_vec();
        let new = NewWebhook { url: receiver.url(), description: String::new(), events };
        let (webhook, _) =
            webhooks::manage::create(&app.app, &app.ctx(), of(WebhookOwner::Operator), &new).await.unwrap();
        let owner = member(&app, "owner@example.com", place, Role::Owner).await;
        let owns = app.acting(&owner, Some((place, Role::Owner)), false);
        let ada = member(&app, "ada@example.com", place, Role::Member).await;
        let other_user = member(&app, "other@example.com", elsewhere, Role::Member).await;

        let mut browser = Browser::new(&app);
        let tokens = web.tokens(&mut browser, &ada, &OF_WORKSPACE).await;
        let own_name = web.tokens(&mut browser, &ada, &[]).await;
        let there = web.tokens(&mut Browser::new(&app), &other_user, &OF_WORKSPACE).await;
        let code = web.code(&mut browser, &ada, &OF_WORKSPACE).await;
        let late_code = web.code(&mut browser, &ada, &OF_WORKSPACE).await;
        let device = device_party(&app).await;
        let asked = [("scope", "openid profile"), OF_WORKSPACE[0]];
        let device_code = approved(&device, &mut browser, &asked).await;
        let users = async || consents::users_of_client(&app.app, &web.id, Page::default()).await.unwrap().total;
        assert_eq!(users().await, i64::from(PEOPLE) + 2);

        // On one node. Rows of more people than are removed at once come before hers.
        let ended = workspace::apps::revoke(&app.app, &app.ctx(), &owns, web.id.as_str()).await.unwrap();
        let here = i64::from(PEOPLE.div_ceil(2));
        assert_eq!((ended.consents, ended.grants), (here + 1, here + 1));
        assert_eq!(users().await, i64::from(PEOPLE) + 2 - here, "she allows it in her own name, too");
        let left = workspace::apps::find(&app.app, &app.ctx(), &owns, web.id.as_str()).await.unwrap();
        assert_eq!((left.people, left.own_names), (0, 1), "what she allows it in her own name, she takes back");
        workspace::apps::revoke(&app.app, &app.ctx(), &owns, device.id.as_str()).await.unwrap();
        assert!(rest(&app).await, "rows are left");

        let other = TestApp::second(database).await;
        for node in [&app, &other] {
            let at = |party: &Party| Party { app: node.clone(), ..party.clone() };
            let node_web = at(&web);
            assert_eq!(node_web.introspect(&tokens.access()).await["active"], false);
            let reply = node_web.refresh(&tokens.refresh()).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_grant"), "{}", reply.body);
            let reply = node_web.exchange(&code).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_grant"), "{}", reply.body);
            let reply = at(&device).token(&[("grant_type", DEVICE), ("device_code", &device_code)]).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_grant"), "{}", reply.body);
            for (kind, why) in [
                ("token.refresh_token", "grant_revoked"),
                ("token.authorization_code", "consent_revoked"),
                ("token.device_code", "consent_revoked"),
            ] {
                assert_eq!(node.outcomes(kind).await.first().map(String::as_str), Some(why), "{kind}");
            }
            for good in [&own_name, &there] {
                assert_eq!(node_web.introspect(&good.access()).await["active"], true);
            }
        }
        // It is asked for again; what is allowed now is good, and an old code stays worthless.
        let page = browser.get(&web.authorize(&OF_WORKSPACE)).await;
        assert!(page.body.contains("consent-allow"), "{}", page.body);
        let newer = web.tokens(&mut browser, &ada, &OF_WORKSPACE).await;
        assert_eq!(web.exchange(&late_code).await.error(), "invalid_grant");
        assert_eq!(users().await, i64::from(PEOPLE) + 2 - here);

        // The node dies; another one goes on with the rows.
        app.clone().stop().await;
        let app = other;
        let web = Party { app: app.clone(), ..web };
        flows::operator::jobs::each_second(&app.app, &app.ctx()).await.unwrap();
        assert!(!rest(&app).await);
        assert_eq!(web.introspect(&newer.access()).await["active"], true, "newer consents stay");
        let total = consents::users_of_client(&app.app, &web.id, Page::default()).await.unwrap();
        assert_eq!(total.total, i64::from(PEOPLE) + 2 - here);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut before = None;
        loop {
            let owner = of(WebhookOwner::Operator);
            let page = webhooks::manage::deliveries(&app.app, owner, webhook.id, None, before, 100).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.created_at, last.event_id));
            for delivery in page {
                *kinds.entry(delivery.kind.as_str().to_owned()).or_default() += 1;
            }
        }
        // Hers for the device; the consent that she gave anew took over the row of the old one.
        let each = usize::from(PEOPLE.div_ceil(2));
        let expected = [("oauth2.consent.revoked".to_owned(), each + 1), ("oauth2.grant.ended".to_owned(), each + 1)];
        assert_eq!(kinds, BTreeMap::from(expected));
        let kind = Some(audit::read::KindFilter::Named("consent.revoked_in_workspace"));
        let filter = audit::read::Filter { workspace: Some(place), kind, ..Default::default() };
        let found = audit::read::list(&app.app, EVERYTHING, &filter, None, 100).await.unwrap().events;
        let of_web = found.iter().find(|event| event.client_id.as_ref() == Some(&web.id)).unwrap();
        assert_eq!((found.len(), &of_web.detail), (2, &json!({"consents": here + 1, "grants": here + 1})));
        assert_eq!(app.outcomes("consent.revoked_all").await, [] as [&str; 0]);
        drop(machine);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_3_tokens_of_a_machine_end_where_the_workspace_that_owns_it_takes_it_back() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 2).await;
        let machine = Party::with(&app, Kind::Web, |new| {
            new.owner_workspace_id = Some(owner.workspaces[0]);
            new.config.grant_types.push(GrantType::ClientCredentials);
        })
        .await;
        let own = async || machine.token(&[("grant_type", "client_credentials")]).await.json();
        let active =
            async |token: &Value| machine.introspect(token["access_token"].as_str().unwrap()).await["active"] == true;
        let token = own().await;
        for (place, stays) in [(owner.workspaces[1], true), (owner.workspaces[0], false)] {
            let named = place.to_string();
            let asked = [OF_WORKSPACE[0], ("workspace", named.as_str())];
            machine.tokens(&mut Browser::new(&app), &owner, &asked).await;
            let owns = app.acting(&owner, Some((place, Role::Owner)), false);
            workspace::apps::revoke(&app.app, &app.ctx(), &owns, machine.id.as_str()).await.unwrap();
            assert_eq!(active(&token).await, stays);
        }
        assert!(active(&own().await).await, "it may get a new one, as long as its owner lets it");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_3_a_rule_that_keeps_out_a_client_of_very_many_is_in_force_at_once() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let web = Party::new(&app, Kind::Web).await;
        let places = allowed_by_many(&app, &web).await;
        let owner = member(&app, "owner@example.com", places[0], Role::Owner).await;
        let owns = app.acting(&owner, Some((places[0], Role::Owner)), false);
        let (ended, _) = workspace::policy::set(&app.app, &app.ctx(), &owns, "verified").await.unwrap();
        let here = i64::from(PEOPLE.div_ceil(2));
        assert_eq!((ended.consents, ended.grants), (here, here));
        let users = async || consents::users_of_client(&app.app, &web.id, Page::default()).await.unwrap().total;
        assert_eq!(users().await, i64::from(PEOPLE) - here);
        assert!(rest(&app).await);
        flows::operator::jobs::each_second(&app.app, &app.ctx()).await.unwrap();
        assert!(!rest(&app).await);
        assert_eq!(users().await, i64::from(PEOPLE) - here);
        let mut tx = app.store.read().await.unwrap();
        let last = (0..PEOPLE).rev().find(|n| n % 2 == 0).unwrap();
        let id = GrantId::new(app.ctx().now, [&[7; 8], &last.to_be_bytes()[..]].concat().try_into().unwrap());
        let context = store::grants::by_id_with_context(&mut tx, id, None).await.unwrap().unwrap();
        assert_eq!(context.grant.ended.map(|(_, why)| why), Some(EndReason::ClientForbidden));
        drop(tx);
        app.stop().await;
    })
    .await;
}

/// People of the client: `cargo xtask faults --long --only revocation` sets a larger number.
fn many() -> i64 {
    std::env::var("COUNTERSIGN_TEST_ROWS").map_or(3_000, |text| text.parse().unwrap())
}

/// Very many people with a consent and a grant each, in a workspace or in their own name; written by the database itself.
async fn people_in_bulk(app: &TestApp, web: &Party, sqlite: bool, place: Option<domain::WorkspaceId>) {
    let (key, sub_type) = place.map_or((String::new(), "user"), |place| (place.to_string(), "workspace"));
    let column = place.map_or("NULL".to_owned(), |place| format!("'{place}'"));
    let now = app.ctx().now.seconds();
    // Ten digits at the end of an id count.
    let id = |prefix: String| format!("'{}' || substr(CAST(10000000000 + i AS TEXT), 2)", &prefix[..prefix.len() - 10]);
    let user = id(UserId::new(domain::Timestamp::from_seconds(1_700_000_000), [0; 10]).to_string());
    let grant = id(GrantId::new(domain::Timestamp::from_seconds(1_700_000_000), [0; 10]).to_string());
    let code = "substr(CAST(1000000000000 + i AS TEXT), 2)";
    let code = if sqlite { format!("CAST({code} AS BLOB)") } else { format!("convert_to({code}, 'UTF8')") };
    let client = &web.id;
    let tables = [
        format!(
            "INSERT INTO users (id, email, email_key, email_verified, name, is_operator, created_at, updated_at) \
             SELECT {user}, i || '@bulk.example', i || '@bulk.example', 1, 'Bulk', 0, {now}, {now} FROM n"
        ),
        format!(
            "INSERT INTO consents (user_id, client_id, workspace_id, scopes, created_at, updated_at, alone) \
             SELECT {user}, '{client}', '{key}', 'openid', {now}, {now}, 1 FROM n"
        ),
        format!(
            "INSERT INTO grants (id, client_id, user_id, sub_type, workspace_id, scopes, resources, claims, code_id, created_at, \
             expires_at, absolute_expires_at, last_used_at, refresh_seq, refresh_used) SELECT {grant}, '{client}', {user}, \
             '{sub_type}', {column}, 'openid', '[]', '{{}}', {code}, {now}, {now} + 9999999, {now} + 9999999, {now}, 0, 0 FROM n"
        ),
    ];
    for first in (1..=many()).step_by(20_000) {
        let last = (first + 19_999).min(many());
        for table in &tables {
            let (into, from) = table.split_once(" SELECT ").unwrap();
            let sql: &'static str = Box::leak(
                format!(
                    "{into} WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) \
                     SELECT {from}"
                )
                .into_boxed_str(),
            );
            app.store.write(move |tx| Box::pin(async move { tx.execute(sql, &[]).await })).await.unwrap();
        }
    }
    let sql: &'static str = Box::leak(
        format!(
            "INSERT INTO client_users (client_id, user_count) VALUES ('{client}', {0}) \
             ON CONFLICT (client_id) DO UPDATE SET user_count = client_users.user_count + {0}",
            many()
        )
        .into_boxed_str(),
    );
    app.store.write(move |tx| Box::pin(async move { tx.execute(sql, &[]).await })).await.unwrap();
    let sql: &'static str = Box::leak(
        format!(
            "INSERT INTO client_workspaces (client_id, workspace_id, epoch, user_count, user_epoch) \
             SELECT '{client}', w.id, 0, {0}, 0 FROM workspaces w WHERE w.id = '{key}' \
             ON CONFLICT (client_id, workspace_id) DO UPDATE SET user_count = client_workspaces.user_count + {0}",
            many()
        )
        .into_boxed_str(),
    );
    app.store.write(move |tx| Box::pin(async move { tx.execute(sql, &[]).await })).await.unwrap();
    if !sqlite {
        // Autovacuum does this within a minute; rows that come one by one are counted long before there are very many.
        app.store
            .write(|tx| Box::pin(async { tx.execute("ANALYZE users, consents, grants", &[]).await }))
            .await
            .unwrap();
    }
}

/// The figures stand in `docs/src/reliability.md`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_3_a_client_of_very_many_is_revoked_at_once_and_others_go_on() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let sqlite = database.url.starts_with("sqlite:");
        let of = format!("revocation {}", if sqlite { "SQLite" } else { "PostgreSQL" });
        let web = Party::new(&app, Kind::Web).await;
        let ada = app.user("ada@example.com", 1).await;
        let tokens = web.tokens(&mut Browser::new(&app), &ada, &[]).await;
        people_in_bulk(&app, &web, sqlite, None).await;
        let other = TestApp::second(database).await;

        let meanwhile = Meanwhile::start(&app);
        let begun = Instant::now();
        let users = consents::revoke_all_users(&app.app, &app.ctx(), &web.id).await.unwrap();
        let effective = begun.elapsed().as_millis();
        assert_eq!(users, many() + 1);
        for node in [&app, &other] {
            let there = Party { app: node.clone(), ..web.clone() };
            assert_eq!(there.introspect(&tokens.access()).await["active"], false);
            assert_eq!(consents::users_of_client(&node.app, &web.id, Page::default()).await.unwrap().total, 0);
        }
        while rest(&app).await {
            flows::operator::jobs::each_second(&app.app, &app.ctx()).await.unwrap();
        }
        meanwhile.stop(&of).await;
        println!(
            "figure {of}: {users} people, effective_ms {effective}, rows gone after {} ms",
            begun.elapsed().as_millis()
        );
        let count = async |sql: &'static str| {
            app.store.read().await.unwrap().one(sql, &[]).await.unwrap().unwrap().int().unwrap()
        };
        assert_eq!(count("SELECT COUNT(*) FROM consents").await, 0);
        assert_eq!(count("SELECT COUNT(*) FROM grants WHERE ended_reason = 'consent_revoked'").await, many() + 1);
        other.stop().await;
        app.stop().await;
    })
    .await;
}

/// The same of what one workspace takes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_3_a_client_of_very_many_members_is_taken_from_a_workspace_at_once() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let sqlite = database.url.starts_with("sqlite:");
        let of = format!("revocation in a workspace, {}", if sqlite { "SQLite" } else { "PostgreSQL" });
        let web = Party::new(&app, Kind::Web).await;
        let ada = app.user("ada@example.com", 1).await;
        let place = ada.workspaces[0];
        let mut browser = Browser::new(&app);
        let tokens = web.tokens(&mut browser, &ada, &OF_WORKSPACE).await;
        let own_name = web.tokens(&mut browser, &ada, &[]).await;
        people_in_bulk(&app, &web, sqlite, Some(place)).await;
        let other = TestApp::second(database).await;
        let owns = app.acting(&ada, Some((place, Role::Owner)), false);
        let users =
            async |node: &TestApp| consents::users_of_client(&node.app, &web.id, Page::default()).await.unwrap().total;
        assert_eq!(users(&app).await, many() + 1);

        let meanwhile = Meanwhile::start(&app);
        let begun = Instant::now();
        let ended = workspace::apps::revoke(&app.app, &app.ctx(), &owns, web.id.as_str()).await.unwrap();
        let effective = begun.elapsed().as_millis();
        assert_eq!(ended.consents, workspace::apps::MOST_COUNTED.min(many() + 1));
        for node in [&app, &other] {
            let there = Party { app: node.clone(), ..web.clone() };
            assert_eq!(there.introspect(&tokens.access()).await["active"], false);
            assert_eq!(there.introspect(&own_name.access()).await["active"], true);
            assert_eq!(users(node).await, 1, "she allows it in her own name");
            let begun = Instant::now();
            let list = workspace::apps::list(&node.app, &node.ctx(), &owns, "", Page::default()).await.unwrap();
            let left: Vec<_> = list.items.iter().map(|app| (app.people, app.own_names)).collect();
            assert_eq!(left, [(0, 1)]);
            println!("figure {of}: list_ms {}", begun.elapsed().as_millis());
        }
        while rest(&app).await {
            flows::operator::jobs::each_second(&app.app, &app.ctx()).await.unwrap();
        }
        meanwhile.stop(&of).await;
        println!(
            "figure {of}: {} people, effective_ms {effective}, rows gone after {} ms",
            many() + 1,
            begun.elapsed().as_millis()
        );
        let count = async |sql: &'static str| {
            app.store.read().await.unwrap().one(sql, &[]).await.unwrap().unwrap().int().unwrap()
        };
        assert_eq!(count("SELECT COUNT(*) FROM consents").await, 1);
        assert_eq!(count("SELECT COUNT(*) FROM grants WHERE ended_reason = 'consent_revoked'").await, many() + 1);
        assert_eq!(users(&app).await, 1);
        other.stop().await;
        app.stop().await;
    })
    .await;
}
