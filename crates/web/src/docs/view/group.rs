//! A group of operations: one page of the documentation.
use super::json::{list, map, text};
use super::object::{Object, Objects, reached};
use super::operation::{Answer, Member, Operation};
use super::prose::Prose;
use crate::docs::groups;
use serde_json::Value;
use std::sync::Arc;

/// Related operations, and the objects in their requests and responses.
#[derive(Debug)]
pub struct Group {
    pub name: String,
    /// The path of its page.
    pub path: String,
    pub title: String,
    pub description: Prose,
    pub operations: Vec<Operation>,
    /// Parameters shared by all operations of a group with several; the operations do not repeat them.
    pub parameters: Vec<Member>,
    pub answers: Vec<Answer>,
    pub objects: Vec<Arc<Object>>,
}

/// Removes the elements common to all lists, and returns them.
fn common<T: Clone + PartialEq>(lists: &mut [&mut Vec<T>]) -> Vec<T> {
    let [first, others @ ..] = &*lists else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let found: Vec<T> = first.iter().filter(|one| others.iter().all(|list| list.contains(one))).cloned().collect();
    for list in lists {
        list.retain(|one| !found.contains(one));
    }
    found
}

impl Group {
    pub fn read(document: &Value, tag: &Value, objects: &Objects) -> Self {
        let mut operations = Vec::new();
        for (path, item) in map(&document["paths"]) {
            for method in ["get", "post", "put", "patch", "delete"] {
                let operation = &item[method];
                if list(&operation["tags"]).any(|one| *one == tag["name"]) {
                    operations.push(Operation::read(document, path, method, operation));
                }
            }
        }
        let objects = reached(objects, operations.iter().flat_map(Operation::kinds));
        let parameters = common(&mut operations.iter_mut().map(|one| &mut one.parameters).collect::<Vec<_>>());
        let answers = common(&mut operations.iter_mut().map(|one| &mut one.answers).collect::<Vec<_>>());
        let name = text(tag, "name");
        Self {
            path: format!("/docs/{name}"),
            name,
            title: text(tag, groups::TITLE),
            description: Prose::read(tag, "description"),
            operations,
            parameters,
            answers,
            objects,
        }
    }
}
