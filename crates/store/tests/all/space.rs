//! The file of SQLite gives back what nothing uses ("a bound and a deadline", point 4.4).
use crate::common;
use common::*;
use rusqlite::Connection;
use std::path::PathBuf;
use store::platform::space;
use store::{Store, StoreOptions};

const PAGE: u64 = 4096;

fn file(db: &Db) -> PathBuf {
    db.url.strip_prefix("sqlite:").unwrap().into()
}

fn size(db: &Db) -> u64 {
    std::fs::metadata(file(db)).unwrap().len()
}

async fn number(store: &Store, pragma: &'static str) -> i64 {
    store.read().await.unwrap().one(pragma, &[]).await.unwrap().unwrap().int().unwrap()
}

async fn run(store: &Store, sql: &'static str) {
    store.write(move |tx| Box::pin(async move { tx.execute(sql, &[]).await })).await.unwrap();
}

/// Rows of a page and more each.
const FILL: &str = "INSERT INTO audit_events (id, at, kind, outcome, request_id, actor, detail) \
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) \
                    SELECT 'x' || i, 1, 'test', 'ok', 'r', 'a', hex(zeroblob(2500)) FROM n";

#[tokio::test]
async fn point_4_4_free_pages_go_back_to_the_disk_in_steps() {
    on_sqlite(async |db| {
        assert_eq!(number(&db.store, "PRAGMA auto_vacuum").await, 2);
        run(&db.store, FILL).await;
        assert_eq!(write_tx!(db, |tx| space::give_back(tx, 100)), 0, "all of it is in use");
        let pages = number(&db.store, "PRAGMA page_count").await;
        run(&db.store, "DELETE FROM audit_events").await;
        assert_eq!(number(&db.store, "PRAGMA page_count").await, pages, "a deletion alone gives nothing back");
        assert_eq!(write_tx!(db, |tx| space::give_back(tx, 100)), 96, "no more than was asked for");
        assert_eq!(number(&db.store, "PRAGMA page_count").await, pages - 96);
        let mut steps = 0;
        while write_tx!(db, |tx| space::give_back(tx, 1_000)) > 0 {
            steps += 1;
        }
        assert!(steps > 5, "{steps}");
        let (left, free) =
            (number(&db.store, "PRAGMA page_count").await, number(&db.store, "PRAGMA freelist_count").await);
        assert!((1_000..1_016).contains(&free), "a reserve stays: {free}");
        assert!(pages > 12_000 && left < 1_500, "{pages} pages before, {left} now");
        db.store.close().await;
        assert_eq!(size(db), u64::try_from(left).unwrap() * PAGE);
        let again = db.again().await;
        let whole =
            again.read().await.unwrap().one("PRAGMA integrity_check", &[]).await.unwrap().unwrap().text().unwrap();
        assert_eq!(whole, "ok");
        again.close().await;
    })
    .await;
}

/// A file as it was made before.
fn older(db: &Db) {
    let connection = Connection::open(file(db)).unwrap();
    connection.execute_batch("PRAGMA auto_vacuum = NONE; VACUUM").unwrap();
}

#[tokio::test]
async fn point_4_4_an_older_file_is_rewritten_when_it_is_opened_or_by_the_command() {
    on_sqlite(async |db| {
        db.store.close().await;
        older(db);
        let verified = StoreOptions { leave: store::SchemaMode::Verify, ..db.options() };
        let store = Store::open(&db.url, &verified).await.unwrap();
        assert_eq!(number(&store, "PRAGMA auto_vacuum").await, 0, "who may not migrate rewrites nothing");
        store.close().await;
        let store = db.again().await;
        assert_eq!(number(&store, "PRAGMA auto_vacuum").await, 2);

        // A large one waits for the command.
        run(&store, "CREATE TABLE much (x BLOB)").await;
        run(&store, "INSERT INTO much VALUES (zeroblob(70000000))").await;
        store.close().await;
        older(db);
        let store = db.again().await;
        assert_eq!(number(&store, "PRAGMA auto_vacuum").await, 0);
        assert_eq!(store.write(|tx| Box::pin(space::give_back(tx, 1_000))).await, Ok(0), "it cannot");
        run(&store, "DROP TABLE much").await;
        store.close().await;
        let (before, after) = store::compact(&db.url, &db.options()).await.unwrap().unwrap();
        assert!(before > 70_000_000 && after < 2_000_000, "{before} {after}");
        assert_eq!(size(db), u64::try_from(after).unwrap());
        let store = db.again().await;
        assert_eq!(number(&store, "PRAGMA auto_vacuum").await, 2);
        store.close().await;
    })
    .await;
    on_postgres(async |db| {
        assert_eq!(store::compact(&db.url, &db.options()).await.unwrap(), None);
        assert_eq!(write_tx!(db, |tx| space::give_back(tx, 100)), 0);
    })
    .await;
}
