//! Moving the server's keys on, without asking who wants it: for [`crate::operator`] and the command line.
use crate::recorder::About;
use crate::{App, Ctx, Fault, keys};

/// Moves the signing and sealing keys on by one.
pub async fn rotate_keys(app: &App, ctx: &Ctx) -> Result<(), Fault> {
    keys::rotate(app.store(), app.settings(), app.master(), ctx).await?;
    app.record(ctx, "key.rotated", "ok", About::default());
    app.reload_keys(ctx).await
}
