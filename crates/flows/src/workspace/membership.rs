//! Adding, changing and removing a member, within the transaction that causes it.
use crate::Ctx;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use domain::events::{Change, Event, EventData};
use domain::grants::EndReason;
use domain::workspace::Member;
use domain::{UserId, WorkspaceId};
use store::grants::GrantSelection;
use store::{StoreError, Tx};

/// Stores a member and returns the event for webhooks. If their role changed, revokes their invitations that the new role does
/// not allow.
pub(crate) async fn put(tx: &mut Tx, ctx: &Ctx, member: &Member) -> Result<Option<Event>, StoreError> {
    let (user_id, workspace_id, roles) = (member.user_id, member.workspace_id, member.roles.claim());
    let before = store::workspace::member(tx, user_id, workspace_id).await?;
    store::workspace::put_member(tx, member).await?;
    match before {
        None => Ok(Some(events::event(ctx, EventData::MemberAdded { workspace_id, user_id, roles }))),
        Some(before) if before.roles != member.roles => {
            let role = Some(member.roles.role);
            store::workspace::invitations::revoke_beyond(tx, workspace_id, user_id, role, ctx.now).await?;
            Ok(Some(events::event(ctx, EventData::MemberChanged { workspace_id, user_id, roles })))
        }
        Some(_) => Ok(None),
    }
}

/// Removes a member, their consents in the workspace, and the resulting grants, so that nothing is restored if they return.
/// Returns `false` if they were not a member. The caller has locked the workspace.
pub(crate) async fn remove(
    tx: &mut Tx,
    ctx: &Ctx,
    user_id: UserId,
    workspace_id: WorkspaceId,
) -> Result<bool, StoreError> {
    const WHY: EndReason = EndReason::MembershipLost;
    if !store::workspace::remove_member(tx, user_id, workspace_id).await? {
        return Ok(false);
    }
    store::workspace::invitations::revoke_beyond(tx, workspace_id, user_id, None, ctx.now).await?;
    let taken = store::grants::consents::delete_in_workspace(tx, workspace_id, user_id).await?;
    let ended =
        store::grants::end_each(tx, GrantSelection::UserInWorkspace(user_id, workspace_id), WHY, ctx.now).await?;
    let record = ChangeRecord::of(Change::MemberRemoved, AuditSubject::user(user_id).and_workspace(Some(workspace_id)))
        .events([events::event(ctx, EventData::MemberRemoved { workspace_id, user_id })])
        .events(events::consents_revoked(ctx, &taken))
        .events(events::grants_ended(ctx, ended, WHY));
    changes::within(tx, ctx, record).await?;
    Ok(true)
}
