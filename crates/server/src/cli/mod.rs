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
    /// One JSON value on standard output instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until told to stop.
    Serve,
    /// Bring the database to this version's schema.
    Migrate,
    /// Rewrite the SQLite file without the room that nothing uses. Stop the server first: nothing can be written meanwhile.
    Compact,
    /// Show the settings in force and what is wrong with them.
    CheckConfig,
    /// Serve a filled database and a sample application.
    Demo(Demo),
    /// Users.
    #[command(subcommand)]
    User(User),
    /// Workspaces.
    #[command(subcommand)]
    Workspace(Workspace),
    /// Members of workspaces.
    #[command(subcommand)]
    Member(Member),
    /// Clients.
    #[command(subcommand)]
    Client(Client),
    /// Places that are told of events.
    #[command(subcommand)]
    Webhook(Webhook),
    /// Signing and sealing keys; API keys and personal access tokens.
    #[command(subcommand)]
    Key(Key),
    /// Scopes and permissions.
    #[command(subcommand)]
    Scope(Scope),
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Port of the server; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Port of the sample application; 0 takes a free one.
    #[arg(long, default_value_t = 8081)]
    pub app_port: u16,
    /// Drive the whole flow over HTTP, print a line a step, and end.
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Subcommand)]
pub enum Workspace {
    Create {
        #[arg(long)]
        name: String,
        /// E-mail address of the owner.
        #[arg(long)]
        owner: Option<String>,
    },
    Rename {
        workspace: String,
        #[arg(long)]
        name: String,
    },
    /// In the order in which they came.
    List {
        #[command(flatten)]
        pages: Pages,
    },
}

#[derive(Debug, Subcommand)]
pub enum Member {
    /// Add a member or change roles, such as `admin,compliance_officer`.
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

/// Whose webhook.
#[derive(Debug, clap::Args)]
pub struct OwnerArgs {
    /// The workspace that owns it; without this, it is the operator's.
    #[arg(long)]
    pub workspace: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Webhook {
    /// Make a webhook; its secret is shown once.
    Create {
        url: String,
        /// Names of events; without any, all of them.
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
    /// Change what is named.
    Update {
        webhook: String,
        #[arg(long)]
        url: Option<String>,
        #[arg(long = "event", value_delimiter = ',')]
        events: Option<Vec<String>>,
        #[arg(long)]
        description: Option<String>,
        /// Send nothing, and keep nothing new.
        #[arg(long)]
        disable: bool,
        /// Send again, also what waited.
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
    /// A new secret; the one before signs along for --overlap seconds.
    RotateSecret {
        webhook: String,
        #[arg(long, default_value_t = 86_400)]
        overlap: i64,
        #[command(flatten)]
        of: OwnerArgs,
    },
    /// What was sent, the newest first.
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
    /// Send an event that says nothing but that it arrived.
    Test {
        webhook: String,
        #[command(flatten)]
        of: OwnerArgs,
    },
    /// The kinds of events.
    Events,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum DeliveryStateName {
    Pending,
    Delivered,
    Dead,
}

#[derive(Debug, Subcommand)]
pub enum Scope {
    /// What clients can ask for, how permissions stand for it, and what keys and tokens can be limited to.
    List,
}

/// Whether what was attempted was done.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum OutcomeName {
    Ok,
    Refused,
}

/// Which events: those that fit everything that is given.
#[derive(Debug, clap::Args)]
pub struct AuditFilter {
    /// The client that it is about.
    #[arg(long)]
    pub client: Option<String>,
    /// The user that it is about, by id or e-mail address.
    #[arg(long)]
    pub user: Option<String>,
    /// The workspace that it is about.
    #[arg(long)]
    pub workspace: Option<String>,
    /// Who acted: the id of a user, workspace, client or key, `anonymous`, `system` or `command line`.
    #[arg(long)]
    pub actor: Option<String>,
    /// What they acted with: the id of a session, personal token or key, or the client id of an access token.
    #[arg(long)]
    pub credential: Option<String>,
    /// The request, by its id.
    #[arg(long)]
    pub request: Option<String>,
    /// The first letters of the kind, such as `token.`.
    #[arg(long)]
    pub kind: Option<String>,
    #[arg(long, value_enum)]
    pub outcome: Option<OutcomeName>,
    /// Not before this date or RFC 3339 time.
    #[arg(long)]
    pub since: Option<String>,
    /// Before this date or RFC 3339 time.
    #[arg(long)]
    pub until: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// The newest events.
    List {
        #[command(flatten)]
        filter: AuditFilter,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
        /// Only what is before the event with this id.
        #[arg(long)]
        before: Option<String>,
    },
    /// All events, the oldest first, one JSON value a line.
    Export {
        #[command(flatten)]
        filter: AuditFilter,
    },
}
