//! What has expired is removed as fast as it comes, and the file of SQLite gives back the room ("a bound and a deadline",
//! point 4.4).
use crate::meanwhile::Meanwhile;
use store::{StoreError, Tx};
use testkit::{Database, TestApp, for_each_database};
use tokio::time::Instant;

/// Expired rows of each kind: more than one batch has. `cargo xtask faults --long --only purge` sets a larger number.
fn many() -> i64 {
    std::env::var("COUNTERSIGN_TEST_ROWS").map_or(2_500, |text| text.parse().unwrap())
}
/// Rows of each kind that have not expired.
const FRESH: i64 = 7;

/// A statement with numbers in it; few are made.
fn keep(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

/// Tables that rows expire in: their columns, and the values of row `i`, where `{t}` is the time that decides.
const TABLES: [(&str, &str, &str); 14] = [
    (
        "sessions",
        "id, secret_hash, user_id, auth_time, amr, created_at, last_seen_at, expires_at, ip, user_agent",
        "'{k}' || i, {blob}, '{user}', 1, '[]', 1, 1, {t}, '', ''",
    ),
    (
        "invitations",
        "id, workspace_id, role, hash, created_at, expires_at",
        "'{k}' || i, '{workspace}', 'member', {blob}, 1, {t}",
    ),
    (
        "device_authorizations",
        "id, device_code, user_code, client_id, scopes, resources, sub_type, state, poll_interval, created_at, expires_at",
        "{blob}, {blob}, {blob}, '{client}', '', '[]', 'user', 'pending', 5, 1, {t}",
    ),
    (
        "grants",
        "id, client_id, user_id, sub_type, scopes, resources, claims, code_id, created_at, expires_at, \
         absolute_expires_at, last_used_at, refresh_seq, refresh_used",
        "'{k}' || i, '{client}', '{user}', 'user', 'openid', '[]', '{}', {blob}, 1, {t}, {t}, 1, 0, 0",
    ),
    ("revoked_tokens", "token_id, expires_at", "{blob}, {t}"),
    ("used_assertions", "client_id, jti, expires_at", "'c', '{k}' || i, {t}"),
    ("one_time_tokens", "hash, purpose, expires_at", "{blob}, 'test', {t}"),
    (
        "idempotency_keys",
        "hash, request_hash, claim, created_at, lease_until, expires_at",
        "{blob}, {blob}, {blob}, 1, 1, {t}",
    ),
    (
        "clients",
        "id, name, client_type, token_endpoint_auth_method, trust, config, credential_epoch, created_at, updated_at",
        "'{k}' || i, 'App', 'public', 'none', 'anonymous', '{}', 0, {t}, 1",
    ),
    ("events", "id, at, kind, subject, seq, data", "'{k}' || i, {t}, 'test', '{k}' || i, 1, '{}'"),
    (
        "audit_events",
        "id, at, kind, outcome, request_id, actor, client_id, user_id, detail",
        "'{k}' || i, {t}, 'test', 'ok', '{k}' || i, 'a' || i, 'c' || i, 'u' || i, '{}'",
    ),
    ("activity_users", "client_id, day, user_id", "'{client}', {t} / 86400, '{k}' || i"),
    // A day and a client each.
    ("activity_days", "client_id, day, total_access, unique_users", "'{client}', {day} + {sign} * i, 1, 1"),
    ("unprotected_requests", "client_id, day, requests, last_at", "'{client}', {day} + {sign} * i, 1, 1"),
];

struct Names {
    client: String,
    user: String,
    workspace: String,
}

impl Names {
    async fn of(app: &TestApp) -> Self {
        let ada = app.user("ada@example.com", 1).await;
        let web = testkit::Party::new(app, testkit::Kind::Web).await;
        Self { client: web.id.to_string(), user: ada.user.id.to_string(), workspace: ada.workspaces[0].to_string() }
    }
}

/// Puts `rows` rows into a table that expire at `at`, or are from then.
async fn put(app: &TestApp, sqlite: bool, names: &Names, table: usize, kind: &str, rows: i64, at: i64) {
    let (name, columns, values) = TABLES[table];
    let text = format!("'{kind}' || i");
    let blob = if sqlite { format!("CAST({text} AS BLOB)") } else { format!("convert_to({text}, 'UTF8')") };
    let sign = if kind == "old" { "-1" } else { "1" };
    let mut values = values.to_owned();
    for (word, with) in [
        ("{blob}", blob.as_str()),
        ("{k}", kind),
        ("{t}", &at.to_string()),
        ("{day}", &(at / 86_400).to_string()),
        ("{sign}", sign),
        ("{client}", &names.client),
        ("{user}", &names.user),
        ("{workspace}", &names.workspace),
    ] {
        values = values.replace(word, with);
    }
    // Not too many at once.
    for first in (1..=rows).step_by(20_000) {
        let last = (first + 19_999).min(rows);
        let sql = keep(format!(
            "INSERT INTO {name} ({columns}) WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n \
             WHERE i < {last}) SELECT {values} FROM n"
        ));
        let work = app.store.write(move |tx: &mut Tx| Box::pin(async move { tx.execute(sql, &[]).await }));
        work.await.unwrap_or_else(|error: StoreError| panic!("{sql}: {error}"));
    }
}

async fn count(app: &TestApp, condition: String) -> i64 {
    let sql = keep(format!("SELECT COUNT(*) FROM {condition}"));
    app.store.read().await.unwrap().one(sql, &[]).await.unwrap().unwrap().int().unwrap()
}

fn is_sqlite(database: &Database) -> bool {
    database.url.starts_with("sqlite:")
}

#[tokio::test]
async fn point_4_4_a_backlog_in_every_table_is_gone_after_one_turn() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (names, sqlite, now) = (Names::of(&app).await, is_sqlite(database), app.ctx().now.seconds());
        let mut before = Vec::new();
        for (table, (name, ..)) in TABLES.iter().enumerate() {
            put(&app, sqlite, &names, table, "new", FRESH, now + 1_000_000).await;
            before.push(count(&app, (*name).to_owned()).await);
            put(&app, sqlite, &names, table, "old", 2_500, 86_400 * 3_000).await;
            assert_eq!(count(&app, (*name).to_owned()).await - before[table], 2_500, "{name}");
        }
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        for (table, (name, ..)) in TABLES.iter().enumerate() {
            assert_eq!(count(&app, (*name).to_owned()).await, before[table], "{name}");
        }
        app.stop().await;
    })
    .await;
}

