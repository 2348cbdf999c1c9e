//! What others rely on and no rebuilding may change: descriptions, names, texts and the schemas of both databases.
use aws_lc_rs::digest::{SHA256, digest};
use domain::diagnosis::{Advice, Endpoint};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use testkit::{Browser, Database, TestApp, for_each_database, frozen};

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[tokio::test]
async fn descriptions() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let mut browser = Browser::new(&app);
    frozen("openapi.json", &pretty(&browser.get("/docs/openapi.json").await.json()));
    for (name, path) in [
        ("openid-configuration.json", "/.well-known/openid-configuration"),
        ("oauth-authorization-server.json", "/.well-known/oauth-authorization-server"),
        ("scopes.json", "/api/v1/oauth2/scopes"),
    ] {
        frozen(name, &pretty(&browser.get(path).await.json()));
    }
    app.stop().await;
}

#[test]
fn audit_kinds() {
    frozen("audit-kinds.txt", &domain::audit::KINDS.join("\n"));
}

/// For each endpoint the checks in their order, and of each reason what the caller reads and what helps.
#[test]
fn refusals() {
    let mut text = String::new();
    for endpoint in Endpoint::ALL {
        let of_client = endpoint.client_checks().iter().map(|check| (true, check));
        for (authentication, check) in of_client.chain(endpoint.own_checks().map(|check| (false, check))) {
            let _ = writeln!(text, "{} | {} | {}", endpoint.as_str(), check.key, check.title);
            for reason in endpoint.reasons(authentication, check) {
                let (code, sentence) =
                    flows::diagnosis::failed_requests::response_for(endpoint, authentication, reason)
                        .map_or(("", ""), |(code, sentence)| (code.as_str(), sentence));
                let advice = Advice::after(reason).map_or("", |advice| advice.text);
                let _ = writeln!(text, "  {reason} | {code} | {sentence} | {advice}");
            }
        }
    }
    frozen("refusals.txt", &text);
}

/// The keys of all texts; another test compares the languages.
#[test]
fn text_keys() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/texts/en");
    let mut keys = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let named = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        keys.extend(named.filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned())));
    }
    assert!(keys.len() > 500, "{}", keys.len());
    frozen("text-keys.txt", &keys.into_iter().collect::<Vec<_>>().join("\n"));
}

const SQLITE: &str = "SELECT type || ' ' || name || ': ' || sql FROM sqlite_master WHERE sql IS NOT NULL \
     AND name NOT LIKE 'sqlite%' ORDER BY 1";
const POSTGRES: &str = "SELECT line FROM (\
     SELECT 'column ' || table_name || '.' || column_name || ': ' || data_type || ' ' || is_nullable || ' ' \
     || COALESCE(column_default, '') AS line FROM information_schema.columns WHERE table_schema = current_schema() \
     UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = current_schema() \
     UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ': ' || pg_get_constraintdef(oid) \
     FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype IN ('p', 'u', 'f', 'c')) all_of \
     ORDER BY line COLLATE \"C\"";

/// By the catalogues of the databases: what the migrations made.
#[tokio::test]
async fn schemas() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (name, sql) = if database.url.starts_with("sqlite:") { ("sqlite", SQLITE) } else { ("postgres", POSTGRES) };
        let mut tx = app.store.read().await.unwrap();
        let lines: Vec<_> = tx.all(sql, &[]).await.unwrap().into_iter().map(|mut row| row.text().unwrap()).collect();
        drop(tx);
        assert!(lines.len() > 40, "{lines:?}");
        let squeezed = |line: &String| line.split_whitespace().collect::<Vec<_>>().join(" ");
        frozen(&format!("schema-{name}.txt"), &lines.iter().map(squeezed).collect::<Vec<_>>().join("\n"));
        app.stop().await;
    })
    .await;
}

/// Issue 15, point 8: the texts of all migrations. Once a migration is in the list, it never changes, not even by FROZEN=write.
#[test]
fn point_8_migrations_of_the_past_never_change() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/migrations");
    let mut found = Vec::new();
    for database in ["postgres", "sqlite"] {
        for file in fs::read_dir(format!("{folder}/{database}")).unwrap() {
            let path = file.unwrap().path();
            let name = format!("{database}/{}", path.file_name().unwrap().to_str().unwrap());
            let hash = digest(&SHA256, &fs::read(&path).unwrap());
            let mut line = String::new();
            for byte in hash.as_ref() {
                let _ = write!(line, "{byte:02x}");
            }
            found.push(format!("{line}  {name}"));
        }
    }
    found.sort_by(|one, other| one.split_once("  ").unwrap().1.cmp(other.split_once("  ").unwrap().1));
    assert_eq!(found.len(), 2 * usize::try_from(store::SCHEMA_VERSION).unwrap(), "every file is a migration");
    let kept = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/frozen/migrations.sha256"));
    for line in kept.unwrap_or_default().lines() {
        assert!(found.iter().any(|known| known == line), "this migration was changed; add another one instead: {line}");
    }
    frozen("migrations.sha256", &found.join("\n"));
}
