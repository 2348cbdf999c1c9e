//! The scopes and permissions declared by the operator.

pub mod indicator;
pub mod review;
pub mod vouching;

use crate::access::is_beyond_apps;
use crate::clients::Trust;
use crate::platform::language::Language;
use crate::resources::indicator::same;
use crate::{ScopeSet, WorkspaceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Scopes about a user or a session; a machine has neither.
pub const OF_A_USER: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// A scope and how the consent page describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct ScopeInfo {
    /// The value in `scope` (RFC 6749 §3.3).
    pub name: String,
    /// What it allows, for developers.
    pub description: String,
    /// What it allows, in a few words: the heading of its line on the consent page.
    pub consent_title: String,
    /// What it allows, in a sentence: the text below the heading.
    pub consent_description: String,
    /// Highlighted on the consent page; self-registered clients cannot have it.
    #[serde(default)]
    pub sensitive: bool,
    /// Cannot be unticked on the consent page.
    #[serde(default)]
    pub required: bool,
    /// Open to clients that act on their own behalf (`client_credentials`) and that a workspace vouches for. The
    /// operator's own clients and verified ones do not need it.
    #[serde(default)]
    pub machine: bool,
    /// Given to clients that register without naming scopes.
    #[serde(default)]
    pub default: bool,
    /// The API operations that it allows, in the operator's words; shown to developers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// Translations of the title and description, by language tag (BCP 47).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<String, ScopeWords>,
}

/// A translation of a scope's title and description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeWords {
    /// Instead of [`ScopeInfo::consent_title`].
    pub consent_title: String,
    /// Instead of [`ScopeInfo::consent_description`].
    pub consent_description: String,
}

impl ScopeInfo {
    /// The title and description in a language, or as declared if there is no translation.
    pub fn words(&self, language: Language) -> (&str, &str) {
        match self.translations.get(language.tag()) {
            Some(words) => (&words.consent_title, &words.consent_description),
            None => (&self.consent_title, &self.consent_description),
        }
    }
}

/// A category of permissions: category → group → level → scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionCategory {
    /// Unique among categories.
    pub id: String,
    /// The category's heading.
    pub label: String,
    /// In the order in which they are shown.
    pub groups: Vec<PermissionGroup>,
}

/// A group of permissions with levels to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionGroup {
    /// Unique among the groups of all categories.
    pub id: String,
    /// The group's heading.
    pub name: String,
    /// What the group is about, in a sentence.
    pub description: String,
    /// In the order in which they are shown; usually the first has no scopes.
    pub levels: Vec<PermissionLevel>,
}

/// A level and its scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionLevel {
    /// The level's text in a list to choose from.
    pub label: String,
    /// The value of the choice, unique in its group.
    pub value: String,
    /// Every scope that the level stands for. Each must be declared.
    pub scopes: Vec<String>,
    /// Whether a page should warn of the level.
    #[serde(default)]
    pub warning: bool,
    /// The heading of that warning; `None` for a general one.
    #[serde(default, rename = "warningTitle", alias = "warning_title", skip_serializing_if = "Option::is_none")]
    pub warning_title: Option<String>,
}

/// Everything that can be requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// In the order in which pages and discovery list them.
    pub scopes: Vec<ScopeInfo>,
    /// The scopes, arranged for pages on which developers and users choose.
    pub permissions: Vec<PermissionCategory>,
    /// The resource indicators (RFC 8707) that tokens can be for.
    pub resources: Vec<String>,
    /// The resources that learn from a workspace's token which user authorized it.
    #[serde(default)]
    pub authorized_by_resources: Vec<String>,
    /// The workspaces that run some of the resources.
    pub resource_workspaces: BTreeMap<String, WorkspaceId>,
}