/// The log, which has the most indexes. Its figures stand in `docs/src/reliability.md`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_4_others_write_while_a_backlog_goes_and_the_file_shrinks() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (names, sqlite) = (Names::of(&app).await, is_sqlite(database));
        let of = format!("purge {}", if sqlite { "SQLite" } else { "PostgreSQL" });
        let log = TABLES.iter().position(|(name, ..)| *name == "audit_events").unwrap();
        let before = count(&app, "audit_events".to_owned()).await;
        put(&app, sqlite, &names, log, "old", many(), 86_400 * 3_000).await;
        let pages = async || if sqlite { number(&app, "PRAGMA page_count").await } else { 0 };
        let (full, begun) = (pages().await, Instant::now());
        let meanwhile = Meanwhile::start(&app);
        while count(&app, "audit_events WHERE at < 1000000000".to_owned()).await > 0 {
            flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        }
        let took = begun.elapsed();
        if sqlite {
            while number(&app, "PRAGMA freelist_count").await > (pages().await / 10).max(1_000) + 16 {
                flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
            }
            println!(
                "figure {of}: {full} pages before, {} pages after {} ms",
                pages().await,
                begun.elapsed().as_millis()
            );
            assert!(pages().await < full || full < 2_000, "{full}");
        }
        meanwhile.stop(&of).await;
        let rate = u128::try_from(many()).unwrap() * 1_000 / took.as_millis().max(1);
        println!("figure {of}: {} rows in {} ms, rows_a_second {rate}", many(), took.as_millis());
        assert_eq!(count(&app, "audit_events WHERE at > 1000000000".to_owned()).await, before);
        app.stop().await;
    })
    .await;
}

async fn number(app: &TestApp, pragma: &'static str) -> i64 {
    app.store.read().await.unwrap().one(pragma, &[]).await.unwrap().unwrap().int().unwrap()
}
