//! Opening, migrating, reading, writing and closing, on both databases.
use crate::common;
use common::*;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::time::Duration;
use store::account::users;
use store::grants::revoked_tokens;
use store::{SCHEMA_VERSION, SchemaMode, Store, StoreError, StoreOptions, params};

fn verify_only(db: &Db) -> StoreOptions {
    StoreOptions { leave: SchemaMode::Verify, ..db.options() }
}

/// What a test of the database itself may do: one statement of its own.
async fn statement(db: &Db, sql: &'static str) -> Result<u64, StoreError> {
    db.store.write(move |tx| Box::pin(async move { tx.execute(sql, &[]).await })).await
}

#[tokio::test]
async fn a_second_open_finds_what_the_first_left() {
    everywhere(async |db| {
        write_tx!(db, |tx| users::insert(tx, &user(1)));
        db.store.close().await;
        assert_eq!(store::migrate(&db.url, &db.options()).await, Ok(vec![]), "nothing is left to do");
        let again = Store::open(&db.url, &verify_only(db)).await.unwrap();
        let found = users::by_id(&mut again.read().await.unwrap(), user_id(1)).await.unwrap();
        assert_eq!(found, Some(user(1)));
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_newer_database_is_refused_with_both_versions() {
    everywhere(async |db| {
        statement(db, "INSERT INTO schema_migrations (version, name, checksum) VALUES (999, 'later', 'x')")
            .await
            .unwrap();
        let error = Store::open(&db.url, &db.options()).await.unwrap_err();
        assert_eq!(error, StoreError::NewerDatabase { found: 999, known: SCHEMA_VERSION });
        assert!(error.to_string().contains("999") && error.to_string().contains(&SCHEMA_VERSION.to_string()));
    })
    .await;
}

#[tokio::test]
async fn an_altered_migration_is_refused() {
    everywhere(async |db| {
        statement(db, "UPDATE schema_migrations SET checksum = 'x' WHERE version = 1").await.unwrap();
        let error = Store::open(&db.url, &db.options()).await.unwrap_err();
        assert_eq!(error, StoreError::ChangedMigration { version: 1, name: "init".to_owned() });
    })
    .await;
}

#[tokio::test]
async fn without_leave_nothing_is_migrated() {
    everywhere(async |db| {
        statement(db, "DROP TABLE schema_migrations").await.unwrap();
        let error = Store::open(&db.url, &verify_only(db)).await.unwrap_err();
        assert_eq!(error, StoreError::NotMigrated { found: 0, needed: SCHEMA_VERSION });
        assert!(error.to_string().contains("countersign migrate"));
    })
    .await;
}

#[tokio::test]
async fn many_that_start_at_once_migrate_once() {
    everywhere(async |db| {
        let stores = join_all((0..8).map(|_| db.again())).await;
        let mut reading = stores[0].read().await.unwrap();
        let rows = reading.all("SELECT version FROM schema_migrations", &[]).await.unwrap();
        let mut versions: Vec<i64> = rows.into_iter().map(|mut row| row.int().unwrap()).collect();
        versions.sort_unstable();
        assert_eq!((versions.first(), versions.last()), (Some(&1), Some(&SCHEMA_VERSION)));
        assert!(versions.is_sorted_by(|one, next| one < next), "each once: {versions:?}");
        drop(reading);
        for store in stores {
            store.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_reading_cannot_write() {
    everywhere(async |db| {
        let mut reading = db.store.read().await.unwrap();
        assert!(users::insert(&mut reading, &user(1)).await.is_err());
        drop(reading);
        let mut snapshot = db.store.snapshot().await.unwrap();
        assert!(users::insert(&mut snapshot, &user(1)).await.is_err());
        drop(snapshot);
        assert_eq!(read_tx!(db, |tx| users::count_all(tx)), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readings_cross_threads() {
    everywhere(async |db| {
        write_tx!(db, |tx| users::insert(tx, &user(1)));
        let tasks = (0..20).map(|_| {
            let store = db.store.clone();
            tokio::spawn(async move {
                let mut reading = store.read().await?;
                tokio::task::yield_now().await;
                users::count_all(&mut reading).await
            })
        });
        for count in join_all(tasks).await {
            assert_eq!(count.unwrap(), Ok(1));
        }
    })
    .await;
}

#[tokio::test]
async fn the_log_is_moved_into_the_file_under_steady_writing() {
    on_sqlite(async |db| {
        // Ten pages each, so 15 000 pages in all.
        let subject: std::sync::Arc<str> = "x".repeat(40_000).into();
        for round in 0..30u8 {
            let writes = join_all((0..50u8).map(|n| {
                let subject = subject.clone();
                db.store.write(move |tx| {
                    Box::pin(async move {
                        let mut id = [n; 32];
                        id[0] = round;
                        let id = domain::SecretHash::from_bytes(id);
                        revoked_tokens::insert_one_time(tx, &id, "test", Some(&subject), NOW).await
                    })
                })
            }));
            assert!(writes.await.iter().all(Result::is_ok));
        }
        let file = std::path::PathBuf::from(db.url.strip_prefix("sqlite:").unwrap());
        let log = file.with_extension("db-wal");
        // It starts over after 4000 pages, and whatever is written while that is being done.
        assert!(log.metadata().unwrap().len() < 10_000 * 4096);
        db.store.close().await;
        assert!(!log.exists(), "closing leaves one file");
        let again = db.again().await;
        let mut reading = again.read().await.unwrap();
        let mut row = reading.one("SELECT COUNT(*) FROM one_time_tokens", &[]).await.unwrap().unwrap();
        assert_eq!(row.int(), Ok(1500));
        drop(reading);
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_stands_still_and_a_reading_moves_on() {
    everywhere(async |db| {
        let mut snapshot = db.store.snapshot().await.unwrap();
        let mut reading = db.store.read().await.unwrap();
        assert_eq!(users::count_all(&mut snapshot).await, Ok(0));
        assert_eq!(users::count_all(&mut reading).await, Ok(0));
        write_tx!(db, |tx| users::insert(tx, &user(1)));
        assert_eq!(users::count_all(&mut snapshot).await, Ok(0));
        assert_eq!(users::count_all(&mut reading).await, Ok(1));
        drop((snapshot, reading));
        let mut later = db.store.read().await.unwrap();
        assert_eq!(users::count_all(&mut later).await, Ok(1), "the snapshot ended with its guard");
    })
    .await;
}

#[tokio::test]
async fn a_failed_or_panicking_write_leaves_nothing_and_disturbs_nobody() {
    everywhere(async |db| {
        let writes = join_all((0..30u8).map(|n| {
            db.store.write(move |tx| {
                Box::pin(async move {
                    users::insert(tx, &user(n)).await?;
                    match n % 3 {
                        0 => Ok(n),
                        1 => Err(StoreError::Other("changed its mind".to_owned())),
                        _ => panic!("a bug in a write"),
                    }
                })
            })
        }))
        .await;
        for (n, outcome) in (0u8..).zip(writes) {
            match n % 3 {
                0 => assert_eq!(outcome, Ok(n)),
                1 => assert_eq!(outcome, Err(StoreError::Other("changed its mind".to_owned()))),
                _ => assert_eq!(outcome, Err(StoreError::Other("a write panicked".to_owned()))),
            }
            let there = read_tx!(db, |tx| users::by_id(tx, user_id(n))).is_some();
            assert_eq!(there, n % 3 == 0, "user {n}");
        }
    })
    .await;
}

#[tokio::test]
async fn on_sqlite_many_writes_share_a_commit() {
    on_sqlite(async |db| {
        let before = db.store.commits();
        // The first write holds the writer until all others wait behind it.
        let (release, held) = std::sync::mpsc::channel::<()>();
        let first = db.store.write(move |_| {
            Box::pin(async move {
                held.recv().unwrap();
                Ok::<_, StoreError>(())
            })
        });
        let others = join_all((1..=50u8).map(|n| {
            db.store.write(move |tx| Box::pin(async move { revoked_tokens::revoke_token(tx, token(n), NOW).await }))
        }));
        let release = async {
            // Polled after the others, which by then have taken their places.
            release.send(()).unwrap();
        };
        let (first, others, ()) = tokio::join!(first, others, release);
        first.unwrap();
        assert!(others.iter().all(Result::is_ok));
        assert_eq!(db.store.commits() - before, 1);
        write_tx!(db, |tx| revoked_tokens::revoke_token(tx, token(101), NOW));
        assert_eq!(db.store.commits() - before, 2);
    })
    .await;
}

#[tokio::test]
async fn a_write_completes_without_its_caller() {
    everywhere(async |db| {
        let mut write = Box::pin(db.store.write(|tx| Box::pin(async move { users::insert(tx, &user(1)).await })));
        if db.is_postgres {
            // Begun as soon as a connection is there; then the caller goes away.
            let store = db.store.clone();
            let (began, begun) = tokio::sync::oneshot::channel();
            let caller = tokio::spawn(async move {
                store
                    .write(|tx| {
                        Box::pin(async move {
                            began.send(()).unwrap();
                            users::insert(tx, &user(2)).await
                        })
                    })
                    .await
            });
            begun.await.unwrap();
            caller.abort();
            drop(write);
            // Closing waits for the connection that the write holds.
            db.store.close().await;
            let again = db.again().await;
            assert!(users::by_id(&mut again.read().await.unwrap(), user_id(2)).await.unwrap().is_some());
            again.close().await;
        } else {
            assert_eq!(write.as_mut().now_or_never(), None, "polled once, it has its place");
            drop(write);
            db.store.close().await;
            let again = db.again().await;
            assert!(users::by_id(&mut again.read().await.unwrap(), user_id(1)).await.unwrap().is_some());
            again.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_closed_store_says_so() {
    everywhere(async |db| {
        db.store.close().await;
        assert!(matches!(db.store.read().await, Err(StoreError::Unavailable(_))));
        let write = db.store.write(|tx| Box::pin(async move { users::insert(tx, &user(1)).await })).await;
        assert!(matches!(write, Err(StoreError::Unavailable(_))));
        db.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn on_sqlite_a_write_that_waits_for_something_else_is_refused() {
    on_sqlite(async |db| {
        let waits = db.store.write(|tx| {
            Box::pin(async move {
                users::insert(tx, &user(1)).await?;
                std::future::pending::<Result<(), StoreError>>().await
            })
        });
        assert!(matches!(waits.await, Err(StoreError::Other(why)) if why.contains("waited")));
        assert_eq!(read_tx!(db, |tx| users::count_all(tx)), 0);
    })
    .await;
}

#[tokio::test]
async fn on_sqlite_a_locked_file_is_a_timeout_and_a_full_queue_too() {
    on_sqlite(async |db| {
        let options = StoreOptions { patience: Duration::from_millis(50), queue: 1, ..StoreOptions::default() };
        let other = Store::open(&db.url, &options).await.unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (began, begun) = tokio::sync::oneshot::channel();
        let holder = db.store.write(move |_| {
            Box::pin(async move {
                began.send(()).unwrap();
                held.recv().unwrap();
                Ok::<_, StoreError>(())
            })
        });
        let blocked = async {
            begun.await.unwrap();
            let insert = || other.write(|tx| Box::pin(async move { users::insert(tx, &user(1)).await }));
            assert!(matches!(insert().await, Err(StoreError::Timeout(_))), "another program holds the lock");
            release.send(()).unwrap();
        };
        let (holder, ()) = tokio::join!(holder, blocked);
        holder.unwrap();
        other.write(|tx| Box::pin(async move { users::insert(tx, &user(1)).await })).await.unwrap();

        let (release, held) = std::sync::mpsc::channel::<()>();
        let (began, begun) = tokio::sync::oneshot::channel();
        let holder = other.write(move |_| {
            Box::pin(async move {
                began.send(()).unwrap();
                held.recv().unwrap();
                Ok::<_, StoreError>(())
            })
        });
        let queued = async {
            begun.await.unwrap();
            let insert = |n| other.write(move |tx| Box::pin(async move { users::insert(tx, &user(n)).await }));
            let (second, third) = tokio::join!(insert(2), async {
                let third = insert(3).await;
                release.send(()).unwrap();
                third
            });
            assert_eq!(second, Ok(()));
            assert!(matches!(third, Err(StoreError::Timeout(_))), "no place in the queue");
        };
        let (holder, ()) = tokio::join!(holder, queued);
        holder.unwrap();
        other.close().await;
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_sqlite_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    on_sqlite(async |db| {
        write_tx!(db, |tx| users::insert(tx, &user(1)));
        let path = std::path::PathBuf::from(db.url.strip_prefix("sqlite:").unwrap());
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    })
    .await;
}

#[tokio::test]
async fn errors_name_the_column_and_no_value() {
    everywhere(async |db| {
        write_tx!(db, |tx| users::insert(tx, &user(1)));
        statement(db, "UPDATE users SET default_workspace_id = NULL, picture = 'hidden', email = 'hidden'")
            .await
            .unwrap();
        let mut reading = db.store.read().await.unwrap();
        let error = users::by_id(&mut reading, user_id(1)).await.unwrap_err();
        let StoreError::Corrupt(text) = error else { panic!("{error:?}") };
        assert!(text.contains("column u.email of") && !text.contains("hidden"), "{text}");

        let nul = reading.one("SELECT id FROM users WHERE id = $1", params!["a\0b"]).await;
        assert!(matches!(nul, Err(StoreError::Other(_))));
        let wrong_type = reading.one("SELECT name FROM users WHERE id = $1", params![user_id(1)]).await.unwrap();
        assert!(matches!(wrong_type.unwrap().int(), Err(StoreError::Corrupt(_))));
        let no_column = reading.one("SELECT name FROM users WHERE id = $1", params![user_id(1)]).await.unwrap();
        let mut no_column = no_column.unwrap();
        no_column.skip();
        assert!(matches!(no_column.opt_text(), Err(StoreError::Corrupt(_))));
    })
    .await;
}

#[tokio::test]
async fn placeholders_mean_their_number_whatever_their_order() {
    everywhere(async |db| {
        let mut reading = db.store.read().await.unwrap();
        let row = reading
            .one("SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)", params!["first", "second"])
            .await
            .unwrap();
        let mut row = row.unwrap();
        assert_eq!([row.text(), row.text(), row.text()], ["second", "first", "second"].map(|t| Ok(t.to_owned())));
    })
    .await;
}

#[tokio::test]
async fn unknown_places_are_refused_without_repeating_them() {
    for url in ["", "mysql://root:hunter2@host/db", "sqlite:", "sqlite::memory:", "postgres://u:hunter2@[/db"] {
        let error = Store::open(url, &StoreOptions::default()).await.unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

/// `SQLite` of another version, such as a backup's, takes a file that nobody has locked for its own, and removes its log.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_open_file_is_locked_against_other_programs() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.db");
    let url = format!("sqlite:{}", path.display());
    let store = Store::open(&url, &StoreOptions::default()).await.unwrap();
    let locked = || {
        let inode = format!(":{}", path.metadata().unwrap().ino());
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        let of_file = |line: &str| line.split_whitespace().any(|word| word.ends_with(&inode));
        locks.lines().any(|line| of_file(line) && line.contains("POSIX"))
    };
    assert!(locked(), "by the connection that writes");
    for _ in 0..3 {
        store.read().await.unwrap().one("SELECT 1", &[]).await.unwrap();
        assert!(locked());
    }
    store.close().await;
    assert!(!locked());
}

#[cfg(unix)]
#[tokio::test]
async fn point_4_5_a_file_that_was_deleted_or_replaced_is_not_written_to() {
    on_sqlite(async |db| {
        write_tx!(db, |tx| users::insert(tx, &user(1)));
        let path = std::path::PathBuf::from(db.url.strip_prefix("sqlite:").unwrap());
        let insert = |n| db.store.write(move |tx| Box::pin(async move { users::insert(tx, &user(n)).await }));
        let away = path.with_extension("away");
        std::fs::rename(&path, &away).unwrap();
        assert!(matches!(insert(2).await, Err(StoreError::Unavailable(_))), "deleted");
        std::fs::copy(&away, &path).unwrap();
        let Err(StoreError::Unavailable(why)) = insert(2).await else { panic!("replaced") };
        assert!(why.contains("replaced"), "{why}");
        assert!(matches!(db.store.probe().await, Err(StoreError::Unavailable(_))));
        // Readers that are open still see the file of before; no new one opens the other.
        let readings: Vec<_> = futures_util::future::join_all((0..3).map(|_| db.store.read())).await;
        assert!(readings.iter().skip(1).all(|reading| matches!(reading, Err(StoreError::Unavailable(_)))));
        drop(readings);
        std::fs::rename(&away, &path).unwrap();
        assert_eq!(insert(2).await, Ok(()), "back in its place");
        assert_eq!(read_tx!(db, |tx| users::count_all(tx)), 2);
    })
    .await;
}

#[tokio::test]
async fn point_4_5_whether_there_is_a_database_is_found_out_without_making_one() {
    everywhere(async |db| {
        let options = db.options();
        assert_eq!(store::exists(&db.url, &options).await, Ok(true));
        if db.is_postgres {
            statement(db, "DROP TABLE schema_migrations").await.unwrap();
            assert_eq!(store::exists(&db.url, &options).await, Ok(false));
        } else {
            let missing = format!("{}.missing", db.url);
            assert_eq!(store::exists(&missing, &options).await, Ok(false));
            assert!(!std::path::Path::new(missing.strip_prefix("sqlite:").unwrap()).exists());
        }
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_commit_happens_after_it_and_for_it_alone() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    for_each_database(async |db| {
        let count = Arc::new(AtomicU32::new(0));
        let write = async |good: bool| {
            let count = Arc::clone(&count);
            let work = db.store.write(move |tx| {
                Box::pin(async move {
                    let told = Arc::clone(&count);
                    tx.once_committed(move || {
                        told.fetch_add(1, Ordering::SeqCst);
                    });
                    tx.execute("DELETE FROM users", &[]).await?;
                    assert_eq!(count.load(Ordering::SeqCst), 0, "not before");
                    if good { Ok(()) } else { Err(StoreError::BrokenReference) }
                })
            });
            work.await
        };
        write(false).await.unwrap_err();
        // What was taken back leaves nothing for the next on the same connection.
        statement(db, "DELETE FROM users").await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 0);
        write(true).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 1);
    })
    .await;
}
