//! Clients, their secrets, and consents, on both databases.
use crate::common;
use common::*;
use domain::clients::{AuthMethod, ClientType, SubType, Trust};
use domain::workspace::Role;
use store::clients::{self, ClientOwner};
use store::grants::bulk_revocation::{self, Revocation};
use store::grants::spent_consents::ConsentCursor;
use store::grants::{self, Redeemed, consents, revoked_tokens};
use store::{Page, workspace};

#[tokio::test]
async fn clients_are_registered_changed_disabled_and_deleted() {
    for_each_database(async |db| {
        populate(db).await;
        assert_eq!(read_tx!(db, |tx| clients::by_id(tx, &client_id(1), NOW)), Some(client(1)));
        assert_eq!(read_tx!(db, |tx| clients::by_id(tx, &client_id(9), NOW)), None);

        let mut changed = client(1);
        changed.name = "Renamed".to_owned();
        changed.client_type = ClientType::Public;
        changed.auth_method = AuthMethod::None;
        changed.trust = Trust::Verified;
        changed.owner_workspace_id = Some(workspace_id(1));
        changed.owner_user_id = Some(user_id(1));
        changed.config.contacts = vec!["a@b.example".to_owned()];
        changed.registration_token_hash = None;
        changed.updated_at = at(1);
        let put = changed.clone();
        let stale = put.clone();
        assert!(write_tx!(db, |tx| clients::update(tx, &put)));
        assert!(!write_tx!(db, |tx| clients::update(tx, &stale)), "it was read at an earlier revision");
        changed.revision = 1;
        assert_eq!(read_tx!(db, |tx| clients::by_id(tx, &client_id(1), NOW)), Some(changed));
        assert!(!write_tx!(db, |tx| clients::update(tx, &client(9))));

        assert!(write_tx!(db, |tx| clients::set_registration_token(tx, &client_id(1), Some(hash(3)))));
        assert!(write_tx!(db, |tx| clients::raise_epoch(tx, &client_id(1))));
        assert!(write_tx!(db, |tx| clients::touch(tx, &client_id(1), at(5))));
        assert!(!write_tx!(db, |tx| clients::touch(tx, &client_id(1), at(5))), "known already");
        assert!(write_tx!(db, |tx| clients::set_disabled(tx, &client_id(1), true, at(6))));
        let now = read_tx!(db, |tx| clients::by_id(tx, &client_id(1), NOW)).unwrap();
        assert_eq!((now.registration_token_hash, now.credential_epoch), (Some(hash(3)), 1));
        assert_eq!((now.last_used_at, now.disabled_at), (Some(at(5)), Some(at(6))));
        assert!(write_tx!(db, |tx| clients::set_disabled(tx, &client_id(1), false, at(7))));

        assert_eq!(write_tx!(db, |tx| grants::redeem(tx, &grant(1))), Redeemed::First);
        assert_eq!(read_tx!(db, |tx| grants::users_of(tx, &client_id(1))), [user_id(1)]);
        assert_eq!(read_tx!(db, |tx| clients::owner_name(tx, &client_id(1))).as_deref(), Some("Workspace 1"));
        assert_eq!(read_tx!(db, |tx| clients::owner_name(tx, &client_id(9))), None);
        assert_eq!(read_tx!(db, |tx| clients::owner_workspace(tx, &client_id(1))), Some(workspace_id(1)));
        assert_eq!(read_tx!(db, |tx| clients::owner_workspace(tx, &client_id(9))), None);
        assert!(write_tx!(db, |tx| clients::soft_delete(tx, &client_id(1), at(8))));
        assert!(!write_tx!(db, |tx| clients::soft_delete(tx, &client_id(1), at(9))));
        let gone = read_tx!(db, |tx| clients::by_id(tx, &client_id(1), NOW)).unwrap();
        assert_eq!((gone.deleted_at, gone.credential_epoch, gone.secrets.len()), (Some(at(8)), 2, 0));
        assert_eq!(gone.registration_token_hash, None);
        assert_eq!(read_tx!(db, |tx| clients::owner_workspace(tx, &client_id(1))), Some(workspace_id(1)));
        write_tx!(db, |tx| bulk_revocation::begin(tx, &revocation(1)));
        assert_eq!(read_tx!(db, |tx| grants::users_of(tx, &client_id(1))), []);
        let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), None)).unwrap();
        assert!(!context.client_active);
        assert!(!write_tx!(db, |tx| clients::update(tx, &client(1))), "a deleted client stays as it was");
        assert!(!write_tx!(db, |tx| clients::set_disabled(tx, &client_id(1), false, at(9))));
        assert!(!write_tx!(db, |tx| clients::set_registration_token(tx, &client_id(1), None)));
    })
    .await;
}

