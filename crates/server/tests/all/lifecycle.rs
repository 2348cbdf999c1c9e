//! Reloading, ending and logging, as a process of its own (bounds, points 3.4, 6.2 and 6.3).
use crate::process::{Server, command};
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

/// Settings with a brand, a log level, and a scope beside `openid`.
fn settings(brand: &str, level: &str, scope: &str, more: &str) -> String {
    let declared = |name: &str| {
        format!(
            "[[scopes]]\nname = \"{name}\"\ndescription = \"d\"\nconsent_title = \"t\"\nconsent_description = \"c\"\ndefault = true\n"
        )
    };
    format!(
        "permissions = []\n{more}\n[brand]\nname = \"{brand}\"\n[log]\nlevel = \"{level}\"\n{}{}",
        declared("openid"),
        declared(scope)
    )
}

/// A server on SQLite with these settings in a file.
fn start(folder: &Path, text: &str) -> Server {
    fs::write(folder.join("c.toml"), text).unwrap();
    let config = folder.join("c.toml");
    let mut server = Server::with(folder, &sqlite(folder), |command| {
        command.arg("--config").arg(config).stderr(Stdio::piped());
    });
    let log = server.log();
    server.read(log);
    server.says("countersign is ready");
    server
}

fn sqlite(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("data/countersign.db").display())
}

