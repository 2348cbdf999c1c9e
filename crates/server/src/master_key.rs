//! Where the master key comes from: the environment or a file.
use crate::config::Config;
use crate::session::Session;
use crate::{output, system};
use anyhow::{Context as _, bail, ensure};
use domain::platform::encoding::{base64url, from_base64url};
use flows::platform::keys::opens;
use flows::unguarded::keys::{generation, replace_master_key};
use flows::{MasterKey, Rng as _};
use serde_json::json;
use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use store::Store;

pub const MASTER_KEY: &str = "COUNTERSIGN_MASTER_KEY";

/// The key that replaces it.
pub const NEW_MASTER_KEY: &str = "COUNTERSIGN_NEW_MASTER_KEY";

/// Creates the data folder, accessible only by its owner.
fn data_folder(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| format!("data_dir {}", path.display()))
}

fn decode(text: &str) -> Option<[u8; 32]> {
    from_base64url(text.trim())?.try_into().ok()
}

/// The path of the master key, if it is not in the environment.
pub fn file(config: &Config) -> PathBuf {
    config.data_dir.join("master.key")
}

/// The path of the next master key during a replacement.
fn next_file(config: &Config) -> PathBuf {
    config.data_dir.join("master.key.new")
}

fn in_environment(variable: &str) -> anyhow::Result<Option<MasterKey>> {
    let Ok(text) = std::env::var(variable) else { return Ok(None) };
    let Some(bytes) = decode(&text) else { bail!("{variable} is not the base64url of 32 bytes") };
    Ok(Some(MasterKey::new(bytes)))
}

/// Reads the master key from the environment, or from a file that only its owner may read. Returns `None` if there is none.
pub fn read(config: &Config) -> anyhow::Result<Option<MasterKey>> {
    match in_environment(MASTER_KEY)? {
        Some(master) => Ok(Some(master)),
        None => read_file(&file(config)),
    }
}

fn read_file(path: &Path) -> anyhow::Result<Option<MasterKey>> {
    let mode = match std::fs::metadata(path) {
        Ok(about) => about.permissions().mode() & 0o777,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    if mode & 0o077 != 0 {
        bail!("{} can be read by others (mode {mode:o}): run chmod 600 on it", path.display());
    }
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    match decode(&text) {
        Some(bytes) => Ok(Some(MasterKey::new(bytes))),
        None => bail!("{} does not hold a master key", path.display()),
    }
}

/// Creates the master key file, unless another process just did.
pub fn make(config: &Config) -> anyhow::Result<MasterKey> {
    make_file(config, &file(config))
}

/// The key in a file. Creates the file if it does not exist.
fn make_file(config: &Config, path: &Path) -> anyhow::Result<MasterKey> {
    data_folder(&config.data_dir)?;
    let mut fresh = [0; 32];
    system::SystemRng.fill(&mut fresh);
    // Written atomically, and readable only by its owner.
    let mut file = tempfile::NamedTempFile::new_in(&config.data_dir).with_context(|| path.display().to_string())?;
    writeln!(file, "{}", base64url(&fresh))
        .and_then(|()| file.as_file().sync_all())
        .with_context(|| path.display().to_string())?;
    match file.persist_noclobber(path) {
        Ok(_) => {
            sync_folder(config)?;
            Ok(MasterKey::new(fresh))
        }
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            read_file(path)?.with_context(|| path.display().to_string())
        }
        Err(error) => Err(error.error).with_context(|| path.display().to_string()),
    }
}

/// Makes renames and new files survive a power failure.
fn sync_folder(config: &Config) -> anyhow::Result<()> {
    File::open(&config.data_dir).and_then(|folder| folder.sync_all()).context("data_dir")
}

/// The key of the database: `master`, or the next one if a replacement was interrupted after the database had changed. In that
/// case, this moves the next key's file into place.
pub async fn settled(config: &Config, store: &Store, master: MasterKey) -> anyhow::Result<MasterKey> {
    if std::env::var_os(MASTER_KEY).is_some() || opens(store, &master).await? {
        return Ok(master);
    }
    match read_file(&next_file(config))? {
        Some(next) if opens(store, &next).await? => {
            let before = store::platform::master::generation(&mut *store.read().await?).await? - 1;
            let kept = take_place(config, before)?;
            tracing::warn!(old = %kept.display(), "replacing the master key was cut off; it is complete now");
            Ok(next)
        }
        // Opening the database will report the wrong key.
        _ => Ok(master),
    }
}

/// Replaces the old key with the next one. Keeps the old one beside it, since earlier backups need it, and returns its path.
fn take_place(config: &Config, generation: i64) -> anyhow::Result<PathBuf> {
    let now = file(config);
    let kept = keep(config, &now, generation)?;
    std::fs::rename(next_file(config), &now).with_context(|| now.display().to_string())?;
    sync_folder(config)?;
    Ok(kept)
}

/// Keeps a key beside the current one under a free name, unless it was already kept.
fn keep(config: &Config, key: &Path, generation: i64) -> anyhow::Result<PathBuf> {
    let text = std::fs::read(key).with_context(|| key.display().to_string())?;
    for n in 0..1_000 {
        let more = if n == 0 { String::new() } else { format!(".{n}") };
        let kept = config.data_dir.join(format!("master.key.{generation}{more}"));
        match std::fs::hard_link(key, &kept) {
            Ok(()) => return Ok(kept),
            // An earlier run was interrupted here, or this is the key of another database.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if std::fs::read(&kept).is_ok_and(|found| found == text) {
                    return Ok(kept);
                }
            }
            Err(error) => return Err(error).with_context(|| kept.display().to_string()),
        }
    }
    bail!("there is no free name for the old key in {}", config.data_dir.display())
}

/// Replaces the master key. If this is interrupted at any point, one of the two files opens the database.
pub async fn replace(config: &Config, session: Session) -> anyhow::Result<()> {
    let from_environment = std::env::var_os(MASTER_KEY).is_some();
    let new = in_environment(NEW_MASTER_KEY)?;
    ensure!(
        from_environment == new.is_some(),
        "the old and the new master key come from the environment, {MASTER_KEY} and {NEW_MASTER_KEY}, or both from files"
    );
    let new = match new {
        Some(new) => new,
        // The new key must be on disk before the database depends on it.
        None => make_file(config, &next_file(config))?,
    };
    let before = generation(&session.app);
    let done = replace_master_key(&session.app, &session.ctx, &new).await?;
    let kept = if from_environment { None } else { Some(take_place(config, before)?) };
    let report = json!({
        "signing_keys": done.signing_keys,
        "sealing_keys": done.sealing_keys,
        "webhooks": done.webhooks,
        "answers": done.answers,
        "old_key": kept,
    });
    output::show(session.json, &report, |_| match &kept {
        Some(kept) => format!(
            "replaced; restart all processes with {}; the old key is kept in {} for backups from before",
            file(config).display(),
            kept.display()
        ),
        None => format!("replaced; restart all processes with the new key in {MASTER_KEY}"),
    })?;
    session.close().await
}
