//! What is done now and then, without anybody asking.
use crate::{App, Ctx, Fault, activity, keys, revocations};
use domain::Day;
use store::StoreError;

/// Rows that one write removes of each kind at most, so that none holds the database for long.
const BATCH: i64 = 1_000;
/// Writes of one run that remove old records; what is left waits for the next run.
const BATCHES: usize = 20;
/// A grant's row also proves that its code was used: it stays well past the code's life.
pub(crate) const KEEP_DEAD_GRANTS: i64 = 24 * 60 * 60;
/// Events and their deliveries can be looked at and replayed for so long, in seconds.
const KEEP_EVENTS: i64 = 30 * 24 * 60 * 60;

/// Whoever opens an old link is told for so long that it has expired, in seconds.
const KEEP_INVITATIONS: i64 = 30 * 24 * 60 * 60;
/// A device that still polls is told for so long that its code has expired or was used, in seconds.
const KEEP_DEVICES: i64 = 60 * 60;

const HOUR: i64 = 60 * 60;
/// Seconds from one run to the next.
pub const EACH_RUN: i64 = 30;

/// Removes what has expired, reaps registrations that were never used, and takes up rotated keys.
pub async fn run_all(app: &App, ctx: &Ctx) -> Result<(), Fault> {
    let now = ctx.now;
    let unused_before = now.plus(-app.settings().registration.unused_after);
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            store::sessions::delete_expired(tx, now, BATCH).await?;
            store::invitations::delete_expired(tx, now.plus(-KEEP_INVITATIONS), BATCH).await?;
            store::device::delete_expired(tx, now.plus(-KEEP_DEVICES), BATCH).await?;
            store::grants::delete_expired(tx, now.plus(-KEEP_DEAD_GRANTS), BATCH).await?;
            store::spent::delete(tx, now, now.plus(-KEEP_DEAD_GRANTS), BATCH).await?;
            store::tokens::delete_expired(tx, now, BATCH).await?;
            store::idempotency::delete_expired(tx, now, BATCH).await?;
            store::clients::reap_unused(tx, unused_before, BATCH).await?;
            store::events::delete_old(tx, now.plus(-KEEP_EVENTS), BATCH).await?;
            store::keys::delete_expired_signing(tx, now).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))?;
    forget(app, ctx).await?;
    // Reads all grants where it finds what it looks for last.
    if now.seconds() % HOUR < EACH_RUN {
        keys::forget(app.store(), ctx).await?;
    }
    app.throttle().tidy(now);
    each_second(app, ctx).await
}

/// Removes what was revoked, writes what waits, takes up what other nodes did to the webhooks, and lets go of memory.
pub async fn each_second(app: &App, ctx: &Ctx) -> Result<(), Fault> {
    let revoked = revocations::go_on(app, ctx).await;
    let keys = app.look_at_keys(ctx).await;
    let looked = app.look_at_webhooks().await;
    let told = app.flush_events().await;
    let rested = app.passwords().rest().await;
    app.flush().await.and(told).and(looked).and(rested).and(revoked).and(keys)
}

/// Removes what nobody is told of any more.
async fn forget(app: &App, ctx: &Ctx) -> Result<(), Fault> {
    let day = Day::of(ctx.now).plus(1 - activity::RETENTION_DAYS);
    let moment = Day::of(ctx.now).plus(-app.settings().audit_retention_days).start();
    for _ in 0..BATCHES {
        let work = app.store().write(move |tx| {
            Box::pin(async move {
                let days = store::activity::delete_old(tx, day, BATCH).await?;
                let days = days + store::unprotected::delete_old(tx, day, BATCH).await?;
                Ok(days + store::audit::delete_old(tx, moment, BATCH).await?)
            })
        });
        if work.await.map_err(|error: StoreError| Fault::from(error))? == 0 {
            break;
        }
    }
    Ok(())
}
