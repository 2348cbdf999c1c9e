//! Lists and ends sessions by user, without checking the caller: for signing out and for the command line.
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::{Ctx, Fault, Server};
use domain::account::Session;
use domain::events::Change;
use domain::{SessionId, UserId};
use store::StoreError;

/// Ends a session. If `of` is set, only that user's session; operators may end any session.
pub async fn end(app: &Server, ctx: &Ctx, id: SessionId, of: Option<UserId>) -> Result<bool, Fault> {
    let by = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let ended = match of {
                Some(user) => store::account::sessions::end_for_user(tx, id, user).await?,
                None => store::account::sessions::end(tx, id).await?,
            };
            if ended {
                let about = of.map(AuditSubject::user).unwrap_or_default();
                changes::within(tx, &by, ChangeRecord::of(Change::SignedOut, about)).await?;
            }
            Ok(ended)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Ends one session of a user, or all of them. Returns how many.
pub async fn end_some(app: &Server, ctx: &Ctx, user: UserId, one: Option<SessionId>) -> Result<u64, Fault> {
    if let Some(id) = one {
        return Ok(u64::from(end(app, ctx, id, Some(user)).await?));
    }
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let ended = store::account::sessions::end_all_for_user(tx, user, None).await?;
            changes::within(tx, &of, ChangeRecord::of(Change::SignedOut, AuditSubject::user(user))).await?;
            Ok(ended)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// The valid sessions of a user.
pub async fn list(app: &Server, ctx: &Ctx, user: UserId) -> Result<Vec<Session>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::account::sessions::list_for_user(&mut tx, user, ctx.now).await?)
}
