//! Two servers of PostgreSQL, one of which follows the other, and takes its place.
use crate::common;
use common::programs::{Node, folder};
use common::*;
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use store::grants::revoked_tokens;
use store::{Store, StoreError, StoreOptions};
use tokio::sync::mpsc;
use tokio::time::Instant;

async fn write(store: &Store, writer: u8, n: u32) -> Result<(), StoreError> {
    let mut id = [writer; 32];
    id[..4].copy_from_slice(&n.to_be_bytes());
    let id = domain::SecretHash::from_bytes(id);
    store
        .write(move |tx| Box::pin(async move { revoked_tokens::insert_one_time(tx, &id, "test", None, NOW).await }))
        .await
}

async fn connect(port: u16) -> PgConnection {
    PgConnection::connect(&format!("postgres://postgres@127.0.0.1:{port}/postgres")).await.unwrap()
}

/// Waits until commits of the first are confirmed by the second, too.
async fn follow(primary: u16, standby: u16) {
    let mut primary = connect(primary).await;
    // It waits for the standby, however long that takes to begin.
    sqlx::raw_sql("CREATE TABLE followed (id int)").execute(&mut primary).await.unwrap();
    let synchronous = "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    let count: i64 = sqlx::query_scalar(synchronous).fetch_one(&mut primary).await.unwrap();
    assert_eq!(count, 1, "{standby} follows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_2_a_standby_takes_over_and_nothing_that_was_confirmed_is_lost() {
    let folder = folder();
    let primary = Node::new(folder.path());
    let standby = Node::standby(folder.path(), &primary);
    follow(primary.port, standby.port).await;
    // The standby comes first, and is not taken.
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", standby.port, primary.port);
    let url = format!("postgres://postgres@{hosts}/postgres?target_session_attrs=read-write");
    let store = Store::open(&url, &StoreOptions::default()).await.unwrap();

    let (tell, mut told) = mpsc::unbounded_channel();
    let tell = Arc::new(tell);
    for writer in 0..4u8 {
        let (store, tell) = (store.clone(), tell.clone());
        tokio::spawn(async move {
            for n in 0.. {
                let outcome = write(&store, writer, n).await;
                let failed = outcome.is_err();
                if tell.send((writer, n, outcome, Instant::now())).is_err() {
                    return;
                }
                if failed {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        });
    }
    let mut confirmed = BTreeSet::new();
    let mut failed = 0;
    let mut wait_for = async |more: usize, since: Option<Instant>| {
        let enough = confirmed.len() + more;
        while confirmed.len() < enough {
            let (writer, n, outcome, at) = told.recv().await.unwrap();
            match outcome {
                Ok(()) => {
                    if let Some(since) = since.filter(|since| at > *since) {
                        assert!(at - since < Duration::from_secs(10), "taking over takes too long");
                    }
                    confirmed.insert((writer, n));
                }
                Err(StoreError::Unavailable(_) | StoreError::Timeout(_)) => failed += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
    };
    wait_for(200, None).await;
    primary.kill();
    standby.promote();
    let promoted = Instant::now();
    wait_for(400, Some(promoted)).await;
    drop(told);

    let mut new = connect(standby.port).await;
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM one_time_tokens").fetch_all(&mut new).await.unwrap();
    let kept: BTreeSet<(u8, u32)> =
        kept.iter().map(|id| (id[31], u32::from_be_bytes(id[..4].try_into().unwrap()))).collect();
    let lost: Vec<_> = confirmed.difference(&kept).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(failed > 0, "{failed} failed, {} confirmed", confirmed.len());
    store.close().await;
    standby.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_2_a_standby_alone_is_not_available() {
    let folder = folder();
    let primary = Node::new(folder.path());
    let standby = Node::standby(folder.path(), &primary);
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres?target_session_attrs=primary", standby.port);
    let refused = Store::open(&url, &StoreOptions::default()).await.map(drop);
    assert_eq!(refused, Err(StoreError::Unavailable("no host of the database accepts writes".to_owned())));
    primary.stop();
    standby.stop();
}
