//! Taking back all that anybody allowed a client: at once for everyone who asks, and row by row later (bounds, point 4.3).
use crate::common;
use common::*;
use domain::grants::{EndReason, GrantInactive};
use domain::{ClientId, WorkspaceId};
use store::account::users;
use store::grants::bulk_revocation::{self, Revocation};
use store::grants::{self, app_policy, client_people, consents, spent_consents, user_count, workspace_apps};
use store::platform::epochs;
use store::{Page, UserCursor, clients, workspace};

const BATCH: i64 = 2;

async fn allowed(db: &Db, of: u8, n: u8, workspace: Option<WorkspaceId>) {
    write_tx!(db, |tx| consents::put(tx, user_id(n), &client_id(of), workspace, &scopes("openid"), at(1)));
    let mut made = grant(n + 100 * of);
    (made.id, made.code_id) = (grant_id(n + 100 * of), token(n + 100 * of));
    (made.authorization.user_id, made.client_id, made.authorization.access.workspace_id) =
        (user_id(n), client_id(of), workspace);
    write_tx!(db, |tx| grants::redeem(tx, &made));
}

#[tokio::test]
async fn what_was_taken_back_counts_nowhere_while_its_rows_are_still_there() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| clients::insert(tx, &client(2)));
        write_tx!(db, |tx| users::insert(tx, &user(3)));
        let here = Some(workspace_id(1));
        for n in 1..=3 {
            allowed(db, 1, n, here).await;
        }
        allowed(db, 2, 1, here).await;
        let one: ClientId = client_id(1);
        assert_eq!(write_tx!(db, |tx| bulk_revocation::begin(tx, &revocation(1))), 3, "users");

        // Every reader of consents and grants, with all rows in place.
        assert_eq!(read_tx!(db, |tx| consents::find(tx, user_id(1), &one, here)), None);
        assert_eq!(write_tx!(db, |tx| consents::hold(tx, user_id(1), &client_id(1), here)), None);
        assert_eq!(read_tx!(db, |tx| consents::list_for_client(tx, user_id(1), &one)), []);
        assert_eq!(read_tx!(db, |tx| consents::of_client_user(tx, &one, user_id(1))), None);
        assert_eq!(read_tx!(db, |tx| consents::list_for_client_users(tx, &one, Page::default())).items, []);
        let apps = read_tx!(db, |tx| consents::list_for_user(tx, user_id(1)));
        assert_eq!(apps.iter().map(|app| &app.client.id).collect::<Vec<_>>(), [&client_id(2)]);
        let page = read_tx!(db, |tx| consents::page_for_user(tx, user_id(1), "", Page::default(), at(2)));
        assert_eq!((page.items.len(), page.total), (1, 1));
        assert_eq!(read_tx!(db, |tx| consents::of_user_and_client(tx, user_id(1), &one, at(2))), [] as [_; 0]);
        assert_eq!(read_tx!(db, |tx| consents::count_for_user(tx, user_id(1))), 1);
        assert_eq!(read_tx!(db, |tx| user_count::total(tx, &one)), 0);
        let people = read_tx!(db, |tx| client_people::page(tx, &one, None, Page::default(), UserCursor::PageNumber));
        assert_eq!((people.items, people.total), (vec![], 0));
        assert_eq!(read_tx!(db, |tx| client_people::find(tx, &one, None, user_id(1))), None);
        assert_eq!(read_tx!(db, |tx| client_people::living_grants(tx, &one, at(2))), 0);
        let apps = read_tx!(db, |tx| workspace_apps::page(tx, workspace_id(1), "", Page::default(), at(2)));
        assert_eq!((apps.items.len(), apps.total), (1, 1));
        assert_eq!(read_tx!(db, |tx| workspace_apps::find(tx, workspace_id(1), &one, at(2))), None);
        let people = read_tx!(db, |tx| workspace_apps::people(
            tx,
            workspace_id(1),
            &one,
            Page::default(),
            UserCursor::PageNumber
        ));
        assert_eq!((people.items, people.total), (vec![], 0));
        assert_eq!(read_tx!(db, |tx| workspace_apps::person(tx, workspace_id(1), &one, user_id(1))), None);
        assert_eq!(read_tx!(db, |tx| workspace_apps::living_grants(tx, workspace_id(1), &one, None, at(2))), 0);
        assert_eq!(read_tx!(db, |tx| app_policy::choosy_workspaces(tx, &one)), []);
        let mine = read_tx!(db, |tx| grants::list_for_user(tx, user_id(1), at(2)));
        assert_eq!(mine.iter().map(|grant| grant.id).collect::<Vec<_>>(), [grant_id(201)]);
        let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(101), None)).unwrap();
        assert_eq!(context.check(at(2)).err(), Some(GrantInactive::Ended(EndReason::ConsentRevoked)));
        let other = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(201), None)).unwrap();
        assert!(other.check(at(2)).is_ok(), "another client's");

        // Every writer of consents counts right.
        assert!(!write_tx!(db, |tx| consents::delete(tx, user_id(1), &client_id(1), here)));
        assert_eq!(write_tx!(db, |tx| consents::delete_all(tx, user_id(1), &client_id(1))), 0);
        assert_eq!(
            write_tx!(db, |tx| spent_consents::delete(
                tx,
                at(9000),
                at(9000),
                &spent_consents::ConsentCursor::default(),
                100
            )),
            (0, None)
        );
        let gone = write_tx!(db, |tx| async {
            workspace::hold(tx, workspace_id(1)).await?;
            consents::delete_in_workspace(tx, workspace_id(1), user_id(2)).await
        });
        assert_eq!(gone, []);
        assert_eq!(read_tx!(db, |tx| user_count::total(tx, &one)), 0);
    })
    .await;
}

