//! `countersign key`.
use clap::{Args, Subcommand};

/// What a new key or token is.
#[derive(Debug, Args)]
pub struct NewKey {
    #[arg(long)]
    pub name: String,
    /// What it may do, within the rights of its holder: scopes separated by spaces, such as `clients:read audit:read`.
    #[arg(long, required_unless_present = "every_scope")]
    pub scope: Option<String>,
    /// Every scope there is today, instead of --scope; for an API key without those of the operator.
    #[arg(long, conflicts_with = "scope")]
    pub every_scope: bool,
    /// Seconds until it expires.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=100 * 366 * 24 * 60 * 60))]
    pub expires_in: Option<i64>,
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// The signing keys as published, and the sealing keys by number.
    List,
    /// Make the next signing and sealing keys the active ones.
    Rotate {
        /// Also if the next keys were published less than a day ago: clients with an older copy of the key set refuse new
        /// tokens until they fetch it again.
        #[arg(long)]
        force: bool,
    },
    /// Remove a key that someone else may have. All tokens it signed or sealed become invalid at once.
    Expel {
        /// The `kid` of a signing key, which may begin with a hyphen, or the number of a sealing key.
        #[arg(allow_hyphen_values = true)]
        key: String,
    },
    /// Replace the master key: all that is sealed under it is sealed under a new one. What was hashed stays valid. Restart all
    /// processes afterwards. If the key is in the environment, the new one is read from `COUNTERSIGN_NEW_MASTER_KEY`.
    RotateMaster,
    /// Create an API key of a workspace; it is shown once. It has no creator, and so keeps its role until it is revoked.
    CreateApi {
        workspace: String,
        #[arg(long, default_value = "admin", value_delimiter = ',')]
        roles: Vec<String>,
        #[command(flatten)]
        new: NewKey,
    },
    /// The API keys of a workspace, revoked ones too, the newest first.
    ListApi { workspace: String },
    /// Adopt an API key for the operator: it keeps its rights whatever becomes of the person who created it.
    AdoptApi { workspace: String, id: String },
    /// Revoke an API key.
    RevokeApi { workspace: String, id: String },
    /// Create a personal access token of a user; it is shown once.
    CreatePersonal {
        email: String,
        #[command(flatten)]
        new: NewKey,
    },
    /// The personal access tokens of a user, revoked ones too, the newest first.
    ListPersonal { email: String },
    /// Revoke a personal access token.
    RevokePersonal { email: String, id: String },
}
