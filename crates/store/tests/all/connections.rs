//! Connections to PostgreSQL that lead nowhere, and a server that is away.
use crate::common;
use crate::tunnel::Tunnel;
use common::*;
use std::time::Duration;
use store::account::users;
use store::{Store, StoreError, StoreOptions};
use tokio::sync::oneshot;

/// Short, so that the tests are.
fn options() -> StoreOptions {
    StoreOptions {
        connect: Duration::from_millis(1_500),
        statement: Duration::from_secs(1),
        patience: Duration::from_secs(30),
        max_connections: 4,
        ..StoreOptions::default()
    }
}

async fn insert(store: &Store, n: u8) -> Result<(), StoreError> {
    store.write(move |tx| Box::pin(async move { users::insert(tx, &user(n)).await })).await
}

async fn count(store: &Store) -> Result<i64, StoreError> {
    users::count_all(&mut *store.read().await?).await
}

fn is_unavailable<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

#[tokio::test]
async fn point_4_2_what_falls_into_a_hole_is_given_up_and_its_connection_closed() {
    on_postgres(async |db| {
        let tunnel = Tunnel::to(&db.url).await;
        let store = Store::open(&tunnel.url, &options()).await.unwrap();
        insert(&store, 1).await.unwrap();
        assert_eq!(count(&store).await, Ok(1));
        let before = tunnel.accepted();
        tunnel.hole.send_replace(true);
        // A statement, a begin, and then an attempt to connect.
        for _ in 0..2 {
            assert!(is_unavailable(&count(&store).await));
            assert!(is_unavailable(&insert(&store, 2).await));
        }
        tunnel.hole.send_replace(false);
        insert(&store, 3).await.unwrap();
        assert_eq!(count(&store).await, Ok(2));
        // One for each that was tried in the hole, and one for each pool afterwards.
        assert_eq!(tunnel.accepted() - before, 4, "no connection of before is used again");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_2_a_commit_without_an_answer_is_no_success() {
    on_postgres(async |db| {
        let tunnel = Tunnel::to(&db.url).await;
        let store = Store::open(&tunnel.url, &options()).await.unwrap();
        let hole = tunnel.hole.clone();
        let write = store.write(move |tx| {
            Box::pin(async move {
                users::insert(tx, &user(1)).await?;
                hole.send_replace(true);
                Ok::<_, StoreError>(())
            })
        });
        assert!(is_unavailable(&write.await), "the commit was not heard");
        tunnel.hole.send_replace(false);
        insert(&store, 2).await.unwrap();
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_2_a_store_closes_while_its_connections_lead_nowhere() {
    on_postgres(async |db| {
        let tunnel = Tunnel::to(&db.url).await;
        let store = Store::open(&tunnel.url, &options()).await.unwrap();
        insert(&store, 1).await.unwrap();
        let reading = store.read().await.unwrap();
        let (began, begun) = oneshot::channel();
        let stuck = tokio::spawn({
            let store = store.clone();
            async move {
                store
                    .write(|tx| {
                        Box::pin(async move {
                            began.send(()).unwrap();
                            // The last statement that is heard; what comes after it waits for its deadline.
                            users::count_all(tx).await?;
                            std::future::pending::<Result<(), StoreError>>().await
                        })
                    })
                    .await
            }
        });
        begun.await.unwrap();
        tunnel.hole.send_replace(true);
        tokio::time::timeout(Duration::from_secs(10), store.close()).await.expect("closing ends");
        stuck.abort();
        drop(reading);
        assert!(is_unavailable(&count(&store).await));
    })
    .await;
}

#[tokio::test]
async fn point_4_2_while_the_server_is_away_one_finds_out_and_the_others_do_not_wait() {
    on_postgres(async |db| {
        let tunnel = Tunnel::to(&db.url).await;
        let patient = StoreOptions { connect: Duration::from_secs(3), max_connections: 100, ..options() };
        let store = Store::open(&tunnel.url, &patient).await.unwrap();
        tunnel.hole.send_replace(true);
        // Nothing is known yet: this one tries, and fails.
        assert!(is_unavailable(&count(&store).await));
        let before = tunnel.accepted();
        let mut probe = tokio::spawn({
            let store = store.clone();
            async move { count(&store).await }
        });
        while tunnel.accepted() == before {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            assert!(is_unavailable(&count(&store).await));
        }
        assert_eq!(tunnel.accepted() - before, 1, "nobody else tried");
        assert!(futures_util::poll!(&mut probe).is_pending(), "and nobody waited for the one who does");
        assert!(is_unavailable(&probe.await.unwrap()));
        tunnel.hole.send_replace(false);
        assert_eq!(count(&store).await, Ok(0), "the next who asks finds it back");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_2_the_server_ends_a_slow_statement_and_the_connection_lives_on() {
    on_postgres(async |db| {
        let tunnel = Tunnel::to(&db.url).await;
        let store = Store::open(&tunnel.url, &options()).await.unwrap();
        let mut reading = store.read().await.unwrap();
        let before = tunnel.accepted();
        let slow = reading.one("SELECT pg_sleep(60)::text", &[]).await;
        assert!(matches!(slow, Err(StoreError::Timeout(_))), "{slow:?}");
        assert_eq!(users::count_all(&mut reading).await, Ok(0));
        drop(reading);
        assert_eq!(count(&store).await, Ok(0));
        assert_eq!(tunnel.accepted(), before);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_2_a_reading_that_is_dropped_in_the_middle_gives_its_connection_back() {
    on_postgres(async |db| {
        let tunnel = Tunnel::to(&db.url).await;
        let store = Store::open(&tunnel.url, &StoreOptions { max_connections: 2, ..options() }).await.unwrap();
        assert_eq!(count(&store).await, Ok(0));
        let before = tunnel.accepted();
        for _ in 0..3 {
            let mut reading = store.snapshot().await.unwrap();
            let mut asking = Box::pin(reading.one("SELECT pg_sleep(0.05)::text", &[]));
            assert!(futures_util::poll!(&mut asking).is_pending());
            drop(asking);
            drop(reading);
            // There is one connection: this waits until it was tidied up.
            assert_eq!(count(&store).await, Ok(0));
        }
        assert_eq!(tunnel.accepted(), before);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_2_a_server_that_ended_its_connections_is_connected_to_anew() {
    on_postgres(async |db| {
        insert(&db.store, 1).await.unwrap();
        assert_eq!(count(&db.store).await, Ok(1));
        let mut other = db.again().await.read().await.unwrap();
        let end = "SELECT CAST(COUNT(pg_terminate_backend(pid)) AS BIGINT) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(other.one(end, &[]).await.unwrap().unwrap().int().unwrap() >= 2);
        // Each pool may meet one connection that was ended, and no second one.
        for attempt in [count(&db.store).await.map(drop), insert(&db.store, 2).await] {
            assert!(attempt.is_ok() || is_unavailable(&attempt), "{attempt:?}");
        }
        insert(&db.store, 3).await.unwrap();
        assert!(count(&db.store).await.unwrap() >= 2);
    })
    .await;
}

#[tokio::test]
async fn point_4_2_a_write_that_goes_on_after_a_failed_statement_is_not_called_a_success() {
    on_postgres(async |db| {
        insert(&db.store, 1).await.unwrap();
        let write = db.store.write(|tx| {
            Box::pin(async move {
                users::insert(tx, &user(2)).await?;
                let _ = users::insert(tx, &user(1)).await;
                Ok::<_, StoreError>(())
            })
        });
        assert!(matches!(write.await, Err(StoreError::Other(why)) if why.contains("went on")));
        assert_eq!(count(&db.store).await, Ok(1));
    })
    .await;
}

#[tokio::test]
async fn point_4_2_a_pooler_that_nobody_told_of_is_named() {
    everywhere(async |db| {
        if db.pooler {
            let refused = Store::open(&db.url, &StoreOptions::default()).await.map(drop);
            assert!(
                matches!(&refused, Err(StoreError::Other(why)) if why.contains("postgres.pgbouncer")),
                "{refused:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn point_4_2_many_who_come_at_once_share_few_attempts_and_what_there_is() {
    on_postgres(async |db| {
        let tunnel = Tunnel::to(&db.url).await;
        let store = Store::open(&tunnel.url, &StoreOptions { max_connections: 16, ..options() }).await.unwrap();
        let asked = futures_util::future::join_all((0..200).map(|_| count(&store))).await;
        assert!(asked.iter().all(|outcome| *outcome == Ok(0)), "{asked:?}");
        let reading = store.read().await.unwrap();
        store.close().await;
        drop(reading);
        assert!(is_unavailable(&count(&store).await));
    })
    .await;
}