#[tokio::test]
async fn rows_go_some_at_a_time_and_newer_consents_stay() {
    for_each_database(async |db| {
        populate(db).await;
        for n in 3..=5 {
            write_tx!(db, |tx| users::insert(tx, &user(n)));
        }
        for n in 1..=5 {
            allowed(db, 1, n, None).await;
        }
        let one = client_id(1);
        assert_eq!(write_tx!(db, |tx| bulk_revocation::begin(tx, &revocation(1))), 5);
        let wide = scopes("openid email");
        write_tx!(db, |tx| consents::put(tx, user_id(2), &client_id(1), None, &scopes("openid email"), at(7)));
        let again = read_tx!(db, |tx| consents::find(tx, user_id(2), &one, None)).unwrap();
        assert_eq!((again.scopes, again.created_at), (wide.clone(), at(7)), "nothing of the old consent is in it");
        let mut newer = grant(50);
        (newer.authorization.user_id, newer.authorization.epoch) = (user_id(2), 1);
        (newer.authorization.access.sub_type, newer.authorization.access.workspace_id) =
            (domain::clients::SubType::User, None);
        write_tx!(db, |tx| grants::redeem(tx, &newer));
        assert_eq!(read_tx!(db, |tx| user_count::total(tx, &one)), 1);

        let (mut removed, mut ended) = (vec![], vec![]);
        let mut more = true;
        while more {
            let of = read_tx!(db, |tx| bulk_revocation::oldest(tx)).unwrap();
            let some = write_tx!(db, |tx| bulk_revocation::remove_consents(tx, &client_id(1), None, BATCH));
            assert!(some.len() <= 2);
            removed.extend(some.into_iter().map(|consent| consent.user_id));
            let (some, rest) = write_tx!(db, |tx| bulk_revocation::end_grants(tx, &of, BATCH));
            ended.extend(some.into_iter().map(|grant| grant.id));
            more = rest;
        }
        removed.sort();
        ended.sort();
        assert_eq!(removed, [1, 3, 4, 5].map(user_id));
        assert_eq!(ended, [101, 102, 103, 104, 105].map(grant_id));
        write_tx!(db, |tx| bulk_revocation::done(tx, &client_id(1), None));
        assert_eq!(read_tx!(db, |tx| bulk_revocation::oldest(tx)), None);
        assert_eq!(read_tx!(db, |tx| consents::find(tx, user_id(2), &one, None)).map(|c| c.scopes), Some(wide));
        let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(50), None)).unwrap();
        assert!(context.check(at(8)).is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_grant_of_an_earlier_epoch_of_its_person_counts_for_nothing() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| epochs::raise_of_user(tx, user_id(1)));
        write_tx!(db, |tx| grants::redeem(tx, &grant(1)));
        let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), None)).unwrap();
        assert_eq!((context.grant.authorization.epoch, context.epoch), (0, 1));
        assert!(context.check(at(1)).is_err());
        assert_eq!(read_tx!(db, |tx| grants::list_for_user(tx, user_id(1), at(1))), []);
    })
    .await;
}

