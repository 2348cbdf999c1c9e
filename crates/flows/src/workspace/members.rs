//! The members of a workspace, as its members see and its admins manage them.
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::workspace::membership;
use crate::{Ctx, Expected, Failure, Fault, Server};
use domain::access::{Operation, PermissionDenied, Principal};
use domain::account::User;
use domain::events::Change;
use domain::workspace::{Member, Role};
use domain::{UserId, WorkspaceId};
use serde_json::json;
use store::platform::search::SearchPage;
use store::{Page, Paged, StoreError, Tx};

/// The members, in the order in which they joined.
pub async fn list(app: &Server, ctx: &Ctx, principal: &Principal, page: Page) -> Managed<Paged<(Member, User)>> {
    let workspace = principal.workspace_for(Operation::ReadMembers);
    let workspace = workspace.map_err(|denied| refused(app, ctx, "member.list", AuditSubject::default(), denied))?;
    let mut tx = app.store().read().await?;
    Ok(store::workspace::list_members(&mut tx, workspace, page).await?)
}

/// The maximum length of a search text, in characters.
const LONGEST_SEARCH: usize = 254;

/// The members with `search` in their address or name, in the same order as [`list`]; all of them if it is empty.
pub async fn search(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    search: &str,
    page: Page,
) -> Managed<SearchPage<(Member, User)>> {
    let workspace = principal.workspace_for(Operation::ReadMembers);
    let workspace = workspace.map_err(|denied| refused(app, ctx, "member.list", AuditSubject::default(), denied))?;
    let search = search.trim();
    if search.chars().count() > LONGEST_SEARCH || search.contains('\0') {
        return Ok(SearchPage::default());
    }
    let mut tx = app.store().read().await?;
    Ok(store::workspace::search::members(&mut tx, workspace, search, page).await?)
}

/// One of the members.
pub async fn find(app: &Server, ctx: &Ctx, principal: &Principal, user: &str) -> Managed<(Member, User)> {
    const KIND: &str = "member.read";
    let workspace = principal.workspace_for(Operation::ReadMembers);
    let workspace = workspace.map_err(|denied| refused(app, ctx, KIND, AuditSubject::default(), denied))?;
    let about = AuditSubject::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, KIND, about.clone(), ManagementRefusal::MemberUnknown);
    let user: UserId = user.parse().map_err(|_| unknown())?;
    let mut tx = app.store().read().await?;
    let member = store::workspace::member(&mut tx, user, workspace).await?;
    let person = store::account::users::by_id(&mut tx, user).await?;
    drop(tx);
    member.zip(person).ok_or_else(unknown)
}

/// The current role of the principal, which may have changed since the request began. A key or an app has at most the role of the
/// user responsible for it. Locks the workspace until the transaction ends.
pub(crate) async fn acting_role(
    tx: &mut Tx,
    principal: &Principal,
    workspace: WorkspaceId,
) -> Result<Option<Role>, StoreError> {
    store::workspace::hold(tx, workspace).await?;
    let own = principal.workspace.filter(|(id, _)| *id == workspace).map(|(_, role)| role);
    match principal.responsible {
        Some(user) => {
            let member = store::workspace::member(tx, user, workspace).await?;
            Ok(own.zip(member).map(|(own, member)| own.min(member.roles.role)))
        }
        None => Ok(own),
    }
}

/// Checks the rules for changing the role of `member`; `to` is `None` for removing them.
async fn rules(
    tx: &mut Tx,
    acting: Option<Role>,
    member: &Member,
    to: Option<Role>,
) -> Result<Result<(), ManagementError>, StoreError> {
    let own = member.roles.role == Role::Owner;
    if acting.is_none_or(|role| role < Role::Admin) {
        return Ok(Err(PermissionDenied::Role.into()));
    }
    if (own || to == Some(Role::Owner)) && acting != Some(Role::Owner) {
        return Ok(Err(ManagementRefusal::OwnersOnly.into()));
    }
    keeps_an_owner(tx, member, to).await
}

async fn keeps_an_owner(
    tx: &mut Tx,
    member: &Member,
    to: Option<Role>,
) -> Result<Result<(), ManagementError>, StoreError> {
    let unmade = member.roles.role == Role::Owner && to != Some(Role::Owner);
    let last = unmade && !store::workspace::has_other_owner(tx, member.workspace_id, member.user_id).await?;
    Ok(if last { Err(ManagementRefusal::LastOwner.into()) } else { Ok(()) })
}

