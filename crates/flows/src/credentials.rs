//! API keys of a workspace and personal access tokens of a person, as their holders and the operator manage them.
use crate::accounts::{self, NewCredential};
use crate::manage::{ManageRefusal, Unmanaged};
use crate::owned::refused;
use crate::recorder::About;
use crate::{App, Ctx, Failure, Fault};
use domain::access::{Limit, Operation, Principal, is_operator_scope, management_scopes};
use domain::identity::{ApiKey, MemberRoles, PersonalAccessToken};
use domain::text::display_name;
use domain::{ApiKeyId, PersonalAccessTokenId, ScopeSet, Secret, Timestamp, UserId, WorkspaceId};
pub use store::credentials::MadeKey;
use store::{Page, Paged, StoreError};

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

/// A workspace's API keys, revoked ones too, newest first.
pub async fn api_keys_of(app: &App, workspace: WorkspaceId) -> Result<Vec<ApiKey>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::credentials::list_api_keys(&mut tx, workspace).await?)
}

/// `false` when the workspace has no such live key.
pub async fn end_api_key(app: &App, ctx: &Ctx, workspace: WorkspaceId, id: ApiKeyId) -> Result<bool, Fault> {
    let now = ctx.now;
    let work = app
        .store()
        .write(move |tx| Box::pin(async move { store::credentials::revoke_api_key(tx, workspace, id, now).await }));
    let ended = work.await.map_err(|error: StoreError| Fault::from(error))?;
    if ended {
        app.record(ctx, "api_key.revoked", "ok", About::default().and_workspace(Some(workspace)));
    }
    Ok(ended)
}

/// A person's access tokens, revoked ones too, newest first.
pub async fn tokens_of(app: &App, user: UserId) -> Result<Vec<PersonalAccessToken>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::credentials::list_personal_tokens(&mut tx, user).await?)
}

/// `false` when the person has no such live token.
pub async fn end_token(app: &App, ctx: &Ctx, user: UserId, id: PersonalAccessTokenId) -> Result<bool, Fault> {
    let now = ctx.now;
    let work = app
        .store()
        .write(move |tx| Box::pin(async move { store::credentials::revoke_personal_token(tx, user, id, now).await }));
    let ended = work.await.map_err(|error: StoreError| Fault::from(error))?;
    if ended {
        app.record(ctx, "personal_access_token.revoked", "ok", About::user(user));
    }
    Ok(ended)
}

/// Reads what is asked for: nobody hands out more than they have.
fn read(app: &App, ctx: &Ctx, principal: &Principal, asked: &Asked) -> Result<NewCredential, ManageRefusal> {
    let name = display_name(&asked.name).map_err(|_| Unmanaged::Text.of("name"))?;
    let names = asked.scopes.iter().map(String::as_str);
    let scopes = ScopeSet::from_names(names).map_err(|_| Unmanaged::Scope.of("scopes"))?;
    if unknown_scope(app, &scopes).is_some() {
        return Err(Unmanaged::Scope.of("scopes"));
    }
    let operators = !principal.operator && scopes.iter().any(is_operator_scope);
    let beyond = match &principal.limit {
        Limit::Role => operators,
        // Without scopes a credential would have all that its role has.
        Limit::Scopes(own) => scopes.is_empty() || !scopes.is_subset(own) || operators,
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
pub async fn list_api_keys(app: &App, ctx: &Ctx, principal: &Principal) -> Outcome<Vec<ApiKey>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    Ok(api_keys_of(app, workspace).await?)
}

/// The keys that were not revoked, expired ones too, newest first, with who made each.
pub async fn page_of_api_keys(app: &App, ctx: &Ctx, principal: &Principal, page: Page) -> Outcome<Paged<MadeKey>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    let mut tx = app.store().read().await?;
    Ok(store::credentials::page_of_api_keys(&mut tx, workspace, page).await?)
}

/// One of them.
pub async fn api_key(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<MadeKey> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApiKeys)?;
    let about = About::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, "api_key.read", about.clone(), Unmanaged::CredentialNotFound);
    let id = id.parse().map_err(|_| unknown())?;
    let mut tx = app.store().read().await?;
    let found = store::credentials::api_key(&mut tx, workspace, id).await?;
    drop(tx);
    found.ok_or_else(unknown)
}

/// Makes an API key; the secret is shown this once.
pub async fn create_api_key(app: &App, ctx: &Ctx, principal: &Principal, asked: &Asked) -> Outcome<(ApiKey, Secret)> {
    let workspace = workspace(app, ctx, principal, Operation::WriteApiKeys)?;
    let about = About::default().and_workspace(Some(workspace));
    let refuse = |r: ManageRefusal| refused(app, ctx, "api_key.created", about.clone(), r);
    let new = read(app, ctx, principal, asked).map_err(refuse)?;
    let roles = MemberRoles::parse(asked.roles.iter().map(String::as_str));
    let roles = roles.map_err(|_| refuse(Unmanaged::Role.of("roles")))?;
    if principal.workspace.is_none_or(|(_, own)| roles.role > own) {
        return Err(refuse(Unmanaged::RoleBeyond.of("roles")));
    }
    Ok(accounts::create_api_key(app, ctx, workspace, roles, principal.user, new).await?)
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
    let own = management_scopes().filter(|name| principal.operator || !is_operator_scope(name)).map(str::to_owned);
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
    let refuse = |r: ManageRefusal| refused(app, ctx, "personal_access_token.created", About::default(), r);
    let user = principal.person_for(Operation::WriteTokens);
    let user = user.map_err(|d| refuse(d.into()))?;
    let new = read(app, ctx, principal, asked).map_err(refuse)?;
    Ok(accounts::create_personal_access_token(app, ctx, user, new).await?)
}

pub async fn revoke_token(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<()> {
    let refuse = |r: ManageRefusal| refused(app, ctx, "personal_access_token.revoked", About::default(), r);
    let user = principal.person_for(Operation::WriteTokens);
    let user = user.map_err(|d| refuse(d.into()))?;
    let id = id.parse().map_err(|_| refuse(Unmanaged::CredentialNotFound.into()))?;
    if end_token(app, ctx, user, id).await? { Ok(()) } else { Err(refuse(Unmanaged::CredentialNotFound.into())) }
}