#[tokio::test]
async fn secrets_are_added_retired_and_used() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| clients::add_secret(tx, &secret(2, 1, Some(at(50)))));
        let ids = async |now| {
            let client = read_tx!(db, |tx| clients::by_id(tx, &client_id(1), now)).unwrap();
            client.secrets.iter().map(|s| s.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(at(49)).await, [1, 2].map(secret_id));
        assert_eq!(ids(at(50)).await, [secret_id(1)]);

        write_tx!(db, |tx| clients::add_secret(tx, &secret(3, 1, None)));
        let retired =
            write_tx!(db, |tx| clients::retire_secrets(tx, &client_id(1), Some(secret_id(3)), at(100), at(60)));
        assert_eq!(retired, 1, "the first one; the second had an earlier end");
        assert_eq!(ids(at(40)).await, [1, 3].map(secret_id), "what had ended is removed");
        assert_eq!(ids(at(100)).await, [secret_id(3)]);

        let used = [(secret_id(3), at(9)), (secret_id(77), at(9))];
        assert_eq!(write_tx!(db, |tx| clients::touch_secrets(tx, &used)), 1, "one is not there");
        assert_eq!(write_tx!(db, |tx| clients::touch_secrets(tx, &used)), 0, "known already");
        assert_eq!(write_tx!(db, |tx| clients::touch_secrets(tx, &[])), 0);
        let client = read_tx!(db, |tx| clients::by_id(tx, &client_id(1), at(100))).unwrap();
        assert_eq!(client.secrets[0].last_used_at, Some(at(9)));
        assert!(!write_tx!(db, |tx| clients::remove_secret(tx, &client_id(2), secret_id(3))), "another's secret");
        assert!(write_tx!(db, |tx| clients::add_secret_within(tx, &secret(4, 1, Some(at(200))), 2, at(100))));
        assert!(!write_tx!(db, |tx| clients::add_secret_within(tx, &secret(5, 1, None), 2, at(100))), "two live");
        assert!(write_tx!(db, |tx| clients::add_secret_within(tx, &secret(5, 1, None), 2, at(200))), "one has ended");
        assert!(write_tx!(db, |tx| clients::remove_secret(tx, &client_id(1), secret_id(4))));
        assert!(write_tx!(db, |tx| clients::remove_secret(tx, &client_id(1), secret_id(5))));
        assert!(write_tx!(db, |tx| clients::remove_secret(tx, &client_id(1), secret_id(3))));
        assert_eq!(ids(at(100)).await, []);
    })
    .await;
}

#[tokio::test]
async fn owners_see_their_clients_page_by_page() {
    for_each_database(async |db| {
        populate(db).await;
        for n in 11..=13 {
            let mut owned = client(n);
            owned.owner_workspace_id = Some(workspace_id(1));
            owned.created_at = at(i64::from(n));
            write_tx!(db, |tx| clients::insert(tx, &owned));
        }
        write_tx!(db, |tx| clients::add_secret(tx, &secret(99, 12, None)));
        let mut personal = client(20);
        personal.owner_user_id = Some(user_id(1));
        personal.secrets.clear();
        write_tx!(db, |tx| clients::insert(tx, &personal));
        write_tx!(db, |tx| clients::soft_delete(tx, &client_id(11), at(90)));

        let list = async |owner, page| {
            let paged = read_tx!(db, |tx| clients::list_for_owner(tx, owner, page, NOW));
            let names = paged.items.iter().map(|c| (c.name.clone(), c.secrets.len())).collect::<Vec<_>>();
            (names, paged.total)
        };
        let workspace = ClientOwner::Workspace(workspace_id(1));
        let (second, third) = (("App 12".to_owned(), 2), ("App 13".to_owned(), 1));
        assert_eq!(list(workspace, Page::new(1, 20)).await, (vec![third.clone(), second.clone()], 2));
        assert_eq!(list(workspace, Page::new(1, 1)).await, (vec![third], 2));
        assert_eq!(list(workspace, Page::new(2, 1)).await, (vec![second], 2));
        assert_eq!(list(workspace, Page::new(3, 1)).await, (vec![], 2));
        assert_eq!(list(ClientOwner::User(user_id(1)), Page::default()).await, (vec![("App 20".to_owned(), 0)], 1));
        let all = read_tx!(db, |tx| clients::list(tx, Page::default(), NOW));
        assert_eq!((all.items.len(), all.total), (4, 4));
    })
    .await;
}

