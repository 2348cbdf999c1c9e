//! What whoever runs the server does, and the admins of a workspace within it.
use crate::manage::ManageRefusal;
use crate::owned::refused;
use crate::recorder::About;
use crate::{App, Ctx, Failure, rotation};
use domain::access::{Operation, Principal};

/// New tokens are signed with the next key; what the old one signed stays valid until it expires.
pub async fn rotate_keys(app: &App, ctx: &Ctx, principal: &Principal) -> Result<(), Failure<ManageRefusal>> {
    let may = principal.may(Operation::RotateKeys);
    may.map_err(|denied| refused(app, ctx, "key.rotated", About::default(), denied))?;
    Ok(rotation::rotate_keys(app, ctx).await?)
}

/// Whose webhooks and events a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The caller's workspace.
    Workspace,
    /// The whole server.
    Server,
}