/// What is wrong with a declared catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCatalogue {
    /// It is empty, or has a character that scopes cannot have.
    #[error("the scope `{0}` is not a valid scope name (RFC 6749 section 3.3)")]
    ScopeName(String),
    /// Two scopes have this name.
    #[error("the scope `{0}` is declared twice")]
    DuplicateScope(String),
    /// Pages do not exist in the language of a translation.
    #[error("the scope `{scope}` is translated into `{language}`, which pages do not speak")]
    Language {
        /// The scope's name.
        scope: String,
        /// The language tag.
        language: String,
    },
    /// Without `openid` there are no ID tokens and no userinfo.
    #[error("the scope `openid` must be declared")]
    NoOpenid,
    /// A client that registers without naming scopes would get none.
    #[error("no scope is marked `default = true`, so that clients which name no scopes could do nothing")]
    NoDefault,
    /// Two categories have this id.
    #[error("the permission category `{0}` is declared twice")]
    DuplicateCategory(String),
    /// Two levels of a group have one value.
    #[error("the permission group `{group}` declares the level `{level}` twice")]
    DuplicateLevel {
        /// The group's id.
        group: String,
        /// The level's value.
        level: String,
    },
    /// Two resources are equal, perhaps in different spellings.
    #[error("the resource `{0}` is declared twice")]
    DuplicateResource(String),
    /// A level stands for a scope that does not exist.
    #[error("the permission level `{level}` of `{group}` names the scope `{scope}`, which is not declared")]
    UnknownScope {
        /// The group's id.
        group: String,
        /// The level's value.
        level: String,
        /// The name of the missing scope.
        scope: String,
    },
    /// Two groups have this id, even in different categories.
    #[error("the permission group `{0}` is declared twice")]
    DuplicateGroup(String),
    /// A workspace runs a resource that does not exist.
    #[error("`resource_workspaces` names the resource `{0}`, which is not declared")]
    OwnedResource(String),
    /// A resource is not absolute, or has a fragment.
    #[error("the resource `{0}` must be an absolute URI without a fragment (RFC 8707 section 2)")]
    Resource(String),
}

/// The first duplicate name.
fn repeated<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            return Some(name.to_owned());
        }
        seen.push(name);
    }
    None
}

/// The first duplicate resource, however it is spelled.
fn declared_twice<'r>(resources: impl IntoIterator<Item = &'r String>) -> Option<String> {
    let mut seen: Vec<&str> = Vec::new();
    for resource in resources {
        if seen.iter().any(|one| same(one, resource)) {
            return Some(resource.clone());
        }
        seen.push(resource);
    }
    None
}

impl Catalogue {
    /// Returns the first fault, for example of a configuration file.
    pub fn check(&self) -> Result<(), InvalidCatalogue> {
        use InvalidCatalogue as E;
        let mut names: Vec<&str> = Vec::new();
        for scope in &self.scopes {
            let one_name = ScopeSet::parse(&scope.name).is_ok_and(|s| s.len() == 1 && s.contains(&scope.name));
            if !one_name {
                return Err(E::ScopeName(scope.name.clone()));
            }
            if names.contains(&scope.name.as_str()) {
                return Err(E::DuplicateScope(scope.name.clone()));
            }
            let spoken = |tag: &&String| Language::ALL.iter().any(|language| language.tag() == tag.as_str());
            if let Some(language) = scope.translations.keys().find(|tag| !spoken(tag)) {
                return Err(E::Language { scope: scope.name.clone(), language: language.clone() });
            }
            names.push(&scope.name);
        }
        if !names.contains(&"openid") {
            return Err(E::NoOpenid);
        }
        if !self.scopes.iter().any(|scope| scope.default) {
            return Err(E::NoDefault);
        }
        if let Some(twice) = repeated(self.permissions.iter().map(|category| category.id.as_str())) {
            return Err(E::DuplicateCategory(twice));
        }
        // Tokens are compared by normal form, so two spellings are one resource.
        if let Some(twice) = declared_twice(&self.resources).or(declared_twice(self.resource_workspaces.keys())) {
            return Err(E::DuplicateResource(twice));
        }
        let mut groups: Vec<&str> = Vec::new();
        for group in self.permissions.iter().flat_map(|c| &c.groups) {
            if groups.contains(&group.id.as_str()) {
                return Err(E::DuplicateGroup(group.id.clone()));
            }
            groups.push(&group.id);
            if let Some(level) = repeated(group.levels.iter().map(|level| level.value.as_str())) {
                return Err(E::DuplicateLevel { group: group.id.clone(), level });
            }
            for level in &group.levels {
                if let Some(scope) = level.scopes.iter().find(|s| !names.contains(&s.as_str())) {
                    let (group, level, scope) = (group.id.clone(), level.value.clone(), scope.clone());
                    return Err(E::UnknownScope { group, level, scope });
                }
            }
        }
        let is_declared = |owned: &&String| self.resources.iter().any(|one| same(one, owned));
        if let Some(unknown) = self.resource_workspaces.keys().find(|owned| !is_declared(owned)) {
            return Err(E::OwnedResource(unknown.clone()));
        }
        let all = self.resources.iter().chain(&self.authorized_by_resources);
        match all.into_iter().find(|r| url::Url::parse(r).is_err() || r.contains('#')) {
            Some(bad) => Err(E::Resource(bad.clone())),
            None => Ok(()),
        }
    }

