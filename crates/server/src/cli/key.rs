//! `countersign key`.
use clap::{Args, Subcommand};

/// What a new key or token is.
#[derive(Debug, Args)]
pub struct NewKey {
    #[arg(long)]
    pub name: String,
    /// Separated by spaces; without any, all that the holder may do.
    #[arg(long, default_value = "")]
    pub scope: String,
    /// Seconds until it expires.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=100 * 366 * 24 * 60 * 60))]
    pub expires_in: Option<i64>,
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// The signing keys as published.
    List,
    /// Make the next signing and sealing keys the active ones.
    Rotate,
    /// Make an API key of a workspace; it is shown once.
    CreateApi {
        workspace: String,
        #[arg(long, default_value = "admin", value_delimiter = ',')]
        roles: Vec<String>,
        #[command(flatten)]
        new: NewKey,
    },
    /// The API keys of a workspace, revoked ones too, the newest first.
    ListApi { workspace: String },
    /// An API key does not work any more.
    RevokeApi { workspace: String, id: String },
    /// Make a personal access token of a user; it is shown once.
    CreatePersonal {
        email: String,
        #[command(flatten)]
        new: NewKey,
    },
    /// The personal access tokens of a user, revoked ones too, the newest first.
    ListPersonal { email: String },
    /// A personal access token does not work any more.
    RevokePersonal { email: String, id: String },
}
