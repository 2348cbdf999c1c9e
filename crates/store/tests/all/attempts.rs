//! Attempts at secrets, on both databases.
use crate::common;
use common::*;
use domain::platform::allowance::{GUESSES_AT_AN_ACCOUNT, GUESSES_FROM_A_PLACE, Rule, Tally};
use futures_util::future::join_all;
use std::sync::Arc;
use store::platform::attempts;
use tokio::sync::Barrier;

const PLACE: Rule = GUESSES_FROM_A_PLACE;

#[tokio::test]
async fn attempts_are_drawn_given_back_and_forgotten() {
    for_each_database(async |db| {
        let hold = async |n: u8| write_tx!(db, |tx| attempts::hold(tx, &hash(n), at(7)));
        let put = async |n: u8, level, until| {
            write_tx!(db, |tx| attempts::put(tx, &hash(n), Tally { level, last: at(5) }, at(until)));
        };
        assert_eq!(hold(1).await, Tally { level: 0, last: at(7) }, "a new one");
        put(1, 3, 100).await;
        put(2, 9, 100).await;
        assert_eq!(hold(1).await, Tally { level: 3, last: at(5) });
        assert_eq!(hold(2).await, Tally { level: 0, last: at(7) }, "one that is not held is not made");
        write_tx!(db, |tx| attempts::give_back(tx, &hash(1), 2));
        assert_eq!(hold(1).await.level, 1);
        write_tx!(db, |tx| attempts::give_back(tx, &hash(1), 2));
        assert_eq!(hold(1).await.level, 0, "never less than nothing");
        put(1, 5, 100).await;
        write_tx!(db, |tx| attempts::forget(tx, &hash(1)));
        assert_eq!(hold(1).await, Tally { level: 0, last: at(7) });
        for n in 1..=4 {
            hold(n).await;
            put(n, 1, 100 + i64::from(n)).await;
        }
        let delete = async |before| write_tx!(db, |tx| attempts::delete_expired(tx, at(before), 2));
        assert_eq!((delete(101).await, delete(104).await, delete(104).await, delete(999).await), (0, 2, 1, 1));
    })
    .await;
}

/// Bounds, point 1.1: tasks on two nodes race for an allowance, while what is old is removed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn point_1_1_of_attempts_that_race_exactly_the_allowance_is_drawn() {
    const TASKS: usize = 200;
    for_each_database(async |db| {
        for (round, (rule, most)) in [(PLACE, 6), (GUESSES_AT_AN_ACCOUNT, 50)].into_iter().enumerate() {
            let stores = [db.store.clone(), db.again().await];
            let start = Arc::new(Barrier::new(TASKS));
            let key = hash(u8::try_from(round).unwrap());
            let tasks = (0..TASKS).map(|n| {
                let (store, start) = (stores[n % 2].clone(), start.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    let drawn = store.write(move |tx| {
                        Box::pin(async move {
                            if n % 20 == 0 {
                                attempts::delete_expired(tx, at(100), 10).await?;
                            }
                            let mut tally = attempts::hold(tx, &key, at(100)).await?;
                            let drawn = rule.draw(&mut tally, at(100));
                            if drawn.is_ok() {
                                attempts::put(tx, &key, tally, rule.forgotten_at(tally)).await?;
                            }
                            Ok::<_, store::StoreError>(drawn)
                        })
                    });
                    drawn.await.unwrap()
                })
            });
            let drawn: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
            assert_eq!(drawn.iter().filter(|drawn| drawn.is_ok()).count(), most);
            stores[1].close().await;
        }
    })
    .await;
}
