//! Ending what clients have in a workspace that does not let them in (any more).
use crate::{Ctx, events};
use domain::WorkspaceId;
use domain::events::Event;
use domain::oauth::grant::EndReason;
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
/// The caller holds the workspace.
pub(crate) async fn end_forbidden(
    tx: &mut Tx,
    ctx: &Ctx,
    workspace: WorkspaceId,
) -> Result<(Ended, Vec<Event>), StoreError> {
    const WHY: EndReason = EndReason::ClientForbidden;
    let taken = store::consents::delete_in_workspace(tx, workspace, InWorkspace::Forbidden).await?;
    let ended = store::grants::end_each(tx, Whose::Forbidden(workspace), WHY, ctx.now).await?;
    let counts = Ended { consents: taken.len(), grants: ended.len() };
    let mut told = events::consents_revoked(ctx, &taken);
    told.extend(events::grants_ended(ctx, ended, WHY));
    Ok((counts, told))
}
