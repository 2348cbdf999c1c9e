//! `countersign client`.
use super::pages::Pages;
use clap::{Args, Subcommand, ValueEnum};
use std::str::FromStr;

/// What a client is for.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Kind {
    Web,
    Public,
    Machine,
}

/// How far a client is believed.
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

/// What a client's tokens are like and how it authenticates; what is not named keeps its default, or stays.
#[derive(Debug, Args)]
pub struct Protocol {
    /// `client_secret_basic`, `client_secret_post` or `none`; `any` for either of the first two.
    #[arg(long)]
    pub auth_method: Option<String>,
    /// What access tokens speak for when a request does not say.
    #[arg(long, value_enum)]
    pub sub_type: Option<SubName>,
    /// The form of access tokens.
    #[arg(long, value_enum)]
    pub token_format: Option<FormatName>,
    /// Require PKCE although the client has a secret. Public clients always need it.
    #[arg(long, num_args = 0..=1, default_missing_value = "true")]
    pub require_pkce: Option<bool>,
    /// Put the claims of the scopes `profile` and `email` into the ID token as well: `true`, `false` or `default`.
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

/// What changes; what is not named stays.
#[derive(Debug, Args)]
pub struct Changes {
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long)]
    pub description: Option<String>,
    #[arg(long)]
    pub homepage: Option<String>,
    /// URL of an image; an empty text takes it away.
    #[arg(long)]
    pub icon: Option<String>,
    /// A client that becomes confidential gets a secret, shown once; one that becomes public loses all.
    #[arg(long = "type", value_enum)]
    pub client_type: Option<TypeName>,
    /// All of them; one empty text for none.
    #[arg(long = "redirect-uri")]
    pub redirect_uris: Option<Vec<String>>,
    /// All of them; one empty text for none.
    #[arg(long = "post-logout-redirect-uri")]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// All of them, such as `authorization_code,refresh_token`.
    #[arg(long = "grant-type", value_delimiter = ',')]
    pub grant_types: Option<Vec<String>>,
    /// All of them, separated by spaces.
    #[arg(long)]
    pub scope: Option<String>,
    #[command(flatten)]
    pub protocol: Protocol,
    /// Who alone may use the client, by id or e-mail address; one empty text for everybody.
    #[arg(long = "allowed-user", value_delimiter = ',')]
    pub allowed_users: Option<Vec<String>>,
    /// A name of your own for what the client belongs to; an empty text takes it away.
    #[arg(long)]
    pub project: Option<String>,
    /// Whether the client is the operator's own and needs no consent page.
    #[arg(long)]
    pub internal: Option<bool>,
}

/// Who manages a client. One of these must be named.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct OwnerName {
    /// The workspace that manages the client, by its id.
    #[arg(long)]
    pub workspace: Option<String>,
    /// The person who manages the client, by id or e-mail address.
    #[arg(long)]
    pub user: Option<String>,
    /// Only the operator manages the client.
    #[arg(long)]
    pub no_owner: bool,
}

#[derive(Debug, Subcommand)]
pub enum Client {
    Create {
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value = "web")]
        kind: Kind,
        #[arg(long = "redirect-uri")]
        redirect_uris: Vec<String>,
        /// Separated by spaces; without it the catalogue's defaults.
        #[arg(long)]
        scope: Option<String>,
        #[arg(long, value_enum, default_value = "unverified")]
        trust: TrustName,
        #[command(flatten)]
        owner: OwnerName,
        /// An application of your own that needs no consent page.
        #[arg(long)]
        internal: bool,
        #[command(flatten)]
        protocol: Protocol,
    },
    /// Everything about a client but its secrets.
    Show {
        client_id: String,
    },
    /// Change what is named.
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
    /// How far the client is believed from now on.
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
    /// Nothing that the client holds works any more.
    Disable {
        client_id: String,
    },
    /// All that the client holds works again.
    Enable {
        client_id: String,
    },
    /// The newest first.
    List {
        /// Those that this workspace owns.
        #[arg(long, conflicts_with = "owner")]
        workspace: Option<String>,
        /// Those that the user with this e-mail address owns.
        #[arg(long)]
        owner: Option<String>,
        #[command(flatten)]
        pages: Pages,
    },
    /// A new secret; the old ones die now, or after --overlap seconds.
    RotateSecret {
        client_id: String,
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=flows::clients::manage::LONGEST_OVERLAP))]
        overlap: i64,
    },
    /// Who allowed the client what.
    Users {
        client_id: String,
        #[command(flatten)]
        pages: Pages,
    },
    /// Take back what a user, by id or e-mail address, allowed the client.
    RevokeUser {
        client_id: String,
        user: String,
    },
    /// Take back what everybody allowed the client.
    RevokeAll {
        client_id: String,
    },
    /// Accesses and users by day, of one client or of a workspace's.
    Activity {
        #[arg(required_unless_present = "workspace")]
        client_id: Option<String>,
        #[arg(long, conflicts_with = "client_id")]
        workspace: Option<String>,
        /// So many, today among them.
        #[arg(long, default_value_t = flows::unguarded::activity::DEFAULT_DAYS, value_parser = clap::value_parser!(i64).range(1..=flows::unguarded::activity::RETENTION_DAYS))]
        days: i64,
        /// Of a workspace with very many clients: those behind this one.
        #[arg(long, requires = "workspace")]
        after: Option<String>,
    },
    Delete {
        client_id: String,
    },
}