/// What a workspace took back from a client.
fn there(n: u8) -> Revocation {
    Revocation { workspace_id: Some(workspace_id(n)), ..revocation(1) }
}

#[tokio::test]
async fn point_4_3_what_a_workspace_took_back_counts_nowhere_while_its_rows_are_still_there() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| clients::insert(tx, &client(2)));
        write_tx!(db, |tx| users::insert(tx, &user(3)));
        let (here, elsewhere) = (Some(workspace_id(1)), Some(workspace_id(2)));
        for n in 1..=3 {
            allowed(db, 1, n, here).await;
        }
        // One of them allows it in their own name, too, and another one in the other workspace.
        write_tx!(db, |tx| consents::put(tx, user_id(2), &client_id(1), None, &scopes("openid"), at(1)));
        write_tx!(db, |tx| consents::put(tx, user_id(3), &client_id(1), elsewhere, &scopes("openid"), at(1)));
        allowed(db, 2, 1, here).await;
        let one: ClientId = client_id(1);
        let users = async || read_tx!(db, |tx| user_count::total(tx, &one));
        assert_eq!(users().await, 3);
        let before = read_tx!(db, |tx| workspace_apps::standing(tx, workspace_id(1), &one, at(2)));
        assert_eq!(before, (3, 3));
        write_tx!(db, |tx| bulk_revocation::begin(tx, &there(1)));

        assert_eq!(users().await, 2, "those who allow it elsewhere");
        assert_eq!(read_tx!(db, |tx| consents::find(tx, user_id(1), &one, here)), None);
        assert_eq!(write_tx!(db, |tx| consents::hold(tx, user_id(1), &client_id(1), here)), None);
        assert_eq!(read_tx!(db, |tx| consents::list_for_client(tx, user_id(1), &one)), []);
        let others = read_tx!(db, |tx| consents::list_for_client(tx, user_id(3), &one));
        assert_eq!(others.iter().map(|consent| consent.workspace_id).collect::<Vec<_>>(), [elsewhere]);
        assert_eq!(read_tx!(db, |tx| consents::of_client_user(tx, &one, user_id(1))), None);
        let list = read_tx!(db, |tx| consents::list_for_client_users(tx, &one, Page::default()));
        assert_eq!(
            (list.items.iter().map(|user| user.user_id).collect::<Vec<_>>(), list.total),
            ([2, 3].map(user_id).into(), 2)
        );
        let apps = read_tx!(db, |tx| consents::list_for_user(tx, user_id(1)));
        assert_eq!(apps.iter().map(|app| &app.client.id).collect::<Vec<_>>(), [&client_id(2)]);
        let page = read_tx!(db, |tx| consents::page_for_user(tx, user_id(1), "", Page::default(), NOW));
        assert_eq!((page.items.len(), page.total), (1, 1));
        assert_eq!(read_tx!(db, |tx| consents::of_user_and_client(tx, user_id(1), &one, NOW)), [] as [_; 0]);
        assert_eq!(read_tx!(db, |tx| consents::of_user_and_client(tx, user_id(2), &one, NOW)).len(), 1);
        assert_eq!(read_tx!(db, |tx| consents::count_for_user(tx, user_id(1))), 1);
        let people = read_tx!(db, |tx| client_people::page(tx, &one, None, Page::default(), UserCursor::PageNumber));
        assert_eq!((people.items.len(), people.total), (2, 2));
        assert_eq!(people.items[1].workspaces, [elsewhere]);
        assert_eq!(read_tx!(db, |tx| client_people::living_grants(tx, &one, at(2))), 0);
        let apps = read_tx!(db, |tx| workspace_apps::page(tx, workspace_id(1), "", Page::default(), NOW));
        assert_eq!((apps.items.len(), apps.total), (1, 1));
        assert_eq!((&apps.items[0].client_id, apps.items[0].people), (&client_id(2), 1));
        let apps = read_tx!(db, |tx| workspace_apps::page(tx, workspace_id(2), "", Page::default(), NOW));
        assert_eq!((apps.items.len(), apps.items[0].people), (1, 1));
        assert_eq!(read_tx!(db, |tx| workspace_apps::find(tx, workspace_id(1), &one, NOW)), None);
        let people = read_tx!(db, |tx| workspace_apps::people(
            tx,
            workspace_id(1),
            &one,
            Page::default(),
            UserCursor::PageNumber
        ));
        assert_eq!((people.items, people.total), (vec![], 0));
        assert_eq!(read_tx!(db, |tx| workspace_apps::person(tx, workspace_id(1), &one, user_id(1))), None);
        assert_eq!(read_tx!(db, |tx| workspace_apps::standing(tx, workspace_id(1), &one, at(2))), (0, 0));
        write_tx!(db, |tx| app_policy::set(tx, workspace_id(1), domain::workspace::AppPolicy::Verified, at(2)));
        assert_eq!(read_tx!(db, |tx| app_policy::choosy_workspaces(tx, &one)), []);
        let out =
            read_tx!(db, |tx| app_policy::effect(tx, workspace_id(1), domain::workspace::AppPolicy::Verified, NOW));
        assert_eq!((out.clients, out.people), (1, 1), "the other client");
        let mine = read_tx!(db, |tx| grants::list_for_user(tx, user_id(1), at(2)));
        assert_eq!(mine.iter().map(|grant| grant.id).collect::<Vec<_>>(), [grant_id(201)]);
        let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(101), None)).unwrap();
        assert_eq!(context.check(at(2)).err(), Some(GrantInactive::Ended(EndReason::ConsentRevoked)));
        let place = read_tx!(db, |tx| app_policy::memberships(tx, user_id(1), &one));
        assert_eq!(place.iter().map(|place| place.epoch).collect::<Vec<_>>(), [1]);

        // Every writer of consents counts right, and what is allowed from now on counts.
        assert!(!write_tx!(db, |tx| consents::delete(tx, user_id(1), &client_id(1), here)));
        assert_eq!(write_tx!(db, |tx| consents::delete_all(tx, user_id(1), &client_id(1))), 0);
        assert_eq!(
            write_tx!(db, |tx| spent_consents::delete(
                tx,
                at(9000),
                at(9000),
                &spent_consents::ConsentCursor::default(),
                100
            )),
            (0, None)
        );
        let gone = write_tx!(db, |tx| async {
            workspace::hold(tx, workspace_id(1)).await?;
            consents::delete_in_workspace(tx, workspace_id(1), user_id(3)).await
        });
        assert_eq!((gone, users().await), (vec![], 2));
        write_tx!(db, |tx| consents::put(tx, user_id(3), &client_id(1), here, &scopes("email"), at(3)));
        let again = read_tx!(db, |tx| consents::find(tx, user_id(3), &one, here)).unwrap();
        assert_eq!((again.scopes, again.created_at, users().await), (scopes("email"), at(3), 2));
        write_tx!(db, |tx| consents::put(tx, user_id(1), &client_id(1), here, &scopes("email"), at(3)));
        assert_eq!(users().await, 3);
    })
    .await;
}