    /// The scope with this name; `None` if it is not declared.
    pub fn scope(&self, name: &str) -> Option<&ScopeInfo> {
        self.scopes.iter().find(|s| s.name == name)
    }

    /// Whether the workspace runs the API behind the resource.
    pub fn runs(&self, workspace: WorkspaceId, resource: &str) -> bool {
        self.resource_workspaces.iter().any(|(owned, of)| *of == workspace && same(owned, resource))
    }

    /// The names of all declared scopes, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|s| s.name.as_str())
    }

    /// The scopes of a client that registers without naming any.
    pub fn default_scopes(&self) -> ScopeSet {
        ScopeSet::from_names(self.scopes.iter().filter(|s| s.default).map(|s| s.name.as_str())).unwrap_or_default()
    }

    /// Whether users cannot untick the scope: `openid`, and those declared so.
    pub fn is_required(&self, name: &str) -> bool {
        name == "openid" || self.scope(name).is_some_and(|s| s.required)
    }

    /// Whether one of the token's resources asks which user authorized it. A token without resources is for the issuer.
    pub fn asks_who_authorized(&self, audience: &[String], issuer: &str) -> bool {
        let asks = |resource: &str| self.authorized_by_resources.iter().any(|one| same(one, resource));
        if audience.is_empty() { asks(issuer) } else { audience.iter().any(|resource| asks(resource)) }
    }

    /// Whether a client with this trust level may have a scope. `strangers` are the scopes open to anonymous clients;
    /// if `None`, all that are not sensitive.
    pub fn is_open_to(&self, trust: Trust, strangers: Option<&ScopeSet>, name: &str) -> bool {
        let harmless = self.scope(name).is_some() && !self.is_sensitive(name);
        match trust {
            Trust::FirstParty | Trust::Verified => self.scope(name).is_some(),
            Trust::Unverified => harmless,
            Trust::Anonymous => harmless && strangers.is_none_or(|set| set.contains(name)),
        }
    }

    /// Whether only the operator can give the scope to a client.
    pub fn is_sensitive(&self, name: &str) -> bool {
        is_beyond_apps(name) || self.scope(name).is_some_and(|s| s.sensitive)
    }
}

