//! From settings to a running application.
use crate::config::Config;
use crate::system;
use anyhow::{Context as _, bail};
use domain::encoding::{base64url, from_base64url};
use flows::{App, MasterKey, Rng as _};
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use store::{Store, StoreOptions};

const MASTER_KEY: &str = "COUNTERSIGN_MASTER_KEY";

/// Makes the data folder, for its owner alone.
fn data_folder(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| format!("data_dir {}", path.display()))
}

fn decode(text: &str) -> Option<[u8; 32]> {
    from_base64url(text.trim())?.try_into().ok()
}

/// The master key: from the environment, or from a file that only its owner may read, made at the first start.
pub fn master_key(config: &Config) -> anyhow::Result<MasterKey> {
    if let Ok(text) = std::env::var(MASTER_KEY) {
        let Some(bytes) = decode(&text) else { bail!("{MASTER_KEY} is not the base64url of 32 bytes") };
        return Ok(MasterKey::new(bytes));
    }
    data_folder(&config.data_dir)?;
    let path = config.data_dir.join("master.key");
    let mut fresh = [0; 32];
    system::SystemRng.fill(&mut fresh);
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            writeln!(file, "{}", base64url(&fresh))
                .and_then(|()| file.sync_all())
                .with_context(|| path.display().to_string())?;
            Ok(MasterKey::new(fresh))
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let mode = std::fs::metadata(&path)?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                bail!("{} can be read by others (mode {mode:o}): run chmod 600 on it", path.display());
            }
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            match decode(&text) {
                Some(bytes) => Ok(MasterKey::new(bytes)),
                None => bail!("{} does not hold a master key", path.display()),
            }
        }
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// How the database is opened.
pub fn store_options(config: &Config) -> StoreOptions {
    StoreOptions { declared_scopes: config.catalogue().names().map(str::to_owned).collect(), ..StoreOptions::default() }
}

/// Opens the database (migrating it) and starts the application.
pub async fn app(config: &Config) -> anyhow::Result<App> {
    let master = master_key(config)?;
    let settings = config.settings(&flows::keys::pepper(&master))?;
    let store = Store::open(&config.database_url(), &store_options(config)).await.context("database")?;
    Ok(App::start(store, settings, master, &system::ctx("start")).await?)
}
