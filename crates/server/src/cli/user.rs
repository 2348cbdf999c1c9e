//! `countersign user`.
use super::pages::Pages;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum User {
    /// Create a user. Without --password-stdin, a password is generated and shown once.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        password_stdin: bool,
        /// Give the user the operator role.
        #[arg(long)]
        operator: bool,
    },
    /// Show a user and their workspaces.
    Show {
        email: String,
    },
    Rename {
        email: String,
        #[arg(long)]
        name: String,
    },
    /// Change the user's email address. The new one is unverified.
    ChangeEmail {
        email: String,
        new_email: String,
    },
    /// Mark the user's email address as verified. Apps then receive `email_verified` as true.
    VerifyEmail {
        email: String,
        /// Mark it as unverified instead.
        #[arg(long)]
        revoke: bool,
    },
    /// Add or remove the operator role.
    SetOperator {
        email: String,
        #[arg(long)]
        revoke: bool,
    },
    /// Set the workspace that is used when an app asks for no specific one. Without a workspace, clear it.
    DefaultWorkspace {
        email: String,
        workspace: Option<String>,
    },
    /// List users, oldest first.
    List {
        #[command(flatten)]
        pages: Pages,
    },
    /// Disable a user: end their sessions and make all their tokens inactive.
    Disable {
        email: String,
    },
    Enable {
        email: String,
    },
    /// List the apps that the user gave access to.
    Connections {
        email: String,
    },
    /// Revoke an app's access to the user.
    Disconnect {
        email: String,
        client_id: String,
    },
    /// List the browsers where the user is signed in.
    Sessions {
        email: String,
    },
    /// Sign the user out of one browser, or of all.
    EndSessions {
        email: String,
        /// ID of one session.
        #[arg(long)]
        session: Option<String>,
    },
    /// Set a password. This signs the user out everywhere, and revokes their personal access tokens and the access of apps.
    SetPassword {
        email: String,
        #[arg(long)]
        password_stdin: bool,
    },
}
