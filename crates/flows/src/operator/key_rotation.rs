//! Moving the server's keys on, without asking who wants it: for [`crate::operator::keys`] and the command line.
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::keys::{self, Leaked, MasterKey, Resealed};
use crate::{Ctx, Fault, Server};

/// Moves the signing and sealing keys on by one. `false`, unless `forced`, where the next keys were published too lately.
pub async fn rotate_keys(app: &Server, ctx: &Ctx, forced: bool) -> Result<bool, Fault> {
    Ok(rotate_keys_and(app, ctx, forced, Plain).await?.is_some())
}

/// The same, with a last step; `None` where nothing moved.
pub(crate) async fn rotate_keys_and<L: Last<()>>(
    app: &Server,
    ctx: &Ctx,
    forced: bool,
    last: L,
) -> Result<Option<L::Out>, Fault> {
    let moved = keys::rotate(app.store(), app.master(), ctx, forced, last).await?;
    if moved.is_some() {
        app.reload_keys(ctx).await?;
    }
    Ok(moved)
}

/// Replaces the master key; what was sealed under it is sealed under `new`. This process is to end then.
pub async fn replace_master_key(app: &Server, ctx: &Ctx, new: &MasterKey) -> Result<Resealed, Fault> {
    keys::replace_master(app.store(), app.master(), new, ctx).await
}

/// How often the master key was replaced before.
pub fn generation(app: &Server) -> i64 {
    app.master().generation()
}

/// Removes a key that others may have: what it signed or sealed is worthless. `false` when there is no such key.
pub async fn expel_key(app: &Server, ctx: &Ctx, key: &Leaked) -> Result<bool, Fault> {
    if !keys::expel(app.store(), app.master(), ctx, key).await? {
        return Ok(false);
    }
    app.reload_keys(ctx).await.map(|()| true)
}
