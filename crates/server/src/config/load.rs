//! Reads the settings from their four sources.
use super::Config;
use anyhow::{Context as _, bail};
use clap::Args;
use figment::providers::{Env, Format as _, Serialized, Toml};
use figment::value::{Dict, Map};
use figment::{Error, Figment, Metadata, Profile, Provider};
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Flags of every command that needs the settings; each wins over file and environment.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct Flags {
    /// A settings file.
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// The public base URL.
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Where to listen, such as 127.0.0.1:8080.
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `sqlite:path` or `postgres://…`.
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Begin with an empty database although there is a master key already.
    #[arg(long, global = true)]
    #[serde(skip)]
    pub new_database: bool,
    /// Where database and master key lie.
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
}

/// The settings, and where each came from.
#[derive(Debug)]
pub struct Loaded {
    pub config: Config,
    pub figment: Figment,
}

/// A source of settings, with the name that error messages use for it.
struct Named<T> {
    name: &'static str,
    provider: Serialized<T>,
}

impl<T: Serialize> Provider for Named<T> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }
    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        self.provider.data()
    }
}

/// Names that are read elsewhere from the environment, or are not settings.
const NOT_SETTINGS: [&str; 2] = ["master_key", "new_master_key"];

fn environment() -> Env {
    Env::prefixed("COUNTERSIGN_")
        .filter(|key| {
            let name = key.as_str().to_ascii_lowercase();
            !NOT_SETTINGS.contains(&name.as_str()) && !name.starts_with("test_")
        })
        .split("__")
}

/// Reads and checks the settings. The first problem is an error that names the setting.
pub fn load(flags: &Flags) -> anyhow::Result<Loaded> {
    let mut figment = Figment::from(Named { name: "default", provider: Serialized::defaults(Config::default()) });
    if let Some(path) = &flags.config {
        if !path.is_file() {
            bail!("the settings file {} does not exist", path.display());
        }
        figment = figment.merge(Toml::file_exact(path));
    }
    figment = figment.merge(environment()).merge(Named { name: "flag", provider: Serialized::defaults(flags) });
    let config: Config = figment.extract().context("settings")?;
    Ok(Loaded { config, figment })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::result_large_err, reason = "the error type is that of the test harness")]
    use super::*;

    fn jail(test: impl FnOnce(&mut figment::Jail) -> figment::error::Result<()>) {
        figment::Jail::expect_with(test);
    }

    #[test]
    fn flags_win_over_environment_over_file_over_defaults() {
        jail(|jail| {
            jail.create_file(
                "c.toml",
                "token_prefix = 'file'\nissuer = 'https://file.example'\n[lifetimes]\naccess_token = 60\n",
            )?;
            jail.set_env("COUNTERSIGN_ISSUER", "https://env.example");
            jail.set_env("COUNTERSIGN_LIFETIMES__ID_TOKEN", "61");
            jail.set_env("COUNTERSIGN_TEST_POSTGRES", "ignored");
            jail.set_env("COUNTERSIGN_MASTER_KEY", "ignored here");
            let flags = Flags { config: Some("c.toml".into()), data_dir: Some("d".into()), ..Flags::default() };
            let config = load(&flags).unwrap().config;
            assert_eq!((config.token_prefix.as_str(), config.issuer.as_str()), ("file", "https://env.example"));
            assert_eq!((config.lifetimes.access_token, config.lifetimes.id_token), (60, 61));
            assert_eq!(config.lifetimes.authorization_code, 60, "the rest keeps its default");
            let flags = Flags { issuer: Some("https://flag.example".to_owned()), ..flags };
            assert_eq!(load(&flags).unwrap().config.issuer, "https://flag.example");
            Ok(())
        });
    }

    #[test]
    fn unknown_names_are_errors_that_name_the_key() {
        jail(|jail| {
            jail.create_file("c.toml", "isuer = 'x'\n")?;
            let flags = Flags { config: Some("c.toml".into()), ..Flags::default() };
            assert!(format!("{:#}", load(&flags).unwrap_err()).contains("isuer"));
            jail.create_file("c.toml", "[lifetimes]\nacess_token = 1\n")?;
            assert!(format!("{:#}", load(&flags).unwrap_err()).contains("acess_token"));
            jail.create_file("c.toml", "")?;
            jail.set_env("COUNTERSIGN_ISSER", "x");
            assert!(format!("{:#}", load(&flags).unwrap_err()).contains("isser"));
            Ok(())
        });
    }
}
