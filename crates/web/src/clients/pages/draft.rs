//! The draft of a new client, carried from step to step in the forms and stored nowhere.
use domain::UserId;
use domain::clients::{ApplicationType, redirect_uri};
use domain::platform::params::RawParams;
use domain::resources::{Catalogue, OF_A_USER};
use serde_json::{Map, Value, json};

/// The type of the new client. It determines the initial settings, which the owner can change later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A web app whose server keeps a secret.
    Web,
    /// Runs entirely in the browser.
    SinglePage,
    /// Installed on a device.
    Native,
    /// Acts without a user.
    Machine,
    /// An agent or MCP client acting for a user.
    Agent,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Web, Self::SinglePage, Self::Native, Self::Machine, Self::Agent];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::SinglePage => "spa",
            Self::Native => "native",
            Self::Machine => "machine",
            Self::Agent => "agent",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The text key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Web => "dev-new-web",
            Self::SinglePage => "dev-new-spa",
            Self::Native => "dev-new-native",
            Self::Machine => "dev-new-machine",
            Self::Agent => "dev-new-agent",
        }
    }

    /// The text key of its description.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Web => "dev-new-web-why",
            Self::SinglePage => "dev-new-spa-why",
            Self::Native => "dev-new-native-why",
            Self::Machine => "dev-new-machine-why",
            Self::Agent => "dev-new-agent-why",
        }
    }

    /// The text key of the settings chosen for it.
    pub const fn chosen(self) -> &'static str {
        match self {
            Self::Web => "dev-new-web-chosen",
            Self::SinglePage => "dev-new-spa-chosen",
            Self::Native => "dev-new-native-chosen",
            Self::Machine => "dev-new-machine-chosen",
            Self::Agent => "dev-new-agent-chosen",
        }
    }

    /// Example redirect URIs.
    pub const fn examples(self) -> &'static [&'static str] {
        match self {
            Self::Web => &["https://app.example.com/callback", "http://localhost:3000/callback"],
            Self::SinglePage => &["https://app.example.com/callback", "http://localhost:5173/callback"],
            Self::Native => &["com.example.app:/callback", "http://127.0.0.1/callback"],
            Self::Machine => &[],
            Self::Agent => &["http://localhost/callback", "https://agent.example.com/callback"],
        }
    }

    pub const fn redirects(self) -> bool {
        !matches!(self, Self::Machine)
    }

    /// Whether this type can use the scope at all.
    pub fn takes(self, scope: &str) -> bool {
        self.redirects() || !OF_A_USER.contains(&scope)
    }

    /// Whether PKCE can be made optional: it has a secret.
    pub const fn may_go_without_pkce(self) -> bool {
        matches!(self, Self::Web)
    }

    const fn is_public(self) -> bool {
        matches!(self, Self::SinglePage | Self::Native | Self::Agent)
    }
}

/// The choices and entries so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    pub kind: Option<Kind>,
    pub name: String,
    pub description: String,
    pub homepage: String,
    /// One per line.
    pub redirect_uris: String,
    /// Its library cannot use PKCE.
    pub pkce_optional: bool,
    /// `None` until they were chosen.
    pub scopes: Option<Vec<String>>,
}

impl Draft {
    pub fn read(params: &RawParams) -> Self {
        let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
        let chosen = params.get("chosen").is_some();
        Self {
            kind: params.get("kind").and_then(Kind::parse),
            name: text("client_name"),
            description: text("description"),
            homepage: text("client_uri"),
            redirect_uris: text("redirect_uris"),
            pkce_optional: params.get("pkce_optional").is_some(),
            scopes: chosen.then(|| params.all("scope").map(str::to_owned).collect()),
        }
    }

    /// All values as hidden fields, except those that the form's own inputs have.
    pub fn fields(&self, but: &[&str]) -> Vec<(&'static str, String)> {
        let kind = self.kind.map(Kind::as_str).unwrap_or_default();
        let mut fields = vec![
            ("kind", kind.to_owned()),
            ("client_name", self.name.clone()),
            ("description", self.description.clone()),
            ("client_uri", self.homepage.clone()),
            ("redirect_uris", self.redirect_uris.clone()),
            ("pkce_optional", if self.pkce_optional { "1" } else { "" }.to_owned()),
        ];
        if let Some(scopes) = &self.scopes {
            fields.push(("chosen", "1".to_owned()));
            fields.extend(scopes.iter().map(|scope| ("scope", scope.clone())));
        }
        fields.retain(|(name, value)| !but.contains(name) && !value.is_empty());
        fields
    }

    /// Whether a scope is selected. Until scopes are chosen, the catalogue's defaults are.
    pub fn has(&self, catalogue: &Catalogue, scope: &str) -> bool {
        match &self.scopes {
            Some(chosen) => chosen.iter().any(|one| one == scope),
            None => catalogue.scope(scope).is_some_and(|info| info.default),
        }
    }

