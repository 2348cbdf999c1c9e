//! Ending what clients have in a workspace that does not let them in (any more).
use crate::grants::bulk_revocation::{self, Telling};
pub use crate::grants::bulk_revocation::{EndedCounts, MOST_COUNTED};
use domain::grants::EndReason;
use domain::{ClientId, WorkspaceId};
use store::{StoreError, Tx};

const WHY: EndReason = EndReason::ClientForbidden;

/// Ends what the clients have that the workspace does not let in (any more); answers what. The caller holds the workspace. Until
/// the transaction ends none of the clients is trusted more or less.
pub(crate) async fn end_forbidden(
    tx: &mut Tx,
    telling: &Telling,
    workspace: WorkspaceId,
) -> Result<EndedCounts, StoreError> {
    store::grants::app_policy::hold_clients(tx, workspace).await?;
    let clients = store::grants::app_policy::kept_out(tx, workspace).await?;
    bulk_revocation::begin_in(tx, telling, workspace, &clients, WHY).await
}

/// The same for a client that is trusted less from now on: ends what it has in the workspaces that do not let it in any more.
/// The caller has changed the client: a transaction that changes a rule, or allows the client something, waits for that or has
/// committed.
pub(crate) async fn end_of_client(tx: &mut Tx, telling: &Telling, client: &ClientId) -> Result<(), StoreError> {
    for workspace in store::grants::app_policy::choosy_workspaces(tx, client).await? {
        if !store::grants::app_policy::allows(tx, workspace, client).await? {
            bulk_revocation::begin_in(tx, telling, workspace, std::slice::from_ref(client), WHY).await?;
        }
    }
    Ok(())
}
