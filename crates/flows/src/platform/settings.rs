//! The settings that the use cases look at. The server reads them; see its configuration.
use crate::platform::effective_settings::InForce;
use domain::clients::metadata::Terms;
use domain::clients::redirect_uri::EDITOR_SCHEMES;
use domain::clients::{SubType, Trust};
use domain::oauth::authorize::AuthorizePolicy;
use domain::resources::Catalogue;
use domain::resources::indicator::Resources;
use domain::{ScopeSet, SecretHash};
use serde::{Deserialize, Serialize};

/// How long things live, all in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lifetimes {
    pub authorization_code: i64,
    pub access_token: i64,
    pub id_token: i64,
    /// A refresh token that is not used for so long is dead.
    pub refresh_idle: i64,
    /// A grant is dead after so long, however often it was refreshed.
    pub refresh_absolute: i64,
    /// Parallel callers who refresh with one token within so many seconds share the new one; at most a quarter of the
    /// access token's lifetime.
    pub refresh_window: i64,
    pub session_idle: i64,
    pub session_absolute: i64,
    /// A sign-in or consent page is good for so long.
    pub interaction: i64,
}

const DAY: i64 = 24 * 60 * 60;

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            authorization_code: 60,
            access_token: 3600,
            id_token: 3600,
            refresh_idle: 30 * DAY,
            refresh_absolute: 365 * DAY,
            refresh_window: 60,
            session_idle: 7 * DAY,
            session_absolute: 30 * DAY,
            interaction: 600,
        }
    }
}

/// Who may register clients (RFC 7591 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationPolicy {
    /// Anybody, within limits.
    #[default]
    Open,
    /// Holders of an initial access token.
    Token,
    /// Users and workspaces, by session, personal access token or API key.
    SignedIn,
    /// Nobody.
    Off,
}

/// Dynamic registration.
#[derive(Debug, Clone)]
pub struct Registration {
    pub policy: RegistrationPolicy,
    /// Hashes of the initial access tokens, for the policy `token`.
    pub initial_access_tokens: Vec<SecretHash>,
    /// Registrations that one address may make in an hour: hosted agents share few of them.
    pub per_address_per_hour: u32,
    /// Of these, those with the same metadata.
    pub alike_per_hour: u32,
    /// What a self-registered client may ask for; without it, everything that is not sensitive.
    pub self_registered_scopes: Option<ScopeSet>,
    /// An anonymous registration that nobody used for so many seconds is removed.
    pub unused_after: i64,
    /// Private-use schemes that a redirect URI may have without a dot.
    pub private_schemes: Vec<String>,
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            policy: RegistrationPolicy::Open,
            initial_access_tokens: Vec::new(),
            per_address_per_hour: 600,
            alike_per_hour: 60,
            self_registered_scopes: None,
            unused_after: 7 * DAY,
            private_schemes: EDITOR_SCHEMES.map(str::to_owned).into(),
        }
    }
}

/// How pages look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brand {
    pub name: String,
    pub logo_url: Option<String>,
    /// The same for dark pages; without it, the one above.
    pub logo_dark_url: Option<String>,
    /// `#rrggbb`.
    pub primary_colour: String,
    /// The same for dark pages; without it, the one above.
    pub primary_colour_dark: Option<String>,
    pub terms_url: Option<String>,
    pub privacy_url: Option<String>,
    pub support_url: Option<String>,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            name: "Countersign".to_owned(),
            logo_url: None,
            logo_dark_url: None,
            primary_colour: "#1d4ed8".to_owned(),
            primary_colour_dark: None,
            terms_url: None,
            privacy_url: None,
            support_url: None,
        }
    }
}

/// The cost of Argon2id (RFC 9106), and how many hashes run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordHashing {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
    pub concurrency: usize,
}

impl Default for PasswordHashing {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1, concurrency: 2 }
    }
}

/// All of it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    /// The issuer identifier, exactly as clients see it: no trailing slash unless it is part of it.
    pub issuer: String,
    pub token_prefix: String,
    pub lifetimes: Lifetimes,
    pub default_sub_type: SubType,
    /// Whether ID tokens carry the claims of the scopes, too, where the client does not say.
    pub id_token_claims: bool,
    pub registration: Registration,
    /// PKCE from every client; without it, confidential clients with an https redirect decide for themselves.
    pub require_pkce: bool,
    pub catalogue: Catalogue,
    /// While the catalogue lists no resource, tokens can be for any https or loopback URL.
    pub unlisted_resources: bool,
    pub brand: Brand,
    pub password_hashing: PasswordHashing,
    /// Whether people may make accounts of their own.
    pub sign_up: bool,
    /// Days that the audit log goes back.
    pub audit_retention_days: i64,
    /// Whether the server's own requests may go to private addresses, and by http to loopback.
    pub outbound_allow_private: bool,
    /// All settings of the server as they can be shown, those that no use case looks at, too.
    pub in_force: Vec<InForce>,
}

impl Settings {
    /// The defaults for an issuer.
    pub fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            token_prefix: "cs".to_owned(),
            lifetimes: Lifetimes::default(),
            default_sub_type: SubType::Workspace,
            id_token_claims: false,
            registration: Registration::default(),
            require_pkce: false,
            catalogue: Catalogue::default(),
            unlisted_resources: true,
            brand: Brand::default(),
            password_hashing: PasswordHashing::default(),
            sign_up: true,
            audit_retention_days: 400,
            outbound_allow_private: false,
            in_force: Vec::new(),
        }
    }

    /// The resources that tokens can be for.
    pub fn resources(&self) -> Resources<'_> {
        Resources { known: &self.catalogue.resources, issuer: &self.issuer, unlisted: self.unlisted_resources }
    }

    /// What people who manage a client may say of it.
    pub fn managed_terms(&self) -> Terms<'_> {
        Terms::managed(self.default_sub_type, &self.registration.private_schemes)
    }

    /// What a client may say of itself. The server's own lifetimes bound those of a client that nobody owns.
    pub(crate) fn registration_terms(&self, owned: bool) -> Terms<'_> {
        let managed = self.managed_terms();
        let own = [self.lifetimes.access_token, self.lifetimes.id_token, self.lifetimes.refresh_idle];
        Terms { narrow: true, longest: if owned { managed.longest } else { own }, ..managed }
    }

    /// Whether a client of this trust may have a scope.
    pub(crate) fn is_open_to(&self, trust: Trust, name: &str) -> bool {
        self.catalogue.is_open_to(trust, self.registration.self_registered_scopes.as_ref(), name)
    }

    /// What authorization requests are held to. `keys` verify an `id_token_hint`.
    pub fn authorize_policy<'s>(&'s self, keys: &'s [(String, jose::PublicKey)]) -> AuthorizePolicy<'s> {
        AuthorizePolicy {
            catalogue: &self.catalogue,
            strangers: self.registration.self_registered_scopes.as_ref(),
            resources: self.resources(),
            require_pkce: self.require_pkce,
            issuer: &self.issuer,
            keys,
        }
    }

    /// A URL of this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.trim_end_matches('/'))
    }
}
