//! Members, without checking the caller: for use cases that check it, and for the command line.
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::workspace::membership;
use crate::{Ctx, Fault, Server};
use domain::account::User;
use domain::events::Change;
use domain::workspace::{Member, MemberRoles};
use domain::{UserId, WorkspaceId};
use serde_json::json;
use store::{Page, Paged, StoreError};

/// Adds a member or changes a member's roles.
pub async fn put_member(
    app: &Server,
    ctx: &Ctx,
    user_id: UserId,
    workspace_id: WorkspaceId,
    roles: MemberRoles,
) -> Result<(), Fault> {
    let member = Member { user_id, workspace_id, roles, created_at: ctx.now, updated_at: ctx.now };
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            // Creating an invitation takes the same lock, so that a former admin cannot create one in the meantime.
            store::workspace::hold(tx, workspace_id).await?;
            let event = membership::put(tx, &of, &member).await?;
            let about = AuditSubject::user(user_id).and_workspace(Some(workspace_id));
            let record = ChangeRecord::of(Change::MemberChanged, about)
                .with(json!({"roles": member.roles.claim()}))
                .events(event);
            changes::within(tx, &of, record).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Removes a member, and ends the access that they allowed for the workspace. Returns `false` if they were not a member.
pub async fn remove_member(app: &Server, ctx: &Ctx, user: UserId, workspace: WorkspaceId) -> Result<bool, Fault> {
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::workspace::hold(tx, workspace).await?;
            membership::remove(tx, &of, user, workspace).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

pub async fn list_members(app: &Server, workspace: WorkspaceId, page: Page) -> Result<Paged<(Member, User)>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspace::list_members(&mut tx, workspace, page).await?)
}
