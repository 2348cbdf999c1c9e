//! Resolves the principal of a request to the management APIs: a user by session or token, or a workspace by API key.
use crate::access::bearer;
use crate::access::caller::{Caller, SessionView};
use crate::grants::access_token::{self, LiveBearer};
use crate::grants::subject::home;
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::{Ctx, Failure, Server};
use domain::access::{Credential, Limit, PermissionDenied, Principal};
use domain::account::User;
use domain::clients::SubType;
use domain::platform::refusal::Refusal as _;
use domain::workspace::{Role, WorkspaceMembership};
use domain::{ClientId, WorkspaceId};

fn refused<T>(app: &Server, ctx: &Ctx, why: ManagementRefusal) -> Managed<T> {
    app.record(ctx, "management", why.reason(), AuditSubject::default());
    Err(Failure::Refused(why.into()))
}

/// Like [`refused`], for a known caller: the audit log names them.
fn refused_to<T>(app: &Server, ctx: &Ctx, who: &Principal, why: ManagementRefusal) -> Managed<T> {
    refused(app, &ctx.by(who), why)
}

/// Resolves `Authorization: Bearer` with an API key, a personal access token or an access token. `named` is the workspace that a
/// user wants to act in; the default is their only or default workspace.
pub async fn by_bearer(app: &Server, ctx: &Ctx, token: &str, named: Option<&str>) -> Managed<Principal> {
    match bearer::bearer(app, ctx, token).await? {
        Caller::Pat(view) => {
            let credential = Credential::PersonalToken(view.id);
            person(app, ctx, &view.user, Limit::Scopes(view.scopes.clone()), credential, named).await
        }
        Caller::ApiKey(view) => {
            let id = view.workspace.id;
            let principal = Principal {
                user: None,
                workspace: Some((id, view.rights.roles.role)),
                operator: view.rights.operator,
                limit: Limit::Scopes(view.key.scopes.clone()),
                credential: Credential::ApiKey(view.key.id),
                responsible: view.key.created_by,
            };
            if named.is_some_and(|named| named != id.to_string()) {
                return refused_to(app, ctx, &principal, ManagementRefusal::WorkspaceUnknown);
            }
            Ok(principal)
        }
        Caller::OrphanedKey(workspace) => {
            let about = AuditSubject::default().and_workspace(Some(workspace));
            app.record(ctx, "management", ManagementRefusal::CreatorGone.reason(), about);
            Err(Failure::Refused(ManagementRefusal::CreatorGone.into()))
        }
        Caller::Session(_) | Caller::Anonymous => by_access_token(app, ctx, token, named).await,
    }
}

/// Resolves an access token, which acts within its scopes: for its workspace, or for its user.
async fn by_access_token(app: &Server, ctx: &Ctx, token: &str, named: Option<&str>) -> Managed<Principal> {
    app.look_for_key_of(ctx, token).await?;
    let mut tx = app.store().read().await?;
    let Ok(live) = access_token::read(app, ctx, &mut tx, token).await? else {
        return refused(app, ctx, ManagementRefusal::CredentialUnknown);
    };
    if !live.payload.is_for(&app.settings().issuer) {
        return refused(app, ctx, ManagementRefusal::OtherAudience);
    }
    let scopes = Limit::Scopes(live.payload.scopes.clone());
    let LiveBearer::Grant(context) = &live.bearer else {
        return refused(app, ctx, ManagementRefusal::CredentialUnknown);
    };
    let grant = &context.grant;
    let credential = Credential::AccessToken { grant: grant.id, client: grant.client_id.clone() };
    let principal = if grant.access().sub_type == SubType::User {
        let user = store::account::users::by_id(&mut tx, grant.authorization.user_id).await?;
        drop(tx);
        let Some(user) = user else { return refused(app, ctx, ManagementRefusal::CredentialUnknown) };
        let principal = person(app, ctx, &user, scopes, credential, named).await?;
        admitted(app, ctx, principal, &grant.client_id, named.is_some()).await?
    } else {
        drop(tx);
        let workspace = grant.access().workspace_id.zip(context.roles.as_ref().map(|roles| roles.role));
        let responsible = Some(grant.authorization.user_id);
        let principal = Principal { user: None, workspace, operator: false, limit: scopes, credential, responsible };
        if named.is_some_and(|named| grant.access().workspace_id.is_none_or(|id| id.to_string() != named)) {
            return refused_to(app, ctx, &principal, ManagementRefusal::WorkspaceUnknown);
        }
        admitted(app, ctx, principal, &grant.client_id, true).await?
    };
    access_token::note_seen(app, &live).await?;
    Ok(principal)
}

