//! Finds a client and checks that the caller may access it. Every use case reaches clients through this module.
use crate::clients::resolve::{self, Accept};
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Server};
use domain::ClientId;
use domain::access::{Operation, Principal};
use domain::clients::Client;
use store::clients::ClientOwner;

/// The owner of the clients that a request creates or lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerFilter {
    /// The user, or the workspace if the credential belongs to one.
    Caller,
    /// The caller's workspace.
    Workspace,
}

/// The owner of the clients that the caller creates or lists, if the caller may do so.
pub(crate) fn owner(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    whose: OwnerFilter,
    operation: Operation,
) -> Managed<ClientOwner> {
    let owner = match (whose, principal.user) {
        (OwnerFilter::Caller, Some(user)) => principal.covers(operation).map(|()| ClientOwner::User(user)),
        _ => principal.workspace_for(operation).map(ClientOwner::Workspace),
    };
    owner.map_err(|denied| refused(app, ctx, "client.management", AuditSubject::default(), denied))
}

/// Returns the client if the caller may perform the operation on it. Unknown clients and clients of others get the same refusal.
pub async fn find(app: &Server, ctx: &Ctx, principal: &Principal, operation: Operation, id: &str) -> Managed<Client> {
    principal.covers(operation).map_err(|d| refused(app, ctx, "client.management", AuditSubject::default(), d))?;
    let unknown = || refused(app, ctx, "client.management", AuditSubject::default(), ManagementRefusal::ClientUnknown);
    let id = ClientId::parse(id).map_err(|_| unknown())?;
    let client = {
        let mut tx = app.store().read().await?;
        resolve::client(&mut tx, &id, ctx.now, Accept::NotDeleted).await?
    };
    let client = client.ok_or_else(unknown)?;
    match principal.may_with(operation, &client) {
        Some(Ok(())) => Ok(client),
        Some(Err(denied)) => Err(refused(app, ctx, "client.management", AuditSubject::owned(&client), denied)),
        None => Err(unknown()),
    }
}