#[tokio::test]
async fn only_unused_anonymous_registrations_are_reaped() {
    for_each_database(async |db| {
        populate(db).await;
        // Client 1 is no anonymous one. 31: old and unused. 32: young. 33: signed in through. 34: has a grant.
        for n in 31..=34 {
            let mut anonymous = client(n);
            anonymous.trust = Trust::Anonymous;
            anonymous.created_at = if n == 32 { at(100) } else { NOW };
            anonymous.last_used_at = (n == 33).then_some(NOW);
            write_tx!(db, |tx| clients::insert(tx, &anonymous));
        }
        let mut held = grant(1);
        held.client_id = client_id(34);
        write_tx!(db, |tx| grants::redeem(tx, &held));
        assert_eq!(write_tx!(db, |tx| clients::reap_unused(tx, at(50), 10)), 1);
        assert_eq!(write_tx!(db, |tx| clients::reap_unused(tx, at(50), 10)), 0);
        for (n, there) in [(1, true), (31, false), (32, true), (33, true), (34, true)] {
            assert_eq!(read_tx!(db, |tx| clients::by_id(tx, &client_id(n), NOW)).is_some(), there, "client {n}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_machine_token_rests_on_its_client() {
    for_each_database(async |db| {
        populate(db).await;
        assert_eq!(read_tx!(db, |tx| clients::machine_context(tx, &client_id(9), token(1))), None);
        let look = async || read_tx!(db, |tx| clients::machine_context(tx, &client_id(1), token(1))).unwrap();
        let first = look().await;
        assert!(first.client_active && !first.token_revoked);
        assert_eq!((first.credential_epoch, first.owner_workspace_id), (0, None));
        write_tx!(db, |tx| revoked_tokens::revoke_token(tx, token(1), at(9)));
        write_tx!(db, |tx| clients::raise_epoch(tx, &client_id(1)));
        write_tx!(db, |tx| clients::set_disabled(tx, &client_id(1), true, NOW));
        let then = look().await;
        assert!(!then.client_active && then.token_revoked);
        assert_eq!(then.credential_epoch, 1);
    })
    .await;
}

/// Who may do what, point 1.1.
#[tokio::test]
async fn what_a_token_allowed_does_not_stand_and_goes_when_it_is_spent() {
    for_each_database(async |db| {
        populate(db).await;
        let app = client_id(1);
        let put = async |text: &'static str| {
            write_tx!(db, |tx| consents::put(tx, user_id(1), &client_id(1), None, &scopes(text), NOW))
        };
        let by_token = async |user: u8, text: &'static str, now| {
            write_tx!(db, |tx| consents::put_by_token(tx, user_id(user), &client_id(1), None, &scopes(text), at(now)))
        };
        let found = async |user: u8| {
            let consent = read_tx!(db, |tx| consents::find(tx, user_id(user), &app, None));
            consent.map(|consent| (consent.scopes.to_string(), consent.standing.to_string()))
        };
        let of = |all: &str, standing: &str| Some((all.to_owned(), standing.to_owned()));
        assert_eq!(by_token(1, "openid email", 0).await, scopes("openid email"));
        assert_eq!(found(1).await, of("openid email", ""));
        assert_eq!(put("openid").await, scopes("openid email"));
        assert_eq!(found(1).await, of("openid email", "openid"));
        assert_eq!(put("email").await, scopes("openid email"));
        by_token(1, "openid", 0).await;
        assert_eq!(found(1).await, of("openid email", "openid email"), "a token takes nothing away");

        by_token(2, "openid", 5).await;
        let mut made = grant(2);
        (made.authorization.user_id, made.authorization.access.sub_type, made.authorization.access.workspace_id) =
            (user_id(2), SubType::User, None);
        write_tx!(db, |tx| grants::redeem(tx, &made));
        let spent = async |now, before| {
            write_tx!(db, |tx| async {
                let (gone, left) =
                    store::grants::spent_consents::delete(tx, at(now), at(before), &ConsentCursor::default(), 1)
                        .await?;
                let Some(place) = left else { return Ok(gone) };
                Ok(gone + store::grants::spent_consents::delete(tx, at(now), at(before), &place, 10).await?.0)
            })
        };
        let users = async || read_tx!(db, |tx| store::grants::user_count::total(tx, &app));
        assert_eq!((spent(999, 6).await, users().await), (0, 2), "its grant lives");
        assert_eq!((spent(1000, 5).await, users().await), (0, 2), "a code may be on its way");
        assert_eq!((spent(1000, 6).await, users().await), (1, 1));
        assert_eq!((found(2).await, found(1).await.is_some()), (None, true));
    })
    .await;
}

#[tokio::test]
async fn consents_grow_are_listed_and_taken_back() {
    for_each_database(async |db| {
        populate(db).await;
        let (one, app) = (workspace_id(1), client_id(1));
        assert_eq!(read_tx!(db, |tx| consents::find(tx, user_id(1), &app, Some(one))), None);
        let put = async |workspace, text: &'static str, now| {
            write_tx!(db, |tx| async move {
                consents::put(tx, user_id(1), &client_id(1), workspace, &scopes(text), now).await
            })
        };
        assert_eq!(put(Some(one), "openid email", NOW).await, scopes("openid email"));
        assert_eq!(put(Some(one), "email profile", at(5)).await, scopes("openid email profile"));
        assert_eq!(put(None, "openid", at(3)).await, scopes("openid"), "each workspace by itself");
        let consent = read_tx!(db, |tx| consents::find(tx, user_id(1), &app, Some(one))).unwrap();
        assert_eq!((consent.created_at, consent.updated_at), (NOW, at(5)));
        assert_eq!((consent.workspace_id, consent.scopes.len()), (Some(one), 3));
        let mine = read_tx!(db, |tx| consents::list_for_client(tx, user_id(1), &app));
        assert_eq!(mine.iter().map(|c| c.workspace_id).collect::<Vec<_>>(), [None, Some(one)]);

        let apps = read_tx!(db, |tx| consents::list_for_user(tx, user_id(1)));
        let names: Vec<_> = apps.iter().map(|a| (a.client.name.as_str(), a.workspace_name.as_deref())).collect();
        assert_eq!(names, [("App 1", Some("Workspace 1")), ("App 1", None)]);
        assert_eq!(apps[0].consent, consent);
        write_tx!(db, |tx| async {
            let mut older = grant(2);
            older.last_used_at = at(-9);
            grants::redeem(tx, &grant(1)).await?;
            grants::redeem(tx, &older).await
        });
        let page = |part| async move {
            read_tx!(db, |tx| consents::page_for_user(tx, user_id(1), part, Page::new(1, 1), NOW))
        };
        let all = page("").await;
        assert_eq!((all.items.len(), all.total), (1, 1));
        let mine = &all.items[0];
        assert_eq!((mine[0].app.clone(), mine[0].last_used_at), (apps[0].clone(), Some(NOW)));
        assert_eq!((mine[1].app.clone(), mine[1].last_used_at), (apps[1].clone(), None));
        assert_eq!(page("PP 1").await, all);
        assert_eq!((page("pp 2").await.items, page("%").await.total), (Vec::new(), 0));
        let second = read_tx!(db, |tx| consents::page_for_user(tx, user_id(1), "", Page::new(2, 1), NOW));
        assert_eq!((second.items, second.total), (Vec::new(), 1));
        assert_eq!(&read_tx!(db, |tx| consents::of_user_and_client(tx, user_id(1), &app, NOW)), mine);
        assert_eq!(read_tx!(db, |tx| consents::of_user_and_client(tx, user_id(2), &app, NOW)), []);

        assert!(write_tx!(db, |tx| async { consents::delete(tx, user_id(1), &client_id(1), None).await }));
        assert!(!write_tx!(db, |tx| async { consents::delete(tx, user_id(1), &client_id(1), None).await }));
        assert_eq!(write_tx!(db, |tx| async { consents::delete_all(tx, user_id(1), &client_id(1)).await }), 1);
        assert_eq!(read_tx!(db, |tx| consents::list_for_user(tx, user_id(1))), []);
    })
    .await;
}

#[tokio::test]
async fn the_last_choice_of_workspace_is_remembered() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| workspace::put_member(tx, &member(1, 2, Role::Member)));
        assert_eq!(read_tx!(db, |tx| consents::last_workspace(tx, user_id(1), &client_id(1))), None);
        for n in [1, 2] {
            write_tx!(db, |tx| async move {
                consents::remember_workspace(tx, user_id(1), &client_id(1), workspace_id(n)).await
            });
            let last = read_tx!(db, |tx| consents::last_workspace(tx, user_id(1), &client_id(1)));
            assert_eq!(last, Some(workspace_id(n)));
        }
    })
    .await;
}

