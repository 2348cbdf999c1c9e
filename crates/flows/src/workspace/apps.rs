//! The apps with access to a workspace, as its admins see and revoke them.
//!
//! Some act in a member's own name, and their tokens contain the workspace's id and the member's roles. Admins see which apps
//! these are and whose roles they receive, because this concerns the workspace. They do not see what else the member allowed
//! them, since when, or how often they are used: that is between the member and the app. For the same reason admins cannot
//! disconnect such an app. They can exclude it by the workspace's policy, and then it receives nothing about the workspace any
//! more.
use crate::grants::bulk_revocation::{self, RevocationContext};
use crate::grants::consents;
pub use crate::grants::end_disallowed::{EndedCounts, MOST_COUNTED};
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::workspace::members::acting_role;
use crate::{Ctx, Failure, Server};
use domain::access::{Operation, PermissionDenied, Principal};
use domain::events::Change;
use domain::grants::EndReason;
use domain::workspace::Role;
use domain::{ClientId, UserId, WorkspaceId};
pub use store::grants::own_names::OwnName;
pub use store::grants::workspace_apps::{AppPerson, Identified, WorkspaceApp};
use store::{Page, Paged, StoreError, UserCursor};

fn workspace(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    operation: Operation,
    kind: &'static str,
) -> Managed<WorkspaceId> {
    principal.workspace_for(operation).map_err(|denied| refused(app, ctx, kind, AuditSubject::default(), denied))
}

/// Parses a client id. Does not check that the client has access.
fn client(app: &Server, ctx: &Ctx, workspace: WorkspaceId, kind: &'static str, id: &str) -> Managed<ClientId> {
    let about = AuditSubject::default().and_workspace(Some(workspace));
    ClientId::parse(id).map_err(|_| refused(app, ctx, kind, about, ManagementRefusal::ClientUnknown))
}

/// The maximum length of a search text, in characters.
const LONGEST_SEARCH: usize = 100;

/// The apps with `search` in their names, by name; all of them if it is empty.
pub async fn list(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    search: &str,
    page: Page,
) -> Managed<Paged<WorkspaceApp>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApps, "app.list")?;
    let search = search.trim();
    if search.chars().count() > LONGEST_SEARCH || search.contains('\0') {
        return Ok(Paged { items: Vec::new(), total: 0 });
    }
    let mut tx = app.store().read().await?;
    Ok(store::grants::workspace_apps::page(&mut tx, workspace, search, page, ctx.now).await?)
}

