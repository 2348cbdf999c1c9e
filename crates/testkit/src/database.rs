//! A fresh database of either kind for each test.
use crate::postgres;
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::StoreOptions;
use tempfile::TempDir;

/// A test's own database, removed when the test ends.
#[derive(Debug)]
pub struct Database {
    pub url: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Sqlite { folder: Arc<TempDir> },
    Postgres { server: String, name: String },
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Database {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("data").join("test.db").display());
        Self { url, kind: Kind::Sqlite { folder: Arc::new(folder) } }
    }

    pub async fn postgres() -> Self {
        let name = format!("kit_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let migrate = async |url: &str| drop(store::migrate(url, &StoreOptions::default()).await.unwrap());
        let url = postgres::create(&name, migrate).await;
        Self { url, kind: Kind::Postgres { server: postgres::server(), name } }
    }

    /// Keeps the SQLite files in place: a server whose file is deleted can write nothing more.
    pub(crate) fn folder(&self) -> Option<Arc<TempDir>> {
        match &self.kind {
            Kind::Sqlite { folder } => Some(folder.clone()),
            Kind::Postgres { .. } => None,
        }
    }

    /// Drops the database. Call this when nothing uses it any more.
    pub async fn remove(self) {
        if let Kind::Postgres { server, name } = &self.kind {
            let mut connection = PgConnection::connect(server).await.unwrap();
            connection.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
        }
    }
}

/// Runs a test on SQLite, then on PostgreSQL.
pub async fn for_each_database<F: AsyncFn(&Database)>(test: F) {
    for database in [Database::sqlite(), Database::postgres().await] {
        test(&database).await;
        database.remove().await;
    }
}
