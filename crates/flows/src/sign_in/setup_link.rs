//! Creates the link for the first operator. Only the server program prints it.
use crate::{Ctx, Fault, Server};
use domain::Secret;
use store::StoreError;
use store::grants::revoked_tokens::FIRST_OPERATOR;

const LIFETIME: i64 = 24 * 60 * 60;

/// Creates a link if the server has no operator yet. Older links become invalid.
pub async fn link(app: &Server, ctx: &Ctx) -> Result<Option<String>, Fault> {
    let has_operator = {
        let mut tx = app.store().read().await?;
        store::account::users::has_operator(&mut tx).await?
    };
    if has_operator {
        return Ok(None);
    }
    let token = Secret::generate(&app.settings().token_prefix, "su", &ctx.random());
    let (hash, expires_at) = (app.pepper().hash(token.expose()), ctx.now.plus(LIFETIME));
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::grants::revoked_tokens::void_one_time(tx, FIRST_OPERATOR).await?;
            store::grants::revoked_tokens::insert_one_time(tx, &hash, FIRST_OPERATOR, None, expires_at).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))?;
    Ok(Some(app.settings().url(&format!("/setup?token={}", token.expose()))))
}