#[tokio::test]
async fn the_users_of_a_client_are_listed_each_once_and_lose_it_together() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| async {
            clients::insert(tx, &client(2)).await?;
            for n in 3..=5 {
                store::account::users::insert(tx, &user(n)).await?;
            }
            for (n, client, workspace, text, now) in [
                (4, 1, None, "openid", 1),
                (1, 1, Some(workspace_id(1)), "email", 9),
                (1, 1, None, "openid", 5),
                (1, 1, Some(workspace_id(2)), "openid email", 3),
                (3, 1, Some(workspace_id(2)), "email", 2),
                (1, 2, None, "openid", 4),
            ] {
                consents::put(tx, user_id(n), &client_id(client), workspace, &scopes(text), at(now)).await?;
            }
            Ok::<_, store::StoreError>(())
        });
        let list = async |page, limit| {
            read_tx!(db, |tx| consents::list_for_client_users(tx, &client_id(1), Page::new(page, limit)))
        };
        let told = |n, text, created, updated| consents::ClientUser {
            user_id: user_id(n),
            scopes: scopes(text),
            created_at: at(created),
            updated_at: at(updated),
        };
        let ada = told(1, "openid email", 3, 9);
        let all = list(1, 100).await;
        assert_eq!((all.items, all.total), (vec![ada.clone(), told(3, "email", 2, 2), told(4, "openid", 1, 1)], 3));
        assert_eq!(list(2, 2).await.items, [told(4, "openid", 1, 1)], "three rows of one user take one place");
        assert_eq!((list(1, 1).await.items, list(2, 1).await.items), (vec![ada.clone()], vec![told(3, "email", 2, 2)]));
        let behind = list(3, 2).await;
        assert_eq!((behind.items, behind.total), (vec![], 3), "behind the last page");
        assert_eq!(read_tx!(db, |tx| consents::of_client_user(tx, &client_id(1), user_id(1))), Some(ada));
        assert_eq!(read_tx!(db, |tx| consents::of_client_user(tx, &client_id(1), user_id(2))), None);

        assert_eq!(write_tx!(db, |tx| bulk_revocation::begin(tx, &revocation(1))), 3);
        assert_eq!(write_tx!(db, |tx| bulk_revocation::begin(tx, &revocation(1))), 0);
        let all = list(1, 100).await;
        assert_eq!((all.items, all.total), (vec![], 0));
        assert_eq!(read_tx!(db, |tx| consents::of_client_user(tx, &client_id(1), user_id(1))), None);
        let other = read_tx!(db, |tx| consents::list_for_client_users(tx, &client_id(2), Page::default()));
        assert_eq!(other.items, [told(1, "openid", 4, 4)], "another client keeps its users");
    })
    .await;
}

