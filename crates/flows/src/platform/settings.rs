//! The settings of the use cases. The server reads them from its configuration.
use crate::platform::effective_settings::InForce;
use domain::clients::metadata::Terms;
use domain::clients::redirect_uri::EDITOR_SCHEMES;
use domain::clients::{SubType, Trust};
use domain::oauth::authorize::AuthorizePolicy;
use domain::platform::outbound::Reach;
use domain::resources::Catalogue;
use domain::resources::indicator::Resources;
use domain::{ScopeSet, SecretHash};
use serde::{Deserialize, Serialize};

/// Lifetimes, all in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lifetimes {
    pub authorization_code: i64,
    pub access_token: i64,
    pub id_token: i64,
    /// A refresh token expires if it is not used for this long.
    pub refresh_idle: i64,
    /// A grant expires after this time, however often it is refreshed.
    pub refresh_absolute: i64,
    /// Parallel requests that refresh with the same token within this time share the new one; at most a quarter of the access
    /// token's lifetime.
    pub refresh_window: i64,
    pub session_idle: i64,
    pub session_absolute: i64,
    /// The lifetime of a sign-in or consent page.
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
    /// Everyone, within limits.
    #[default]
    Open,
    /// Holders of an initial access token.
    Token,
    /// Users and workspaces, by session, personal access token or API key.
    SignedIn,
    /// No one.
    Off,
}

/// Dynamic registration.
#[derive(Debug, Clone)]
pub struct Registration {
    pub policy: RegistrationPolicy,
    /// Hashes of the initial access tokens, for the policy `token`.
    pub initial_access_tokens: Vec<SecretHash>,
    /// Registrations per address and hour. Hosted agents share a small number of addresses.
    pub per_address_per_hour: u32,
    /// Registrations per address and hour with the same metadata.
    pub alike_per_hour: u32,
    /// The scopes that a self-registered client may request; if `None`, all that are not sensitive.
    pub self_registered_scopes: Option<ScopeSet>,
    /// Seconds after which an anonymous registration that was never used is removed.
    pub unused_after: i64,
    /// Private-use URI schemes without a dot that redirect URIs may use.
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

/// The appearance of pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brand {
    pub name: String,
    pub logo_url: Option<String>,
    /// The logo for dark pages; if `None`, `logo_url`.
    pub logo_dark_url: Option<String>,
    /// `#rrggbb`.
    pub primary_colour: String,
    /// The colour for dark pages; if `None`, `primary_colour`.
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

/// The cost of Argon2id (RFC 9106), and the number of hashes that run at once.
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

/// All settings.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    /// The issuer identifier, exactly as clients see it, with a trailing slash only if it is part of it.
    pub issuer: String,
    pub token_prefix: String,
    pub lifetimes: Lifetimes,
    pub default_sub_type: SubType,
    /// Whether ID tokens also contain the claims of the scopes, if the client does not specify it.
    pub id_token_claims: bool,
    pub registration: Registration,
    /// Whether all clients must use PKCE. If not, confidential clients with an https redirect URI decide for themselves.
    pub require_pkce: bool,
    pub catalogue: Catalogue,
    /// Whether tokens can be for any https or loopback URL while the catalogue lists no resource.
    pub unlisted_resources: bool,
    pub brand: Brand,
    pub password_hashing: PasswordHashing,
    /// Whether users may create their own accounts.
    pub sign_up: bool,
    /// The number of days that audit log entries are kept.
    pub audit_retention_days: i64,
    /// Whether outgoing requests may go to private addresses, and to loopback by http.
    pub outbound_allow_private: bool,
    /// Whether a client assertion may also name the URL of the token endpoint as its audience.
    pub client_assertion_token_endpoint: bool,
    /// All settings of the server as they can be shown, including those that no use case needs.
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
            client_assertion_token_endpoint: false,
            in_force: Vec::new(),
        }
    }

    /// The resources that tokens can be for.
    pub fn resources(&self) -> Resources<'_> {
        Resources { known: &self.catalogue.resources, issuer: &self.issuer, unlisted: self.unlisted_resources }
    }

    /// Where outgoing requests may go.
    pub const fn reach(&self) -> Reach {
        if self.outbound_allow_private { Reach::Private } else { Reach::Public }
    }

    /// What users who manage a client may set in its metadata.
    pub fn managed_terms(&self) -> Terms<'_> {
        Terms { reach: self.reach(), ..Terms::managed(self.default_sub_type, &self.registration.private_schemes) }
    }

    /// What a client may set in its own metadata. Without an owner, the server's lifetimes are its maximum.
    pub(crate) fn registration_terms(&self, owned: bool) -> Terms<'_> {
        let managed = self.managed_terms();
        let own = [self.lifetimes.access_token, self.lifetimes.id_token, self.lifetimes.refresh_idle];
        Terms { narrow: true, longest: if owned { managed.longest } else { own }, ..managed }
    }

    /// Whether a client with this trust level may have a scope.
    pub(crate) fn is_open_to(&self, trust: Trust, name: &str) -> bool {
        self.catalogue.is_open_to(trust, self.registration.self_registered_scopes.as_ref(), name)
    }

    /// The rules for authorization requests. `keys` verify an `id_token_hint`.
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
