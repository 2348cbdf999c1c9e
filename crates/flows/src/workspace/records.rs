//! Workspaces, without checking the caller: for use cases that check it, and for the command line.
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::workspace::membership;
use crate::{Ctx, Fault, Server};
use domain::events::Change;
use domain::platform::text::display_name;
use domain::workspace::{Member, MemberRoles, Role, Workspace, WorkspaceMembership};
use domain::{UserId, WorkspaceId};
use store::{Page, Paged, StoreError};

/// Creates a workspace, with its owner if one is given.
pub async fn create_workspace(app: &Server, ctx: &Ctx, name: &str, owner: Option<UserId>) -> Result<Workspace, Fault> {
    let name = display_name(name).map_err(|_| Fault::Other("a workspace's name has 1 to 100 legible characters"))?;
    let id = WorkspaceId::new(ctx.now, ctx.random());
    let workspace = Workspace { id, name, created_at: ctx.now, updated_at: ctx.now };
    let (row, now, of) = (workspace.clone(), ctx.now, ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::workspace::insert(tx, &row).await?;
            let added = match owner {
                Some(user_id) => {
                    let roles = MemberRoles::only(Role::Owner);
                    let member = Member { user_id, workspace_id: row.id, roles, created_at: now, updated_at: now };
                    membership::put(tx, &of, &member).await?
                }
                None => None,
            };
            let about = AuditSubject::default().and_workspace(Some(id));
            changes::within(tx, &of, ChangeRecord::of(Change::WorkspaceCreated, about).events(added)).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))?;
    Ok(workspace)
}

/// Returns the workspace, or `None` if it is unknown.
pub async fn workspace(app: &Server, id: WorkspaceId) -> Result<Option<Workspace>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspace::by_id(&mut tx, id).await?)
}

/// Renames a workspace. Returns `false` if it is unknown.
pub async fn rename_workspace(app: &Server, ctx: &Ctx, id: WorkspaceId, name: &str) -> Result<bool, Fault> {
    let name = display_name(name).map_err(|_| Fault::Other("a workspace's name has 1 to 100 legible characters"))?;
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let renamed = store::workspace::rename(tx, id, &name, of.now).await?;
            if renamed {
                let about = AuditSubject::default().and_workspace(Some(id));
                changes::within(tx, &of, ChangeRecord::of(Change::WorkspaceRenamed, about)).await?;
            }
            Ok(renamed)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

pub async fn list_workspaces(app: &Server, page: Page) -> Result<Paged<Workspace>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspace::list(&mut tx, page).await?)
}

/// The workspaces that a user is a member of.
pub async fn workspaces_of(app: &Server, user: UserId) -> Result<Vec<WorkspaceMembership>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspace::list_for_user(&mut tx, user).await?)
}
