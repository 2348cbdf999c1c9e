//! Ending what clients have in a workspace that does not let them in (any more).
use crate::{Ctx, events};
use domain::events::Event;
use domain::oauth::grant::EndReason;
use domain::{ClientId, WorkspaceId};
use store::consents::InWorkspace;
use store::grants::Whose;
use store::{StoreError, Tx};

/// What a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ended {
    pub consents: usize,
    pub grants: usize,
}

impl Ended {
    /// Whether anything did.
    pub const fn any(self) -> bool {
        self.consents > 0 || self.grants > 0
    }
}

/// Ends what the clients have that the workspace does not let in (any more); answers what, and what webhooks are told of it.
/// The caller holds the workspace. Until the transaction ends none of the clients is trusted more or less.
pub(crate) async fn end_forbidden(
    tx: &mut Tx,
    ctx: &Ctx,
    workspace: WorkspaceId,
) -> Result<(Ended, Vec<Event>), StoreError> {
    store::app_policy::hold_clients(tx, workspace).await?;
    end(tx, ctx, workspace, InWorkspace::Forbidden, Whose::Forbidden(workspace)).await
}

/// The same for a client that is trusted less from now on: ends what it has in the workspaces that do not let it in any more.
/// The caller has changed the client: a transaction that changes a rule, or allows the client something, waits for that or has
/// committed.
pub(crate) async fn end_of_client(tx: &mut Tx, ctx: &Ctx, client: &ClientId) -> Result<Vec<Event>, StoreError> {
    let mut told = Vec::new();
    for workspace in store::app_policy::choosy_workspaces(tx, client).await? {
        if !store::app_policy::allows(tx, workspace, client).await? {
            let whose = Whose::ClientInWorkspace(client.clone(), workspace);
            told.extend(end(tx, ctx, workspace, InWorkspace::Client(client), whose).await?.1);
        }
    }
    Ok(told)
}

async fn end(
    tx: &mut Tx,
    ctx: &Ctx,
    workspace: WorkspaceId,
    which: InWorkspace<'_>,
    whose: Whose,
) -> Result<(Ended, Vec<Event>), StoreError> {
    const WHY: EndReason = EndReason::ClientForbidden;
    let taken = store::consents::delete_in_workspace(tx, workspace, which).await?;
    let ended = store::grants::end_each(tx, whose, WHY, ctx.now).await?;
    let counts = Ended { consents: taken.len(), grants: ended.len() };
    let mut told = events::consents_revoked(ctx, &taken);
    told.extend(events::grants_ended(ctx, ended, WHY));
    Ok((counts, told))
}
