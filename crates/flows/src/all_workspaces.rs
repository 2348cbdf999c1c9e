//! All workspaces, for whoever runs the server.
use crate::manage::ManageRefusal;
use crate::owned::{part_of_name, refused};
use crate::recorder::About;
use crate::{App, Ctx, Failure};
use domain::access::{Operation, Principal};
use store::Page;
use store::search::Found;
pub use store::search::FoundWorkspace;

/// The workspaces with `part` in their names, in the order in which they came; all of them for an empty `part`.
pub async fn search(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    part: &str,
    page: Page,
) -> Result<Found<FoundWorkspace>, Failure<ManageRefusal>> {
    let may = principal.may(Operation::ReadAllWorkspaces);
    may.map_err(|denied| refused(app, ctx, "workspace.management", About::default(), denied))?;
    let part = part_of_name(app, ctx, part)?;
    let mut tx = app.store().read().await?;
    Ok(store::search::workspaces(&mut tx, part, page).await?)
}