impl Server {
    /// The brand on the page to sign in, and the scopes that discovery names.
    async fn shows(&self) -> (String, Vec<String>) {
        let page = self.get("/login").await.text().await.unwrap();
        let title = page.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
        let brand = title.rsplit_once(' ').unwrap().1.to_owned();
        let metadata: serde_json::Value = self.get("/.well-known/openid-configuration").await.json().await.unwrap();
        let scopes = metadata["scopes_supported"].as_array().unwrap();
        (brand, scopes.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_6_2_sighup_reloads_the_settings_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| fs::write(folder.path().join("c.toml"), text).unwrap();
    let mut server = start(folder.path(), &settings("Before", "info", "a:read", ""));
    let before = ("Before".to_owned(), vec!["openid".to_owned(), "a:read".to_owned()]);
    assert_eq!(server.shows().await, before);

    // Each of these says what is wrong with it, and changes nothing.
    let mut scopeless = settings("After", "info", "a:read", "");
    scopeless = scopeless.replace("openid", "b:read");
    for (text, why) in [
        (settings("After", "info", "b:read", "isuer = \"x\""), "isuer"),
        ("[brand".to_owned(), "c.toml"),
        (scopeless, "openid"),
        (settings("After", "info=loud", "b:read", ""), "log.level"),
    ] {
        write(&text);
        server.signal("HUP");
        let said = server.says("the settings were not reloaded");
        assert!(said.contains(why), "{said}");
        assert_eq!(server.shows().await, before);
    }
    fs::remove_file(folder.path().join("c.toml")).unwrap();
    server.signal("HUP");
    assert!(server.says("the settings were not reloaded").contains("does not exist"));
    assert_eq!(server.shows().await, before);

    // What needs a restart is named, and the rest is in force.
    write(&settings("After", "info,countersign::sql=trace", "b:read", "token_prefix = \"other\"\nsign_up = false"));
    server.signal("HUP");
    let said = server.says("the settings were reloaded");
    assert!(said.contains("brand.name log.level scopes sign_up"), "{said}");
    let said = server.says("need a restart");
    assert!(said.contains("settings=\"token_prefix\""), "{said}");
    let after = ("After".to_owned(), vec!["openid".to_owned(), "b:read".to_owned()]);
    assert_eq!(server.shows().await, after);
    assert_eq!(server.get("/signup").await.status(), 403);
    server.says("TRACE countersign::sql");
    let (status, _) = server.end();
    assert!(status.success());
    let audit =
        command(folder.path(), &sqlite(folder.path()), &["audit", "list", "--kind", "settings.reloaded", "--json"]);
    let audit = String::from_utf8(audit.stdout).unwrap();
    assert_eq!(audit.matches("settings.reloaded").count(), 1, "{audit}");
    assert!(audit.contains(r#"["brand.name","log.level","scopes","sign_up"]"#), "{audit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_6_2_reloading_under_load_fails_no_request() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &settings("Zero", "info", "a:read", ""));
    let done = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (http, port, done) = (server.http.clone(), server.port, done.clone());
            tokio::spawn(async move {
                let get = async |path: &str| {
                    let reply = http.get(format!("http://127.0.0.1:{port}{path}")).send().await.unwrap();
                    assert_eq!(reply.status(), 200, "{path}");
                    reply.text().await.unwrap()
                };
                let mut served = 0;
                while !done.load(Ordering::Relaxed) {
                    let page = get("/login").await;
                    // What a page names is there, also when the settings changed since.
                    for kind in ["css", "js", "svg"] {
                        let end = page.find(&format!(".{kind}\"")).unwrap() + 1 + kind.len();
                        get(&page[page[..end].rfind('"').unwrap() + 1..end]).await;
                    }
                    served += 1;
                }
                served
            })
        })
        .collect();
    for round in 0..30 {
        let colour = format!("primary_colour = \"#0000{round:02}\"\n[log]");
        let text = settings(&format!("Brand{round}"), "info", "a:read", "").replace("[log]", &colour);
        fs::write(folder.path().join("c.toml"), text).unwrap();
        server.signal("HUP");
        server.says("the settings were reloaded");
    }
    done.store(true, Ordering::Relaxed);
    let mut served = 0;
    for worker in load {
        served += worker.await.unwrap();
    }
    assert!(served > 30, "{served} pages prove little");
    assert_eq!(server.shows().await.0, "Brand29");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_6_2_sigterm_reports_not_ready_and_serves_on_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::with(folder.path(), &sqlite(folder.path()), |command| {
        command.env("COUNTERSIGN_SHUTDOWN__DELAY", "2").stderr(Stdio::piped());
    });
    let log = server.log();
    server.read(log);
    server.says("countersign is ready");
    assert_eq!(server.ready().await, 200);
    let asked = Instant::now();
    server.terminate();
    server.says("not ready any more");
    let reply = server.get("/readyz").await;
    assert_eq!((reply.status().as_u16(), reply.headers()["connection"].to_str().unwrap()), (503, "close"));
    assert_eq!(reply.text().await.unwrap(), "the server is stopping\n");
    let page = server.get("/login").await;
    assert_eq!((page.status().as_u16(), page.headers()["connection"].to_str().unwrap()), (200, "close"));
    server.says("stopping");
    assert!(server.process.wait().unwrap().success());
    assert!((Duration::from_secs(2)..Duration::from_secs(10)).contains(&asked.elapsed()), "{:?}", asked.elapsed());
    // Ctrl-C waits for nobody, and a second signal for nothing.
    let mut server = Server::with(folder.path(), &sqlite(folder.path()), |command| {
        command.env("COUNTERSIGN_SHUTDOWN__DELAY", "300").stderr(Stdio::piped());
    });
    let log = server.log();
    server.read(log);
    server.says("countersign is ready");
    server.ready().await;
    server.terminate();
    server.says("not ready any more");
    server.terminate();
    server.says("stopping at once");
    assert_eq!(server.process.wait().unwrap().code(), Some(130));
}

/// A request that the log has many lines of, each statement among them.
async fn register(server: &Server) -> Duration {
    let asked = Instant::now();
    let url = format!("http://127.0.0.1:{}/oauth2/register", server.port);
    let client = serde_json::json!({"redirect_uris": ["https://a.example/cb"]});
    let reply = server.http.post(url).json(&client).send().await.unwrap();
    assert_eq!(reply.status(), 201);
    asked.elapsed()
}

fn logged(stderr: impl Into<Stdio>) -> (TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::with(folder.path(), &sqlite(folder.path()), |command| {
        command.env("COUNTERSIGN_LOG__LEVEL", "trace").stderr(stderr);
        command.env("COUNTERSIGN_REGISTRATION__PER_ADDRESS_PER_HOUR", "100000");
        command.env("COUNTERSIGN_REGISTRATION__ALIKE_PER_HOUR", "100000");
    });
    server.says("countersign is ready");
    (folder, server)
}

const PATIENCE: Duration = Duration::from_secs(5);

/// Checklist 140.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_3_4_a_reader_of_the_log_that_is_stuck_delays_no_request() {
    let (_folder, mut server) = logged(Stdio::piped());
    // A pipe takes 64 KiB, and 1 MiB waits.
    for _ in 0..1_000 {
        assert!(register(&server).await < PATIENCE);
    }
    // The reader goes on. It has all up to what was lost, and is told how much that was.
    let log = server.log();
    server.read(log);
    server.says("client.created");
    let said = server.says("lines of the log could not be written");
    assert!(said.contains("lost="), "{said}");
    assert!(register(&server).await < PATIENCE);
    server.says("client.created");
    let (status, _) = server.end();
    assert!(status.success());
    server.says("stopping");
}

/// Checklist 140.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_3_4_a_stuck_reader_does_not_keep_the_server_from_ending() {
    let (_folder, mut server) = logged(Stdio::piped());
    for _ in 0..100 {
        register(&server).await;
    }
    let (status, took) = server.end();
    assert!(status.success() && took < Duration::from_secs(10), "{status} {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_3_4_a_full_disk_or_a_reader_that_has_gone_fails_no_request() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (_folder, mut on_full) = logged(full);
    let (_folder, mut unread) = logged(Stdio::piped());
    drop(unread.log());
    for server in [&mut on_full, &mut unread] {
        for _ in 0..100 {
            assert!(register(server).await < PATIENCE);
        }
        assert_eq!(server.ready().await, 200);
        let (status, took) = server.end();
        assert!(status.success() && took < Duration::from_secs(10), "{status} {took:?}");
    }
}
