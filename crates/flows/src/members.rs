//! The members of a workspace, as its members see them.
use crate::manage::ManageRefusal;
use crate::owned::refused;
use crate::recorder::About;
use crate::{App, Ctx, Failure};
use domain::access::{Operation, Principal};
use domain::identity::{Member, User};
use store::{Page, Paged};

/// In the order in which the people came.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    page: Page,
) -> Result<Paged<(Member, User)>, Failure<ManageRefusal>> {
    let workspace = principal.workspace_for(Operation::ReadMembers);
    let workspace = workspace.map_err(|denied| refused(app, ctx, "member.list", About::default(), denied))?;
    let mut tx = app.store().read().await?;
    Ok(store::workspaces::list_members(&mut tx, workspace, page).await?)
}
