//! What becoming, changing and ceasing to be a member does, within the transaction that causes it.
use crate::{Ctx, events};
use domain::events::EventData;
use domain::identity::Member;
use domain::oauth::grant::EndReason;
use domain::{UserId, WorkspaceId};
use store::consents::InWorkspace;
use store::grants::Whose;
use store::{StoreError, Tx};

/// Stores a member, and tells what is new about it. Links into the workspace are good while whoever made them may make such.
pub(crate) async fn put(tx: &mut Tx, ctx: &Ctx, member: &Member) -> Result<(), StoreError> {
    let (user_id, workspace_id, roles) = (member.user_id, member.workspace_id, member.roles.claim());
    let before = store::workspaces::member(tx, user_id, workspace_id).await?;
    store::workspaces::put_member(tx, member).await?;
    match before {
        None => events::emit(tx, ctx, EventData::MemberAdded { workspace_id, user_id, roles }).await,
        Some(before) if before.roles != member.roles => {
            let role = Some(member.roles.role);
            store::invitations::revoke_beyond(tx, workspace_id, user_id, role, ctx.now).await?;
            events::emit(tx, ctx, EventData::MemberChanged { workspace_id, user_id, roles }).await
        }
        Some(_) => Ok(()),
    }
}

/// Removes a member, what they had allowed in the workspace, and the grants that came of it: whoever comes back begins
/// anew. `false` when there was none. The caller holds the workspace.
pub(crate) async fn remove(
    tx: &mut Tx,
    ctx: &Ctx,
    user_id: UserId,
    workspace_id: WorkspaceId,
) -> Result<bool, StoreError> {
    const WHY: EndReason = EndReason::MembershipLost;
    if !store::workspaces::remove_member(tx, user_id, workspace_id).await? {
        return Ok(false);
    }
    events::emit(tx, ctx, EventData::MemberRemoved { workspace_id, user_id }).await?;
    store::invitations::revoke_beyond(tx, workspace_id, user_id, None, ctx.now).await?;
    let taken = store::consents::delete_in_workspace(tx, workspace_id, InWorkspace::User(user_id)).await?;
    events::append_all(tx, events::consents_revoked(ctx, &taken)).await?;
    let ended = store::grants::end_each(tx, Whose::UserInWorkspace(user_id, workspace_id), WHY, ctx.now).await?;
    events::append_all(tx, events::grants_ended(ctx, ended, WHY)).await?;
    Ok(true)
}
