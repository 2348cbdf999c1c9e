//! Describes types in words.
use super::json::list;
use serde_json::Value;

/// Text, and the names of objects in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kind(pub Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Words(String),
    Object(String),
}

fn limits(schema: &Value) -> String {
    let limit = |name: &str, words: &str| {
        schema[name].as_number().map(|number| format!(", {words} {number}")).unwrap_or_default()
    };
    let (least, most) = (limit("minimum", "from"), limit("maximum", "to"));
    format!("{least}{most}{}{}", limit("maxLength", "up to"), limit("maxItems", "at most"))
}

impl Kind {
    pub fn read(schema: &Value) -> Self {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or(reference);
            return Self(vec![Piece::Object(name.to_owned())]);
        }
        if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            let (null, others): (Vec<_>, Vec<_>) = choices.iter().partition(|one| one["type"] == "null");
            let kind = others.into_iter().fold(Self::default(), |all, one| all.word(" or ").then(Self::read(one)));
            return if null.is_empty() { kind } else { kind.word(" or null") };
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            return Self::default().then(Self::words(values.join(" | ")));
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            several => list(several).filter_map(Value::as_str).collect(),
        };
        let or_null = if types.contains(&"null") { " or null" } else { "" };
        match types.iter().find(|kind| **kind != "null") {
            Some(&"array") => {
                let of = Self::words("list of ").then(Self::read(&schema["items"]));
                of.word(&format!("{}{or_null}", limits(schema)))
            }
            Some(kind) => {
                let named = schema["format"].as_str().filter(|format| !format.starts_with("int")).unwrap_or(kind);
                Self::words(format!("{named}{}{or_null}", limits(schema)))
            }
            None => Self::words("anything"),
        }
    }

    /// The objects named in it.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Object(name) => Some(name.as_str()),
            Piece::Words(_) => None,
        })
    }

    fn words(words: impl Into<String>) -> Self {
        Self(vec![Piece::Words(words.into())])
    }

    fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Appends words, unless it is empty.
    fn word(self, words: &str) -> Self {
        if self.0.is_empty() || words.is_empty() { self } else { self.then(Self::words(words)) }
    }
}
