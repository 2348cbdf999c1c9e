//! Keys, credentials and the audit log, on both databases.
use crate::common;
use common::*;
use domain::access::{ApiKey, Creator};
use domain::audit::AuditEvent;
use domain::platform::keys::{KeyState, SealingKeyRecord, SigningKeyRecord};
use domain::workspace::{MemberRoles, Role};
use domain::{ApiKeyId, AuditId, ScopeSet, Timestamp};
use jose::SigningAlg;
use serde_json::json;
use store::access::credentials::{self, KeyWithCreator};
use store::account::users;
use store::audit;
use store::audit::search::{self, Filter, KindFilter, LOOKED_AT, Order, OutcomeFilter};
use store::platform::keys;
use store::{Page, StoreError, StoreOptions};

fn signing(kid: &str, created: i64) -> SigningKeyRecord {
    SigningKeyRecord {
        kid: kid.to_owned(),
        alg: SigningAlg::parse("ES256").unwrap(),
        state: KeyState::Next,
        sealed_private: vec![0, 1, 255],
        public_jwk: json!({"kty": "EC", "kid": kid}),
        created_at: at(created),
        activated_at: None,
        retired_at: None,
        expires_at: None,
    }
}

#[tokio::test]
async fn signing_keys_move_through_their_states() {
    for_each_database(async |db| {
        write_tx!(db, |tx| async {
            keys::lock(tx).await?;
            keys::insert_signing(tx, &signing("b", 1)).await?;
            keys::insert_signing(tx, &signing("a", 2)).await
        });
        assert_eq!(read_tx!(db, |tx| keys::list_signing(tx, NOW)), [signing("b", 1), signing("a", 2)]);
        let set = async |state, now, expires| write_tx!(db, |tx| keys::set_signing_state(tx, "b", state, now, expires));
        assert!(set(KeyState::Active, at(5), None).await);
        assert!(!set(KeyState::Active, at(6), None).await, "already");
        assert!(!write_tx!(db, |tx| keys::set_signing_state(tx, "z", KeyState::Active, NOW, None)));
        let active = read_tx!(db, |tx| keys::list_signing(tx, NOW)).remove(0);
        assert_eq!((active.state, active.activated_at, active.retired_at), (KeyState::Active, Some(at(5)), None));
        assert!(set(KeyState::Retired, at(7), Some(at(100))).await);
        let retired = read_tx!(db, |tx| keys::list_signing(tx, NOW)).remove(0);
        assert_eq!((retired.activated_at, retired.retired_at), (Some(at(5)), Some(at(7))));
        assert_eq!(retired.expires_at, Some(at(100)));
        assert_eq!(read_tx!(db, |tx| keys::list_signing(tx, at(100))).len(), 1, "expired keys are not listed");
        assert_eq!(write_tx!(db, |tx| keys::delete_expired_signing(tx, at(100))), 0);
        assert_eq!(write_tx!(db, |tx| keys::delete_expired_signing(tx, at(101))), 1);
        assert_eq!(write_tx!(db, |tx| keys::delete_signing(tx, "a")), Some(KeyState::Next));
        assert_eq!(write_tx!(db, |tx| keys::delete_signing(tx, "a")), None);
    })
    .await;
}

