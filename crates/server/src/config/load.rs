//! Reads the settings from their four sources.
use super::Config;
use super::environment;
use super::node::{Node, Origin};
use anyhow::{Context as _, bail};
use clap::Args;
use serde::{Deserialize as _, Serialize};
use std::ffi::OsString;
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

/// The settings, and where each came from. Has no `Debug`: some are secret.
pub struct Loaded {
    pub config: Config,
    sources: Node,
}

impl Loaded {
    /// The sources of a top-level setting.
    pub fn source(&self, name: &str) -> String {
        let origins = self.sources.member(name).map(Node::origins).unwrap_or_default();
        origins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// Reads the settings. The first problem is an error that names the setting.
pub fn load(flags: &Flags) -> anyhow::Result<Loaded> {
    read(flags, std::env::vars_os())
}

fn read(flags: &Flags, variables: impl IntoIterator<Item = (OsString, OsString)>) -> anyhow::Result<Loaded> {
    let mut sources = Node::serialized(serde_json::to_value(Config::default())?, &|_| Origin::Default);
    if let Some(path) = &flags.config {
        if !path.is_file() {
            bail!("the settings file {} does not exist", path.display());
        }
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        sources = sources.merge(Node::file(path, &text).context("settings")?);
    }
    sources = sources.merge(environment::settings(variables));
    let flag = |name: &str| Origin::Flag(name.replace('_', "-"));
    sources = sources.merge(Node::serialized(serde_json::to_value(flags)?, &flag));
    let config = Config::deserialize(&sources).context("settings")?;
    Ok(Loaded { config, sources })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// Reads a file with this text, these variables and these flags.
    fn loaded(file: &str, variables: &[(&str, &str)], flags: Flags) -> anyhow::Result<Loaded> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        fs::write(&path, file).unwrap();
        let variables = variables.iter().map(|(name, text)| (OsString::from(name), OsString::from(text)));
        read(&Flags { config: Some(path), ..flags }, variables)
    }

    /// The error, with the name of the file in place of its path.
    fn fault(file: &str, variables: &[(&str, &str)]) -> String {
        let Err(error) = loaded(file, variables, Flags::default()) else { panic!("{file} {variables:?} is accepted") };
        let text = format!("{error:#}");
        match (text.find("/c.toml"), text.find("/tmp")) {
            (Some(end), Some(start)) => format!("{}{}", &text[..start], &text[end + 1..]),
            _ => text,
        }
    }

    #[test]
    fn flags_win_over_environment_over_file_over_defaults() {
        let file =
            "token_prefix = 'file'\nissuer = 'https://file.example'\n[lifetimes]\naccess_token = 60\nid_token = 5\n";
        let variables = [
            ("COUNTERSIGN_ISSUER", "https://env.example"),
            ("COUNTERSIGN_LIFETIMES__ID_TOKEN", "61"),
            ("COUNTERSIGN_TEST_POSTGRES", "ignored"),
            ("COUNTERSIGN_MASTER_KEY", "ignored here"),
        ];
        let flags = Flags { data_dir: Some("d".into()), ..Flags::default() };
        let read = loaded(file, &variables, flags.clone()).unwrap();
        let config = &read.config;
        assert_eq!((config.token_prefix.as_str(), config.issuer.as_str()), ("file", "https://env.example"));
        assert_eq!((config.lifetimes.access_token, config.lifetimes.id_token), (60, 61));
        assert_eq!(config.lifetimes.authorization_code, 60, "the rest keeps its default");
        assert_eq!(config.data_dir, Path::new("d"));
        assert!(read.source("token_prefix").ends_with("/c.toml:1"));
        assert_eq!(read.source("issuer"), "COUNTERSIGN_ISSUER");
        assert!(read.source("lifetimes").ends_with("/c.toml:4, COUNTERSIGN_LIFETIMES__ID_TOKEN"));
        assert_eq!((read.source("data_dir").as_str(), read.source("sign_up").as_str()), ("--data-dir", "default"));
        let flags = Flags { issuer: Some("https://flag.example".to_owned()), ..flags };
        let config = loaded(file, &variables, flags).unwrap().config;
        assert_eq!(config.issuer, "https://flag.example");
    }

    /// Issue 15, point 8: the error names the setting, its source and what is allowed.
    #[test]
    fn point_8_errors_name_the_setting_its_source_and_what_is_allowed() {
        for (file, expected) in [
            ("sign_up = 'yes'", "settings: sign_up (c.toml:1): must be true or false, not a text"),
            (
                "\n[lifetimes]\n\naccess_token = '60'",
                "settings: lifetimes.access_token (c.toml:4): must be a whole number, not a text",
            ),
            (
                "[postgres]\nmax_connections = -1",
                "settings: postgres.max_connections (c.toml:2): must be a whole number from 0 to 4294967295",
            ),
            (
                "[shutdown]\ndelay = 99999999999999999999",
                "settings: shutdown.delay (c.toml:2): must be a whole number, 0 or more, not a number",
            ),
            ("issuer = 1979-05-27", "settings: issuer (c.toml:1): must be a text, not a date or time"),
            ("issuer = 7", "settings: issuer (c.toml:1): must be a text, not a number"),
            ("brand = 'x'", "settings: brand (c.toml:1): must be a table, not a text"),
            ("resources = 'x'", "settings: resources (c.toml:1): must be a list, not a text"),
            (
                "resources = [\n'https://a.example',\n1]",
                "settings: resources[1] (c.toml:3): must be a text, not a number",
            ),
            ("default_sub_type = 'me'", "settings: default_sub_type (c.toml:1): must be one of `workspace`, `user`"),
            ("log.format = 1", "settings: log.format (c.toml:1): must be one of `text`, `json`"),
            ("listen = '8080'", "settings: listen (c.toml:1): must be an address and a port, such as `127.0.0.1:8080`"),
            (
                "trusted_proxies = ['10']",
                "settings: trusted_proxies[0] (c.toml:1): must be a network, such as `10.0.0.0/8`",
            ),
            (
                "[resource_workspaces]\n'https://a.example/' = 'wsp_1'",
                "settings: resource_workspaces.https://a.example/ (c.toml:2): must be the id of a workspace, such as `wsp_01k8…`",
            ),
            ("a\n", "settings: c.toml:1: "),
            ("issuer = 'x'\nissuer = 'y'\n", "settings: c.toml:2: duplicate key"),
        ] {
            let said = fault(file, &[]);
            assert!(said.starts_with(expected), "{file}: {said}");
        }
        let scopes = "[[scopes]]\nname = 'a'\ndescription = 'b'\nconsent_title = 'c'\nconsent_description = 'd'\n\n[[scopes]]\nnam = 'c'\n";
        let said = fault(scopes, &[]);
        assert!(
            said.starts_with("settings: scopes[1].nam (c.toml:8): there is no such setting; there are `name`"),
            "{said}"
        );
        for (variable, text, expected) in [
            (
                "COUNTERSIGN_SIGN_UP",
                "yes",
                "settings: sign_up (COUNTERSIGN_SIGN_UP): must be true or false, not a text",
            ),
            (
                "COUNTERSIGN_REGISTRATION__POLICY",
                "none",
                "settings: registration.policy (COUNTERSIGN_REGISTRATION__POLICY): must be one of `open`, `token`, `signed-in`, `off`",
            ),
            (
                "COUNTERSIGN_LOG",
                "{level=info,colour=red}",
                "settings: log.colour (COUNTERSIGN_LOG): there is no such setting; there are `format`, `level`",
            ),
        ] {
            let said = fault("", &[(variable, text)]);
            assert!(said.starts_with(expected), "{variable}: {said}");
        }
    }

    #[test]
    fn unknown_names_are_errors_that_name_the_key() {
        let said = fault("isuer = 'x'\n", &[]);
        assert!(
            said.starts_with("settings: isuer (c.toml:1): there is no such setting; there are `issuer`, "),
            "{said}"
        );
        let said = fault("[lifetimes]\nacess_token = 1\n", &[]);
        assert!(said.starts_with("settings: lifetimes.acess_token (c.toml:2): there is no such setting"), "{said}");
        let said = fault("", &[("COUNTERSIGN_ISSER", "x")]);
        assert!(said.starts_with("settings: isser (COUNTERSIGN_ISSER): there is no such setting"), "{said}");
    }

    /// Issue 15, point 8. A secret may be at any place by mistake, and of any type.
    #[test]
    fn point_8_errors_never_show_a_value() {
        for place in [
            "database = [?]",
            "database = {url = ?}",
            "databse = ?",
            "master_key = ?",
            "listen = ?",
            "trusted_proxies = [?]",
            "trusted_proxies = ?",
            "registration = ?",
            "registration.initial_access_tokens = ?",
            "registration.initial_access_tokens = [?, 1]",
            "registration.policy = ?",
            "default_sub_type = ?",
            "lifetimes = ?",
            "lifetimes.id_token = ?",
            "sign_up = ?",
            "resource_workspaces = {a = ?}",
            "scopes = [?]",
            "scopes = [{name = ?}]",
            "issuer = ? ?",
            "issuer = ?\nissuer = 'x'",
            "issuer = ?x",
        ] {
            let said = fault(&place.replace('?', "'s3cret'"), &[]);
            assert!(!said.contains("s3cret"), "{place}: {said}");
        }
        for place in ["database = ?", "registration.initial_access_tokens = [?]", "registration.policy = ?"] {
            let said = fault(&place.replace('?', "97531"), &[]);
            assert!(!said.contains("97531"), "{place}: {said}");
        }
        for said in
            [fault("database = 's3cret", &[]), fault("database = s3cret'", &[]), fault("database = \"s3cret\\q\"", &[])]
        {
            assert!(said.starts_with("settings: c.toml:1: ") && !said.contains("s3cret"), "{said}");
        }
        for variable in
            ["SIGN_UP", "LISTEN", "LIFETIMES", "LOG__FORMAT", "REGISTRATION__INITIAL_ACCESS_TOKENS", "DATABSE"]
        {
            let said = fault("", &[(&format!("COUNTERSIGN_{variable}"), "s3cret")]);
            assert!(!said.contains("s3cret"), "{variable}: {said}");
        }
    }

    /// Every setting that is one value can be set by its variable, also a text that looks like a number.
    #[test]
    fn point_8_every_setting_has_its_variable() {
        fn leaves(name: &str, value: &serde_json::Value, found: &mut Vec<(String, String)>) {
            match value {
                serde_json::Value::Object(members) => {
                    for (member, value) in members {
                        leaves(&format!("{name}__{member}").to_ascii_uppercase(), value, found);
                    }
                }
                serde_json::Value::String(text) => found.push((name.to_owned(), text.clone())),
                serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
                    found.push((name.to_owned(), value.to_string()));
                }
                serde_json::Value::Null | serde_json::Value::Array(_) => {}
            }
        }
        let default = serde_json::to_value(Config::default()).unwrap();
        let mut found = Vec::new();
        leaves("", &default, &mut found);
        assert!(found.len() >= 40, "{found:?}");
        for (name, text) in found {
            let variable = format!("COUNTERSIGN_{}", name.trim_start_matches('_'));
            let read = loaded("", &[(&variable, &text)], Flags::default()).unwrap();
            assert_eq!(serde_json::to_value(&read.config).unwrap(), default, "{variable}");
            let top = name.trim_start_matches('_').split("__").next().unwrap().to_ascii_lowercase();
            assert_eq!(read.source(&top), variable);
        }
        let variables = [
            ("COUNTERSIGN_BRAND__NAME", "2026"),
            ("COUNTERSIGN_DATABASE", "true"),
            ("COUNTERSIGN_RESOURCES", "[https://a.example/x, \"https://b.example/\"]"),
            ("COUNTERSIGN_TRUSTED_PROXIES", "[10.0.0.0/8,::1/128]"),
            ("COUNTERSIGN_LIFETIMES", "{access_token = 60}"),
            ("COUNTERSIGN_REGISTRATION__SELF_REGISTERED_SCOPES", "[\"openid\"]"),
        ];
        let config = loaded("", &variables, Flags::default()).unwrap().config;
        assert_eq!((config.brand.name.as_str(), config.database.as_deref()), ("2026", Some("true")));
        assert_eq!(config.resources, ["https://a.example/x", "https://b.example/"]);
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(
            (config.lifetimes.access_token, config.lifetimes.id_token),
            (60, Config::default().lifetimes.id_token)
        );
        assert_eq!(config.registration.self_registered_scopes, Some(vec!["openid".to_owned()]));
    }
}
