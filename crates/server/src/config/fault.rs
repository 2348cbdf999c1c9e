//! What is wrong with a setting: its name, where it was set and what is allowed. Values are never shown, since any of them may be
//! a secret in the wrong place.
use super::node::Origin;
use serde::de::{Error, Expected, Unexpected};
use std::fmt;

#[derive(Debug)]
pub struct Fault {
    /// From the inside out.
    path: Vec<Step>,
    origin: Option<Origin>,
    said: Said,
}

#[derive(Debug)]
enum Step {
    Member(String),
    Item(usize),
}

#[derive(Debug)]
enum Said {
    Fault(String),
    /// What the type says about a text that it cannot read.
    Unreadable(String),
}

/// What is allowed where the type of a setting does not say it.
const FORMS: [(&str, &str); 3] = [
    ("listen", "an address and a port, such as `127.0.0.1:8080`"),
    ("trusted_proxies", "a network, such as `10.0.0.0/8`"),
    ("resource_workspaces", "the id of a workspace, such as `wsp_01k8…`"),
];

impl Fault {
    fn new(said: String) -> Self {
        Self { path: Vec::new(), origin: None, said: Said::Fault(said) }
    }

    /// The fault with its source, unless it has one already.
    #[must_use]
    pub fn at(mut self, origin: &Origin) -> Self {
        self.origin.get_or_insert_with(|| origin.clone());
        self
    }

    #[must_use]
    pub fn in_member(mut self, name: &str) -> Self {
        self.path.push(Step::Member(name.to_owned()));
        self
    }

    #[must_use]
    pub fn in_item(mut self, index: usize) -> Self {
        self.path.push(Step::Item(index));
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for step in self.path.iter().rev() {
            match step {
                Step::Member(name) => write!(f, "{separator}{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
            separator = ".";
        }
        match &self.origin {
            Some(origin) if self.path.is_empty() => write!(f, "{origin}")?,
            Some(origin) => write!(f, " ({origin})")?,
            None => {}
        }
        let form = match self.path.last() {
            Some(Step::Member(name)) => FORMS.iter().find(|(setting, _)| setting == name),
            _ => None,
        };
        match (&self.said, form) {
            (Said::Unreadable(_), Some((_, form))) => write!(f, ": must be {form}"),
            (Said::Unreadable(said) | Said::Fault(said), _) => write!(f, ": {said}"),
        }
    }
}

impl std::error::Error for Fault {}

/// The words for what serde expects.
fn allowed(expected: &dyn Expected) -> String {
    let words = expected.to_string();
    match words.as_str() {
        "a string" | "string" | "path string" | "any valid UTF-8 path string" => "a text".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "u16" => "a whole number from 0 to 65535".to_owned(),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u64" | "usize" => "a whole number, 0 or more".to_owned(),
        "i32" | "i64" => "a whole number".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "a table".to_owned(),
        _ if words.starts_with("struct ") => "a table".to_owned(),
        _ if words.starts_with("enum ") || words.starts_with("variant ") => "a text".to_owned(),
        _ => words,
    }
}

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "a text",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a table",
        Unexpected::Other("time") => "a date or time",
        _ => "something else",
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Error for Fault {
    fn custom<T: fmt::Display>(said: T) -> Self {
        Self { said: Said::Unreadable(said.to_string()), ..Self::new(String::new()) }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (kind, allowed) = (kind(found), allowed(expected));
        Self::new(format!("must be {allowed}, not {kind}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {}", allowed(expected)))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {}", allowed(expected)))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("must be one of {}", quoted(expected)))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("there is no such setting; there are {}", quoted(expected)))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(format!("`{name}` is missing"))
    }
}