#[tokio::test]
async fn point_4_3_rows_of_a_workspace_go_some_at_a_time_and_users_are_counted_right_throughout() {
    for_each_database(async |db| {
        populate(db).await;
        for n in 3..=6 {
            write_tx!(db, |tx| users::insert(tx, &user(n)));
        }
        let (one, two) = (Some(workspace_id(1)), Some(workspace_id(2)));
        for n in 1..=5 {
            allowed(db, 1, n, one).await;
        }
        let put = async |n, place| {
            write_tx!(db, |tx| consents::put(tx, user_id(n), &client_id(1), place, &scopes("openid"), at(2)));
        };
        let users = async || read_tx!(db, |tx| user_count::total(tx, &client_id(1)));
        // 1 and 2 also in the other workspace, 3 also in their own name, 6 there alone.
        for (n, place) in [(1, two), (2, two), (3, None), (6, two)] {
            put(n, place).await;
        }
        assert_eq!(users().await, 6);
        write_tx!(db, |tx| bulk_revocation::begin(tx, &there(1)));
        assert_eq!(users().await, 4, "without 4 and 5");
        put(5, one).await;
        put(4, two).await;
        assert_eq!(users().await, 6);

        let (mut removed, mut more) = (vec![], true);
        while more {
            let of = read_tx!(db, |tx| bulk_revocation::oldest(tx)).unwrap();
            assert_eq!((of.workspace_id, &of.client_id), (one, &client_id(1)));
            let some = write_tx!(db, |tx| async {
                bulk_revocation::hold(tx, &client_id(1), one).await?;
                bulk_revocation::remove_consents(tx, &client_id(1), one, BATCH).await
            });
            assert_eq!(users().await, 6);
            removed.extend(some.into_iter().map(|consent| consent.user_id));
            more = write_tx!(db, |tx| bulk_revocation::end_grants(tx, &of, BATCH)).1;
        }
        removed.sort();
        assert_eq!(removed, [1, 2, 3, 4].map(user_id), "newer consents stay");
        write_tx!(db, |tx| bulk_revocation::done(tx, &client_id(1), one));
        assert_eq!(read_tx!(db, |tx| bulk_revocation::oldest(tx)), None);
        for n in 1..=5 {
            let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(100 + n), None)).unwrap();
            assert_eq!(context.grant.ended, Some((NOW, EndReason::ConsentRevoked)), "{n}");
        }

        // Whoever has but one consent left goes with it at once: 1, 2, 4 and 6.
        write_tx!(db, |tx| bulk_revocation::begin(tx, &there(2)));
        assert_eq!(users().await, 2);
        let list = read_tx!(db, |tx| consents::list_for_client_users(tx, &client_id(1), Page::default()));
        assert_eq!(list.items.iter().map(|user| user.user_id).collect::<Vec<_>>(), [3, 5].map(user_id));
        // The client's own epoch forgets all that is left, and counts anew.
        assert_eq!(write_tx!(db, |tx| bulk_revocation::begin(tx, &revocation(1))), 2);
        put(5, one).await;
        assert_eq!(users().await, 1);
        write_tx!(db, |tx| bulk_revocation::begin(tx, &there(1)));
        assert_eq!(users().await, 0);
    })
    .await;
}

