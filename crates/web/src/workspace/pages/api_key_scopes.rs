//! Permissions as described by the catalogue.
use crate::WebState;
use crate::platform::pages::frame::Frame;
use domain::ScopeSet;

/// A scope as shown.
#[derive(Debug)]
pub struct Permission {
    pub title: String,
    pub description: String,
    pub sensitive: bool,
}

/// In the order of the catalogue. Scopes that it no longer contains come last, by name.
pub fn permissions(state: &WebState, frame: &Frame, scopes: &ScopeSet) -> Vec<Permission> {
    let catalogue = &state.app().settings().catalogue;
    let known = catalogue.scopes.iter().filter(|scope| scopes.contains(&scope.name)).map(|scope| {
        let (title, description) = scope.words(frame.language());
        Permission { title: title.to_owned(), description: description.to_owned(), sensitive: scope.sensitive }
    });
    let gone = scopes.iter().filter(|name| catalogue.scope(name).is_none());
    let gone = gone.map(|name| Permission { title: name.to_owned(), description: String::new(), sensitive: false });
    known.chain(gone).collect()
}
