//! The settings in effect: all of them by name, without secrets.
use serde_json::Value;

/// The value of a setting as it can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// As JSON, but a string without quotes.
    Value(String),
    /// A secret that is set.
    Hidden,
    /// Not set.
    Nothing,
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// As in the configuration file: `lifetimes.access_token`.
    pub key: String,
    pub value: SettingValue,
}

/// Lists the members of an object; nested ones get dotted names. `secrets` names the keys whose values are hidden.
pub fn list(settings: &Value, secrets: &[&str]) -> Vec<InForce> {
    let mut all = Vec::new();
    add(&mut all, "", settings, secrets);
    all
}

fn add(all: &mut Vec<InForce>, key: &str, value: &Value, secrets: &[&str]) {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    let shown = match value {
        Value::Object(members) => {
            for (name, value) in members {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                add(all, &key, value, secrets);
            }
            return;
        }
        value if empty(value) => SettingValue::Nothing,
        _ if secrets.contains(&key) => SettingValue::Hidden,
        Value::String(text) => SettingValue::Value(text.clone()),
        other => SettingValue::Value(other.to_string()),
    };
    all.push(InForce { key: key.to_owned(), value: shown });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_file_and_secrets_stay_hidden() {
        let settings = serde_json::json!({
            "issuer": "https://a.example", "database": null, "log": {"level": "info"},
            "registration": {"initial_access_tokens": ["s3cret"], "per_address_per_hour": 5},
        });
        let shown = list(&settings, &["registration.initial_access_tokens"]);
        let find = |key| shown.iter().find(|one| one.key == key).map(|one| one.value.clone());
        assert_eq!(find("issuer"), Some(SettingValue::Value("https://a.example".to_owned())));
        assert_eq!(find("log.level"), Some(SettingValue::Value("info".to_owned())));
        assert_eq!(find("registration.per_address_per_hour"), Some(SettingValue::Value("5".to_owned())));
        assert_eq!(
            (find("database"), find("registration.initial_access_tokens")),
            (Some(SettingValue::Nothing), Some(SettingValue::Hidden))
        );
        assert!(!format!("{shown:?}").contains("s3cret"));
    }
}
