//! API keys of a workspace and personal access tokens of a person, as their holders and the operator manage them.
use crate::accounts::{self, NewCredential};
use crate::credential_records::{api_keys_of, end_api_key, end_token, set_creator, tokens_of};
use crate::kept::{Keep, Kept};
use crate::last::{Last, Plain};
use crate::manage::{ManageRefusal, Unmanaged};
use crate::owned::refused;
use crate::recorder::About;
use crate::{App, Ctx, Failure, Fault};
use domain::access::{Limit, Operation, Principal, is_operator_scope, management_scopes, offered_scopes};
use domain::identity::{MemberRoles, PersonalAccessToken, Role};
use domain::text::display_name;
use domain::{ScopeSet, Secret, Timestamp, WorkspaceId};
pub use store::credentials::KeptKey;
use store::{Page, Paged};

type Outcome<T> = Result<T, Failure<ManageRefusal>>;

/// What is asked for of a new credential.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub name: String,
    pub scopes: Vec<String>,
    pub roles: Vec<String>,
    pub expires_at: Option<Timestamp>,
}

/// The first of the scopes that means nothing here: neither the catalogue nor an operation of this server names it.
pub fn unknown_scope<'s>(app: &App, scopes: &'s ScopeSet) -> Option<&'s str> {
    let exists = |name: &str| management_scopes().any(|s| s == name) || app.settings().catalogue.scope(name).is_some();
    scopes.iter().find(|name| !exists(name))
}

/// All that a key or token can be given today, for the operator or for others.
pub fn every_scope(app: &App, operator: bool) -> ScopeSet {
    let own: Vec<&str> = offered_scopes().filter(|name| operator || !is_operator_scope(name)).collect();
    ScopeSet::from_names(own.into_iter().chain(app.settings().catalogue.names())).unwrap_or_default()
}

/// Reads what is asked for: nobody hands out more than they have.
fn read(app: &App, ctx: &Ctx, principal: &Principal, asked: &Asked) -> Result<NewCredential, ManageRefusal> {
    let name = display_name(&asked.name).map_err(|_| Unmanaged::Text.of("name"))?;
    let names = asked.scopes.iter().map(String::as_str);
    let scopes = ScopeSet::from_names(names).map_err(|_| Unmanaged::Scope.of("scopes"))?;
    if scopes.is_empty() {
        return Err(Unmanaged::ScopesMissing.of("scopes"));
    }
    if unknown_scope(app, &scopes).is_some() {
        return Err(Unmanaged::Scope.of("scopes"));
    }
    let operators = !principal.operator && scopes.iter().any(is_operator_scope);
    let beyond = match &principal.limit {
        Limit::Role => operators,
        Limit::Scopes(own) => !scopes.is_subset(own) || operators,
        Limit::Nothing | Limit::Registering | Limit::Registration(_) => true,
    };
    if beyond {
        return Err(Unmanaged::ScopeBeyond.of("scopes"));
    }
    if asked.expires_at.is_some_and(|end| end <= ctx.now) {
        return Err(Unmanaged::Time.of("expires_at"));
    }
    Ok(NewCredential { name, scopes, expires_at: asked.expires_at })
}

fn workspace(app: &App, ctx: &Ctx, principal: &Principal, operation: Operation) -> Outcome<WorkspaceId> {
    let workspace = principal.workspace_for(operation);
    workspace.map_err(|denied| refused(app, ctx, "api_key.management", About::default(), denied))
}

/// The workspace's API keys, revoked ones too, newest first.
pub async fn list_api_keys(app: &App, ctx: &Ctx, principal: &Principal) -> Outcome<Vec<KeptKey>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    Ok(api_keys_of(app, workspace).await?)
}

/// The keys that were not revoked, expired ones too, newest first, with who answers for each.
pub async fn page_of_api_keys(app: &App, ctx: &Ctx, principal: &Principal, page: Page) -> Outcome<Paged<KeptKey>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    let mut tx = app.store().read().await?;
    Ok(store::credentials::page_of_api_keys(&mut tx, workspace, page).await?)
}

/// The live keys that lost rights, of the whole workspace, newest first; at most 1,000.
pub async fn keys_that_lost_rights(app: &App, ctx: &Ctx, principal: &Principal) -> Outcome<Vec<KeptKey>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    let mut tx = app.store().read().await?;
    let mut found = store::credentials::keys_beyond_creator(&mut tx, workspace, ctx.now).await?;
    found.retain(|kept| kept.key.has_lost_rights(kept.creator.as_ref()));
    Ok(found)
}

