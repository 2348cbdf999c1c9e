//! Descriptions of scopes: those of the catalogue, and those of this server's own operations.
use crate::platform::texts::Texts;
use domain::ScopeSet;
use domain::access::Operation;
use domain::platform::language::Language;
use domain::resources::Catalogue;

/// A scope as shown to the user who authorized it.
#[derive(Debug)]
pub struct Permission<'c> {
    pub title: &'c str,
    pub description: &'c str,
    pub sensitive: bool,
}

/// The scopes as described by the catalogue; a scope that it no longer contains is shown by name.
pub fn permissions<'c>(catalogue: &'c Catalogue, language: Language, scopes: &'c ScopeSet) -> Vec<Permission<'c>> {
    let permission = |name: &'c str| {
        let (title, description) = catalogue.scope(name).map_or((name, ""), |info| info.words(language));
        Permission { title, description, sensitive: catalogue.is_sensitive(name) }
    };
    scopes.iter().map(permission).collect()
}

/// A scope that a credential can have.
#[derive(Debug)]
pub struct Choice {
    pub name: String,
    /// The operations that it allows, one sentence each.
    pub opens: Vec<String>,
    pub sensitive: bool,
    pub ticked: bool,
}

/// Scopes to choose from, with the operations that each allows.
pub fn choices(texts: Texts, catalogue: &Catalogue, names: Vec<String>, ticked: &[&str]) -> Vec<Choice> {
    let choice = |name: String| {
        let own = Operation::ALL.iter().filter(|operation| operation.has_endpoint() && operation.scope() == name);
        let mut opens: Vec<String> = own.map(|operation| format!("{}.", texts.operation(*operation))).collect();
        if opens.is_empty() {
            opens.extend(catalogue.scope(&name).map(|info| info.words(texts.0).1.to_owned()));
        }
        let (sensitive, ticked) = (catalogue.is_sensitive(&name), ticked.contains(&name.as_str()));
        Choice { name, opens, sensitive, ticked }
    };
    names.into_iter().map(choice).collect()
}