/// One of the apps with access to the workspace.
pub async fn find(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<WorkspaceApp> {
    const KIND: &str = "app.read";
    let workspace = workspace(app, ctx, principal, Operation::ReadApps, KIND)?;
    let id = client(app, ctx, workspace, KIND, id)?;
    let mut tx = app.store().read().await?;
    let found = store::grants::workspace_apps::find(&mut tx, workspace, &id, ctx.now).await?;
    drop(tx);
    let about = AuditSubject::client(&id).and_workspace(Some(workspace));
    found.ok_or_else(|| refused(app, ctx, KIND, about, ManagementRefusal::ClientUnknown))
}

/// The users who allowed the app access to this workspace.
pub async fn people(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    page: Page,
    beside: UserCursor,
) -> Managed<Paged<AppPerson>> {
    const KIND: &str = "app.read";
    let workspace = workspace(app, ctx, principal, Operation::ReadApps, KIND)?;
    let id = client(app, ctx, workspace, KIND, id)?;
    let mut tx = app.store().read().await?;
    Ok(store::grants::workspace_apps::people(&mut tx, workspace, &id, page, beside).await?)
}

/// The users in whose own name the app receives the workspace's id and their roles.
pub async fn own_names(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    page: Page,
    beside: UserCursor,
) -> Managed<Paged<OwnName>> {
    const KIND: &str = "app.read";
    let workspace = workspace(app, ctx, principal, Operation::ReadApps, KIND)?;
    let id = client(app, ctx, workspace, KIND, id)?;
    let mut tx = app.store().read().await?;
    Ok(store::grants::own_names::people(&mut tx, workspace, &id, page, beside, ctx.now).await?)
}

/// What a revocation would end.
#[derive(Debug, Clone)]
pub struct RevocationPreview {
    pub app: WorkspaceApp,
    /// The user whose access would end, if it is only one user's.
    pub person: Option<AppPerson>,
    /// The number of active grants.
    pub grants: i64,
}

/// Previews revoking the app's access, for all users or for one.
pub async fn at_stake(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    user: Option<&str>,
) -> Managed<RevocationPreview> {
    const KIND: &str = "app.read";
    let workspace = workspace(app, ctx, principal, Operation::ReadApps, KIND)?;
    let id = client(app, ctx, workspace, KIND, id)?;
    let about = AuditSubject::client(&id).and_workspace(Some(workspace));
    let no_app = || refused(app, ctx, KIND, about.clone(), ManagementRefusal::ClientUnknown);
    let no_person = || refused(app, ctx, KIND, about.clone(), ManagementRefusal::UserUnknown);
    let user: Option<UserId> = user.map(|user| user.parse().map_err(|_| no_person())).transpose()?;
    let mut tx = app.store().read().await?;
    let found = store::grants::workspace_apps::find(&mut tx, workspace, &id, ctx.now).await?;
    let person = match user {
        Some(user) => Some(store::grants::workspace_apps::person(&mut tx, workspace, &id, user).await?),
        None => None,
    };
    let grants = store::grants::workspace_apps::living_grants(&mut tx, workspace, &id, user, ctx.now).await?;
    drop(tx);
    let person = person.map(|person| person.ok_or_else(no_person)).transpose()?;
    Ok(RevocationPreview { app: found.ok_or_else(no_app)?, person, grants })
}

/// Revokes all access of the app to this workspace that members allowed. It ends immediately, however many members there are.
pub async fn revoke(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<EndedCounts> {
    const KIND: &str = "consent.revoked_in_workspace";
    let workspace = workspace(app, ctx, principal, Operation::RevokeApps, KIND)?;
    let id = client(app, ctx, workspace, KIND, id)?;
    let about = AuditSubject::client(&id).and_workspace(Some(workspace));
    let (who, of, behind, context) = (principal.clone(), ctx.clone(), about.clone(), RevocationContext::new(app, ctx));
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if acting_role(tx, &who, workspace).await?.is_none_or(|role| role < Role::Admin) {
                return Ok(Err(ManagementError::from(PermissionDenied::Role)));
            }
            let ended = bulk_revocation::begin_in(tx, &context, workspace, &[id], EndReason::ConsentRevoked).await?;
            if !ended.any() {
                return Ok(Err(ManagementRefusal::ClientUnknown.into()));
            }
            let mut detail = serde_json::json!({});
            ended.write(&mut detail);
            changes::within(tx, &of, ChangeRecord::of(Change::ConsentsRevokedInWorkspace, behind).with(detail)).await?;
            Ok(Ok(ended))
        })
    });
    let outcome = work.await.map_err(|error: StoreError| Failure::<ManagementError>::from(error))?;
    outcome.map_err(|refusal| refused(app, ctx, KIND, about, refusal))
}

/// Revokes the access to this workspace that one user allowed the app.
pub async fn revoke_person(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, user: &str) -> Managed<()> {
    const KIND: &str = "consent.revoked";
    let workspace = workspace(app, ctx, principal, Operation::RevokeApps, KIND)?;
    let id = client(app, ctx, workspace, KIND, id)?;
    let about = AuditSubject::client(&id).and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, KIND, about.clone(), ManagementRefusal::UserUnknown);
    let user = user.parse().map_err(|_| unknown())?;
    if consents::revoke_one(app, ctx, &id, user, Some(workspace)).await? { Ok(()) } else { Err(unknown()) }
}
