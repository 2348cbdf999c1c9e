//! API keys by workspace, without checking the caller: for [`crate::workspace::api_keys`] and the command line.
use crate::access::credential_facts;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::{Ctx, Fault, Server};
use domain::access::ApiKey;
use domain::events::Change;
use domain::{ApiKeyId, UserId, WorkspaceId};
use serde_json::json;
use store::StoreError;
use store::access::credentials::KeyWithCreator;

/// A workspace's API keys, including revoked ones, newest first.
pub async fn api_keys_of(app: &Server, workspace: WorkspaceId) -> Result<Vec<KeyWithCreator>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::access::credentials::list_api_keys(&mut tx, workspace).await?)
}

/// Revokes an API key. Returns `false` if the workspace has no such active key.
pub async fn end_api_key(app: &Server, ctx: &Ctx, workspace: WorkspaceId, id: ApiKeyId) -> Result<bool, Fault> {
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let found = store::access::credentials::api_key(tx, workspace, id).await?;
            let ended = store::access::credentials::revoke_api_key(tx, workspace, id, of.now).await?;
            let Some(KeyWithCreator { key, .. }) = found.filter(|_| ended) else { return Ok(false) };
            let about = AuditSubject::default().and_workspace(Some(workspace));
            changes::within(
                tx,
                &of,
                ChangeRecord::of(Change::ApiKeyRevoked, about).with(credential_facts::of_key(&key)),
            )
            .await?;
            Ok(true)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Makes `creator` responsible for a key, or the operator if `None`. Returns `false` if the workspace has no such active key for
/// which `before` is responsible.
pub async fn set_creator(
    app: &Server,
    ctx: &Ctx,
    key: &ApiKey,
    before: Option<UserId>,
    creator: Option<UserId>,
) -> Result<bool, Fault> {
    let (workspace, id) = (key.workspace_id, key.id);
    let of = ctx.clone();
    let mut detail = credential_facts::of_key(key);
    detail["created_by"] = json!({"before": before, "now": creator});
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let done = store::access::credentials::set_creator(tx, workspace, id, before, creator).await?;
            if done {
                let about = AuditSubject::default().and_workspace(Some(workspace));
                changes::within(tx, &of, ChangeRecord::of(Change::ApiKeyAdopted, about).with(detail)).await?;
            }
            Ok(done)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Makes the operator responsible for a key, which regains all the rights that it was created with. Returns `false` if the
/// workspace has no such active key.
pub async fn adopt_for_operator(app: &Server, ctx: &Ctx, workspace: WorkspaceId, id: ApiKeyId) -> Result<bool, Fault> {
    let found = {
        let mut tx = app.store().read().await?;
        store::access::credentials::api_key(&mut tx, workspace, id).await?
    };
    let Some(KeyWithCreator { key, .. }) = found else { return Ok(false) };
    set_creator(app, ctx, &key, key.created_by, None).await
}
