//! Builds a running application from the settings.
use crate::config::Config;
use crate::master_key::{self, MASTER_KEY};
use crate::system;
use anyhow::{Context as _, bail};
use flows::Server;
use std::time::Duration;
use store::{Store, StoreError, StoreOptions};
use tokio::time::{Instant, sleep};

/// Options for opening the database.
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

/// Maximum pause between attempts to reach a database that is not up yet.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether a database exists. Waits up to `wait` for PostgreSQL to come up.
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

/// How to start an application.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beginning {
    /// How long to wait for a database that is not up yet.
    pub wait: Duration,
    /// Whether the database may be empty although a master key exists.
    pub new_database: bool,
}

/// Opens the database, migrates it, and starts the application.
pub async fn app(config: &Config, beginning: Beginning) -> anyhow::Result<Server> {
    let known = master_key::read(config)?;
    let is_there = is_there(config, beginning.wait).await?;
    if known.is_some() && !is_there && !beginning.new_database {
        bail!(
            "there is a master key, but no database at this place. If it should be empty, start once with --new-database; \
             otherwise see that `database` and `data_dir` name the right place, or restore the backup"
        );
    }
    let store = Store::open(&config.database_url(), &store_options(config)).await.context("database")?;
    let master = match known {
        Some(master) => master_key::settled(config, &store, master).await?,
        None if store::platform::keys::list_sealing(&mut *store.read().await?).await?.is_empty() => {
            master_key::make(config)?
        }
        // Another process may have started at the same time.
        None => master_key::read(config)?.with_context(|| {
            format!(
                "the database holds keys, but their master key is missing: restore {} or set {MASTER_KEY}",
                master_key::file(config).display()
            )
        })?,
    };
    let master = master.of(&store).await?;
    let settings = config.settings(&flows::platform::keys::pepper(&master))?;
    Ok(Server::start(store, settings, master, flows::oauth::discovery::publish, &system::ctx("start")).await?)
}
