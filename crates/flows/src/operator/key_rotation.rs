//! Rotates and replaces the server's keys, without checking the caller: for [`crate::operator::keys`] and the command line.
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::keys::{self, Leaked, MasterKey, Resealed};
use crate::{Ctx, Fault, Server};

/// Rotates the signing and sealing keys. Returns `false`, unless `forced`, if the next keys were published too recently.
pub async fn rotate_keys(app: &Server, ctx: &Ctx, forced: bool) -> Result<bool, Fault> {
    Ok(rotate_keys_and(app, ctx, forced, Plain).await?.is_some())
}

/// Like [`rotate_keys`], with a last step in the same transaction. Returns `None` if nothing was rotated.
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

/// Replaces the master key: what was sealed under the current one is sealed under `new`. This process must end afterwards.
pub async fn replace_master_key(app: &Server, ctx: &Ctx, new: &MasterKey) -> Result<Resealed, Fault> {
    keys::replace_master(app.store(), app.master(), new, ctx).await
}

/// How often the master key has been replaced.
pub fn generation(app: &Server) -> i64 {
    app.master().generation()
}

/// Removes a leaked key: what it signed or sealed is no longer valid. Returns `false` if the key is unknown.
pub async fn expel_key(app: &Server, ctx: &Ctx, key: &Leaked) -> Result<bool, Fault> {
    if !keys::expel(app.store(), app.master(), ctx, key).await? {
        return Ok(false);
    }
    app.reload_keys(ctx).await.map(|()| true)
}
