//! The settings: defaults, then the file, then `COUNTERSIGN_*`, then flags. Unknown names are errors.
mod check;
mod deserialize;
mod environment;
mod fault;
mod load;
mod node;
mod reload;

pub use check::{explain, problems, warnings};
pub use load::{Flags, Loaded, load};
pub use reload::{changed, reloaded};

use domain::clients::SubType;
use domain::platform::scope::InvalidScope;
use domain::resources::{Catalogue, PermissionCategory, ScopeInfo};
use domain::{Pepper, ScopeSet, WorkspaceId};
use flows::platform::effective_settings::{self, InForce};
use flows::{Brand, Lifetimes, PasswordHashing, RegistrationPolicy};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use store::StoreOptions;

/// All settings. The reference is `docs/src/configuration.md`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Config {
    /// The issuer identifier: the public base URL.
    pub issuer: String,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// `sqlite:path` or `postgres://…`. Default: a SQLite file in the data folder.
    pub database: Option<String>,
    /// PostgreSQL settings.
    pub postgres: Postgres,
    /// The folder of the SQLite database and the master key.
    pub data_dir: PathBuf,
    /// The prefix of every token, for secret scanners.
    pub token_prefix: String,
    /// The default token subject, if neither the request nor the client sets one.
    pub default_sub_type: SubType,
    /// Whether ID tokens also carry the claims of the scopes `profile` and `email`, unless the client sets it.
    pub id_token_claims: bool,
    /// Networks of proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Lifetimes in seconds.
    pub lifetimes: Lifetimes,
    /// Who may register clients.
    pub registration: Registration,
    /// Whether PKCE is required of every client, regardless of the client's own setting.
    pub require_pkce: bool,
    /// The scopes that can be requested.
    pub scopes: Vec<ScopeInfo>,
    /// The scopes arranged for display: category, group, level.
    pub permissions: Vec<PermissionCategory>,
    /// Resource indicators that tokens can be issued for.
    pub resources: Vec<String>,
    /// The resources that see which user authorized a workspace's token.
    pub authorized_by_resources: Vec<String>,
    /// Whether tokens can be issued for any https or loopback URL while `resources` is empty.
    pub unlisted_resources: bool,
    /// The workspaces that operate resources, by resource.
    pub resource_workspaces: BTreeMap<String, WorkspaceId>,
    /// The branding of pages.
    pub brand: Brand,
    /// The cost of Argon2id.
    pub password_hashing: PasswordHashing,
    /// Whether users may create their own accounts.
    pub sign_up: bool,
    /// Retention of the audit log, in days.
    pub audit_retention_days: i64,
    /// Whether the server's outgoing requests may go to private addresses, and to loopback over http.
    pub outbound_allow_private: bool,
    /// Whether a client assertion may also name the URL of the token endpoint as its audience.
    pub client_assertion_token_endpoint: bool,
    /// Logging.
    pub log: Log,
    /// Shutdown.
    pub shutdown: Shutdown,
}

/// PostgreSQL settings. All times are in seconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Postgres {
    /// Maximum number of connections: half for reading, half for writing.
    pub max_connections: u32,
    /// Connection timeout per host.
    pub connect_timeout: u64,
    pub statement_timeout: u64,
    /// Maximum time a request waits for a free connection.
    pub pool_timeout: u64,
    /// Maximum time to wait at startup for a database server that is not up yet.
    pub startup_wait: u64,
    /// Whether `PgBouncer` in transaction mode is in front.
    pub pgbouncer: bool,
}

impl Default for Postgres {
    fn default() -> Self {
        let base = StoreOptions::default();
        Self {
            max_connections: base.max_connections,
            connect_timeout: base.connect.as_secs(),
            statement_timeout: base.statement.as_secs(),
            pool_timeout: base.patience.as_secs(),
            startup_wait: 60,
            pgbouncer: base.pooler,
        }
    }
}

/// Dynamic registration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Registration {
    pub policy: RegistrationPolicy,
    /// The initial access tokens for the policy `token`.
    pub initial_access_tokens: Vec<String>,
    pub per_address_per_hour: u32,
    pub alike_per_hour: u32,
    pub self_registered_scopes: Option<Vec<String>>,
    /// Seconds after which an unused registration is removed.
    pub unused_after: i64,
    /// Private-use schemes without a dot that redirect URIs may use.
    pub private_schemes: Vec<String>,
}

