//! `countersign client`.
use super::pages::Pages;
use clap::{Args, Subcommand, ValueEnum};
use flows::unguarded::applications::ClientKind;
use serde_json::Value;
use std::str::FromStr;

/// The kind of client.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Kind {
    Web,
    Public,
    Machine,
}

impl From<Kind> for ClientKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Web => Self::Web,
            Kind::Public => Self::Public,
            Kind::Machine => Self::Machine,
        }
    }
}

/// Trust levels of clients.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum TrustName {
    FirstParty,
    Verified,
    Unverified,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum TypeName {
    Confidential,
    Public,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum FormatName {
    Opaque,
    Jwt,
}

impl FormatName {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt => "jwt",
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum SubName {
    Workspace,
    User,
}

impl SubName {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::User => "user",
        }
    }
}

/// Token and client authentication settings.
#[derive(Debug, Args)]
pub struct Protocol {
    /// Client authentication: `client_secret_basic`, `client_secret_post`, `any` for either of them, `private_key_jwt` or `none`.
    #[arg(long)]
    pub auth_method: Option<String>,
    /// For `private_key_jwt`: a file with the client's public keys as a JWK set.
    #[arg(long, value_name = "FILE", value_parser = read_json, conflicts_with = "jwks_uri")]
    pub jwks: Option<Value>,
    /// For `private_key_jwt`: an https URL of the client's JWK set.
    #[arg(long, value_name = "URL")]
    pub jwks_uri: Option<String>,
    /// For `private_key_jwt`: the only algorithm that the client may sign with, or `any`.
    #[arg(long, value_name = "ALG")]
    pub auth_signing_alg: Option<String>,
    /// What access tokens speak for, unless a request names it.
    #[arg(long, value_enum)]
    pub sub_type: Option<SubName>,
    /// Format of access tokens.
    #[arg(long, value_enum)]
    pub token_format: Option<FormatName>,
    /// Require PKCE from a client with a secret. Public clients always need it.
    #[arg(long, num_args = 0..=1, default_missing_value = "true")]
    pub require_pkce: Option<bool>,
    /// Also put the claims of `profile` and `email` into ID tokens: `true`, `false` or `default`.
    #[arg(long)]
    pub id_token_claims: Option<Switch>,
    /// Seconds, or `default`.
    #[arg(long)]
    pub access_token_lifetime: Option<Lifetime>,
    /// Seconds, or `default`.
    #[arg(long)]
    pub refresh_token_lifetime: Option<Lifetime>,
    /// Seconds, or `default`.
    #[arg(long)]
    pub id_token_lifetime: Option<Lifetime>,
}

/// The JSON in a file.
fn read_json(path: &str) -> Result<Value, String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

/// On, off, or the server's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch(pub Option<bool>);

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "default" => Ok(Self(None)),
            text => text.parse().map(|on| Self(Some(on))).map_err(|_| "neither `true`, `false` nor `default`".into()),
        }
    }
}

/// Seconds, or the server's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(pub Option<i64>);

impl FromStr for Lifetime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "default" => Ok(Self(None)),
            text => text.parse().map(|n| Self(Some(n))).map_err(|_| "neither `default` nor a number of seconds".into()),
        }
    }
}

/// The settings to change. All others keep their values.
#[derive(Debug, Args)]
pub struct Changes {
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long)]
    pub description: Option<String>,
    #[arg(long)]
    pub homepage: Option<String>,
    /// URL of an image. An empty value removes it.
    #[arg(long)]
    pub icon: Option<String>,
    /// Changing to confidential creates a secret and shows it once. Changing to public removes all secrets.
    #[arg(long = "type", value_enum)]
    pub client_type: Option<TypeName>,
    /// Replaces the list. An empty value clears it.
    #[arg(long = "redirect-uri")]
    pub redirect_uris: Option<Vec<String>>,
    /// Replaces the list. An empty value clears it.
    #[arg(long = "post-logout-redirect-uri")]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Replaces the list, such as `authorization_code,refresh_token`.
    #[arg(long = "grant-type", value_delimiter = ',')]
    pub grant_types: Option<Vec<String>>,
    /// Replaces the list. Separate scopes with spaces.
    #[arg(long)]
    pub scope: Option<String>,
    #[command(flatten)]
    pub protocol: Protocol,
    /// Only these users may use the client, by ID or email address. An empty value allows everyone.
    #[arg(long = "allowed-user", value_delimiter = ',')]
    pub allowed_users: Option<Vec<String>>,
    /// Your own project name for the client. An empty value removes it.
    #[arg(long)]
    pub project: Option<String>,
    /// Whether this is one of the operator's own clients, which needs no consent page.
    #[arg(long)]
    pub internal: Option<bool>,
}