    /// The metadata of the new client (RFC 7591 §2).
    pub fn metadata(&self, kind: Kind) -> Map<String, Value> {
        let grants: &[&str] =
            if kind.redirects() { &["authorization_code", "refresh_token"] } else { &["client_credentials"] };
        let mut all = Map::new();
        let mut put = |name: &str, value: Value| drop(all.insert(name.to_owned(), value));
        put("client_name", self.name.as_str().into());
        put("description", self.description.replace("\r\n", "\n").into());
        put("client_uri", self.homepage.trim().into());
        put("grant_types", json!(grants));
        if kind.redirects() {
            put("redirect_uris", json!(lines(&self.redirect_uris)));
        }
        if kind.is_public() {
            put("token_endpoint_auth_method", "none".into());
        }
        let optional = self.pkce_optional && kind.may_go_without_pkce();
        put("require_pkce", (kind.redirects() && !optional).into());
        // Agents listen on the device or at an address of their own: both can be registered, and the port may vary.
        let native = matches!(kind, Kind::Native | Kind::Agent);
        put("application_type", if native { "native" } else { "web" }.into());
        if let Some(scopes) = &self.scopes {
            let scopes: Vec<_> = scopes.iter().map(String::as_str).filter(|scope| kind.takes(scope)).collect();
            put("scope", scopes.join(" ").into());
        } else if !kind.redirects() {
            put("scope", "".into());
        }
        all
    }
}

/// The non-empty lines of a field.
pub fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// The line of a multi-line field, counted from 1, that is invalid on its own.
pub fn line_at_fault(member: &str, text: &str, kind: ApplicationType, schemes: &[String]) -> Option<usize> {
    let is_wrong = |line: &str| match member {
        "redirect_uris" | "post_logout_redirect_uris" => redirect_uri::check_registration(line, kind, schemes).is_err(),
        "allowed_user_ids" => line.parse::<UserId>().is_err(),
        _ => false,
    };
    let mut typed = text.lines().map(str::trim).zip(1..);
    typed.find(|(line, _)| !line.is_empty() && is_wrong(line)).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_6_4_the_line_at_fault_is_the_one_that_was_typed() {
        let text = "https://a.example/cb\n\n  http://b.example/cb \nhttps://c.example/#x\n";
        let line = |member, text| line_at_fault(member, text, ApplicationType::Web, &[]);
        assert_eq!(line("redirect_uris", text), Some(3), "empty lines count as they are seen");
        assert_eq!(line("post_logout_redirect_uris", text), Some(3));
        assert_eq!((line("redirect_uris", "https://a.example/cb"), line("client_name", text)), (None, None));
        assert_eq!(line("allowed_user_ids", "usr_x"), Some(1));
    }
    use domain::clients::api::{self, CONSOLE};
    use domain::clients::metadata::Terms;
    use domain::clients::{ApplicationType, AuthMethod, SubType};

    #[test]
    fn nothing_is_lost_between_the_steps() {
        let draft = Draft {
            kind: Some(Kind::Native),
            name: "A & <b>".to_owned(),
            description: "one\r\ntwo".to_owned(),
            homepage: "https://a.example".to_owned(),
            redirect_uris: "com.example.app:/cb\r\n".to_owned(),
            pkce_optional: true,
            scopes: Some(vec!["openid".to_owned(), "email".to_owned()]),
        };
        let fields = draft.fields(&[]);
        let again = RawParams::from_pairs(fields.iter().map(|(name, value)| (*name, value.as_str())));
        assert_eq!(Draft::read(&again), draft);
        let none = Draft { scopes: Some(Vec::new()), ..draft };
        let fields = none.fields(&[]);
        let again = RawParams::from_pairs(fields.iter().map(|(name, value)| (*name, value.as_str())));
        assert_eq!(Draft::read(&again).scopes, Some(Vec::new()), "none is a choice too");
    }

    #[test]
    fn every_kind_registers_with_its_examples() {
        for kind in Kind::ALL {
            let draft = Draft { name: "App".to_owned(), redirect_uris: kind.examples().join("\n"), ..Draft::default() };
            let body = CONSOLE.new_client(&draft.metadata(kind)).unwrap();
            let made = api::read(&body, &Terms::managed(SubType::Workspace, &[])).unwrap();
            assert_eq!(made.auth_method == AuthMethod::None, kind.is_public(), "{kind:?}");
            assert_eq!(made.config.redirect_uris, kind.examples());
            assert_eq!(made.config.requires_pkce(), kind.redirects(), "narrowing point 3: on in the console");
            let native = made.config.application_type == ApplicationType::Native;
            assert_eq!(native, matches!(kind, Kind::Native | Kind::Agent));
        }
    }
}