#[tokio::test]
async fn sealing_keys_move_through_their_states() {
    for_each_database(async |db| {
        let key = |id| SealingKeyRecord {
            id,
            state: KeyState::Active,
            sealed: vec![7; 60],
            created_at: NOW,
            retired_at: None,
        };
        let (first, second) = (key(1), key(2));
        write_tx!(db, |tx| keys::insert_sealing(tx, &first));
        write_tx!(db, |tx| keys::insert_sealing(tx, &second));
        let twice = key(2);
        let taken = db.store.write(move |tx| Box::pin(async move { keys::insert_sealing(tx, &twice).await })).await;
        assert_eq!(taken, Err(StoreError::Conflict("sealing_keys.pkey".to_owned())));
        assert_eq!(read_tx!(db, |tx| keys::list_sealing(tx)), [key(2), key(1)]);
        assert!(write_tx!(db, |tx| keys::set_sealing_state(tx, 1, KeyState::Retired, at(5))));
        assert!(!write_tx!(db, |tx| keys::set_sealing_state(tx, 1, KeyState::Retired, at(6))));
        assert_eq!(read_tx!(db, |tx| keys::list_sealing(tx))[1].retired_at, Some(at(5)));
        let states =
            |all: &[(&str, &str)]| all.iter().map(|(k, s)| ((*k).to_owned(), (*s).to_owned())).collect::<Vec<_>>();
        assert_eq!(read_tx!(db, |tx| keys::states(tx, NOW)), states(&[("1", "retired"), ("2", "active")]));
        assert_eq!(write_tx!(db, |tx| keys::delete_sealing(tx, 1)), Some(KeyState::Retired));
        assert_eq!(write_tx!(db, |tx| keys::delete_sealing(tx, 1)), None);
        assert_eq!(read_tx!(db, |tx| keys::list_sealing(tx)), [key(2)]);

        // Which grants may need a key that was retired.
        populate(db).await;
        let mut living = grant(1);
        living.refresh =
            Some(domain::grants::RefreshState { number: 1, redeemed: None, used: false, issued_at: at(3) });
        write_tx!(db, |tx| store::grants::redeem(tx, &living));
        let needed = async |before, now| read_tx!(db, |tx| keys::needed_for_refresh(tx, before, now));
        assert!(needed(at(4), at(4)).await);
        assert!(!needed(at(3), at(4)).await, "its newest token is younger");
        assert!(!needed(at(4), at(90_000_000)).await, "expired");
    })
    .await;
}

fn key_id(n: u8) -> ApiKeyId {
    ApiKeyId::new(NOW, [n; 10])
}

fn api_key(n: u8) -> ApiKey {
    ApiKey {
        id: key_id(n),
        workspace_id: workspace_id(1),
        name: format!("Key {n}"),
        roles: MemberRoles { role: Role::Admin, extra: vec!["auditor".to_owned()] },
        scopes: scopes("read write"),
        hash: hash(n),
        hint: "wxyz".to_owned(),
        created_by: Some(user_id(1)),
        created_at: at(i64::from(n)),
        expires_at: Some(at(100)),
        last_used_at: None,
        revoked_at: None,
    }
}

fn kept(n: u8, role: Role) -> KeyWithCreator {
    let roles = Some(member(1, 1, role).roles);
    let creator = Creator { id: user_id(1), name: user(1).name, roles, is_operator: false, is_active: true };
    KeyWithCreator { key: api_key(n), creator: Some(creator) }
}

