//! Values of settings, each with its source.
use anyhow::bail;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// A line of the settings file.
    File(PathBuf, usize),
    /// An environment variable.
    Variable(String),
    /// A flag of the command line.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// A value and its source.
#[derive(Clone)]
pub struct Node {
    pub value: Value,
    pub origin: Origin,
}

#[derive(Clone)]
pub enum Value {
    Nothing,
    Bool(bool),
    Integer(i64),
    Float(f64),
    /// A date or time of TOML. No setting is one.
    Time,
    Text(String),
    /// The text of an environment variable. The setting decides whether it is a text, a number or a boolean.
    Bare(String),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
}

/// Without the value, which may be secret.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").finish_non_exhaustive()
    }
}

impl Node {
    /// An empty table.
    pub fn empty(origin: Origin) -> Self {
        Self { value: Value::Table(BTreeMap::new()), origin }
    }

    /// Values that were serialized, with the source of each top-level one.
    pub fn serialized(json: serde_json::Value, origin: &impl Fn(&str) -> Origin) -> Self {
        fn node(json: serde_json::Value, origin: Origin) -> Node {
            use serde_json::Value as Json;
            let value = match json {
                Json::Null => Value::Nothing,
                Json::Bool(is) => Value::Bool(is),
                Json::Number(number) => match number.as_i64() {
                    Some(integer) => Value::Integer(integer),
                    None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
                },
                Json::String(text) => Value::Text(text),
                Json::Array(items) => Value::List(items.into_iter().map(|item| node(item, origin.clone())).collect()),
                Json::Object(members) => Value::Table(
                    members.into_iter().map(|(name, member)| (name, node(member, origin.clone()))).collect(),
                ),
            };
            Node { value, origin }
        }
        let mut all = Self::empty(Origin::Default);
        if let (Value::Table(table), serde_json::Value::Object(members)) = (&mut all.value, json) {
            for (name, member) in members {
                let origin = origin(&name);
                table.insert(name, node(member, origin));
            }
        }
        all
    }

    /// Parses a settings file. Errors never quote it, since the line may contain a secret.
    pub fn file(path: &Path, text: &str) -> anyhow::Result<Self> {
        let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let origin = |at: usize| Origin::File(path.to_owned(), line(at));
        match DeTable::parse(text) {
            Ok(table) => Ok(Self { value: parsed_table(table.into_inner(), &origin), origin: origin(0) }),
            Err(error) => bail!("{}: {}", origin(error.span().map_or(0, |span| span.start)), error.message()),
        }
    }

    /// These values, and those of `over`, which win. Tables are merged by their members.
    #[must_use]
    pub fn merge(self, over: Self) -> Self {
        match (self, over) {
            (Self { value: Value::Table(mut members), .. }, Self { value: Value::Table(more), origin }) => {
                for (name, member) in more {
                    let merged = match members.remove(&name) {
                        Some(known) => known.merge(member),
                        None => member,
                    };
                    members.insert(name, merged);
                }
                Self { value: Value::Table(members), origin }
            }
            (_, over) => over,
        }
    }

    pub fn member(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(members) => members.get(name),
            _ => None,
        }
    }

    /// The sources of this value and its members. Defaults are left out if anything else is there.
    pub fn origins(&self) -> Vec<&Origin> {
        fn collect<'n>(node: &'n Node, found: &mut Vec<&'n Origin>) {
            match &node.value {
                Value::Table(members) if !members.is_empty() => {
                    for member in members.values() {
                        collect(member, found);
                    }
                }
                _ if node.origin != Origin::Default && !found.contains(&&node.origin) => found.push(&node.origin),
                _ => {}
            }
        }
        let mut found = Vec::new();
        collect(self, &mut found);
        if found.is_empty() {
            found.push(&Origin::Default);
        }
        found
    }
}

fn parsed_table(table: DeTable<'_>, origin: &impl Fn(usize) -> Origin) -> Value {
    let members = table.into_iter().map(|(name, value)| {
        let at = name.span().start;
        (name.into_inner().into_owned(), parsed(value, at, origin))
    });
    Value::Table(members.collect())
}

/// A parsed value that is at `at`, or whose name is.
fn parsed(value: Spanned<DeValue<'_>>, at: usize, origin: &impl Fn(usize) -> Origin) -> Node {
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(integer) => Value::Integer(integer),
            // Too large for every setting: the error says what is allowed.
            Err(_) => Value::Float(f64::INFINITY),
        },
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(is) => Value::Bool(is),
        DeValue::Datetime(_) => Value::Time,
        DeValue::Array(items) => Value::List(
            items
                .into_iter()
                .map(|item| {
                    let at = item.span().start;
                    parsed(item, at, origin)
                })
                .collect(),
        ),
        DeValue::Table(members) => parsed_table(members, origin),
    };
    Node { value, origin: origin(at) }
}
