//! Moving the server's keys on, without asking who wants it: for [`crate::operator`] and the command line.
use crate::keys::{self, Leaked};
use crate::recorder::About;
use crate::{App, Ctx, Fault};
use serde_json::json;

/// Moves the signing and sealing keys on by one. `false`, unless `forced`, where the next keys were published too lately.
pub async fn rotate_keys(app: &App, ctx: &Ctx, forced: bool) -> Result<bool, Fault> {
    if !keys::rotate(app.store(), app.master(), ctx, forced).await? {
        return Ok(false);
    }
    app.record(ctx, "key.rotated", "ok", About::default());
    app.reload_keys(ctx).await.map(|()| true)
}

/// Removes a key that others may have: what it signed or sealed is worthless. `false` when there is no such key.
pub async fn expel_key(app: &App, ctx: &Ctx, key: &Leaked) -> Result<bool, Fault> {
    if !keys::expel(app.store(), app.master(), ctx, key).await? {
        return Ok(false);
    }
    let detail = match key {
        Leaked::Signing(kid) => json!({"kid": kid}),
        Leaked::Sealing(number) => json!({"sealing_key": number}),
    };
    app.record_with(ctx, "key.expelled", "ok", About::default(), detail);
    app.reload_keys(ctx).await.map(|()| true)
}