#[tokio::test]
async fn api_keys_live_expire_and_are_revoked() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| credentials::insert_api_key(tx, &api_key(1)));
        write_tx!(db, |tx| credentials::insert_api_key(tx, &api_key(2)));
        let find = async |n, now: Timestamp| read_tx!(db, |tx| credentials::api_key_by_hash(tx, &hash(n), now));
        assert_eq!(find(1, at(99)).await, Some((kept(1, Role::Admin), workspace(1))));
        assert_eq!(find(1, at(100)).await, None, "expired");
        assert_eq!(find(9, NOW).await, None);
        assert!(write_tx!(db, |tx| credentials::touch_api_key(tx, key_id(1), at(3))));
        assert!(!write_tx!(db, |tx| credentials::touch_api_key(tx, key_id(1), at(3))));
        let revoke = async |workspace| {
            write_tx!(db, |tx| credentials::revoke_api_key(tx, workspace_id(workspace), key_id(1), at(4)))
        };
        assert!(!revoke(2).await, "another workspace's key");
        assert!(revoke(1).await);
        assert!(!revoke(1).await);
        assert_eq!(find(1, NOW).await, None, "revoked");
        let by_machine = ApiKey { created_by: None, expires_at: None, ..api_key(3) };
        write_tx!(db, |tx| credentials::insert_api_key(tx, &by_machine));
        let page = read_tx!(db, |tx| credentials::page_of_api_keys(tx, workspace_id(1), Page::new(1, 1)));
        let (first, total) = (&page.items[0], page.total);
        assert_eq!((first.key.id, &first.creator, total), (key_id(3), &None, 2), "not the revoked one");
        let page = read_tx!(db, |tx| credentials::page_of_api_keys(tx, workspace_id(1), Page::new(2, 1)));
        assert_eq!(page.items, [kept(2, Role::Admin)]);
        let one = async |of, n| read_tx!(db, |tx| credentials::api_key(tx, workspace_id(of), key_id(n)));
        assert_eq!(one(1, 2).await, Some(kept(2, Role::Admin)));
        assert_eq!((one(2, 2).await, one(1, 1).await), (None, None), "another workspace's, and a revoked one");
        // What became of the creator is read with the key; another person answers for it only once.
        write_tx!(db, |tx| store::workspace::put_member(tx, &member(1, 1, Role::Member)));
        assert_eq!(find(2, NOW).await, Some((kept(2, Role::Member), workspace(1))));
        assert!(write_tx!(db, |tx| store::workspace::remove_member(tx, user_id(1), workspace_id(1))));
        let creator = find(2, NOW).await.unwrap().0.creator.unwrap();
        assert_eq!((creator.id, creator.roles), (user_id(1), None));
        let adopt = async |n, before, by| {
            write_tx!(db, |tx| credentials::set_creator(tx, workspace_id(n), key_id(2), before, by))
        };
        assert!(!adopt(2, Some(user_id(1)), Some(user_id(2))).await, "another workspace's");
        assert!(!adopt(1, None, Some(user_id(2))).await);
        assert!(adopt(1, Some(user_id(1)), Some(user_id(2))).await);
        assert!(!adopt(1, Some(user_id(1)), Some(user_id(2))).await);
        assert!(adopt(1, Some(user_id(2)), None).await);
        assert_eq!(find(2, NOW).await.unwrap().0.creator, None);
        assert!(write_tx!(db, |tx| credentials::revoke_api_key(tx, workspace_id(1), key_id(3), at(4))));
        let list = read_tx!(db, |tx| credentials::list_api_keys(tx, workspace_id(1)));
        assert_eq!(list.iter().map(|k| k.key.id).collect::<Vec<_>>(), [3, 2, 1].map(key_id));
        assert_eq!((list[2].key.last_used_at, list[2].key.revoked_at), (Some(at(3)), Some(at(4))));
    })
    .await;
}

#[tokio::test]
async fn point_6_1_credentials_without_scopes_get_those_that_existed_written_out() {
    for_each_database(async |db| {
        populate(db).await;
        let (mut key, mut own, mut operators) = (api_key(1), personal_token(1), personal_token(2));
        for scopes in [&mut key.scopes, &mut own.scopes, &mut operators.scopes] {
            *scopes = ScopeSet::default();
        }
        operators.user_id = user_id(2);
        write_tx!(db, |tx| users::set_operator(tx, user_id(2), true, NOW));
        write_tx!(db, |tx| credentials::insert_api_key(tx, &key));
        write_tx!(db, |tx| credentials::insert_api_key(tx, &api_key(2)));
        write_tx!(db, |tx| credentials::insert_personal_token(tx, &own));
        write_tx!(db, |tx| credentials::insert_personal_token(tx, &operators));
        write_tx!(db, |tx| async {
            tx.execute("DELETE FROM schema_migrations WHERE name = 'written_scopes'", &[]).await
        });
        let declared_scopes = vec!["openid".to_owned(), "contracts:read".to_owned()];
        let options = StoreOptions { declared_scopes, ..db.options() };
        assert_eq!(store::migrate(&db.url, &options).await.unwrap().len(), 1);
        let scopes =
            async |n: u8| read_tx!(db, |tx| credentials::api_key_by_hash(tx, &hash(n), NOW)).unwrap().0.key.scopes;
        let of_key = scopes(1).await;
        assert!(["clients:write", "webhooks:read", "contracts:read", "email"].iter().all(|name| of_key.contains(name)));
        assert!(
            !of_key.iter().any(domain::access::is_operator_scope),
            "a key without scopes did nothing for the operator"
        );
        assert_eq!(scopes(2).await, api_key(2).scopes, "what was chosen stays");
        let token =
            async |of, n| read_tx!(db, |tx| credentials::personal_token(tx, user_id(of), pat_id(n))).unwrap().scopes;
        assert_eq!(token(1, 1).await, of_key);
        let operators = token(2, 2).await;
        assert!(of_key.is_subset(&operators) && operators.contains("keys:rotate"));
        // All operations that there were then, and nothing that may come.
        let old = domain::access::management_scopes().filter(|name| operators.contains(name)).count();
        assert_eq!((old, operators.len()), (29, 33));
    })
    .await;
}