#[tokio::test]
async fn what_was_allowed_in_a_workspace_is_taken_back_together() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| async {
            clients::insert(tx, &client(2)).await?;
            store::account::users::insert(tx, &user(3)).await?;
            for (n, client, workspace) in [
                (1, 1, Some(workspace_id(1))),
                (1, 1, Some(workspace_id(2))),
                (1, 2, Some(workspace_id(1))),
                (2, 1, Some(workspace_id(1))),
                (2, 2, None),
                (2, 2, Some(workspace_id(1))),
                (3, 2, Some(workspace_id(1))),
            ] {
                consents::put(tx, user_id(n), &client_id(client), workspace, &scopes("openid"), NOW).await?;
            }
            Ok::<_, store::StoreError>(())
        });
        let counts = async || {
            let one = read_tx!(db, |tx| store::grants::user_count::total(tx, &client_id(1)));
            (one, read_tx!(db, |tx| store::grants::user_count::total(tx, &client_id(2))))
        };
        assert_eq!(counts().await, (2, 3));
        let ids = |consents: Vec<domain::grants::consent::Consent>| {
            let mut ids: Vec<_> = consents.into_iter().map(|c| (c.user_id, c.client_id, c.workspace_id)).collect();
            ids.sort();
            ids
        };
        let one = Some(workspace_id(1));
        let of_user = write_tx!(db, |tx| async {
            workspace::hold(tx, workspace_id(1)).await?;
            consents::delete_in_workspace(tx, workspace_id(1), user_id(1)).await
        });
        assert_eq!(ids(of_user), [(user_id(1), client_id(1), one), (user_id(1), client_id(2), one)]);
        assert_eq!(counts().await, (2, 2), "elsewhere the user allows the first client something still");
        let of_client = write_tx!(db, |tx| async {
            let there = Revocation { workspace_id: Some(workspace_id(1)), ..revocation(2) };
            bulk_revocation::begin(tx, &there).await?;
            bulk_revocation::remove_consents(tx, &client_id(2), there.workspace_id, 10).await
        });
        assert_eq!(ids(of_client), [(user_id(2), client_id(2), one), (user_id(3), client_id(2), one)]);
        assert_eq!(counts().await, (2, 1));
        for n in 1..=2 {
            let users = read_tx!(db, |tx| consents::list_for_client_users(tx, &client_id(n), Page::default()));
            assert_eq!(users.total, i64::try_from(users.items.len()).unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn a_user_counts_once_until_the_last_consent_goes() {
    for_each_database(async |db| {
        populate(db).await;
        let count = async || read_tx!(db, |tx| store::grants::user_count::total(tx, &client_id(1)));
        let put = async |n, workspace| {
            write_tx!(db, |tx| consents::put(tx, user_id(n), &client_id(1), workspace, &scopes("openid"), NOW));
        };
        let delete =
            async |n, workspace| write_tx!(db, |tx| consents::delete(tx, user_id(n), &client_id(1), workspace));
        assert_eq!(count().await, 0);
        put(1, None).await;
        put(1, None).await;
        put(1, Some(workspace_id(1))).await;
        assert_eq!(count().await, 1);
        put(2, None).await;
        assert_eq!(count().await, 2);
        assert!(delete(1, None).await && !delete(1, None).await);
        assert_eq!(count().await, 2, "one of the two consents is left");
        assert!(delete(1, Some(workspace_id(1))).await);
        assert_eq!(count().await, 1);
        put(1, None).await;
        put(1, Some(workspace_id(2))).await;
        assert_eq!(write_tx!(db, |tx| consents::delete_all(tx, user_id(1), &client_id(1))), 2);
        assert_eq!(write_tx!(db, |tx| consents::delete_all(tx, user_id(1), &client_id(1))), 0);
        assert_eq!(count().await, 1);
        assert_eq!(write_tx!(db, |tx| bulk_revocation::begin(tx, &revocation(1))), 1);
        assert_eq!(count().await, 0);
    })
    .await;
}
