//! Keys of requests that are done once, on both databases.
use crate::common;
use common::*;
use domain::Timestamp;
use futures_util::future::join_all;
use std::sync::Arc;
use store::platform::idempotency::{self, ClaimResult, NewClaim};
use tokio::sync::Barrier;

fn new(key: u8, request: u8, claim: u8, now: Timestamp) -> NewClaim {
    NewClaim {
        hash: hash(key),
        request_hash: hash(request),
        claim: [claim; 16],
        now,
        lease_until: now.plus(60),
        expires_at: now.plus(1000),
    }
}

#[tokio::test]
async fn a_key_is_claimed_finished_and_forgotten() {
    for_each_database(async |db| {
        let claim = async |new: NewClaim| write_tx!(db, |tx| idempotency::claim(tx, &new));
        let finish = async |key, claim: u8, response: &'static [u8]| {
            write_tx!(db, |tx| idempotency::finish(tx, &hash(key), &[claim; 16], response))
        };
        let abandon = async |key, claim: u8| write_tx!(db, |tx| idempotency::abandon(tx, &hash(key), &[claim; 16]));

        assert_eq!(claim(new(1, 1, 1, at(0))).await, ClaimResult::Fresh);
        assert_eq!(claim(new(1, 1, 2, at(59))).await, ClaimResult::InProgress);
        assert_eq!(claim(new(1, 2, 2, at(59))).await, ClaimResult::Mismatch);
        assert_eq!(claim(new(2, 1, 2, at(59))).await, ClaimResult::Fresh, "another key");
        assert!(!finish(1, 2, b"x").await, "not the claim that holds it");
        assert!(finish(1, 1, b"answer").await);
        assert!(!finish(1, 1, b"again").await);
        assert!(!abandon(1, 1).await);
        let answer = ClaimResult::Finished(b"answer".to_vec());
        assert_eq!(claim(new(1, 1, 3, at(999))).await, answer, "the end of the lease changes nothing");
        assert_eq!(claim(new(1, 2, 3, at(999))).await, ClaimResult::Mismatch);
        assert_eq!(claim(new(1, 2, 3, at(1000))).await, ClaimResult::Fresh, "forgotten, and free for anything");

        // Whoever claimed key 2 is dead.
        assert_eq!(
            claim(new(2, 9, 4, at(119))).await,
            ClaimResult::Mismatch,
            "the dead attempt keeps the key to its request"
        );
        assert_eq!(claim(new(2, 1, 4, at(119))).await, ClaimResult::Fresh);
        assert!(!finish(2, 2, b"late").await, "or it was only slow");
        assert!(!abandon(2, 2).await);
        assert!(abandon(2, 4).await);
        assert_eq!(claim(new(2, 9, 5, at(120))).await, ClaimResult::Fresh, "abandoned, and free for anything");

        let delete = async |before| write_tx!(db, |tx| idempotency::delete_expired(tx, before, 1));
        assert_eq!(delete(at(1120)).await, 0);
        assert_eq!(delete(at(5000)).await, 1, "in batches");
        assert_eq!(delete(at(5000)).await, 1);
        assert_eq!(delete(at(5000)).await, 0);
    })
    .await;
}

/// Bounds, point 3.3: a crashed attempt holds its key no longer than until its process starts again, and never commits.
#[tokio::test]
async fn point_3_3_a_new_process_takes_up_what_the_one_before_left() {
    for_each_database(async |db| {
        assert_eq!(write_tx!(db, |tx| idempotency::claim(tx, &new(1, 1, 1, NOW))), ClaimResult::Fresh);
        write_tx!(db, |tx| idempotency::claim(tx, &new(2, 1, 2, NOW)));
        assert!(write_tx!(db, |tx| idempotency::finish(tx, &hash(2), &[2; 16], b"answer")));
        let gone = write_tx!(db, |tx| idempotency::abandon_all(tx));
        let again = write_tx!(db, |tx| idempotency::claim(tx, &new(1, 1, 3, NOW)));
        if db.is_postgres {
            // It may be another node's.
            assert_eq!((gone, again), (0, ClaimResult::InProgress));
        } else {
            assert_eq!((gone, again), (1, ClaimResult::Fresh));
            let late = write_tx!(db, |tx| idempotency::finish(tx, &hash(1), &[1; 16], b"late"));
            assert!(!late, "the process before, if it lives after all");
        }
        let done = write_tx!(db, |tx| idempotency::claim(tx, &new(2, 1, 4, NOW)));
        assert_eq!(done, ClaimResult::Finished(b"answer".to_vec()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_exactly_one_claims_whatever_was_there() {
    const TASKS: u8 = 100;
    for_each_database(async |db| {
        let stores = [db.store.clone(), db.again().await];
        // A key that is new, one whose holder died, one that expired.
        write_tx!(db, |tx| idempotency::claim(tx, &new(2, 1, 200, at(-100))));
        write_tx!(db, |tx| idempotency::claim(tx, &new(3, 7, 200, at(-5000))));
        for key in 1..=3 {
            let start = Arc::new(Barrier::new(usize::from(TASKS)));
            let tasks = (0..TASKS).map(|n| {
                let (store, start) = (stores[usize::from(n % 2)].clone(), start.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    store
                        .write(move |tx| Box::pin(async move { idempotency::claim(tx, &new(key, 1, n, NOW)).await }))
                        .await
                })
            });
            let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(|task| task.unwrap().unwrap()).collect();
            assert_eq!(outcomes.iter().filter(|o| **o == ClaimResult::Fresh).count(), 1);
            assert_eq!(outcomes.iter().filter(|o| **o == ClaimResult::InProgress).count(), usize::from(TASKS) - 1);
        }
        stores[1].close().await;
    })
    .await;
}