#[tokio::test]
async fn personal_tokens_live_with_their_user() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| credentials::insert_personal_token(tx, &personal_token(1)));
        write_tx!(db, |tx| credentials::insert_personal_token(tx, &personal_token(2)));
        let find = async |n| read_tx!(db, |tx| credentials::personal_token_by_hash(tx, &hash(n), NOW));
        assert_eq!(find(1).await, Some((personal_token(1), user(1))));
        let page = |n| async move {
            let page = read_tx!(db, |tx| credentials::page_personal_tokens(tx, user_id(1), Page::new(n, 1)));
            (page.items.into_iter().map(|t| t.id).collect::<Vec<_>>(), page.total)
        };
        assert_eq!([page(1).await, page(2).await], [(vec![pat_id(2)], 2), (vec![pat_id(1)], 2)]);
        let one = |n, of| async move { read_tx!(db, |tx| credentials::personal_token(tx, user_id(of), pat_id(n))) };
        assert_eq!((one(1, 1).await, one(1, 2).await), (Some(personal_token(1)), None), "nobody else's");
        assert!(write_tx!(db, |tx| credentials::touch_personal_token(tx, pat_id(1), at(3))));
        assert!(!write_tx!(db, |tx| credentials::touch_personal_token(tx, pat_id(1), at(2))));
        let revoke =
            async |user| write_tx!(db, |tx| credentials::revoke_personal_token(tx, user_id(user), pat_id(1), at(4)));
        let good = async |n, now| write_tx!(db, |tx| credentials::hold_personal_token(tx, pat_id(n), at(now)));
        assert!(good(1, 3).await && !good(9, 3).await);
        assert!(!revoke(2).await, "another user's token");
        assert!(revoke(1).await);
        assert!(!good(1, 3).await);
        assert!(!revoke(1).await);
        assert_eq!(find(1).await, None);
        assert_eq!((page(1).await, one(1, 1).await), ((vec![pat_id(2)], 1), None), "revoked");
        let list = read_tx!(db, |tx| credentials::list_personal_tokens(tx, user_id(1)));
        assert_eq!(list.iter().map(|t| t.id).collect::<Vec<_>>(), [2, 1].map(pat_id));
        assert_eq!((list[1].last_used_at, list[1].revoked_at), (Some(at(3)), Some(at(4))));
        assert!(find(2).await.is_some());
        write_tx!(db, |tx| users::set_disabled(tx, user_id(1), true, NOW));
        assert_eq!(find(2).await, None, "its user is disabled");
    })
    .await;
}

fn event(n: u8) -> AuditEvent {
    AuditEvent {
        id: AuditId::new(NOW, [n; 10]),
        at: at(i64::from(n / 2)),
        kind: "token.refresh".to_owned(),
        outcome: if n.is_multiple_of(3) { "ok" } else { "grant_expired" }.to_owned(),
        request_id: format!("req-{n}"),
        actor: "anonymous".to_owned(),
        credential: None,
        client_id: n.is_multiple_of(2).then(|| client_id(1)),
        user_id: (n > 5).then(|| user_id(1)),
        workspace_id: (n > 7).then(|| workspace_id(1)),
        grant_id: (n > 8).then(|| grant_id(1)),
        ip: (n > 1).then(|| "2001:db8::1".to_owned()),
        detail: json!({"asked": "a \"b\" \u{0} \\ ö", "n": n, "list": [1, null]}),
    }
}

