//! Ends access of clients that a workspace's policy does not allow.
use crate::grants::bulk_revocation::{self, RevocationContext};
pub use crate::grants::bulk_revocation::{EndedCounts, MOST_COUNTED};
use domain::grants::EndReason;
use domain::{ClientId, WorkspaceId};
use store::{StoreError, Tx};

const WHY: EndReason = EndReason::ClientForbidden;

/// Ends the access of all clients that the workspace's policy does not allow. Returns what ended. The caller has locked the
/// workspace. Locks the clients, so that their trust does not change until the transaction ends.
pub(crate) async fn end_forbidden(
    tx: &mut Tx,
    context: &RevocationContext,
    workspace: WorkspaceId,
) -> Result<EndedCounts, StoreError> {
    store::grants::app_policy::hold_clients(tx, workspace).await?;
    let clients = store::grants::app_policy::kept_out(tx, workspace).await?;
    bulk_revocation::begin_in(tx, context, workspace, &clients, WHY).await
}

/// Ends a client's access to workspaces whose policy no longer allows it, after its trust dropped. The caller has changed the
/// client, so concurrent transactions that change a policy or allow the client access either wait or have committed.
pub(crate) async fn end_of_client(
    tx: &mut Tx,
    context: &RevocationContext,
    client: &ClientId,
) -> Result<(), StoreError> {
    for workspace in store::grants::app_policy::choosy_workspaces(tx, client).await? {
        if !store::grants::app_policy::allows(tx, workspace, client).await? {
            bulk_revocation::begin_in(tx, context, workspace, std::slice::from_ref(client), WHY).await?;
        }
    }
    Ok(())
}