/// Checks that the policy of the caller's workspace allows the client. If it does not, a workspace named by the request is
/// refused; one chosen by default is dropped, and the token still acts for its user.
async fn admitted(app: &Server, ctx: &Ctx, caller: Principal, client: &ClientId, named: bool) -> Managed<Principal> {
    let Some((workspace, _)) = caller.workspace else { return Ok(caller) };
    let mut tx = app.store().read().await?;
    if store::grants::app_policy::allows(&mut tx, workspace, client).await? {
        return Ok(caller);
    }
    drop(tx);
    if named {
        refused_to(app, ctx, &caller, ManagementRefusal::AppNotAllowed)
    } else {
        Ok(Principal { workspace: None, ..caller })
    }
}

/// Resolves the signed-in user.
pub async fn by_session(app: &Server, ctx: &Ctx, caller: &Caller, named: Option<&str>) -> Managed<Principal> {
    match caller {
        Caller::Session(view) => {
            person(app, ctx, &view.user, Limit::Role, Credential::Session(view.session.id), named).await
        }
        _ => refused(app, ctx, ManagementRefusal::CredentialMissing),
    }
}

/// Resolves the user who allows or denies access to an app, by session or personal access token. Access tokens are refused,
/// because an app must not consent to its own request.
pub async fn authorizing(app: &Server, ctx: &Ctx, token: Option<&str>, session: Caller) -> Managed<Caller> {
    let Some(token) = token else { return Ok(session) };
    if let caller @ Caller::Pat(_) = bearer::bearer(app, ctx, token).await? {
        return Ok(caller);
    }
    let other = by_bearer(app, ctx, token, None).await?;
    app.record(&ctx.by(&other), "management", PermissionDenied::PersonOnly.reason(), AuditSubject::default());
    Err(Failure::Refused(PermissionDenied::PersonOnly.into()))
}

/// Refuses a request with a session that comes from a page of another site (the cookie alone proves nothing, RFC 6749 §10.12).
pub fn other_site(app: &Server, ctx: &Ctx) -> ManagementRefusal {
    app.record(ctx, "management", ManagementRefusal::OtherSite.reason(), AuditSubject::default());
    ManagementRefusal::OtherSite
}

/// A user on a page, with their memberships.
#[derive(Debug)]
pub struct PagePrincipal {
    pub principal: Principal,
    pub memberships: Vec<WorkspaceMembership>,
}

/// Resolves the signed-in user in the workspace that a page is about. Without one, uses their home workspace, or else their first
/// one.
pub async fn at_page(app: &Server, ctx: &Ctx, view: &SessionView, named: Option<&str>) -> Managed<PagePrincipal> {
    let user = &view.user;
    let memberships = {
        let mut tx = app.store().read().await?;
        let mut first = store::workspace::list_for_user(&mut tx, user.id).await?;
        let id = named.and_then(|named| named.parse().ok());
        // Only the first memberships are listed; the named workspace may not be among them.
        if let Some(id) = id.filter(|id| !first.iter().any(|m| m.workspace_id == *id)) {
            first.extend(store::workspace::membership(&mut tx, user.id, id).await?);
        }
        first
    };
    let credential = Credential::Session(view.session.id);
    let place = |m: &WorkspaceMembership| (m.workspace_id, m.roles.role);
    let workspace = match named {
        Some(named) => {
            let Some(member) = memberships.iter().find(|m| m.workspace_id.to_string() == named) else {
                let outside = of_person(user, None, Limit::Role, credential);
                return refused_to(app, ctx, &outside, ManagementRefusal::WorkspaceUnknown);
            };
            Some(place(member))
        }
        None => home(user, &memberships).map(|(id, roles)| (id, roles.role)).or(memberships.first().map(place)),
    };
    let principal = of_person(user, workspace, Limit::Role, credential);
    Ok(PagePrincipal { principal, memberships })
}

fn of_person(user: &User, workspace: Option<(WorkspaceId, Role)>, limit: Limit, credential: Credential) -> Principal {
    let (id, operator) = (Some(user.id), user.is_operator);
    Principal { user: id, workspace, operator, limit, credential, responsible: id }
}

async fn person(
    app: &Server,
    ctx: &Ctx,
    user: &User,
    limit: Limit,
    credential: Credential,
    named: Option<&str>,
) -> Managed<Principal> {
    let mut tx = app.store().read().await?;
    let workspace = if let Some(named) = named {
        let id: Option<WorkspaceId> = named.parse().ok();
        let member = match id {
            Some(id) => store::workspace::member(&mut tx, user.id, id).await?,
            None => None,
        };
        let Some(member) = member else {
            let outside = of_person(user, None, limit, credential);
            return refused_to(app, ctx, &outside, ManagementRefusal::WorkspaceUnknown);
        };
        Some((member.workspace_id, member.roles.role))
    } else {
        let memberships = store::workspace::list_for_user(&mut tx, user.id).await?;
        home(user, &memberships).map(|(id, roles)| (id, roles.role))
    };
    Ok(of_person(user, workspace, limit, credential))
}
