//! All workspaces, for operators.
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::platform::search_text::part_of_name;
use crate::{Ctx, Server};
use domain::WorkspaceId;
use domain::access::{Operation, Principal};
use domain::account::User;
use domain::clients::Client;
use domain::workspace::Member;
use store::clients::ClientOwner;
use store::platform::search::SearchPage;
pub use store::workspace::search::FoundWorkspace;
use store::{Page, Paged};

const KIND: &str = "workspace.management";

fn may(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<()> {
    let may = principal.may(Operation::ReadAllWorkspaces);
    may.map_err(|denied| refused(app, ctx, KIND, AuditSubject::default(), denied))
}

/// The workspaces with `part` in their names, oldest first; all of them if `part` is empty.
pub async fn search(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    part: &str,
    page: Page,
) -> Managed<SearchPage<FoundWorkspace>> {
    may(app, ctx, principal)?;
    let part = part_of_name(app, ctx, part)?;
    let mut tx = app.store().read().await?;
    Ok(store::workspace::search::workspaces(&mut tx, part, page).await?)
}

/// One workspace.
pub async fn find(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<FoundWorkspace> {
    may(app, ctx, principal)?;
    let unknown = || refused(app, ctx, KIND, AuditSubject::default(), ManagementRefusal::NoSuchWorkspace);
    let id: WorkspaceId = id.parse().map_err(|_| unknown())?;
    let found = {
        let mut tx = app.store().read().await?;
        store::workspace::search::workspace(&mut tx, id).await?
    };
    found.ok_or_else(unknown)
}

/// The workspace's members, as [`find`] counts them.
pub async fn members(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: WorkspaceId,
    page: Page,
) -> Managed<Paged<(Member, User)>> {
    may(app, ctx, principal)?;
    let mut tx = app.store().read().await?;
    Ok(store::workspace::list_members(&mut tx, id, page).await?)
}

/// The clients that the workspace owns, as [`find`] counts them.
pub async fn applications(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: WorkspaceId,
    page: Page,
) -> Managed<Paged<Client>> {
    may(app, ctx, principal)?;
    let mut tx = app.store().read().await?;
    Ok(store::clients::list_for_owner(&mut tx, ClientOwner::Workspace(id), page, ctx.now).await?)
}