/// Changes a member's role; roles that the operator added are kept. Requires an admin. Only owners may add or remove owners, and
/// the last owner must remain one.
pub async fn set_role(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    user: &str,
    role: impl Into<Expected<'_, &str>>,
) -> Managed<(Member, Role)> {
    const KIND: &str = "member.changed";
    let workspace = principal.workspace_for(Operation::WriteMembers);
    let workspace = workspace.map_err(|denied| refused(app, ctx, KIND, AuditSubject::default(), denied))?;
    let of_workspace = AuditSubject::default().and_workspace(Some(workspace));
    let Expected { to, only_from } = role.into();
    let only_from = only_from.map(str::to_owned);
    let role: Role =
        to.parse().map_err(|_| refused(app, ctx, KIND, of_workspace.clone(), ManagementRefusal::Role.of("role")))?;
    let user: UserId =
        user.parse().map_err(|_| refused(app, ctx, KIND, of_workspace.clone(), ManagementRefusal::MemberUnknown))?;
    let about = of_workspace.and_user(user);
    let (who, of, behind) = (principal.clone(), ctx.clone(), about.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let acting = acting_role(tx, &who, workspace).await?;
            let Some(mut member) = store::workspace::member(tx, user, workspace).await? else {
                return Ok(Err(ManagementRefusal::MemberUnknown.into()));
            };
            if let Err(refusal) = rules(tx, acting, &member, Some(role)).await? {
                return Ok(Err(refusal));
            }
            let before = std::mem::replace(&mut member.roles.role, role);
            if only_from.is_some_and(|from| from != before.as_str()) {
                return Ok(Err(ManagementRefusal::Changed.into()));
            }
            member.updated_at = of.now;
            let event = membership::put(tx, &of, &member).await?;
            let record = ChangeRecord::of(Change::MemberChanged, behind)
                .with(json!({"roles": member.roles.claim()}))
                .events(event);
            changes::within(tx, &of, record).await?;
            Ok(Ok((member, before)))
        })
    });
    let outcome = work.await.map_err(|error: StoreError| Failure::<ManagementError>::from(error))?;
    outcome.map_err(|refusal| refused(app, ctx, KIND, about, refusal))
}

/// Removes a member, and ends the access that they allowed for the workspace. The rules are those of [`set_role`].
pub async fn remove(app: &Server, ctx: &Ctx, principal: &Principal, user: &str) -> Managed<()> {
    let workspace = principal.workspace_for(Operation::WriteMembers);
    let workspace = workspace.map_err(|denied| refused(app, ctx, REMOVED, AuditSubject::default(), denied))?;
    let about = AuditSubject::default().and_workspace(Some(workspace));
    let user = user.parse().map_err(|_| refused(app, ctx, REMOVED, about, ManagementRefusal::MemberUnknown))?;
    take_out(app, ctx, principal, workspace, user, false).await
}

/// Whether the caller is the workspace's last owner, who can neither leave nor change their role.
pub async fn is_last_owner(app: &Server, principal: &Principal) -> Result<bool, Fault> {
    let Some((user, (workspace, Role::Owner))) = principal.user.zip(principal.workspace) else { return Ok(false) };
    let mut tx = app.store().read().await?;
    Ok(!store::workspace::has_other_owner(&mut tx, workspace, user).await?)
}

/// Checks that a member could be removed, or may leave, with the refusals of [`remove`] and [`leave`]: for the confirmation page.
pub async fn may_go(app: &Server, ctx: &Ctx, principal: &Principal, member: &Member) -> Managed<()> {
    let acting = principal.workspace.filter(|(id, _)| *id == member.workspace_id).map(|(_, role)| role);
    let mut tx = app.store().read().await?;
    let ruled = if principal.user == Some(member.user_id) {
        keeps_an_owner(&mut tx, member, None).await?
    } else {
        rules(&mut tx, acting, member, None).await?
    };
    drop(tx);
    let about = || AuditSubject::user(member.user_id).and_workspace(Some(member.workspace_id));
    ruled.map_err(|refusal| refused(app, ctx, REMOVED, about(), refusal))
}

/// Removes the caller from the workspace. Any member may leave except the last owner.
pub async fn leave(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<()> {
    let refuse = |denied: PermissionDenied| refused(app, ctx, REMOVED, AuditSubject::default(), denied);
    let workspace = principal.workspace_for(Operation::LeaveWorkspace).map_err(refuse)?;
    let user = principal.person_for(Operation::LeaveWorkspace).map_err(refuse)?;
    take_out(app, ctx, principal, workspace, user, true).await
}

const REMOVED: &str = "member.removed";

async fn take_out(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    workspace: WorkspaceId,
    user: UserId,
    leaves: bool,
) -> Managed<()> {
    let (who, of) = (principal.clone(), ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let acting = acting_role(tx, &who, workspace).await?;
            let Some(member) = store::workspace::member(tx, user, workspace).await? else {
                return Ok(Err(ManagementRefusal::MemberUnknown.into()));
            };
            let ruled = if leaves {
                keeps_an_owner(tx, &member, None).await?
            } else {
                rules(tx, acting, &member, None).await?
            };
            if ruled.is_ok() {
                membership::remove(tx, &of, user, workspace).await?;
            }
            Ok(ruled)
        })
    });
    let about = AuditSubject::user(user).and_workspace(Some(workspace));
    let outcome = work.await.map_err(|error: StoreError| Failure::<ManagementError>::from(error))?;
    outcome.map_err(|refusal| refused(app, ctx, REMOVED, about, refusal))
}
