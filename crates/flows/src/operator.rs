//! What whoever runs the server does, and the admins of a workspace within it.
use crate::manage::ManageRefusal;
use crate::owned::refused;
use crate::recorder::About;
use crate::{App, Ctx, Failure, jobs};
use domain::WorkspaceId;
use domain::access::{Operation, Principal};
use domain::webhook::Owner;

/// New tokens are signed with the next key; what the old one signed stays valid until it expires.
pub async fn rotate_keys(app: &App, ctx: &Ctx, principal: &Principal) -> Result<(), Failure<ManageRefusal>> {
    let may = principal.may(Operation::RotateKeys);
    may.map_err(|denied| refused(app, ctx, "key.rotated", About::default(), denied))?;
    Ok(jobs::rotate_keys(app, ctx).await?)
}

/// Whose webhooks and events a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The caller's workspace.
    Workspace,
    /// The whole server.
    Server,
}

/// The owner of the webhooks that the caller may read, or change.
pub fn webhooks_of(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    scope: Scope,
    change: bool,
) -> Result<Owner, Failure<ManageRefusal>> {
    let owner = match (scope, change) {
        (Scope::Workspace, false) => principal.workspace_for(Operation::ReadWebhooks).map(Owner::Workspace),
        (Scope::Workspace, true) => principal.workspace_for(Operation::WriteWebhooks).map(Owner::Workspace),
        (Scope::Server, false) => principal.may(Operation::ReadAllWebhooks).map(|()| Owner::Operator),
        (Scope::Server, true) => principal.may(Operation::WriteAllWebhooks).map(|()| Owner::Operator),
    };
    owner.map_err(|denied| refused(app, ctx, "webhook.management", About::default(), denied))
}

/// The workspace whose audit log the caller may read; `None` is the whole log.
pub fn audit_of(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    scope: Scope,
) -> Result<Option<WorkspaceId>, Failure<ManageRefusal>> {
    let workspace = match scope {
        Scope::Workspace => principal.workspace_for(Operation::ReadAudit).map(Some),
        Scope::Server => principal.may(Operation::ReadAllAudit).map(|()| None),
    };
    workspace.map_err(|denied| refused(app, ctx, "audit.read", About::default(), denied))
}
