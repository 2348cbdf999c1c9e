//! Resolves the caller from the `Authorization` header.
use crate::access::caller::{Caller, KeyView, PatView};
use crate::{Ctx, Fault, Server};
use domain::Timestamp;
use store::StoreError;

/// Precision of the recorded last use, in seconds: a busy credential causes at most one write a minute.
const LAST_USE_PRECISION: i64 = 60;

/// Whether the recorded last use is old enough to be updated.
fn is_news(ctx: &Ctx, last_used_at: Option<Timestamp>) -> bool {
    last_used_at.is_none_or(|at| ctx.now.since(at) >= LAST_USE_PRECISION)
}

/// Resolves `Authorization: Bearer` with a personal access token or an API key.
pub(crate) async fn bearer(app: &Server, ctx: &Ctx, token: &str) -> Result<Caller, Fault> {
    let hash = app.pepper().hash(token);
    let prefix = &app.settings().token_prefix;
    let is = |kind: &str| token.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with(kind));
    let now = ctx.now;
    let mut tx = app.store().read().await?;
    if is("_pat_") {
        let found = store::access::credentials::personal_token_by_hash(&mut tx, &hash, now).await?;
        drop(tx);
        let Some((token, user)) = found else { return Ok(Caller::Anonymous) };
        if is_news(ctx, token.last_used_at) {
            let id = token.id;
            let note = app.store().write(move |tx| {
                Box::pin(async move { store::access::credentials::touch_personal_token(tx, id, now).await })
            });
            note.await.map_err(|error: StoreError| Fault::from(error))?;
        }
        return Ok(Caller::Pat(Box::new(PatView {
            id: token.id,
            scopes: token.scopes,
            expires_at: token.expires_at,
            user,
        })));
    }
    if is("_sk_") {
        let found = store::access::credentials::api_key_by_hash(&mut tx, &hash, now).await?;
        drop(tx);
        let Some((kept, workspace)) = found else { return Ok(Caller::Anonymous) };
        let Some(rights) = kept.key.rights(kept.creator.as_ref()) else {
            return Ok(Caller::OrphanedKey(workspace.id));
        };
        let key = kept.key;
        if is_news(ctx, key.last_used_at) {
            let id = key.id;
            let note = app
                .store()
                .write(move |tx| Box::pin(async move { store::access::credentials::touch_api_key(tx, id, now).await }));
            note.await.map_err(|error: StoreError| Fault::from(error))?;
        }
        return Ok(Caller::ApiKey(Box::new(KeyView { key, workspace, rights })));
    }
    Ok(Caller::Anonymous)
}
