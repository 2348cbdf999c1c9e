//! From settings to a running application.
use crate::config::Config;
use crate::system;
use anyhow::{Context as _, bail};
use domain::encoding::{base64url, from_base64url};
use flows::{App, MasterKey, Rng as _};
use std::fs::DirBuilder;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Store, StoreError, StoreOptions};
use tokio::time::{Instant, sleep};

const MASTER_KEY: &str = "COUNTERSIGN_MASTER_KEY";

/// Makes the data folder, for its owner alone.
fn data_folder(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| format!("data_dir {}", path.display()))
}

fn decode(text: &str) -> Option<[u8; 32]> {
    from_base64url(text.trim())?.try_into().ok()
}

/// Where the master key is, if it is not in the environment.
fn key_file(config: &Config) -> PathBuf {
    config.data_dir.join("master.key")
}

/// The master key, if there is one: in the environment, or in a file that only its owner may read.
fn master_key(config: &Config) -> anyhow::Result<Option<MasterKey>> {
    if let Ok(text) = std::env::var(MASTER_KEY) {
        let Some(bytes) = decode(&text) else { bail!("{MASTER_KEY} is not the base64url of 32 bytes") };
        return Ok(Some(MasterKey::new(bytes)));
    }
    let path = key_file(config);
    let mode = match std::fs::metadata(&path) {
        Ok(about) => about.permissions().mode() & 0o777,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    if mode & 0o077 != 0 {
        bail!("{} can be read by others (mode {mode:o}): run chmod 600 on it", path.display());
    }
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    match decode(&text) {
        Some(bytes) => Ok(Some(MasterKey::new(bytes))),
        None => bail!("{} does not hold a master key", path.display()),
    }
}

/// Makes the file of the master key, unless another process just did.
fn make_master_key(config: &Config) -> anyhow::Result<MasterKey> {
    data_folder(&config.data_dir)?;
    let path = key_file(config);
    let mut fresh = [0; 32];
    system::SystemRng.fill(&mut fresh);
    // Whole or not at all, and for its owner alone.
    let mut file = tempfile::NamedTempFile::new_in(&config.data_dir).with_context(|| path.display().to_string())?;
    writeln!(file, "{}", base64url(&fresh))
        .and_then(|()| file.as_file().sync_all())
        .with_context(|| path.display().to_string())?;
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(MasterKey::new(fresh)),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            master_key(config)?.with_context(|| path.display().to_string())
        }
        Err(error) => Err(error.error).with_context(|| path.display().to_string()),
    }
}

/// How the database is opened.
pub fn store_options(config: &Config) -> StoreOptions {
    let postgres = &config.postgres;
    StoreOptions {
        declared_scopes: config.catalogue().names().map(str::to_owned).collect(),
        max_connections: postgres.max_connections,
        connect: Duration::from_secs(postgres.connect_timeout),
        statement: Duration::from_secs(postgres.statement_timeout),
        patience: Duration::from_secs(postgres.pool_timeout),
        pooler: postgres.pgbouncer,
        ..StoreOptions::default()
    }
}

/// Between two attempts to reach a database that is not up yet, at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether there is a database already. Waits for PostgreSQL, if it is not up yet, for so long.
async fn is_there(config: &Config, wait: Duration) -> anyhow::Result<bool> {
    let (url, options) = (config.database_url(), store_options(config));
    let until = Instant::now() + if url.starts_with("sqlite:") { Duration::ZERO } else { wait };
    let mut pause = Duration::from_secs(1);
    loop {
        let error = match store::exists(&url, &options).await {
            Err(error @ (StoreError::Unavailable(_) | StoreError::Timeout(_))) => error,
            known => return known.context("database"),
        };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(error).context("database");
        }
        tracing::warn!(%error, seconds_left = left.as_secs(), "the database is not up yet; trying again");
        sleep(pause.min(left)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// How an application begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beginning {
    /// How long to wait for a database that is not up yet.
    pub wait: Duration,
    /// The database may be empty although there is a master key.
    pub new_database: bool,
}

/// Opens the database (migrating it) and starts the application.
pub async fn app(config: &Config, beginning: Beginning) -> anyhow::Result<App> {
    let known = master_key(config)?;
    let is_there = is_there(config, beginning.wait).await?;
    if known.is_some() && !is_there && !beginning.new_database {
        bail!(
            "there is a master key, but no database at this place. If it should be empty, start once with --new-database; \
             otherwise see that `database` and `data_dir` name the right place, or restore the backup"
        );
    }
    let store = Store::open(&config.database_url(), &store_options(config)).await.context("database")?;
    let master = match known {
        Some(master) => master,
        None if store::keys::list_sealing(&mut *store.read().await?).await?.is_empty() => make_master_key(config)?,
        // Another process may have begun at the same time.
        None => master_key(config)?.with_context(|| {
            format!(
                "the database holds keys, but their master key is missing: restore {} or set {MASTER_KEY}",
                key_file(config).display()
            )
        })?,
    };
    let settings = config.settings(&flows::keys::pepper(&master))?;
    Ok(App::start(store, settings, master, &system::ctx("start")).await?)
}
