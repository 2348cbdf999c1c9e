//! What every command that works on the database shares.
use anyhow::Context as _;
use domain::identity::User;
use domain::oauth::error::Refusal;
use domain::{Secret, WorkspaceId};
use flows::{App, Ctx, Failure};
use std::io::Read as _;

/// The application as a command uses it.
pub struct Session {
    pub app: App,
    pub ctx: Ctx,
    pub json: bool,
}

impl Session {
    /// Writes what waits and closes the database.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.app.stop().await?)
    }

    pub async fn user(&self, email: &str) -> anyhow::Result<User> {
        let user = flows::accounts::user_by_email(&self.app, email).await?;
        user.with_context(|| format!("no user has the address {email}"))
    }

    /// The password from standard input, or a new one, and whether it is to be shown.
    pub fn password(&self, from_stdin: bool) -> anyhow::Result<(Secret, bool)> {
        if !from_stdin {
            return Ok((Secret::new(domain::encoding::base64url(&self.ctx.random::<15>())), true));
        }
        let mut text = String::new();
        std::io::stdin().take(4096).read_to_string(&mut text)?;
        Ok((Secret::new(text.trim_end_matches(['\r', '\n'])), false))
    }
}

/// A refusal or fault as an error of a command.
pub fn said<R: Refusal>(failure: Failure<R>) -> anyhow::Error {
    match failure {
        Failure::Refused(refusal) => anyhow::anyhow!(refusal.public()),
        Failure::Fault(fault) => fault.into(),
    }
}

pub fn workspace_id(text: &str) -> anyhow::Result<WorkspaceId> {
    text.parse().with_context(|| format!("`{text}` is not a workspace id"))
}