/// German titles and descriptions of the default scopes.
const GERMAN: [(&str, &str, &str); 12] = [
    ("openid", "Wissen, wer Sie hier sind", "Ihre Benutzer-ID, an der die App Sie wiedererkennt."),
    ("profile", "Ihr Profil sehen", "Ihren Namen, Ihre Sprache und Zeitzone, und wann Sie Ihr Profil geändert haben."),
    ("email", "Ihre E-Mail-Adresse sehen", "Ihre E-Mail-Adresse, und ob sie bestätigt ist."),
    ("offline_access", "Verbunden bleiben", "Zugriff auch in Ihrer Abwesenheit, bis Sie die App trennen."),
    ("contracts:read", "Verträge lesen", "Verträge und ihren Verlauf sehen."),
    ("contracts:write", "Verträge ändern", "Verträge erstellen, bearbeiten und archivieren."),
    ("admin", "Alles verwalten", "Volle Kontrolle, auch über Mitglieder und Einstellungen."),
    ("clients:read", "Ihre Anwendungen sehen", "Anwendungen, die Sie entwickeln, und wie sie genutzt werden."),
    ("clients:write", "Ihre Anwendungen verwalten", "Anwendungen und ihre Secrets erstellen, ändern und löschen."),
    ("members:read", "Sehen, wer im Arbeitsbereich ist", "Namen, Adressen und Rollen der Mitglieder."),
    ("consents:read", "Ihre verbundenen Apps sehen", "Welchen Anwendungen Sie was erlaubt haben."),
    ("consents:write", "Apps trennen", "Den Zugriff widerrufen, den Sie Anwendungen gegeben haben."),
];

