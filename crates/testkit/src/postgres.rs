//! The PostgreSQL server that tests run against. The tests of `store` include this file: they cannot depend on this crate.
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::hash::{DefaultHasher, Hasher as _};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Once;
use tokio::sync::OnceCell;

pub const VARIABLE: &str = "COUNTERSIGN_TEST_POSTGRES";

/// The message of a run without a server.
pub const HELP: &str = "No PostgreSQL: run `cargo xtask test --only rust`, which starts one, or set \
    COUNTERSIGN_TEST_POSTGRES=postgres://user:password@127.0.0.1:5432/postgres (a superuser)";

/// Returns the URL of a superuser of the server. If it is not set, the run ends with a one-line message instead of hundreds of
/// failures for the same reason.
pub fn server() -> String {
    static MISSING: Once = Once::new();
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        // Tests run in parallel, and the output of `eprintln!` in a test is captured.
        MISSING.call_once(|| {
            let _ = writeln!(std::io::stderr(), "\nerror: {HELP}");
            std::process::exit(1)
        });
        std::process::exit(1)
    })
}

/// Creates a database with the newest schema, in place of what a failed test left behind. Returns its URL.
///
/// It is a copy of one that `migrate` has migrated, for all tests that run these migrations: to copy takes a fraction of the time.
pub async fn create(name: &str, migrate: impl AsyncFnOnce(&str)) -> String {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let server = server();
    let template = TEMPLATE.get_or_init(async || template(&server, migrate).await).await;
    let mut admin = PgConnection::connect(&server).await.unwrap();
    run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    url_of(&server, name)
}

async fn run(admin: &mut PgConnection, sql: String) {
    admin.execute(AssertSqlSafe(sql)).await.unwrap();
}

fn url_of(server: &str, database: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let (host, _) = base.rsplit_once('/').filter(|(host, _)| !host.ends_with('/')).unwrap_or((base, ""));
    format!("{host}/{database}{}", query.map(|query| format!("?{query}")).unwrap_or_default())
}

/// The name of the database to copy. Whoever needs it first makes it; a later run finds it.
async fn template(server: &str, migrate: impl AsyncFnOnce(&str)) -> String {
    let mut hash = DefaultHasher::new();
    for file in migrations() {
        hash.write(&std::fs::read(file).unwrap());
    }
    let name = format!("countersign_template_{:016x}", hash.finish());
    let mut admin = PgConnection::connect(server).await.unwrap();
    // Held until the connection closes.
    run(&mut admin, "SELECT pg_advisory_lock(7283490112671)".to_owned()).await;
    let sql = "SELECT COALESCE(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = $1";
    let comment: Option<String> = sqlx::query_scalar(sql).bind(&name).fetch_optional(&mut admin).await.unwrap();
    if comment.as_deref() != Some("complete") {
        run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&mut admin, format!("CREATE DATABASE {name}")).await;
        migrate(&url_of(server, &name)).await;
        run(&mut admin, format!("COMMENT ON DATABASE {name} IS 'complete'")).await;
    }
    admin.close().await.unwrap();
    name
}

fn migrations() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}
