//! Scopes to choose from, described by the catalogue.
use domain::ScopeSet;
use domain::clients::Trust;
use domain::platform::language::Language;
use domain::resources::Catalogue;

/// A scope's checkbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'c> {
    pub name: &'c str,
    pub title: &'c str,
    pub description: &'c str,
    pub sensitive: bool,
    pub chosen: bool,
    /// Whether the client may have it at its trust level.
    pub open: bool,
}

/// All scopes of the catalogue. `has` are the client's current scopes, which it keeps. A scope is ticked if `chosen` returns true.
pub fn choices<'c>(
    catalogue: &'c Catalogue,
    language: Language,
    trust: Trust,
    has: &ScopeSet,
    chosen: impl Fn(&str) -> bool,
) -> Vec<Choice<'c>> {
    let trusted = matches!(trust, Trust::FirstParty | Trust::Verified);
    let choice = |info: &'c domain::resources::ScopeInfo| {
        let (title, description) = info.words(language);
        let open = trusted || !info.sensitive || has.contains(&info.name);
        let chosen = open && chosen(&info.name);
        Choice { name: &info.name, title, description, sensitive: info.sensitive, chosen, open }
    };
    catalogue.scopes.iter().map(choice).collect()
}
