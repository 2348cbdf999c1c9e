//! `countersign key`.
use clap::{Args, Subcommand};

/// Settings of a new key or token.
#[derive(Debug, Args)]
pub struct NewKey {
    #[arg(long)]
    pub name: String,
    /// Scopes, separated by spaces, such as `clients:read audit:read`. They limit the holder's rights.
    #[arg(long, required_unless_present = "every_scope")]
    pub scope: Option<String>,
    /// All scopes that exist today, instead of --scope. An API key never gets operator scopes this way.
    #[arg(long, conflicts_with = "scope")]
    pub every_scope: bool,
    /// Seconds until it expires.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=100 * 366 * 24 * 60 * 60))]
    pub expires_in: Option<i64>,
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// List the published signing keys, and the sealing keys by number.
    List,
    /// Activate the next signing and sealing keys.
    Rotate {
        /// Rotate even if the next keys were published less than a day ago. Clients with an older copy of the key set reject new
        /// tokens until they fetch it again.
        #[arg(long)]
        force: bool,
    },
    /// Remove a key that may have leaked. All tokens it signed or sealed become invalid at once.
    Expel {
        /// The `kid` of a signing key (it may begin with a hyphen), or the number of a sealing key.
        #[arg(allow_hyphen_values = true)]
        key: String,
    },
    /// Replace the master key, and seal everything under the new one. Hashes of secrets stay valid. Restart all
    /// processes afterwards. If the key is in the environment, the new one is read from `COUNTERSIGN_NEW_MASTER_KEY`.
    RotateMaster,
    /// Create an API key of a workspace and show it once. It has no creator, so it keeps its role until it is revoked.
    CreateApi {
        workspace: String,
        #[arg(long, default_value = "admin", value_delimiter = ',')]
        roles: Vec<String>,
        #[command(flatten)]
        new: NewKey,
    },
    /// List the API keys of a workspace, including revoked ones, newest first.
    ListApi { workspace: String },
    /// Adopt an API key for the operator. It then keeps its rights even if its creator leaves.
    AdoptApi { workspace: String, id: String },
    /// Revoke an API key.
    RevokeApi { workspace: String, id: String },
    /// Create a personal access token of a user and show it once.
    CreatePersonal {
        email: String,
        #[command(flatten)]
        new: NewKey,
    },
    /// List the personal access tokens of a user, including revoked ones, newest first.
    ListPersonal { email: String },
    /// Revoke a personal access token.
    RevokePersonal { email: String, id: String },
}