impl Default for Registration {
    fn default() -> Self {
        let base = flows::Registration::default();
        Self {
            policy: base.policy,
            initial_access_tokens: Vec::new(),
            per_address_per_hour: base.per_address_per_hour,
            alike_per_hour: base.alike_per_hour,
            self_registered_scopes: None,
            unused_after: base.unused_after,
            private_schemes: base.private_schemes,
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// Shutdown. Both values are in seconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shutdown {
    /// How long connections are still accepted after SIGTERM, while the server reports that it is not ready.
    pub delay: u64,
    /// How long requests in flight may take after the delay.
    pub grace: u64,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { delay: 5, grace: 20 }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    /// A filter such as `info` or `info,countersign_flows=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl Default for Config {
    fn default() -> Self {
        let catalogue = Catalogue::default();
        Self {
            issuer: "http://localhost:8080".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: None,
            postgres: Postgres::default(),
            data_dir: PathBuf::from("data"),
            token_prefix: "cs".to_owned(),
            default_sub_type: SubType::Workspace,
            id_token_claims: false,
            trusted_proxies: Vec::new(),
            lifetimes: Lifetimes::default(),
            registration: Registration::default(),
            require_pkce: false,
            scopes: catalogue.scopes,
            permissions: catalogue.permissions,
            resources: catalogue.resources,
            authorized_by_resources: catalogue.authorized_by_resources,
            unlisted_resources: true,
            resource_workspaces: catalogue.resource_workspaces,
            brand: Brand::default(),
            password_hashing: PasswordHashing::default(),
            sign_up: true,
            audit_retention_days: 400,
            outbound_allow_private: false,
            client_assertion_token_endpoint: false,
            log: Log::default(),
            shutdown: Shutdown::default(),
        }
    }
}

impl Config {
    /// The effective database URL.
    pub fn database_url(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite:{}", self.data_dir.join("countersign.db").display()))
    }

    pub fn catalogue(&self) -> Catalogue {
        Catalogue {
            scopes: self.scopes.clone(),
            permissions: self.permissions.clone(),
            resources: self.resources.clone(),
            authorized_by_resources: self.authorized_by_resources.clone(),
            resource_workspaces: self.resource_workspaces.clone(),
        }
    }

    /// The settings that the use cases need. `pepper` hashes the initial access tokens.
    pub fn settings(&self, pepper: &Pepper) -> Result<flows::Settings, InvalidScope> {
        let own = self.registration.self_registered_scopes.as_ref();
        let self_registered_scopes =
            own.map(|names| ScopeSet::from_names(names.iter().map(String::as_str))).transpose()?;
        Ok(flows::Settings {
            issuer: self.issuer.clone(),
            token_prefix: self.token_prefix.clone(),
            lifetimes: self.lifetimes,
            default_sub_type: self.default_sub_type,
            id_token_claims: self.id_token_claims,
            registration: flows::Registration {
                policy: self.registration.policy,
                initial_access_tokens: self.registration.initial_access_tokens.iter().map(|t| pepper.hash(t)).collect(),
                per_address_per_hour: self.registration.per_address_per_hour,
                alike_per_hour: self.registration.alike_per_hour,
                self_registered_scopes,
                unused_after: self.registration.unused_after,
                private_schemes: self.registration.private_schemes.clone(),
            },
            require_pkce: self.require_pkce,
            catalogue: self.catalogue(),
            unlisted_resources: self.unlisted_resources,
            brand: self.brand.clone(),
            password_hashing: self.password_hashing,
            sign_up: self.sign_up,
            audit_retention_days: self.audit_retention_days,
            outbound_allow_private: self.outbound_allow_private,
            client_assertion_token_endpoint: self.client_assertion_token_endpoint,
            in_force: self.in_force(),
        })
    }

    /// Every effective setting, as shown to the operator.
    fn in_force(&self) -> Vec<InForce> {
        // Include defaults that depend on other settings. A database URL may contain a password.
        let shown = Self { database: Some(self.database_url()), ..self.clone() };
        let file = shown.database_url().starts_with("sqlite:");
        let hidden = ["registration.initial_access_tokens", if file { "" } else { "database" }];
        effective_settings::list(&serde_json::to_value(shown).unwrap_or_default(), &hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flows::platform::effective_settings::SettingValue;

    #[test]
    fn settings_are_shown_as_they_are_in_force_and_secrets_are_not() {
        let find =
            |config: &Config, key: &str| config.in_force().into_iter().find(|one| one.key == key).map(|one| one.value);
        let mut config = Config::default();
        assert_eq!(find(&config, "database"), Some(SettingValue::Value("sqlite:data/countersign.db".to_owned())));
        assert_eq!(find(&config, "lifetimes.access_token"), Some(SettingValue::Value("3600".to_owned())));
        assert_eq!(find(&config, "registration.policy"), Some(SettingValue::Value("open".to_owned())));
        assert_eq!(find(&config, "registration.initial_access_tokens"), Some(SettingValue::Nothing));
        config.database = Some("postgres://me:s3cret@db.example/cs".to_owned());
        config.registration.initial_access_tokens = vec!["s3cret".to_owned()];
        assert_eq!(find(&config, "database"), Some(SettingValue::Hidden));
        assert_eq!(find(&config, "registration.initial_access_tokens"), Some(SettingValue::Hidden));
        assert!(!format!("{:?}", config.in_force()).contains("s3cret"));
        assert_eq!(find(&config, "log.level"), Some(SettingValue::Value("info".to_owned())));
    }
}