/// One of them.
pub async fn api_key(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<KeptKey> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    let about = About::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, "api_key.read", about.clone(), Unmanaged::CredentialNotFound);
    let id = id.parse().map_err(|_| unknown())?;
    let mut tx = app.store().read().await?;
    let found = store::credentials::api_key(&mut tx, workspace, id).await?;
    drop(tx);
    found.ok_or_else(unknown)
}

/// Creates an API key; the secret is shown once.
pub async fn create_api_key(app: &App, ctx: &Ctx, principal: &Principal, asked: &Asked) -> Outcome<(KeptKey, Secret)> {
    create_api_key_and(app, ctx, principal, asked, Plain).await
}

/// The same; the answer is kept in the transaction.
pub async fn create_api_key_kept(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    asked: &Asked,
    keep: Keep<(KeptKey, Secret)>,
) -> Outcome<Kept> {
    create_api_key_and(app, ctx, principal, asked, keep).await
}

async fn create_api_key_and<L: Last<(KeptKey, Secret)>>(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    asked: &Asked,
    last: L,
) -> Outcome<L::Out> {
    let workspace = workspace(app, ctx, principal, Operation::WriteApiKeys)?;
    let about = About::default().and_workspace(Some(workspace));
    let refuse = |r: ManageRefusal| refused(app, ctx, "api_key.created", about.clone(), r);
    let new = read(app, ctx, principal, asked).map_err(refuse)?;
    let roles = MemberRoles::parse(asked.roles.iter().map(String::as_str));
    let roles = roles.map_err(|_| refuse(Unmanaged::Role.of("roles")))?;
    if principal.workspace.is_none_or(|(_, own)| roles.role > own) {
        return Err(refuse(Unmanaged::RoleBeyond.of("roles")));
    }
    // A credential with scopes of its own acts for the operator within operator scopes, and none assigns roles.
    let for_operator = principal.operator && principal.limit == Limit::Role;
    if !roles.extra.is_empty() && !for_operator {
        return Err(refuse(Unmanaged::RoleOfOperator.of("roles")));
    }
    Ok(accounts::create_api_key_and(app, ctx, workspace, roles, principal.responsible, new, last).await?)
}

/// Why the caller may not answer for a key.
fn not_adoptable(principal: &Principal, KeptKey { key, creator }: &KeptKey) -> Option<Unmanaged> {
    let role = principal.workspace.map_or(Role::Member, |(_, role)| role);
    if !key.has_lost_rights(creator.as_ref()) || key.created_by == principal.user {
        return Some(Unmanaged::NothingLost);
    }
    if key.roles.role > role {
        return Some(Unmanaged::RoleBeyond);
    }
    let beyond = match &principal.limit {
        Limit::Role => false,
        Limit::Scopes(own) => !key.scopes.is_subset(own),
        Limit::Nothing | Limit::Registering | Limit::Registration(_) => true,
    };
    (beyond || (!principal.operator && key.scopes.iter().any(is_operator_scope))).then_some(Unmanaged::ScopeBeyond)
}

/// Whether the caller could adopt a key: see [`adopt_api_key`].
pub fn may_adopt(principal: &Principal, kept: &KeptKey) -> bool {
    principal.person_for(Operation::WriteApiKeys).is_ok() && not_adoptable(principal, kept).is_none()
}

