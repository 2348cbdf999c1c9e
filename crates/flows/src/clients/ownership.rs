//! Whose client it is, and whether the caller may do something with it: the way to a client for every use case.
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Server};
use domain::ClientId;
use domain::access::{Operation, Principal};
use domain::clients::Client;
use store::clients::ClientOwner;

/// Who owns what a request makes or lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerFilter {
    /// The person's own; the workspace's where the credential is a workspace's.
    Caller,
    /// The workspace's.
    Workspace,
}

/// Who owns what the caller makes or lists, where the caller may.
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

/// The client, if the caller may do this with it. Unknown and foreign clients are one refusal.
pub async fn find(app: &Server, ctx: &Ctx, principal: &Principal, operation: Operation, id: &str) -> Managed<Client> {
    principal.covers(operation).map_err(|d| refused(app, ctx, "client.management", AuditSubject::default(), d))?;
    let unknown = || refused(app, ctx, "client.management", AuditSubject::default(), ManagementRefusal::ClientUnknown);
    let id = ClientId::parse(id).map_err(|_| unknown())?;
    let client = {
        let mut tx = app.store().read().await?;
        store::clients::by_id(&mut tx, &id, ctx.now).await?
    };
    let client = client.filter(|client| client.deleted_at.is_none()).ok_or_else(unknown)?;
    match principal.may_with(operation, &client) {
        Some(Ok(())) => Ok(client),
        Some(Err(denied)) => Err(refused(app, ctx, "client.management", AuditSubject::owned(&client), denied)),
        None => Err(unknown()),
    }
}