#[tokio::test]
async fn point_4_3_somebody_from_whom_both_workspaces_take_it_back_is_counted_until_the_rows_go() {
    for_each_database(async |db| {
        populate(db).await;
        let users = async || read_tx!(db, |tx| user_count::total(tx, &client_id(1)));
        for n in 1..=2 {
            let place = Some(workspace_id(n));
            write_tx!(db, |tx| consents::put(tx, user_id(1), &client_id(1), place, &scopes("openid"), at(1)));
        }
        for n in 1..=2 {
            write_tx!(db, |tx| bulk_revocation::begin(tx, &there(n)));
        }
        for n in 1..=2 {
            write_tx!(db, |tx| bulk_revocation::remove_consents(tx, &client_id(1), Some(workspace_id(n)), 9));
        }
        assert_eq!(users().await, 0);
        write_tx!(db, |tx| consents::put(tx, user_id(1), &client_id(1), None, &scopes("openid"), at(3)));
        assert_eq!(users().await, 1);
    })
    .await;
}

#[tokio::test]
async fn point_4_3_tokens_of_a_client_itself_end_where_its_own_workspace_revokes_it() {
    for_each_database(async |db| {
        populate(db).await;
        let owned = domain::clients::Client { owner_workspace_id: Some(workspace_id(1)), ..client(2) };
        write_tx!(db, |tx| clients::insert(tx, &owned));
        let epoch = async || {
            let context = read_tx!(db, |tx| clients::machine_context(tx, &client_id(2), token(1))).unwrap();
            context.credential_epoch
        };
        for (n, expected) in [(2, 0), (1, 1)] {
            let there = Revocation { workspace_id: Some(workspace_id(n)), ..revocation(2) };
            write_tx!(db, |tx| bulk_revocation::begin(tx, &there));
            assert_eq!(epoch().await, expected);
        }
    })
    .await;
}
