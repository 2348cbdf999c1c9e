//! Starting and ending while the database is not as it should be (bounds, points 4.2 and 4.5).
use crate::process::{Server, command, free_port};
use crate::tunnel::{Tunnel, by_way_of};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// An empty database of PostgreSQL.
async fn postgres() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = testkit::postgres::server();
    let name = format!("startup_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server).await.unwrap();
    for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    }
    let mut url: url::Url = server.parse().unwrap();
    url.set_path(&name);
    url.to_string()
}

async fn drop_database(url: &str) {
    let server = testkit::postgres::server();
    let name = url.parse::<url::Url>().unwrap().path().trim_start_matches('/').to_owned();
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let sql = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_2_a_start_waits_for_a_database_that_is_not_up_yet() {
    let (folder, database, port) = (tempfile::tempdir().unwrap(), postgres().await, free_port());
    let server = Server::start(folder.path(), &by_way_of(&database, port));
    server.says("not up yet");
    let _tunnel = Tunnel::from(TcpListener::bind(("127.0.0.1", port)).await.unwrap(), &database);
    server.says("countersign is ready");
    drop(server);
    drop_database(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_2_a_start_that_waits_can_be_ended_and_not_by_sighup() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &format!("postgres://u:p@127.0.0.1:{}/db", free_port()));
    server.says("not up yet");
    // A terminal that closes, or a reload that comes early, ends nothing.
    server.signal("HUP");
    server.says("not up yet");
    server.terminate();
    assert!(!server.process.wait().unwrap().success());
    assert!(!folder.path().join("data/master.key").exists(), "nothing was made");
}

/// Checklist 140.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_2_a_server_whose_database_falls_silent_recovers_and_can_be_ended() {
    let (folder, database) = (tempfile::tempdir().unwrap(), postgres().await);
    let tunnel = Tunnel::to(&database).await;
    let mut server = Server::start(folder.path(), &tunnel.url);
    server.says("countersign is ready");
    assert_eq!(server.ready().await, 200);
    tunnel.hole.send_replace(true);
    // The jobs write and read each second: one of them is the first to notice.
    server.says("PostgreSQL did not answer in time");
    let asked = Instant::now();
    assert_eq!(server.ready().await, 503);
    assert!(asked.elapsed() < Duration::from_secs(1));
    server.says("PostgreSQL did not accept a connection in time");
    tunnel.hole.send_replace(false);
    let back = Instant::now();
    while server.ready().await != 200 {
        assert!(back.elapsed() < Duration::from_secs(10), "recovery takes too long");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tunnel.hole.send_replace(true);
    server.terminate();
    let asked = Instant::now();
    server.process.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
    drop(tunnel);
    drop_database(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_5_a_master_key_without_its_database_and_the_reverse_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let (one, other) = (postgres().await, postgres().await);
    for (database, new) in [(sqlite("one.db"), sqlite("other.db")), (one.clone(), other.clone())] {
        let run = |database: &str, words: &[&str]| {
            let output = command(folder.path(), database, words);
            (output.status.success(), String::from_utf8(output.stderr).unwrap())
        };
        assert!(run(&database, &["key", "list"]).0, "the first start needs nothing");
        for _ in 0..2 {
            let (well, said) = run(&new, &["key", "list"]);
            assert!(!well && said.contains("--new-database"), "{said}");
        }
        assert!(run(&new, &["key", "list", "--new-database"]).0);
        assert!(run(&new, &["key", "list"]).0, "once is enough");
        let key = folder.path().join("data/master.key");
        std::fs::remove_file(&key).unwrap();
        for words in [&["key", "list"][..], &["key", "list", "--new-database"]] {
            let (well, said) = run(&database, words);
            assert!(!well && said.contains("master key is missing"), "{said}");
            assert!(!key.exists(), "no other key was made");
        }
    }
    drop_database(&one).await;
    drop_database(&other).await;
}

/// Bounds, point 5.3: whenever it is cut off, one of the two files opens the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_5_3_the_master_key_is_replaced_and_an_attempt_that_was_cut_off_is_completed() {
    let other = postgres().await;
    for database in [None, Some(other.clone())] {
        let folder = tempfile::tempdir().unwrap();
        let database = database.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("one.db").display()));
        let both = |words: &[&str]| {
            let output = command(folder.path(), &database, words);
            let [answer, log] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
            assert!(output.status.success(), "{answer} {log}");
            (answer, log)
        };
        let run = |words: &[&str]| both(words).0;
        let (now, next) = (folder.path().join("data/master.key"), folder.path().join("data/master.key.new"));
        let kept = |n: u8| folder.path().join(format!("data/master.key.{n}"));
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        let keys = run(&["key", "list"]);
        let first = read(&now);
        assert!(run(&["key", "rotate-master"]).contains("master.key.0"));
        let second = read(&now);
        assert!(first != second && read(&kept(0)) == first && !next.exists());
        assert_eq!(run(&["key", "list"]), keys, "all keys are the same");

        // Cut off after the database had changed: the old key is in its place still.
        std::fs::write(&next, &second).unwrap();
        std::fs::write(&now, &first).unwrap();
        for path in [&next, &now] {
            std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }
        assert!(both(&["key", "list"]).1.contains("it is complete now"));
        assert!(read(&now) == second && read(&kept(0)) == first && !next.exists());

        // Cut off before that: the next attempt takes the key that was made.
        std::fs::write(&next, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n").unwrap();
        std::fs::set_permissions(&next, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(run(&["key", "list"]), keys);
        assert_eq!(read(&now), second);
        run(&["key", "rotate-master"]);
        assert!(read(&now).starts_with("AAEC") && read(&kept(1)) == second && !next.exists());
        assert_eq!(run(&["key", "list"]), keys);
        let log = run(&["audit", "list", "--kind", "key.master_replaced"]);
        assert_eq!(log.matches("key.master_replaced").count(), 2, "{log}");

        // From the environment: both, or neither.
        let (old, new) = (read(&now), "IB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE");
        std::fs::remove_file(&now).unwrap();
        let env = |words: &[&str], variables: &[(&str, &str)]| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_countersign"));
            program.args(words).args(["--database", &database, "--data-dir"]).arg(folder.path().join("data"));
            let output = program.envs(variables.iter().copied()).output().unwrap();
            let well = output.status.success();
            (well, String::from_utf8(if well { output.stdout } else { output.stderr }).unwrap())
        };
        let (one, other) = (("COUNTERSIGN_MASTER_KEY", old.trim()), ("COUNTERSIGN_NEW_MASTER_KEY", new));
        let (well, said) = env(&["key", "rotate-master"], &[one]);
        assert!(!well && said.contains("COUNTERSIGN_NEW_MASTER_KEY"), "{said}");
        let (well, said) = env(&["key", "rotate-master"], &[one, other]);
        assert!(well, "{said}");
        let (well, said) = env(&["key", "list"], &[one]);
        assert!(!well && said.contains("not the master key"), "{said}");
        assert_eq!(env(&["key", "list"], &[("COUNTERSIGN_MASTER_KEY", new)]), (true, keys));
        assert!(!now.exists() && !next.exists(), "nothing is written to a file");
    }
    drop_database(&other).await;
}
