//! Sessions by whom they belong to, without asking who wants it: for signing out and for the command line.
use crate::recorder::About;
use crate::{App, Ctx, Fault};
use domain::identity::Session;
use domain::{SessionId, UserId};

/// Ends a session of this user; the operator may end anybody's.
pub async fn end(app: &App, ctx: &Ctx, id: SessionId, of: Option<UserId>) -> Result<bool, Fault> {
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            match of {
                Some(user) => store::sessions::end_for_user(tx, id, user).await,
                None => store::sessions::end(tx, id).await,
            }
        })
    });
    let ended = work.await?;
    if ended {
        app.record(ctx, "sign_out", "ok", of.map(About::user).unwrap_or_default());
    }
    Ok(ended)
}

/// Ends one session of a user, or all of them; answers how many.
pub async fn end_some(app: &App, ctx: &Ctx, user: UserId, one: Option<SessionId>) -> Result<u64, Fault> {
    if let Some(id) = one {
        return Ok(u64::from(end(app, ctx, id, Some(user)).await?));
    }
    let work =
        app.store().write(move |tx| Box::pin(async move { store::sessions::end_all_for_user(tx, user, None).await }));
    let ended = work.await?;
    app.record(ctx, "sign_out", "ok", About::user(user));
    Ok(ended)
}

/// The live sessions of a user.
pub async fn list(app: &App, ctx: &Ctx, user: UserId) -> Result<Vec<Session>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::sessions::list_for_user(&mut tx, user, ctx.now).await?)
}
