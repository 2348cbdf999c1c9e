//! The user's own workspaces.
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::ManagementError;
use crate::platform::refused::refused;
use crate::{Ctx, Failure, Server};
use domain::access::{Operation, Principal};
use domain::workspace::WorkspaceMembership;
use store::{Page, Paged};

/// A page of the user's workspaces with `part` in their names, by name.
pub async fn page(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    part: &str,
    page: Page,
) -> Result<Paged<WorkspaceMembership>, Failure<ManagementError>> {
    let user = principal.person_for(Operation::ReadAccount);
    let user = user.map_err(|denied| refused(app, ctx, "workspace.list", AuditSubject::default(), denied))?;
    let mut tx = app.store().read().await?;
    Ok(store::workspace::page_for_user(&mut tx, user, part.trim(), page).await?)
}
