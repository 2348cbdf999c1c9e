//! The objects of requests and responses.
use super::json::{list, map};
use super::kind::Kind;
use super::operation::Member;
use super::prose::Prose;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A named object.
#[derive(Debug)]
pub struct Object {
    pub name: String,
    pub description: Prose,
    pub members: Vec<Member>,
    /// Its type, if it has no members of its own.
    pub kind: Kind,
    pub example: String,
}

/// All objects by name.
pub type Objects = BTreeMap<String, Arc<Object>>;

impl Object {
    fn read(name: &str, schema: &Value) -> Self {
        let is_required = |name: &str| list(&schema["required"]).any(|one| one == name);
        let member = |(name, member): (&String, &Value)| Member {
            required: is_required(name),
            ..Member::new(name, member, member)
        };
        let example = schema.get("example").or_else(|| schema["examples"].get(0));
        Self {
            name: name.to_owned(),
            description: Prose::read(schema, "description"),
            members: map(&schema["properties"]).map(member).collect(),
            kind: Kind::read(schema),
            example: example.map(|value| format!("{value:#}")).unwrap_or_default(),
        }
    }

    fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.members.iter().map(|member| &member.kind).chain([&self.kind])
    }
}

pub fn all(document: &Value) -> Objects {
    let schemas = map(&document["components"]["schemas"]);
    schemas.map(|(name, schema)| (name.clone(), Arc::new(Object::read(name, schema)))).collect()
}

/// The objects that the kinds refer to, directly and indirectly, sorted by name.
pub fn reached<'k>(all: &Objects, kinds: impl Iterator<Item = &'k Kind>) -> Vec<Arc<Object>> {
    let mut waiting: Vec<&str> = kinds.flat_map(Kind::objects).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if found.insert(name)
            && let Some(object) = all.get(name)
        {
            waiting.extend(object.kinds().flat_map(Kind::objects));
        }
    }
    found.into_iter().filter_map(|name| all.get(name).cloned()).collect()
}
