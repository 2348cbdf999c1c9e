//! Scopes in words: the catalogue's, and those of this server's own operations.
use crate::platform::texts::Texts;
use domain::ScopeSet;
use domain::access::Operation;
use domain::platform::language::Language;
use domain::resources::Catalogue;

/// A scope as whoever allowed it reads it.
#[derive(Debug)]
pub struct Permission<'c> {
    pub title: &'c str,
    pub description: &'c str,
    pub sensitive: bool,
}

/// Scopes in the catalogue's words; one that it does not have any more, by its name.
pub fn permissions<'c>(catalogue: &'c Catalogue, language: Language, scopes: &'c ScopeSet) -> Vec<Permission<'c>> {
    let permission = |name: &'c str| {
        let (title, description) = catalogue.scope(name).map_or((name, ""), |info| info.words(language));
        Permission { title, description, sensitive: catalogue.is_sensitive(name) }
    };
    scopes.iter().map(permission).collect()
}

/// A scope that a credential can be given.
#[derive(Debug)]
pub struct Choice {
    pub name: String,
    /// What it opens, a sentence each.
    pub opens: Vec<String>,
    pub sensitive: bool,
    pub ticked: bool,
}

/// Scopes to choose from, with what each opens.
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
