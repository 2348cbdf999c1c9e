//! Settings that can change while the server runs.
use super::{Config, Log};
use flows::platform::effective_settings;
use std::collections::BTreeMap;

/// The settings in force after reading `read`: all of them except those that are only used at startup.
pub fn reloaded(before: &Config, read: &Config) -> Config {
    let Config { issuer, listen, database, postgres, data_dir, token_prefix, trusted_proxies, .. } = before.clone();
    let Config { password_hashing, outbound_allow_private, shutdown, .. } = *before;
    Config {
        issuer,
        listen,
        database,
        postgres,
        data_dir,
        token_prefix,
        trusted_proxies,
        password_hashing,
        outbound_allow_private,
        shutdown,
        log: Log { format: before.log.format, level: read.log.level.clone() },
        ..read.clone()
    }
}

/// The names of the settings that differ. Values are left out, since some are secret.
pub fn changed(one: &Config, other: &Config) -> Vec<String> {
    let all = |config: &Config| -> BTreeMap<_, _> {
        let listed = effective_settings::list(&serde_json::to_value(config).unwrap_or_default(), &[]);
        listed.into_iter().map(|one| (one.key, one.value)).collect()
    };
    let (one, mut other) = (all(one), all(other));
    let mut names: Vec<_> =
        one.into_iter().filter(|(key, value)| other.remove(key).as_ref() != Some(value)).map(|(key, _)| key).collect();
    // Members of a table that only `other` has.
    names.extend(other.into_keys());
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogFormat;

    #[test]
    fn point_6_2_what_changed_is_named_and_what_needs_a_restart_stays() {
        let before = Config::default();
        let mut read = before.clone();
        read.brand.name = "Other".to_owned();
        read.log = Log { format: LogFormat::Json, level: "debug".to_owned() };
        read.registration.initial_access_tokens = vec!["s3cret".to_owned()];
        let workspace = "wsp_00000000000000000000000000".parse().unwrap();
        read.resource_workspaces.insert("https://api.example/".to_owned(), workspace);
        read.issuer = "https://other.example".to_owned();
        read.postgres.max_connections = 7;
        let now = reloaded(&before, &read);
        assert_eq!(
            changed(&before, &now),
            [
                "brand.name",
                "log.level",
                "registration.initial_access_tokens",
                "resource_workspaces.https://api.example/"
            ]
        );
        assert_eq!(changed(&now, &read), ["issuer", "log.format", "postgres.max_connections"]);
        assert_eq!(changed(&read, &read), Vec::<String>::new());
    }

    /// The reference states for each setting whether it needs a restart.
    #[test]
    fn point_6_2_the_reference_names_what_needs_a_restart() {
        let page = include_str!("../../../../docs/src/configuration.md");
        let (_, list) = page.split_once("need a restart: ").unwrap();
        let named: Vec<_> = list.split_once(".\n").unwrap().0.split('`').skip(1).step_by(2).collect();
        let sections = ["postgres", "password_hashing", "shutdown"];
        let default = serde_json::to_value(Config::default()).unwrap();
        let other = altered(&default);
        let read: Config = serde_json::from_value(other).unwrap();
        let mut fixed: Vec<_> = changed(&reloaded(&Config::default(), &read), &read)
            .into_iter()
            .map(|name| match name.split_once('.') {
                Some((section, _)) if sections.contains(&section) => section.to_owned(),
                _ => name,
            })
            .collect();
        fixed.dedup();
        assert_eq!(named, fixed);
    }

    /// Returns the settings with every value changed.
    fn altered(value: &serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::Bool(is) => Value::Bool(!is),
            Value::Number(number) => (number.as_i64().unwrap() + 1).into(),
            Value::Object(members) => {
                Value::Object(members.iter().map(|(name, value)| (name.clone(), altered_of(name, value))).collect())
            }
            other => other.clone(),
        }
    }

    fn altered_of(name: &str, value: &serde_json::Value) -> serde_json::Value {
        match name {
            "issuer" => "https://other.example".into(),
            "listen" => "127.0.0.1:1".into(),
            "database" => "sqlite:other.db".into(),
            "data_dir" | "token_prefix" => "other".into(),
            "trusted_proxies" => serde_json::json!(["10.0.0.0/8"]),
            "format" => "json".into(),
            _ => altered(value),
        }
    }
}