#[tokio::test]
async fn the_audit_log_is_written_at_once_and_read_backwards() {
    for_each_database(async |db| {
        populate(db).await;
        let all: Vec<_> = (1..=9).map(event).collect();
        let written = all.clone();
        write_tx!(db, |tx| audit::insert_many(tx, &[]));
        let named = |of| async move { read_tx!(db, |tx| audit::people(tx, &[user_id(1), user_id(9)], of)) };
        let one = vec![(user_id(1), user(1).email.to_string())];
        assert_eq!((named(None).await, named(Some(workspace_id(1))).await), (one.clone(), one));
        assert_eq!(named(Some(workspace_id(2))).await, [], "no member");
        let (app, name) = (client_id(1).to_string(), "App 1".to_owned());
        let found = read_tx!(db, |tx| audit::applications(tx, &[client_id(1).as_str(), "anonymous"]));
        assert_eq!(found, [(app, name)]);
        write_tx!(db, |tx| audit::insert_many(tx, &written));
        let walk = async |order| {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let looked = read_tx!(db, |tx| search::list(tx, &Filter::default(), order, after, 4));
                seen.extend(looked.events);
                after = looked.further;
                if after.is_none() {
                    return seen;
                }
            }
        };
        assert_eq!(walk(Order::OldestFirst).await, all, "every event once, exactly as it was");
        assert_eq!(walk(Order::NewestFirst).await, all.iter().rev().cloned().collect::<Vec<_>>());

        let requests = async |filter: Filter<'_>| {
            let events = read_tx!(db, |tx| search::list(tx, &filter, Order::NewestFirst, None, 100));
            assert_eq!(events.further, None, "all that fit");
            events.events.iter().map(|e| e.request_id.trim_start_matches("req-").parse().unwrap()).collect::<Vec<u8>>()
        };
        let app = client_id(1);
        let none = Filter::default();
        let of_app = Filter { client: Some(&app), ..none };
        assert_eq!(requests(of_app).await, [8, 6, 4, 2]);
        assert_eq!(requests(Filter { outcome: Some(OutcomeFilter::Refused), ..of_app }).await, [8, 4, 2]);
        assert_eq!(requests(Filter { outcome: Some(OutcomeFilter::Ok), ..of_app }).await, [6]);
        let of_user = Filter { user: Some(user_id(1)), ..none };
        assert_eq!(requests(of_user).await, [9, 8, 7, 6]);
        assert_eq!(requests(Filter { client: Some(&app), ..of_user }).await, [8, 6]);
        assert_eq!(requests(Filter { from: Some(at(3)), to: Some(at(4)), ..of_user }).await, [7, 6]);
        assert_eq!(requests(Filter { from: Some(at(4)), ..none }).await, [9, 8]);
        assert_eq!(requests(Filter { to: Some(at(1)), ..none }).await, [1]);
        let of_workspace = Filter { workspace: Some(workspace_id(1)), ..none };
        assert_eq!(requests(Filter { outcome: Some(OutcomeFilter::Refused), ..of_workspace }).await, [8]);
        assert_eq!(requests(Filter { request_id: Some("req-3"), ..none }).await, [3]);
        assert_eq!(requests(Filter { request_id: Some("req-3"), ..of_app }).await, [0; 0]);
        assert_eq!(requests(Filter { actor: Some("anonymous"), from: Some(at(4)), ..none }).await, [9, 8]);
        assert_eq!(requests(Filter { actor: Some("somebody"), ..none }).await, [0; 0]);
        assert_eq!(requests(Filter { kind: Some(KindFilter::Beginning("token.")), ..of_workspace }).await, [9, 8]);
        assert_eq!(requests(Filter { kind: Some(KindFilter::Beginning("grant")), ..of_workspace }).await, [0; 0]);
        // A page that began before the time asked for does not reach out of it.
        let after = Some((at(4), all[8].id));
        let page = async |order, filter: Filter<'_>| {
            read_tx!(db, |tx| search::list(tx, &filter, order, after, 100))
                .events
                .into_iter()
                .map(|e| e.at)
                .collect::<Vec<_>>()
        };
        assert_eq!(page(Order::NewestFirst, Filter { to: Some(at(1)), ..none }).await, [at(0)]);
        assert_eq!(page(Order::OldestFirst, Filter { from: Some(at(5)), ..none }).await, []);
        assert_eq!(write_tx!(db, |tx| audit::delete_old(tx, at(2), 2)), 2);
        assert_eq!(write_tx!(db, |tx| audit::delete_old(tx, at(2), 2)), 1);
    })
    .await;
}

