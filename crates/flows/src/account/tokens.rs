//! A user's personal access tokens, as the user manages them.
use crate::access::credential_request::{CredentialRequest, read};
use crate::access::new_credential;
use crate::account::token_records::{end_token, tokens_of};
use crate::platform::audit_log::AuditSubject;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::idempotency::stored_response::{Keep, KeptResponse};
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Server};
use domain::Secret;
use domain::access::{Operation, PersonalAccessToken, Principal};
use store::{Page, Paged};

/// The user's personal access tokens, including revoked ones, newest first.
pub async fn list_tokens(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<Vec<PersonalAccessToken>> {
    let user = principal.person_for(Operation::ReadTokens);
    let user = user.map_err(|d| refused(app, ctx, "personal_access_token.list", AuditSubject::default(), d))?;
    Ok(tokens_of(app, user).await?)
}

/// A page of the user's personal access tokens that are not revoked (expired ones are included), newest first.
pub async fn page_tokens(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    page: Page,
) -> Managed<Paged<PersonalAccessToken>> {
    let user = principal.person_for(Operation::ReadTokens);
    let user = user.map_err(|d| refused(app, ctx, "personal_access_token.list", AuditSubject::default(), d))?;
    let mut tx = app.store().read().await?;
    Ok(store::access::credentials::page_personal_tokens(&mut tx, user, page).await?)
}

/// One of the user's personal access tokens.
pub async fn token(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<PersonalAccessToken> {
    let refuse = |r: ManagementError| refused(app, ctx, "personal_access_token.list", AuditSubject::default(), r);
    let user = principal.person_for(Operation::ReadTokens);
    let user = user.map_err(|d| refuse(d.into()))?;
    let unknown = || refuse(ManagementRefusal::CredentialNotFound.into());
    let id = id.parse().map_err(|_| unknown())?;
    let found = {
        let mut tx = app.store().read().await?;
        store::access::credentials::personal_token(&mut tx, user, id).await?
    };
    found.ok_or_else(unknown)
}

/// Creates a personal access token; the secret is shown only once.
pub async fn create_token(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &CredentialRequest,
) -> Managed<(PersonalAccessToken, Secret)> {
    create_token_and(app, ctx, principal, asked, Plain).await
}

/// Like [`create_token`], but stores the response under the idempotency key in the same transaction.
pub async fn create_token_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &CredentialRequest,
    keep: Keep<(PersonalAccessToken, Secret)>,
) -> Managed<KeptResponse> {
    create_token_and(app, ctx, principal, asked, keep).await
}

async fn create_token_and<L: Last<(PersonalAccessToken, Secret)>>(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &CredentialRequest,
    last: L,
) -> Managed<L::Out> {
    let refuse = |r: ManagementError| refused(app, ctx, "personal_access_token.created", AuditSubject::default(), r);
    let user = principal.person_for(Operation::WriteTokens);
    let user = user.map_err(|d| refuse(d.into()))?;
    let new = read(app, ctx, principal, asked).map_err(refuse)?;
    Ok(new_credential::create_personal_access_token_and(app, ctx, user, new, last).await?)
}

pub async fn revoke_token(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    let refuse = |r: ManagementError| refused(app, ctx, "personal_access_token.revoked", AuditSubject::default(), r);
    let user = principal.person_for(Operation::WriteTokens);
    let user = user.map_err(|d| refuse(d.into()))?;
    let id = id.parse().map_err(|_| refuse(ManagementRefusal::CredentialNotFound.into()))?;
    if end_token(app, ctx, user, id).await? {
        Ok(())
    } else {
        Err(refuse(ManagementRefusal::CredentialNotFound.into()))
    }
}
