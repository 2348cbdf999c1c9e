//! Background jobs of the server.
use crate::grants::bulk_revocation;
use crate::operator::cleaning::{clean, clean_consents};
use crate::platform::idempotency::claim;
use crate::platform::keys;
use crate::platform::pace::Turn;
use crate::{Ctx, Fault, Server};
use futures_util::future::BoxFuture;
use std::time::Duration;

/// A background job. Jobs run separately, so that none delays another.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    pub name: &'static str,
    pub every: Duration,
    work: fn(Server, Ctx) -> BoxFuture<'static, Result<(), Fault>>,
}

impl Job {
    pub fn run(&self, app: Server, ctx: Ctx) -> BoxFuture<'static, Result<(), Fault>> {
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

/// All jobs except deliveries, which run continuously ([`crate::webhooks::deliver::Deliverer`]).
pub const JOBS: [Job; 9] = jobs![
    "records" every 1: |app, _ctx| app.flush().await,
    "events" every 1: |app, _ctx| app.flush_events().await,
    "webhooks" every 1: |app, _ctx| app.look_at_webhooks().await,
    "memory" every 1: |app, _ctx| app.passwords().rest().await,
    "keys" every 1: |app, ctx| app.look_at_keys(&ctx).await,
    "revocations" every 1: |app, ctx| bulk_revocation::go_on(&app, &ctx, Turn::begin()).await,
    // In the worst case this reads all grants.
    "old keys" every 3_600: |app, ctx| keys::forget(app.store(), &ctx).await.map(|_| ()),
    // Continues in the next turn if rows are left.
    "cleaning" every 5: |app, ctx| clean(&app, &ctx, Turn::begin()).await,
    // Reads all consents that were given only with tokens.
    "spent consents" every 600: |app, ctx| clean_consents(&app, &ctx).await,
];

/// Runs once before the process starts serving.
pub async fn before_serving(app: &Server) -> Result<(), Fault> {
    claim::abandon_all(app).await.map(drop)
}

/// Runs all deletions until nothing is left, and [`each_second`]: for tests.
pub async fn run_all(app: &Server, ctx: &Ctx) -> Result<(), Fault> {
    clean(app, ctx, Turn::ENDLESS).await?;
    clean_consents(app, ctx).await?;
    each_second(app, ctx).await
}

/// Runs the jobs of every second: finishes bulk revocations, reloads keys and webhook subscriptions, writes pending data, and
/// frees memory.
pub async fn each_second(app: &Server, ctx: &Ctx) -> Result<(), Fault> {
    let revoked = bulk_revocation::go_on(app, ctx, Turn::ENDLESS).await;
    let keys = app.look_at_keys(ctx).await;
    let looked = app.look_at_webhooks().await;
    let told = app.flush_events().await;
    let rested = app.passwords().rest().await;
    app.flush().await.and(told).and(looked).and(rested).and(revoked).and(keys)
}
