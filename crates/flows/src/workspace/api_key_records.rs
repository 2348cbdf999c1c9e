//! API keys and personal access tokens by whom they belong to, without asking who wants it: for [`crate::access::credential_request`] and the
//! command line.
use crate::access::credential_facts;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, Told};
use crate::{Ctx, Fault, Server};
use domain::access::ApiKey;
use domain::events::Change;
use domain::{ApiKeyId, UserId, WorkspaceId};
use serde_json::json;
use store::StoreError;
use store::access::credentials::KeptKey;

/// A workspace's API keys, revoked ones too, newest first.
pub async fn api_keys_of(app: &Server, workspace: WorkspaceId) -> Result<Vec<KeptKey>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::access::credentials::list_api_keys(&mut tx, workspace).await?)
}

/// `false` when the workspace has no such live key.
pub async fn end_api_key(app: &Server, ctx: &Ctx, workspace: WorkspaceId, id: ApiKeyId) -> Result<bool, Fault> {
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let found = store::access::credentials::api_key(tx, workspace, id).await?;
            let ended = store::access::credentials::revoke_api_key(tx, workspace, id, of.now).await?;
            let Some(KeptKey { key, .. }) = found.filter(|_| ended) else { return Ok(false) };
            let about = AuditSubject::default().and_workspace(Some(workspace));
            changes::within(tx, &of, Told::of(Change::ApiKeyRevoked, about).with(credential_facts::of_key(&key)))
                .await?;
            Ok(true)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Makes a person answer for a key instead of its creator, or the operator. `false` when the workspace has no such live key
/// that `before` answers for.
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
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let done = store::access::credentials::set_creator(tx, workspace, id, before, creator).await?;
            if done {
                let about = AuditSubject::default().and_workspace(Some(workspace));
                changes::within(tx, &of, Told::of(Change::ApiKeyAdopted, about).with(detail)).await?;
            }
            Ok(done)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// From now on the operator answers for the key: it has all that it was created with. `false` when the workspace has no such
/// live key.
pub async fn adopt_for_operator(app: &Server, ctx: &Ctx, workspace: WorkspaceId, id: ApiKeyId) -> Result<bool, Fault> {
    let found = {
        let mut tx = app.store().read().await?;
        store::access::credentials::api_key(&mut tx, workspace, id).await?
    };
    let Some(KeptKey { key, .. }) = found else { return Ok(false) };
    set_creator(app, ctx, &key, key.created_by, None).await
}
