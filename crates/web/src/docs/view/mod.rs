//! The description in the form that the documentation pages show.
mod group;
mod json;
mod kind;
mod object;
mod operation;
mod prose;

pub use group::Group;
pub use kind::Piece;

use prose::Prose;

use json::{list, map, text};
use object::Object;
use serde_json::Value;
use std::sync::Arc;

/// All pages.
#[derive(Debug)]
pub struct Docs {
    pub title: String,
    pub version: String,
    pub description: Prose,
    pub credentials: Vec<Credential>,
    pub groups: Vec<Group>,
    pub objects: Vec<Used>,
    /// The pages in reading order.
    places: Vec<Place>,
}

/// An authentication method.
#[derive(Debug)]
pub struct Credential {
    pub name: String,
    pub description: Prose,
}

/// An object, with the pages that show it.
#[derive(Debug)]
pub struct Used {
    pub object: Arc<Object>,
    pub places: Vec<Place>,
}

/// A page and its title.
#[derive(Debug)]
pub struct Place {
    pub path: String,
    pub title: String,
}

impl Place {
    fn new(path: &str, title: &str) -> Self {
        Self { path: path.to_owned(), title: title.to_owned() }
    }
}

/// Pages that do not belong to a group.
pub const OVERVIEW: &str = "/docs";
pub const OBJECTS: &str = "/docs/objects";
pub const PROBLEMS: &str = "/docs/problems";

impl Docs {
    /// Reads the document before its aliases are added.
    pub fn read(document: &Value) -> Self {
        let objects = object::all(document);
        let groups: Vec<_> = list(&document["tags"]).map(|tag| Group::read(document, tag, &objects)).collect();
        let used = |object: Arc<Object>| {
            let shows = |group: &&Group| group.objects.iter().any(|one| one.name == object.name);
            let places = groups.iter().filter(shows).map(|group| Place::new(&group.path, &group.title)).collect();
            Used { object, places }
        };
        let objects = objects.into_values().map(used).collect();
        let info = &document["info"];
        let credential = |(name, scheme): (&String, &Value)| Credential {
            name: name.clone(),
            description: Prose::read(scheme, "description"),
        };
        Self {
            title: text(info, "title"),
            version: text(info, "version"),
            description: Prose::read(info, "description"),
            credentials: map(&document["components"]["securitySchemes"]).map(credential).collect(),
            objects,
            places: places(&groups),
            groups,
        }
    }

    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name)
    }

    fn position(&self, path: &str) -> Option<usize> {
        self.places.iter().position(|place| place.path == path)
    }

    /// The page before the one at `path`.
    pub fn before(&self, path: &str) -> Option<&Place> {
        self.position(path)?.checked_sub(1).and_then(|at| self.places.get(at))
    }

    /// The page after the one at `path`.
    pub fn after(&self, path: &str) -> Option<&Place> {
        self.places.get(self.position(path)? + 1)
    }
}

fn places(groups: &[Group]) -> Vec<Place> {
    let groups = groups.iter().map(|group| Place::new(&group.path, &group.title));
    let rest = [Place::new(OBJECTS, "Objects"), Place::new(PROBLEMS, "Problems")];
    [Place::new(OVERVIEW, "Overview")].into_iter().chain(groups).chain(rest).collect()
}
