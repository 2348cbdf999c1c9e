//! Devices that ask, on both databases.
use crate::common;
use common::*;
use domain::clients::SubType;
use domain::grants::authorization::{Access, Authorization};
use domain::oauth::device::{DeviceApproval, DeviceAuthorization, DeviceState, INTERVAL};
use futures_util::future::join_all;
use std::sync::Arc;
use store::oauth::device::{self, PollTiming};
use tokio::sync::Barrier;

/// Access in a workspace once it is granted.
fn access(names: &str, workspace_id: Option<domain::WorkspaceId>) -> Access {
    let resources = vec!["https://api.example".to_owned()];
    Access { workspace_id, scopes: scopes(names), resources, ..Access::empty(SubType::Workspace) }
}

fn asking(n: u8) -> DeviceAuthorization {
    DeviceAuthorization {
        id: token(n),
        device_code: hash(n),
        user_code: hash(n + 100),
        client_id: client_id(1),
        access: access("openid contracts:read", None),
        state: DeviceState::Pending,
        approval: None,
        last_polled_at: None,
        interval: INTERVAL,
        created_at: NOW,
        expires_at: at(600),
    }
}

fn approval(n: u8) -> DeviceApproval {
    DeviceApproval {
        authorization: Authorization {
            user_id: user_id(n),
            access: access("openid", Some(workspace_id(1))),
            home_workspace_id: Some(workspace_id(2)),
            session_id: Some(session_id(1)),
            by_token: None,
            proof: Some(password_at(NOW)),
            epoch: 3,
        },
        refreshable: n != 2,
    }
}

#[tokio::test]
async fn devices_are_answered_polled_redeemed_and_forgotten() {
    for_each_database(async |db| {
        populate(db).await;
        let insert = async |one: DeviceAuthorization| write_tx!(db, |tx| device::insert(tx, &one));
        assert!(insert(asking(1)).await && insert(asking(2)).await && insert(asking(3)).await);
        let same_code = DeviceAuthorization { user_code: asking(1).user_code, ..asking(4) };
        assert!(!insert(same_code).await, "another code must be made");
        let look = async |n: u8| read_tx!(db, |tx| device::by_device_code(tx, &hash(n)));
        assert_eq!(look(1).await, Some(asking(1)));
        assert_eq!(read_tx!(db, |tx| device::by_user_code(tx, &hash(101))), Some(asking(1)));
        assert_eq!((look(9).await, read_tx!(db, |tx| device::by_user_code(tx, &hash(1)))), (None, None));

        let poll = async |now| write_tx!(db, |tx| device::poll(tx, token(1), INTERVAL, at(now)));
        assert_eq!(
            (poll(0).await, poll(5).await, poll(9).await),
            (PollTiming::InTime, PollTiming::InTime, PollTiming::TooEarly)
        );
        let row = look(1).await.unwrap();
        assert_eq!((row.last_polled_at, row.interval), (Some(at(9)), 10));
        assert_eq!((poll(18).await, poll(33).await), (PollTiming::TooEarly, PollTiming::InTime));
        assert_eq!(look(1).await.unwrap().interval, 15);

        let approve = async |n, now| write_tx!(db, |tx| device::approve(tx, token(n), &approval(1), at(now)));
        let deny = async |n, now| write_tx!(db, |tx| device::deny(tx, token(n), at(now)));
        let redeem = async |n, client, now| {
            write_tx!(db, |tx| async { device::redeem(tx, token(n), &client_id(client), at(now)).await })
        };
        assert!(!redeem(1, 1, 1).await, "nobody allowed it");
        assert!(!approve(1, 600).await && !deny(1, 600).await, "expired");
        assert!(approve(1, 1).await && !approve(1, 1).await && !deny(1, 1).await);
        assert_eq!(look(1).await.unwrap().approval, Some(approval(1)));
        assert!(!redeem(1, 2, 1).await, "of another client");
        assert!(!redeem(1, 1, 600).await, "expired");
        assert!(redeem(1, 1, 1).await && !redeem(1, 1, 1).await);
        assert!(deny(2, 1).await && !approve(2, 1).await && !redeem(2, 1, 1).await);
        let states = [look(1).await, look(2).await, look(3).await].map(|row| row.unwrap().state);
        assert_eq!(states, [DeviceState::Redeemed, DeviceState::Denied, DeviceState::Pending]);

        assert_eq!(write_tx!(db, |tx| device::delete_expired(tx, at(600), 2)), 0);
        assert_eq!(write_tx!(db, |tx| device::delete_expired(tx, at(601), 2)), 2);
        assert_eq!(write_tx!(db, |tx| device::delete_expired(tx, at(601), 2)), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_answer_or_redeem_at_once_exactly_one_wins() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| device::insert(tx, &asking(1)));
        let stores = [db.store.clone(), db.again().await];
        for redeems in [false, true] {
            let start = Arc::new(Barrier::new(100));
            let tasks = (0..100u8).map(|n| {
                let (store, start) = (stores[usize::from(n % 2)].clone(), start.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    let work = store.write(move |tx| {
                        Box::pin(async move {
                            if redeems {
                                device::redeem(tx, token(1), &client_id(1), NOW).await
                            } else {
                                device::approve(tx, token(1), &approval(1 + n % 2), NOW).await
                            }
                        })
                    });
                    work.await.map_err(|error: store::StoreError| error).unwrap()
                })
            });
            let won = join_all(tasks).await.into_iter().filter(|task| *task.as_ref().unwrap()).count();
            assert_eq!(won, 1);
        }
        stores[1].close().await;
    })
    .await;
}
