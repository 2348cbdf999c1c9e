//! `countersign user`.
use super::pages::Pages;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum User {
    /// Create a user; without --password-stdin a password is made and shown once.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        password_stdin: bool,
        /// May run the server.
        #[arg(long)]
        operator: bool,
    },
    /// A user and the user's workspaces.
    Show {
        email: String,
    },
    Rename {
        email: String,
        #[arg(long)]
        name: String,
    },
    /// Give the user another address, which is unverified.
    ChangeEmail {
        email: String,
        new_email: String,
    },
    /// Mark the user's address as verified, so that apps receive `email_verified` as true. A new address is unverified.
    VerifyEmail {
        email: String,
        /// Mark it as unverified.
        #[arg(long)]
        revoke: bool,
    },
    /// Let the user run the server, or no longer.
    SetOperator {
        email: String,
        #[arg(long)]
        revoke: bool,
    },
    /// The workspace that is meant when the user names none; without one, none is.
    DefaultWorkspace {
        email: String,
        workspace: Option<String>,
    },
    /// In the order in which they came.
    List {
        #[command(flatten)]
        pages: Pages,
    },
    /// End the user's sessions and make all tokens inactive.
    Disable {
        email: String,
    },
    Enable {
        email: String,
    },
    /// The applications that the user allowed something.
    Connections {
        email: String,
    },
    /// Take back all that the user allowed an application.
    Disconnect {
        email: String,
        client_id: String,
    },
    /// The browsers in which the user is signed in.
    Sessions {
        email: String,
    },
    /// Sign the user out of one browser, or of all.
    EndSessions {
        email: String,
        /// The id of one session.
        #[arg(long)]
        session: Option<String>,
    },
    /// Set a password; sign the user out everywhere, and revoke their personal access tokens and what they allowed apps.
    SetPassword {
        email: String,
        #[arg(long)]
        password_stdin: bool,
    },
}
