//! What all commands that use the database share.
use anyhow::Context as _;
use domain::account::User;
use domain::clients::Client;
use domain::platform::refusal::Refusal;
use domain::{ClientId, Secret, UserId, WorkspaceId};
use flows::platform::management_error::ManagementError;
use flows::{Ctx, Failure, Server};
use std::io::Read as _;

/// The application as used by a command.
pub struct Session {
    pub app: Server,
    pub ctx: Ctx,
    pub json: bool,
}

impl Session {
    /// Writes queued data and closes the database.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.app.stop().await?)
    }

    pub async fn user(&self, email: &str) -> anyhow::Result<User> {
        let user = flows::unguarded::accounts::user_by_email(&self.app, email).await?;
        user.with_context(|| format!("no user has the address {email}"))
    }

    /// Looks up a user by id or email.
    pub async fn user_id(&self, text: &str) -> anyhow::Result<UserId> {
        match text.parse() {
            Ok(id) => Ok(id),
            Err(_) => Ok(self.user(text).await?.id),
        }
    }

    /// Looks up a client that is not deleted.
    pub async fn client(&self, id: &str) -> anyhow::Result<Client> {
        let client = flows::unguarded::applications::living(&self.app, &self.ctx, &client_id(id)?).await?;
        client.with_context(|| NO_CLIENT)
    }

    /// Reads the password from standard input or generates one. Also returns whether to show it.
    pub fn password(&self, from_stdin: bool) -> anyhow::Result<(Secret, bool)> {
        if !from_stdin {
            return Ok((Secret::new(domain::platform::encoding::base64url(&self.ctx.random::<15>())), true));
        }
        let mut text = String::new();
        std::io::stdin().take(4096).read_to_string(&mut text)?;
        Ok((Secret::new(text.trim_end_matches(['\r', '\n'])), false))
    }
}

/// Converts a refusal or fault to a command's error.
pub fn said<R: Refusal>(failure: Failure<R>) -> anyhow::Error {
    match failure {
        Failure::Refused(refusal) => anyhow::anyhow!(refusal.public()),
        Failure::Fault(fault) => fault.into(),
    }
}

/// Like [`said`], naming the option at fault.
pub fn said_of(failure: Failure<ManagementError>) -> anyhow::Error {
    match &failure {
        Failure::Refused(refusal) => match refusal.member() {
            Some(member) => anyhow::anyhow!("{member}: {}", refusal.public()),
            None => said(failure),
        },
        Failure::Fault(_) => said(failure),
    }
}

/// The message for an unknown client id.
pub const NO_CLIENT: &str = "no client has this id";

pub fn client_id(text: &str) -> anyhow::Result<ClientId> {
    ClientId::parse(text).with_context(|| format!("`{text}` is not a client id"))
}

pub fn workspace_id(text: &str) -> anyhow::Result<WorkspaceId> {
    text.parse().with_context(|| format!("`{text}` is not a workspace id"))
}
