//! API keys of a workspace, as its admins manage them.
use crate::access::credential_request::{CredentialRequest, read};
use crate::access::new_credential;
use crate::platform::audit_log::AuditSubject;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::idempotency::stored_response::{Keep, KeptResponse};
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::workspace::api_key_records::{api_keys_of, end_api_key, set_creator};
use crate::{Ctx, Failure, Fault, Server};
use domain::access::{Limit, Operation, Principal, is_operator_scope};
use domain::workspace::{MemberRoles, Role};
use domain::{Secret, WorkspaceId};
pub use store::access::credentials::KeyWithCreator;
use store::{Page, Paged};

fn workspace(app: &Server, ctx: &Ctx, principal: &Principal, operation: Operation) -> Managed<WorkspaceId> {
    let workspace = principal.workspace_for(operation);
    workspace.map_err(|denied| refused(app, ctx, "api_key.management", AuditSubject::default(), denied))
}

/// The workspace's API keys, including revoked ones, newest first.
pub async fn list_api_keys(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<Vec<KeyWithCreator>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    Ok(api_keys_of(app, workspace).await?)
}

/// A page of the keys that are not revoked (expired ones are included), newest first, with the user responsible for each.
pub async fn page_of_api_keys(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    page: Page,
) -> Managed<Paged<KeyWithCreator>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    let mut tx = app.store().read().await?;
    Ok(store::access::credentials::page_of_api_keys(&mut tx, workspace, page).await?)
}

/// The active keys of the workspace that lost rights, newest first; at most 1,000.
pub async fn keys_that_lost_rights(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<Vec<KeyWithCreator>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    let mut tx = app.store().read().await?;
    let mut found = store::access::credentials::keys_beyond_creator(&mut tx, workspace, ctx.now).await?;
    found.retain(|kept| kept.key.has_lost_rights(kept.creator.as_ref()));
    Ok(found)
}

/// One of the workspace's keys.
pub async fn api_key(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<KeyWithCreator> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    let about = AuditSubject::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, "api_key.read", about.clone(), ManagementRefusal::CredentialNotFound);
    let id = id.parse().map_err(|_| unknown())?;
    let mut tx = app.store().read().await?;
    let found = store::access::credentials::api_key(&mut tx, workspace, id).await?;
    drop(tx);
    found.ok_or_else(unknown)
}

/// Creates an API key; the secret is shown once.
pub async fn create_api_key(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &CredentialRequest,
) -> Managed<(KeyWithCreator, Secret)> {
    create_api_key_and(app, ctx, principal, asked, Plain).await
}

/// Like [`create_api_key`], but stores the response under the idempotency key in the same transaction.
pub async fn create_api_key_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &CredentialRequest,
    keep: Keep<(KeyWithCreator, Secret)>,
) -> Managed<KeptResponse> {
    create_api_key_and(app, ctx, principal, asked, keep).await
}

async fn create_api_key_and<L: Last<(KeyWithCreator, Secret)>>(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &CredentialRequest,
    last: L,
) -> Managed<L::Out> {
    let workspace = workspace(app, ctx, principal, Operation::WriteApiKeys)?;
    let about = AuditSubject::default().and_workspace(Some(workspace));
    let refuse = |r: ManagementError| refused(app, ctx, "api_key.created", about.clone(), r);
    let new = read(app, ctx, principal, asked).map_err(refuse)?;
    let roles = MemberRoles::parse(asked.roles.iter().map(String::as_str));
    let roles = roles.map_err(|_| refuse(ManagementRefusal::Role.of("roles")))?;
    if principal.workspace.is_none_or(|(_, own)| roles.role > own) {
        return Err(refuse(ManagementRefusal::RoleBeyond.of("roles")));
    }
    // A caller limited to scopes acts as operator only for operator scopes, none of which allows assigning roles.
    let for_operator = principal.operator && principal.limit == Limit::Role;
    if !roles.extra.is_empty() && !for_operator {
        return Err(refuse(ManagementRefusal::RoleOfOperator.of("roles")));
    }
    Ok(new_credential::create_api_key_and(app, ctx, workspace, roles, principal.responsible, new, last).await?)
}

/// The reason why the caller may not adopt a key.
fn not_adoptable(principal: &Principal, KeyWithCreator { key, creator }: &KeyWithCreator) -> Option<ManagementRefusal> {
    let role = principal.workspace.map_or(Role::Member, |(_, role)| role);
    if !key.has_lost_rights(creator.as_ref()) || key.created_by == principal.user {
        return Some(ManagementRefusal::NothingLost);
    }
    if key.roles.role > role {
        return Some(ManagementRefusal::RoleBeyond);
    }
    let beyond = match &principal.limit {
        Limit::Role => false,
        Limit::Scopes(own) => !key.scopes.is_subset(own),
        Limit::Nothing | Limit::Registering | Limit::Registration(_) => true,
    };
    (beyond || (!principal.operator && key.scopes.iter().any(is_operator_scope)))
        .then_some(ManagementRefusal::ScopeBeyond)
}

/// Whether the caller may adopt a key: see [`adopt_api_key`].
pub fn may_adopt(principal: &Principal, kept: &KeyWithCreator) -> bool {
    principal.person_for(Operation::WriteApiKeys).is_ok() && not_adoptable(principal, kept).is_none()
}

/// Makes the user responsible for a key that lost rights. The key then has those of its rights that the user has.
pub async fn adopt_api_key(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<KeyWithCreator> {
    let workspace = workspace(app, ctx, principal, Operation::WriteApiKeys)?;
    let about = AuditSubject::default().and_workspace(Some(workspace));
    let refuse = |r: ManagementError| refused(app, ctx, "api_key.adopted", about.clone(), r);
    let user = principal.person_for(Operation::WriteApiKeys).map_err(|denied| refuse(denied.into()))?;
    let unknown = || refuse(ManagementRefusal::CredentialNotFound.into());
    let id = id.parse().map_err(|_| unknown())?;
    let find = async || {
        let mut tx = app.store().read().await?;
        Ok::<_, Fault>(store::access::credentials::api_key(&mut tx, workspace, id).await?)
    };
    let kept = find().await?.ok_or_else(unknown)?;
    if let Some(why) = not_adoptable(principal, &kept) {
        return Err(refuse(why.into()));
    }
    if !set_creator(app, ctx, &kept.key, kept.key.created_by, Some(user)).await? {
        return Err(refuse(ManagementRefusal::Changed.into()));
    }
    find().await?.ok_or_else(unknown)
}

/// Adopts all given keys that the user can adopt. Refuses only if there are none, because another user may have adopted one in
/// the meantime.
pub async fn adopt_api_keys(app: &Server, ctx: &Ctx, principal: &Principal, ids: &[&str]) -> Managed<()> {
    // Checks the permission even if no key is given.
    workspace(app, ctx, principal, Operation::WriteApiKeys)?;
    let (mut adopted, mut refusal) = (0, None);
    for id in ids {
        match adopt_api_key(app, ctx, principal, id).await {
            Ok(_) => adopted += 1,
            Err(fault @ Failure::Fault(_)) => return Err(fault),
            Err(refused) => refusal = Some(refused),
        }
    }
    refusal.filter(|_| adopted == 0).map_or(Ok(()), Err)
}

pub async fn revoke_api_key(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    let workspace = workspace(app, ctx, principal, Operation::WriteApiKeys)?;
    let about = AuditSubject::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, "api_key.revoked", about.clone(), ManagementRefusal::CredentialNotFound);
    let id = id.parse().map_err(|_| unknown())?;
    if end_api_key(app, ctx, workspace, id).await? { Ok(()) } else { Err(unknown()) }
}
