//! Activity and what is told of a page of clients, on both databases.
use crate::common;
use common::*;
use domain::clients::ClientType;
use domain::{Day, Timestamp};
use futures_util::future::join_all;
use std::sync::Arc;
use store::clients::activity::{self, ActivityCount, ClientDay, ClientStats};
use store::clients::unprotected::{self, Unprotected};
use store::clients::{self, ClientOwner};
use store::grants::consents;
use store::{Store, StoreError};
use tokio::sync::Barrier;

fn day(n: i64) -> Day {
    Day::of(NOW).plus(n)
}

fn counted(client: u8, on: i64, total: i64, last: Timestamp, users: &[u8]) -> ActivityCount {
    let users = users.iter().map(|n| user_id(*n)).collect();
    ActivityCount { client_id: client_id(client), day: day(on), total_access: total, last_access_at: last, users }
}

fn told(client: u8, on: i64, total_access: i64, unique_users: i64) -> ClientDay {
    ClientDay { client_id: client_id(client), day: day(on), total_access, unique_users }
}

/// Clients 1 and 2 of workspace 1, client 3 of user 1.
async fn owned(db: &Db) {
    populate(db).await;
    write_tx!(db, |tx| async {
        for n in [1, 2, 3] {
            let mut client = client(n);
            client.owner_workspace_id = (n < 3).then(|| workspace_id(1));
            client.owner_user_id = (n == 3).then(|| user_id(1));
            if n == 1 {
                clients::update(tx, &client).await?;
            } else {
                clients::insert(tx, &client).await?;
            }
        }
        Ok::<_, StoreError>(())
    });
}

async fn add(db: &Db, batch: Vec<ActivityCount>) {
    write_tx!(db, |tx| activity::add(tx, &batch));
}

#[tokio::test]
async fn batches_add_up_and_a_user_counts_once_a_day() {
    for_each_database(async |db| {
        owned(db).await;
        add(db, vec![]).await;
        add(db, vec![counted(1, 0, 5, at(10), &[1, 2]), counted(2, 0, 1, at(3), &[]), counted(1, 1, 2, at(20), &[1])])
            .await;
        add(db, vec![counted(1, 0, 3, at(5), &[2, 3]), counted(9, 0, 1, at(1), &[1])]).await;
        // One day in two entries of one batch, a user in both.
        add(db, vec![counted(3, 0, 1, at(1), &[1]), counted(3, 0, 4, at(2), &[1, 2])]).await;

        let of = async |client, first, last| {
            read_tx!(db, |tx| activity::of_client(tx, &client_id(client), day(first), day(last)))
        };
        assert_eq!(of(1, -5, 5).await, [told(1, 0, 8, 3), told(1, 1, 2, 1)]);
        assert_eq!(of(1, 1, 1).await, [told(1, 1, 2, 1)]);
        assert_eq!(of(1, 5, -5).await, []);
        assert_eq!(of(3, 0, 0).await, [told(3, 0, 5, 2)]);
        assert_eq!(of(9, 0, 0).await, [], "nobody has this id: its counts are left out, the others are not");

        let all = async |owner, limit| read_tx!(db, |tx| activity::of_owner(tx, owner, None, (day(0), day(1)), limit));
        let ours = ClientOwner::Workspace(workspace_id(1));
        assert_eq!(all(ours, 10).await, [told(1, 0, 8, 3), told(1, 1, 2, 1), told(2, 0, 1, 0)]);
        assert_eq!(all(ours, 1).await, [told(1, 0, 8, 3)]);
        let first = client_id(1);
        let behind = read_tx!(db, |tx| activity::of_owner(tx, ours, Some(&first), (day(0), day(1)), 10));
        assert_eq!(behind, [told(2, 0, 1, 0)]);
        assert_eq!(all(ClientOwner::User(user_id(1)), 10).await, [told(3, 0, 5, 2)]);
        assert_eq!(all(ClientOwner::Workspace(workspace_id(2)), 10).await, []);

        write_tx!(db, |tx| clients::soft_delete(tx, &client_id(2), at(30)));
        assert_eq!(all(ours, 10).await, [told(1, 0, 8, 3), told(1, 1, 2, 1)], "deleted clients are not listed");
    })
    .await;
}

#[tokio::test]
async fn a_page_of_clients_is_told_of_in_one_query() {
    for_each_database(async |db| {
        owned(db).await;
        write_tx!(db, |tx| async {
            for (user, client, workspace) in [(1, 1, None), (1, 1, Some(workspace_id(1))), (2, 1, None), (2, 3, None)] {
                consents::put(tx, user_id(user), &client_id(client), workspace, &scopes("openid"), NOW).await?;
            }
            Ok::<_, StoreError>(())
        });
        add(db, vec![counted(1, 0, 1, at(9), &[]), counted(2, 0, 1, at(7), &[])]).await;
        add(db, vec![counted(1, 0, 1, at(4), &[])]).await;
        let stats = |user_count, last: Option<i64>| ClientStats { user_count, last_access_at: last.map(at) };
        let ids = [3, 9, 1, 2].map(client_id);
        let page: Vec<_> = ids.iter().collect();
        assert_eq!(
            read_tx!(db, |tx| activity::stats(tx, &page)),
            [stats(1, None), stats(0, None), stats(2, Some(9)), stats(0, Some(7))],
            "in the order asked; a user of two workspaces is one; an older time moves nothing"
        );
        assert_eq!(read_tx!(db, |tx| activity::stats(tx, &page[2..3])), [stats(2, Some(9))]);
        assert_eq!(read_tx!(db, |tx| activity::stats(tx, &[])), []);
    })
    .await;
}

