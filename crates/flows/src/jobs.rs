//! What is done now and then, without anybody asking.
use crate::{App, Ctx, Fault, activity, keys, revocations};
use domain::Day;
use futures_util::future::BoxFuture;
use std::time::Duration;
use store::StoreError;

/// What is done now and then, apart from all else that is, so that none holds up another.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    pub name: &'static str,
    pub every: Duration,
    work: fn(App, Ctx) -> BoxFuture<'static, Result<(), Fault>>,
}

impl Job {
    pub fn run(&self, app: App, ctx: Ctx) -> BoxFuture<'static, Result<(), Fault>> {
        (self.work)(app, ctx)
    }
}

macro_rules! jobs {
    ($($name:literal every $seconds:literal: |$app:ident, $ctx:ident| $work:expr),* $(,)?) => {
        [$(Job {
            name: $name,
            every: Duration::from_secs($seconds),
            work: |$app, $ctx| Box::pin(async move { $work }),
        }),*]
    };
}

/// All of them but the deliveries, which go on from one turn to the next ([`crate::deliver::Deliverer`]).
pub const JOBS: [Job; 8] = jobs![
    "records" every 1: |app, _ctx| app.flush().await,
    "events" every 1: |app, _ctx| app.flush_events().await,
    "webhooks" every 1: |app, _ctx| app.look_at_webhooks().await,
    "memory" every 1: |app, _ctx| app.passwords().rest().await,
    "keys" every 1: |app, ctx| app.look_at_keys(&ctx).await,
    "revocations" every 1: |app, ctx| revocations::go_on(&app, &ctx).await,
    // Reads all grants where it finds what it looks for last.
    "old keys" every 3_600: |app, ctx| keys::forget(app.store(), &ctx).await.map(|_| ()),
    "cleaning" every 30: |app, ctx| clean(&app, &ctx).await,
];

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

/// Everything at once.
pub async fn run_all(app: &App, ctx: &Ctx) -> Result<(), Fault> {
    clean(app, ctx).await?;
    each_second(app, ctx).await
}

/// Removes what has expired, and reaps registrations that were never used.
async fn clean(app: &App, ctx: &Ctx) -> Result<(), Fault> {
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
    app.throttle().tidy(now);
    Ok(())
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
