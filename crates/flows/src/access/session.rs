//! Browser sessions.
use crate::access::caller::{Caller, SessionView};
use crate::{Ctx, Fault, Server};
use domain::Secret;

/// Returns the session of a cookie if it is valid. Extends its idle limit, but writes at most every few minutes.
pub async fn current(app: &Server, ctx: &Ctx, cookie: &str) -> Result<Caller, Fault> {
    const PRECISION: i64 = 300;
    let hash = app.pepper().hash(cookie);
    let found = {
        let mut tx = app.store().read().await?;
        store::account::sessions::by_secret_hash(&mut tx, &hash, ctx.now).await?
    };
    let Some((session, user)) = found else { return Ok(Caller::Anonymous) };
    if ctx.now.since(session.last_seen_at) >= PRECISION {
        let lifetimes = &app.settings().lifetimes;
        let limit = session.proof.at.plus(lifetimes.session_absolute);
        let (id, now, expires_at) = (session.id, ctx.now, ctx.now.plus(lifetimes.session_idle).min(limit));
        app.store()
            .write(move |tx| Box::pin(async move { store::account::sessions::touch(tx, id, now, expires_at).await }))
            .await?;
    }
    Ok(Caller::Session(Box::new(SessionView { session, user })))
}

/// Generates the secret for a session cookie.
pub(crate) fn new_secret(app: &Server, ctx: &Ctx) -> Secret {
    Secret::generate(&app.settings().token_prefix, "ses", &ctx.random())
}
