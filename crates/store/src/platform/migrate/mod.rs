//! Migrations: numbered, forward only, with the same numbers and names on both databases.
//!
//! Migrations of the past are frozen. What one of them does in Rust is in a module of its own here, which uses no code that may
//! change (`cargo xtask check`).
mod names;
mod written_scopes;

use crate::platform::dialect;
use crate::platform::tx::Tx;
use crate::{StoreError, params};
use aws_lc_rs::digest::{SHA256, digest};
use domain::platform::encoding::base64url;

/// What opening a database may do to its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaMode {
    /// Apply missing migrations.
    Migrate,
    /// Only check that none is missing.
    Verify,
}

struct Migration {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal $file:literal),* $(,)?) => { &[$(Migration {
        version: $version,
        name: $name,
        sqlite: include_str!(concat!("../../../migrations/sqlite/", $file)),
        postgres: include_str!(concat!("../../../migrations/postgres/", $file)),
    }),*] };
}

/// In version order.
const MIGRATIONS: &[Migration] = migrations![
    1 "init" "0001_init.sql",
    2 "activity" "0002_activity.sql",
    3 "idempotency" "0003_idempotency.sql",
    4 "revisions" "0004_revisions.sql",
    5 "events" "0005_events.sql",
    6 "lists" "0006_lists.sql",
    7 "webhook_revisions" "0007_webhook_revisions.sql",
    8 "zones" "0008_zones.sql",
    9 "workspace_consents" "0009_workspace_consents.sql",
    10 "invitations" "0010_invitations.sql",
    11 "app_policy" "0011_app_policy.sql",
    12 "failures" "0012_failures.sql",
    13 "search" "0013_search.sql",
    14 "device" "0014_device.sql",
    15 "names" "0015_names.sql",
    16 "filters" "0016_filters.sql",
    17 "failed" "0017_failed.sql",
    18 "refresh_numbers" "0018_refresh_numbers.sql",
    19 "person" "0019_person.sql",
    20 "stays" "0020_stays.sql",
    21 "written_scopes" "0021_written_scopes.sql",
    22 "credentials" "0022_credentials.sql",
    23 "by_token" "0023_by_token.sql",
    24 "unprotected" "0024_unprotected.sql",
    25 "epochs" "0025_epochs.sql",
    26 "attempts" "0026_attempts.sql",
    27 "master_key" "0027_master_key.sql",
    28 "home" "0028_home.sql",
    29 "workspace_epochs" "0029_workspace_epochs.sql",
    30 "consent_home" "0030_consent_home.sql",
];

/// The schema version this program needs.
pub const SCHEMA_VERSION: i64 = match MIGRATIONS.last() {
    Some(newest) => newest.version,
    None => 0,
};

impl Migration {
    fn text(&self, tx: &Tx) -> &'static str {
        if tx.is_postgres() { self.postgres } else { self.sqlite }
    }
}

/// Applies or verifies migrations, depending on `leave`, and returns the versions that were applied. `declared` are the
/// scopes of the operator's catalogue.
pub(crate) async fn run(tx: &mut Tx, leave: SchemaMode, declared: &[String]) -> Result<Vec<i64>, StoreError> {
    dialect::begin_migration(tx).await?;
    let done = inside(tx, leave, declared).await;
    // A failure rolls everything back: schema changes are transactional on both databases.
    tx.script(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    done
}

async fn inside(tx: &mut Tx, leave: SchemaMode, declared: &[String]) -> Result<Vec<i64>, StoreError> {
    let found = if dialect::has_migrations(tx).await? { verify(tx).await? } else { Vec::new() };
    let missing = || MIGRATIONS.iter().filter(|m| !found.contains(&m.version));
    if let Some(first) = missing().next().filter(|_| leave == SchemaMode::Verify) {
        return Err(StoreError::NotMigrated { found: first.version - 1, needed: SCHEMA_VERSION });
    }
    let mut applied = Vec::new();
    for migration in missing() {
        let text = migration.text(tx);
        tx.script(text).await?;
        if migration.name == "names" {
            names::fill(tx).await?;
        }
        if migration.name == "written_scopes" {
            written_scopes::write_out_scopes(tx, declared).await?;
        }
        tx.execute(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
            params![migration.version, migration.name, checksum(text)],
        )
        .await?;
        tracing::info!(version = migration.version, name = migration.name, "schema migrated");
        applied.push(migration.version);
    }
    Ok(applied)
}

/// The versions in the database, newest first. Fails if an applied migration differs from this program's text of it.
async fn verify(tx: &mut Tx) -> Result<Vec<i64>, StoreError> {
    let mut applied = Vec::new();
    // No LIMIT: one row per migration.
    for mut row in tx.all("SELECT version, name, checksum FROM schema_migrations ORDER BY version DESC", &[]).await? {
        let (version, name, sum) = (row.int()?, row.text()?, row.text()?);
        applied.push(version);
        match MIGRATIONS.iter().find(|m| m.version == version) {
            None => return Err(StoreError::NewerDatabase { found: version, known: SCHEMA_VERSION }),
            Some(known) if checksum(known.text(tx)) != sum => {
                return Err(StoreError::ChangedMigration { version, name });
            }
            Some(_) => {}
        }
    }
    Ok(applied)
}

fn checksum(text: &str) -> String {
    base64url(digest(&SHA256, text.as_bytes()).as_ref())
}