#[tokio::test]
async fn what_fits_few_of_many_events_is_looked_for_a_part_at_a_time() {
    for_each_database(async |db| {
        populate(db).await;
        // All of one second, so that the ids alone order them; every thousandth is of another kind.
        let many = LOOKED_AT + 700;
        let all: Vec<_> = (0..many)
            .map(|n| AuditEvent {
                id: AuditId::new(at(5), [[0, 0].as_slice(), &n.to_be_bytes()].concat().try_into().unwrap()),
                at: at(5),
                kind: if n % 1_000 == 10 { "sign_out" } else { "token.refresh_token" }.to_owned(),
                outcome: if n == 20 { "grant_expired" } else { "ok" }.to_owned(),
                ..event(9)
            })
            .collect();
        for part in all.chunks(1_000).map(<[_]>::to_vec) {
            write_tx!(db, |tx| audit::insert_many(tx, &part));
        }
        let read = async |filter: Filter<'_>, order, after, limit| {
            let looked = read_tx!(db, |tx| search::list(tx, &filter, order, after, limit));
            let index = |id| all.iter().position(|event| event.id == id).unwrap();
            (looked.events.iter().map(|event| index(event.id)).collect::<Vec<_>>(), looked.further)
        };
        let place = |index: i64| Some((at(5), all[usize::try_from(index).unwrap()].id));
        let none = Filter::default();
        let out = Filter { kind: Some(KindFilter::Named("sign_out")), ..none };
        let found = vec![5_010, 4_010, 3_010, 2_010, 1_010, 10];
        // Kinds that few events have are found at once, in a workspace as anywhere.
        let of_workspace = Filter { workspace: Some(workspace_id(1)), ..out };
        for filter in [out, of_workspace, Filter { kind: Some(KindFilter::Beginning("sign_ou")), ..none }] {
            assert_eq!(read(filter, Order::NewestFirst, None, 100).await, (found.clone(), None));
        }
        let refused = Filter { outcome: Some(OutcomeFilter::Refused), ..none };
        for filter in [refused, Filter { workspace: Some(workspace_id(1)), ..refused }] {
            assert_eq!(read(filter, Order::NewestFirst, None, 100).await, (vec![20], None));
        }
        // What has no index is looked for among so many, and then further on.
        for slow in [
            Filter { kind: Some(KindFilter::Beginning("sign_")), ..none },
            Filter { user: Some(user_id(1)), ..out },
            Filter { outcome: Some(OutcomeFilter::Refused), user: Some(user_id(1)), ..none },
            Filter {
                outcome: Some(OutcomeFilter::Refused),
                kind: Some(KindFilter::Named("token.refresh_token")),
                ..none
            },
        ] {
            let newest = read(slow, Order::NewestFirst, None, 100).await;
            let rest = read(slow, Order::NewestFirst, place(700), 100).await;
            let oldest = read(slow, Order::OldestFirst, None, 100).await;
            let last = read(slow, Order::OldestFirst, place(LOOKED_AT - 1), 100).await;
            if slow.outcome.is_none() {
                assert_eq!(newest, (found[..5].to_vec(), place(700)));
                assert_eq!(rest, (vec![10], None));
                assert_eq!(oldest, (vec![10, 1_010, 2_010, 3_010, 4_010], place(LOOKED_AT - 1)));
                assert_eq!(last, (vec![5_010], None));
                let full = read(slow, Order::NewestFirst, None, 2).await;
                assert_eq!(full, (vec![5_010, 4_010], place(4_010)), "a full page goes on from its last event");
            } else if slow.kind.is_none() {
                assert_eq!((newest, rest), ((vec![], place(700)), (vec![20], None)));
                assert_eq!((oldest, last), ((vec![20], place(LOOKED_AT - 1)), (vec![], None)));
            } else {
                assert_eq!((newest, oldest), ((vec![20], None), (vec![20], None)), "few are refused");
            }
        }
        // Exactly as many as are looked at end the log.
        let exact = Filter { kind: Some(KindFilter::Beginning("sign_")), ..none };
        let (found, further) = read(exact, Order::NewestFirst, place(LOOKED_AT), 100).await;
        assert_eq!((found.len(), further), (5, None));
    })
    .await;
}
