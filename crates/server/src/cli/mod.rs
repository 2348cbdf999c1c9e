//! The command line.
mod client;
mod key;
mod pages;
mod user;

pub use client::{Changes, Client, Kind, Lifetime, OwnerName, Protocol, Switch, TrustName, TypeName};
pub use key::{Key, NewKey};
pub use pages::Pages;
pub use user::User;

use crate::config::Flags;
use clap::{Parser, Subcommand, ValueEnum};

/// An OAuth 2.1 and OpenID Connect authorization server.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, about)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    /// Print one JSON value on standard output instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server.
    Serve,
    /// Migrate the database to this version's schema.
    Migrate,
    /// Rewrite the SQLite file without free space. Stop the server first.
    Compact,
    /// Show the settings in effect, and what is wrong with them.
    CheckConfig,
    /// Start a server with sample data and a sample app.
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// Manage users.
    #[command(subcommand)]
    User(User),
    /// Manage workspaces.
    #[command(subcommand)]
    Workspace(Workspace),
    /// Manage the members of workspaces.
    #[command(subcommand)]
    Member(Member),
    /// Manage clients.
    #[command(subcommand)]
    Client(Client),
    /// Manage webhooks.
    #[command(subcommand)]
    Webhook(Webhook),
    /// Manage signing and sealing keys, API keys and personal access tokens.
    #[command(subcommand)]
    Key(Key),
    /// Show scopes and permissions.
    #[command(subcommand)]
    Scope(Scope),
    /// Read the audit log.
    #[command(subcommand)]
    Audit(Audit),
}

#[cfg(feature = "demo")]
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Port of the server. 0 picks a free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Port of the sample app. 0 picks a free one.
    #[arg(long, default_value_t = 8081)]
    pub app_port: u16,
    /// Run the whole flow over HTTP, print a line for each step, and exit.
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Subcommand)]
pub enum Workspace {
    Create {
        #[arg(long)]
        name: String,
        /// Email address of the owner.
        #[arg(long)]
        owner: Option<String>,
    },
    Rename {
        workspace: String,
        #[arg(long)]
        name: String,
    },
    /// List them, oldest first.
    List {
        #[command(flatten)]
        pages: Pages,
    },
}

#[derive(Debug, Subcommand)]
pub enum Member {
    /// Add a member, or change a member's roles, such as `admin,compliance_officer`.
    Add {
        workspace: String,
        email: String,
        #[arg(long, default_value = "member", value_delimiter = ',')]
        roles: Vec<String>,
    },
    Remove {
        workspace: String,
        email: String,
    },
    List {
        workspace: String,
        #[command(flatten)]
        pages: Pages,
    },
}

/// The owner of a webhook.
#[derive(Debug, clap::Args)]
pub struct OwnerArgs {
    /// ID of the workspace that owns it. Without it, the operator's webhooks.
    #[arg(long)]
    pub workspace: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Webhook {
    /// Create a webhook and show its secret once.
    Create {
        url: String,
        /// Names of events. Without it, all events.
        #[arg(long = "event", value_delimiter = ',')]
        events: Vec<String>,
        #[arg(long, default_value = "")]
        description: String,
        #[command(flatten)]
        of: OwnerArgs,
    },
    List {
        #[command(flatten)]
        of: OwnerArgs,
    },
    /// Change the settings that you name.
    Update {
        webhook: String,
        #[arg(long)]
        url: Option<String>,
        #[arg(long = "event", value_delimiter = ',')]
        events: Option<Vec<String>>,
        #[arg(long)]
        description: Option<String>,
        /// Pause deliveries. New events are not kept.
        #[arg(long)]
        disable: bool,
        /// Resume deliveries, including those that were waiting.
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        #[command(flatten)]
        of: OwnerArgs,
    },
    Delete {
        webhook: String,
        #[command(flatten)]
        of: OwnerArgs,
    },
    /// Create a new secret. The old one also signs for --overlap seconds.
    RotateSecret {
        webhook: String,
        #[arg(long, default_value_t = 86_400)]
        overlap: i64,
        #[command(flatten)]
        of: OwnerArgs,
    },
    /// List deliveries, newest first.
    Deliveries {
        webhook: String,
        #[arg(long, value_enum)]
        state: Option<DeliveryStateName>,
        #[arg(long, default_value_t = 100)]
        limit: i64,
        #[command(flatten)]
        of: OwnerArgs,
    },
    /// Send an event again.
    Replay {
        webhook: String,
        event: String,
        #[command(flatten)]
        of: OwnerArgs,
    },
    /// Send a test event.
    Test {
        webhook: String,
        #[command(flatten)]
        of: OwnerArgs,
    },
    /// List the kinds of events.
    Events,
}

/// The state of a delivery.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum DeliveryStateName {
    Pending,
    Delivered,
    Dead,
}

#[derive(Debug, Subcommand)]
pub enum Scope {
    /// List scopes, the tree of permissions, and the scopes of the server's own operations.
    List,
}

/// The outcome of an event.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum OutcomeName {
    Ok,
    Refused,
}

/// Filters. Events must match all of them.
#[derive(Debug, clap::Args)]
pub struct AuditFilter {
    /// Only events about this client.
    #[arg(long)]
    pub client: Option<String>,
    /// Only events about this user, by ID or email address.
    #[arg(long)]
    pub user: Option<String>,
    /// Only events about this workspace.
    #[arg(long)]
    pub workspace: Option<String>,
    /// Actor: the ID of a user, workspace, client or key, `anonymous`, `system` or `command line`.
    #[arg(long)]
    pub actor: Option<String>,
    /// Credential: the ID of a session, personal access token or API key, or the client ID of an access token.
    #[arg(long)]
    pub credential: Option<String>,
    /// Only events of the request with this ID.
    #[arg(long)]
    pub request: Option<String>,
    /// Only kinds that begin with this, such as `token.`.
    #[arg(long)]
    pub kind: Option<String>,
    #[arg(long, value_enum)]
    pub outcome: Option<OutcomeName>,
    /// From this date or RFC 3339 time.
    #[arg(long)]
    pub since: Option<String>,
    /// Before this date or RFC 3339 time.
    #[arg(long)]
    pub until: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// List the newest events.
    List {
        #[command(flatten)]
        filter: AuditFilter,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
        /// Only events before the event with this ID.
        #[arg(long)]
        before: Option<String>,
    },
    /// Export all events, oldest first, one JSON value per line.
    Export {
        #[command(flatten)]
        filter: AuditFilter,
    },
}
