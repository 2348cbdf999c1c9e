//! Creates API keys and personal access tokens, without checking the caller.
use crate::access::credential_facts;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::{Ctx, Fault, Server};
use domain::access::{ApiKey, PersonalAccessToken};
use domain::events::Change;
use domain::workspace::MemberRoles;
use domain::{ApiKeyId, PersonalAccessTokenId, ScopeSet, Secret, Timestamp, UserId, WorkspaceId};
use store::StoreError;
use store::access::credentials::KeyWithCreator;

/// The properties of a new API key or personal access token.
#[derive(Debug, Clone)]
pub struct NewCredential {
    pub name: String,
    pub scopes: ScopeSet,
    pub expires_at: Option<Timestamp>,
}

/// Creates an API key; the secret is shown only once. The key never has more rights than the user `made_by`.
pub async fn create_api_key(
    app: &Server,
    ctx: &Ctx,
    workspace: WorkspaceId,
    roles: MemberRoles,
    made_by: Option<UserId>,
    new: NewCredential,
) -> Result<(ApiKey, Secret), Fault> {
    let last = Plain.after(|(kept, secret): (KeyWithCreator, Secret)| (kept.key, secret));
    create_api_key_and(app, ctx, workspace, roles, made_by, new, last).await
}

/// Like [`create_api_key`], with a last step in the same transaction.
pub(crate) async fn create_api_key_and<L: Last<(KeyWithCreator, Secret)>>(
    app: &Server,
    ctx: &Ctx,
    workspace: WorkspaceId,
    roles: MemberRoles,
    made_by: Option<UserId>,
    new: NewCredential,
    last: L,
) -> Result<L::Out, Fault> {
    let secret = Secret::generate(&app.settings().token_prefix, "sk", &ctx.random());
    let key = ApiKey {
        id: ApiKeyId::new(ctx.now, ctx.random()),
        workspace_id: workspace,
        name: new.name,
        roles,
        scopes: new.scopes,
        hash: app.pepper().hash(secret.expose()),
        hint: secret.hint(),
        created_by: made_by,
        created_at: ctx.now,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::access::credentials::insert_api_key(tx, &key).await?;
            let about = AuditSubject::default().and_workspace(Some(workspace));
            changes::within(
                tx,
                &of,
                ChangeRecord::of(Change::ApiKeyCreated, about).with(credential_facts::of_key(&key)),
            )
            .await?;
            let kept = store::access::credentials::api_key(tx, workspace, key.id).await?;
            last.within(tx, (kept.unwrap_or(KeyWithCreator { key, creator: None }), secret)).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Creates a personal access token; the secret is shown only once.
pub async fn create_personal_access_token(
    app: &Server,
    ctx: &Ctx,
    user: UserId,
    new: NewCredential,
) -> Result<(PersonalAccessToken, Secret), Fault> {
    create_personal_access_token_and(app, ctx, user, new, Plain).await
}

/// Like [`create_personal_access_token`], with a last step in the same transaction.
pub(crate) async fn create_personal_access_token_and<L: Last<(PersonalAccessToken, Secret)>>(
    app: &Server,
    ctx: &Ctx,
    user: UserId,
    new: NewCredential,
    last: L,
) -> Result<L::Out, Fault> {
    let secret = Secret::generate(&app.settings().token_prefix, "pat", &ctx.random());
    let token = PersonalAccessToken {
        id: PersonalAccessTokenId::new(ctx.now, ctx.random()),
        user_id: user,
        name: new.name,
        scopes: new.scopes,
        hash: app.pepper().hash(secret.expose()),
        hint: secret.hint(),
        created_at: ctx.now,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::access::credentials::insert_personal_token(tx, &token).await?;
            let record = ChangeRecord::of(Change::PersonalTokenCreated, AuditSubject::user(user))
                .with(credential_facts::of_token(&token));
            changes::within(tx, &of, record).await?;
            last.within(tx, (token, secret)).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}