#[tokio::test]
async fn old_days_go_in_batches() {
    for_each_database(async |db| {
        owned(db).await;
        add(db, (0..4).map(|n| counted(1, n, 1, at(n), &[1])).collect()).await;
        let delete = async |before, limit| write_tx!(db, |tx| activity::delete_old(tx, day(before), limit));
        assert_eq!(delete(2, 1).await, 2, "one of each kind");
        assert_eq!(delete(2, 10).await, 2);
        assert_eq!(delete(2, 10).await, 0);
        let left = read_tx!(db, |tx| activity::of_client(tx, &client_id(1), day(0), day(9)));
        assert_eq!(left, [told(1, 2, 1, 1), told(1, 3, 1, 1)]);
        add(db, vec![counted(1, 1, 1, at(1), &[1])]).await;
        let again = read_tx!(db, |tx| activity::of_client(tx, &client_id(1), day(1), day(1)));
        assert_eq!(again, [told(1, 1, 1, 1)], "the user's row went with the count");
    })
    .await;
}

#[tokio::test]
async fn point_4_3_unprotected_requests_add_up_by_day() {
    for_each_database(async |db| {
        owned(db).await;
        write_tx!(db, |tx| async {
            let mut public = client(2);
            (public.owner_workspace_id, public.client_type) = (Some(workspace_id(1)), ClientType::Public);
            clients::update(tx, &public).await
        });
        let counted = |client, on, requests, last| unprotected::UnprotectedCount {
            client_id: client_id(client),
            day: day(on),
            requests,
            last_at: at(last),
        };
        let add = async |batch: Vec<unprotected::UnprotectedCount>| write_tx!(db, |tx| unprotected::add(tx, &batch));
        add(vec![]).await;
        add(vec![counted(1, 0, 3, 9), counted(2, 0, 1, 9), counted(1, 1, 1, 20), counted(9, 0, 1, 9)]).await;
        add(vec![counted(1, 0, 2, 4), counted(3, 0, 1, 5)]).await;
        let of = async |client, first, last| {
            read_tx!(db, |tx| unprotected::of_client(tx, &client_id(client), (day(first), day(last))))
        };
        let found = |requests, last| Some(Unprotected { requests, last_at: at(last) });
        assert_eq!((of(1, 0, 0).await, of(1, -6, 1).await), (found(5, 9), found(6, 20)));
        assert_eq!((of(3, 0, 1).await, of(1, 2, 9).await), (found(1, 5), None));
        assert_eq!((of(2, 0, 1).await, of(9, 0, 1).await), (None, None), "public or unknown: nothing to flag");
        let delete = async |before, limit| write_tx!(db, |tx| unprotected::delete_old(tx, day(before), limit));
        assert_eq!((delete(1, 1).await, delete(1, 9).await, delete(1, 9).await), (1, 1, 0));
        assert_eq!(of(1, -6, 1).await, found(1, 20));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_tell_at_once_lose_and_double_nothing() {
    const TASKS: u8 = 60;
    for_each_database(async |db| {
        owned(db).await;
        let stores: [Store; 3] = [db.store.clone(), db.again().await, db.again().await];
        let start = Arc::new(Barrier::new(usize::from(TASKS)));
        let tasks = (0..TASKS).map(|n| {
            let (store, start) = (stores[usize::from(n % 3)].clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                // In different orders, and with users that overlap.
                let mut batch: Vec<_> =
                    (1..=3).map(|c| counted(c, 0, i64::from(c), at(i64::from(n)), &[n % 7, 100 + n])).collect();
                if n % 2 == 0 {
                    batch.reverse();
                }
                store.write(move |tx| Box::pin(async move { activity::add(tx, &batch).await })).await
            })
        });
        for outcome in join_all(tasks).await {
            outcome.unwrap().unwrap();
        }
        for c in 1..=3 {
            let days = read_tx!(db, |tx| activity::of_client(tx, &client_id(c), day(0), day(0)));
            assert_eq!(days, [told(c, 0, i64::from(c) * i64::from(TASKS), 7 + i64::from(TASKS))]);
            let last = read_tx!(db, |tx| activity::stats(tx, &[&client_id(c)])).remove(0).last_access_at;
            assert_eq!(last, Some(at(i64::from(TASKS) - 1)));
        }
        for store in &stores[1..] {
            store.close().await;
        }
    })
    .await;
}