/// The person answers from now on for a key that lost rights, and it has as many of them as they have.
pub async fn adopt_api_key(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<KeptKey> {
    let workspace = workspace(app, ctx, principal, Operation::WriteApiKeys)?;
    let about = About::default().and_workspace(Some(workspace));
    let refuse = |r: ManageRefusal| refused(app, ctx, "api_key.adopted", about.clone(), r);
    let user = principal.person_for(Operation::WriteApiKeys).map_err(|denied| refuse(denied.into()))?;
    let unknown = || refuse(Unmanaged::CredentialNotFound.into());
    let id = id.parse().map_err(|_| unknown())?;
    let find = async || {
        let mut tx = app.store().read().await?;
        Ok::<_, Fault>(store::credentials::api_key(&mut tx, workspace, id).await?)
    };
    let kept = find().await?.ok_or_else(unknown)?;
    if let Some(why) = not_adoptable(principal, &kept) {
        return Err(refuse(why.into()));
    }
    if !set_creator(app, ctx, &kept.key, kept.key.created_by, Some(user)).await? {
        return Err(refuse(Unmanaged::Changed.into()));
    }
    find().await?.ok_or_else(unknown)
}

/// Adopts several keys: each that can be. Refuses only where none can, for another may have been faster with one of them.
pub async fn adopt_api_keys(app: &App, ctx: &Ctx, principal: &Principal, ids: &[&str]) -> Outcome<()> {
    // Of no keys at all as well.
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

pub async fn revoke_api_key(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<()> {
    let workspace = workspace(app, ctx, principal, Operation::WriteApiKeys)?;
    let about = About::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, "api_key.revoked", about.clone(), Unmanaged::CredentialNotFound);
    let id = id.parse().map_err(|_| unknown())?;
    if end_api_key(app, ctx, workspace, id).await? { Ok(()) } else { Err(unknown()) }
}

/// The person's access tokens, revoked ones too, newest first.
pub async fn list_tokens(app: &App, ctx: &Ctx, principal: &Principal) -> Outcome<Vec<PersonalAccessToken>> {
    let user = principal.person_for(Operation::ReadTokens);
    let user = user.map_err(|d| refused(app, ctx, "personal_access_token.list", About::default(), d))?;
    Ok(tokens_of(app, user).await?)
}

/// A page of the person's access tokens that are not revoked, newest first; expired ones too.
pub async fn page_tokens(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    page: Page,
) -> Outcome<Paged<PersonalAccessToken>> {
    let user = principal.person_for(Operation::ReadTokens);
    let user = user.map_err(|d| refused(app, ctx, "personal_access_token.list", About::default(), d))?;
    let mut tx = app.store().read().await?;
    Ok(store::credentials::page_personal_tokens(&mut tx, user, page).await?)
}

/// One of them.
pub async fn token(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<PersonalAccessToken> {
    let refuse = |r: ManageRefusal| refused(app, ctx, "personal_access_token.list", About::default(), r);
    let user = principal.person_for(Operation::ReadTokens);
    let user = user.map_err(|d| refuse(d.into()))?;
    let unknown = || refuse(Unmanaged::CredentialNotFound.into());
    let id = id.parse().map_err(|_| unknown())?;
    let found = {
        let mut tx = app.store().read().await?;
        store::credentials::personal_token(&mut tx, user, id).await?
    };
    found.ok_or_else(unknown)
}

/// What the person may hand out: the scopes of this server's own, and those that the operator declares.
pub fn scopes_to_give(app: &App, principal: &Principal) -> Vec<String> {
    let own = offered_scopes().filter(|name| principal.operator || !is_operator_scope(name)).map(str::to_owned);
    let is_own = |name: &&str| management_scopes().any(|own| own == *name);
    let declared = app.settings().catalogue.names().filter(|name| !is_own(name)).map(str::to_owned);
    let mut names: Vec<String> = own.chain(declared).collect();
    if let Limit::Scopes(scopes) = &principal.limit {
        names.retain(|name| scopes.contains(name));
    }
    names
}

/// Makes a personal access token; the secret is shown this once.
pub async fn create_token(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    asked: &Asked,
) -> Outcome<(PersonalAccessToken, Secret)> {
    create_token_and(app, ctx, principal, asked, Plain).await
}

/// The same; the answer is kept in the transaction.
pub async fn create_token_kept(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    asked: &Asked,
    keep: Keep<(PersonalAccessToken, Secret)>,
) -> Outcome<Kept> {
    create_token_and(app, ctx, principal, asked, keep).await
}

async fn create_token_and<L: Last<(PersonalAccessToken, Secret)>>(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    asked: &Asked,
    last: L,
) -> Outcome<L::Out> {
    let refuse = |r: ManageRefusal| refused(app, ctx, "personal_access_token.created", About::default(), r);
    let user = principal.person_for(Operation::WriteTokens);
    let user = user.map_err(|d| refuse(d.into()))?;
    let new = read(app, ctx, principal, asked).map_err(refuse)?;
    Ok(accounts::create_personal_access_token_and(app, ctx, user, new, last).await?)
}

pub async fn revoke_token(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<()> {
    let refuse = |r: ManageRefusal| refused(app, ctx, "personal_access_token.revoked", About::default(), r);
    let user = principal.person_for(Operation::WriteTokens);
    let user = user.map_err(|d| refuse(d.into()))?;
    let id = id.parse().map_err(|_| refuse(Unmanaged::CredentialNotFound.into()))?;
    if end_token(app, ctx, user, id).await? { Ok(()) } else { Err(refuse(Unmanaged::CredentialNotFound.into())) }
}