impl Default for Catalogue {
    fn default() -> Self {
        let german = |name: &str| {
            let (_, title, description) = GERMAN.iter().find(|(scope, ..)| *scope == name)?;
            let words =
                ScopeWords { consent_title: (*title).to_owned(), consent_description: (*description).to_owned() };
            Some((Language::German.tag().to_owned(), words))
        };
        let scope = |name: &str, title: &str, description: &str| ScopeInfo {
            name: name.to_owned(),
            description: description.to_owned(),
            consent_title: title.to_owned(),
            consent_description: description.to_owned(),
            sensitive: matches!(name, "admin" | "clients:write"),
            required: name == "openid",
            machine: matches!(name, "contracts:read" | "contracts:write"),
            default: matches!(name, "openid" | "profile" | "email" | "offline_access"),
            operations: Vec::new(),
            translations: german(name).into_iter().collect(),
        };
        let level = |label: &str, value: &str, scopes: &[&str]| PermissionLevel {
            label: label.to_owned(),
            value: value.to_owned(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            warning: value == "admin",
            warning_title: (value == "admin").then(|| "Full control".to_owned()),
        };
        let group = |id: &str, name: &str, description: &str, levels: Vec<PermissionLevel>| PermissionGroup {
            id: id.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            levels,
        };
        Self {
            scopes: vec![
                scope("openid", "Know who you are here", "Your user ID, so that the app recognizes you next time."),
                scope(
                    "profile",
                    "See your profile",
                    "Your name, language and time zone, and when you last changed your profile.",
                ),
                scope("email", "See your email address", "Your email address and whether it is verified."),
                scope("offline_access", "Stay connected", "Keep access while you are away, until you disconnect it."),
                scope("contracts:read", "Read contracts", "See contracts and their history."),
                scope("contracts:write", "Change contracts", "Create, edit and archive contracts."),
                scope("admin", "Administer everything", "Full control, including members and settings."),
                scope("clients:read", "See your applications", "Applications that you develop, and how they are used."),
                scope(
                    "clients:write",
                    "Manage your applications",
                    "Create, change and delete applications, and their secrets.",
                ),
                scope("members:read", "See who is in the workspace", "Names, addresses and roles of its members."),
                scope("consents:read", "See your connected apps", "Which applications you gave access, and to what."),
                scope("consents:write", "Disconnect apps", "Take back the access that you gave applications."),
            ],
            permissions: vec![PermissionCategory {
                id: "api".to_owned(),
                label: "API".to_owned(),
                groups: vec![
                    group(
                        "contracts",
                        "Contracts",
                        "Contracts and their history.",
                        vec![
                            level("No access", "none", &[]),
                            level("Read", "read", &["contracts:read"]),
                            level("Read and write", "write", &["contracts:read", "contracts:write"]),
                        ],
                    ),
                    group(
                        "administration",
                        "Administration",
                        "Members and settings.",
                        vec![level("No access", "none", &[]), level("Full control", "admin", &["admin"])],
                    ),
                ],
            }],
            resources: Vec::new(),
            authorized_by_resources: Vec::new(),
            resource_workspaces: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_valid_and_each_fault_is_named() {
        use InvalidCatalogue as E;
        assert_eq!(Catalogue::default().check(), Ok(()));
        let broken = |how: fn(&mut Catalogue)| {
            let mut catalogue = Catalogue::default();
            how(&mut catalogue);
            catalogue.check().unwrap_err()
        };
        let text = str::to_owned;
        assert_eq!(broken(|c| c.scopes.push(c.scopes[0].clone())), E::DuplicateScope(text("openid")));
        assert_eq!(broken(|c| c.scopes.retain(|s| s.name != "openid")), E::NoOpenid);
        let words = Catalogue::default().scopes[0].translations["de"].clone();
        let mut klingon = Catalogue::default();
        klingon.scopes[0].translations.insert(text("tlh"), words);
        assert_eq!(klingon.check(), Err(E::Language { scope: text("openid"), language: text("tlh") }));
        let default = Catalogue::default();
        assert!(default.scopes.iter().all(|s| Language::ALL.iter().all(|l| !s.words(*l).0.is_empty())));
        assert!(
            default.scopes.iter().all(|s| s.words(Language::German) != s.words(Language::English)),
            "all in German"
        );
        assert_eq!(broken(|c| c.scopes[1].name = "two words".to_owned()), E::ScopeName(text("two words")));
        assert_eq!(broken(|c| c.scopes.iter_mut().for_each(|s| s.default = false)), E::NoDefault);
        let unknown = broken(|c| c.scopes.retain(|s| s.name != "admin"));
        assert!(matches!(unknown, E::UnknownScope { scope, .. } if scope == "admin"));
        assert_eq!(broken(|c| c.permissions.push(c.permissions[0].clone())), E::DuplicateCategory(text("api")));
        let group = |c: &mut Catalogue| {
            let group = c.permissions[0].groups[0].clone();
            c.permissions[0].groups.push(group);
        };
        assert_eq!(broken(group), E::DuplicateGroup(text("contracts")));
        let level = |c: &mut Catalogue| c.permissions[0].groups[0].levels[1].value = "none".to_owned();
        assert_eq!(broken(level), E::DuplicateLevel { group: text("contracts"), level: text("none") });
        assert_eq!(broken(|c| c.resources = vec!["/api".to_owned()]), E::Resource(text("/api")));
        let twice = |c: &mut Catalogue| c.resources = vec!["https://a.example/".to_owned(); 2];
        assert_eq!(broken(twice), E::DuplicateResource(text("https://a.example/")));
        let spelled =
            |c: &mut Catalogue| c.resources = ["https://a.example/", "HTTPS://A.example:443"].map(str::to_owned).into();
        assert_eq!(broken(spelled), E::DuplicateResource(text("HTTPS://A.example:443")));
    }

    #[test]
    fn point_4_4_whose_a_resource_is_and_what_it_asks_follows_its_normal_form() {
        let (ours, theirs) = ([1, 2]).map(|n| WorkspaceId::new(crate::Timestamp::default(), [n; 10])).into();
        let catalogue = Catalogue {
            resources: vec!["https://api.example/".to_owned(), "https://other.example/".to_owned()],
            authorized_by_resources: vec!["https://API.example".to_owned()],
            resource_workspaces: [("HTTPS://api.example:443/".to_owned(), ours)].into(),
            ..Catalogue::default()
        };
        assert_eq!(catalogue.check(), Ok(()));
        for (resource, is_it) in [
            ("https://api.example/", true),
            ("https://api.example", true),
            ("HTTPS://API.EXAMPLE:443", true),
            ("https://api.example/v1", false),
            ("https://other.example/", false),
        ] {
            assert_eq!(catalogue.runs(ours, resource), is_it, "{resource}");
            assert!(!catalogue.runs(theirs, resource), "{resource}");
            assert_eq!(
                catalogue.asks_who_authorized(&[resource.to_owned()], "https://as.example"),
                is_it,
                "{resource}"
            );
        }
    }
}