/// Who manages a client. One of these is required.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct OwnerName {
    /// ID of the workspace that manages the client.
    #[arg(long)]
    pub workspace: Option<String>,
    /// The user who manages the client, by ID or email address.
    #[arg(long)]
    pub user: Option<String>,
    /// Only the operator manages the client.
    #[arg(long)]
    pub no_owner: bool,
}

#[derive(Debug, Subcommand)]
pub enum Client {
    /// Create a client and show its secret once.
    Create {
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value = "web")]
        kind: Kind,
        #[arg(long = "redirect-uri")]
        redirect_uris: Vec<String>,
        /// Scopes, separated by spaces. Without it, the client gets the default scopes.
        #[arg(long)]
        scope: Option<String>,
        #[arg(long, value_enum, default_value = "unverified")]
        trust: TrustName,
        #[command(flatten)]
        owner: OwnerName,
        /// One of the operator's own clients, which needs no consent page.
        #[arg(long)]
        internal: bool,
        #[command(flatten)]
        protocol: Box<Protocol>,
    },
    /// Show a client, without its secrets.
    Show {
        client_id: String,
    },
    /// Change the settings that you name.
    Update {
        client_id: String,
        #[command(flatten)]
        changes: Box<Changes>,
    },
    /// Replace the redirect URIs.
    SetRedirectUris {
        client_id: String,
        #[arg(required = true)]
        redirect_uris: Vec<String>,
    },
    /// Set a client's trust level.
    Trust {
        client_id: String,
        #[arg(value_enum)]
        trust: TrustName,
    },
    /// Change who manages the client.
    Assign {
        client_id: String,
        #[command(flatten)]
        owner: OwnerName,
    },
    /// Disable a client. Its tokens stop working.
    Disable {
        client_id: String,
    },
    /// Enable a client. Its tokens work again.
    Enable {
        client_id: String,
    },
    /// List clients, newest first.
    List {
        /// Only clients of this workspace.
        #[arg(long, conflicts_with = "owner")]
        workspace: Option<String>,
        /// Only clients of the user with this email address.
        #[arg(long)]
        owner: Option<String>,
        #[command(flatten)]
        pages: Pages,
    },
    /// Create a new secret. The old ones expire at once, or after --overlap seconds.
    RotateSecret {
        client_id: String,
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=flows::clients::manage::LONGEST_OVERLAP))]
        overlap: i64,
    },
    /// List users and what they allowed the client.
    Users {
        client_id: String,
        #[command(flatten)]
        pages: Pages,
    },
    /// Revoke the client's access to a user, by ID or email address.
    RevokeUser {
        client_id: String,
        user: String,
    },
    /// Revoke the client's access for all users.
    RevokeAll {
        client_id: String,
    },
    /// Show accesses and users by day, for one client or all clients of a workspace.
    Activity {
        #[arg(required_unless_present = "workspace")]
        client_id: Option<String>,
        #[arg(long, conflicts_with = "client_id")]
        workspace: Option<String>,
        /// Number of days, including today.
        #[arg(long, default_value_t = flows::unguarded::activity::DEFAULT_DAYS, value_parser = clap::value_parser!(i64).range(1..=flows::unguarded::activity::RETENTION_DAYS))]
        days: i64,
        /// Continue after this client, if a workspace has very many.
        #[arg(long, requires = "workspace")]
        after: Option<String>,
    },
    Delete {
        client_id: String,
    },
}
