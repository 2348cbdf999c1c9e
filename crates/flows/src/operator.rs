//! What whoever runs the server does, and the admins of a workspace within it.
use crate::manage::{ManageRefusal, Unmanaged};
use crate::owned::refused;
use crate::recorder::About;
use crate::{App, Ctx, Failure, rotation};
use domain::access::{Operation, Principal};

/// New tokens are signed with the next key; what the old one signed stays valid until it expires.
///
/// Unless `forced`, the next keys must have been published for a day, so that clients and other nodes know them.
pub async fn rotate_keys(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    forced: bool,
) -> Result<(), Failure<ManageRefusal>> {
    let refuse = |why: ManageRefusal| refused(app, ctx, "key.rotated", About::default(), why);
    principal.may(Operation::RotateKeys).map_err(|denied| refuse(denied.into()))?;
    let moved = rotation::rotate_keys(app, ctx, forced).await?;
    if moved { Ok(()) } else { Err(refuse(Unmanaged::KeysYoung.into())) }
}

/// Whose webhooks and events a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The caller's workspace.
    Workspace,
    /// The whole server.
    Server,
}
