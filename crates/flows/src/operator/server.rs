//! The server itself, for whoever runs it: its signing keys, its settings, its health.
use crate::platform::audit_log::AuditSubject;
use crate::platform::effective_settings::InForce;
use crate::platform::keys;
use crate::platform::management_error::Managed;
pub use crate::platform::readiness::Jobs;
use crate::platform::refused::refused;
pub use crate::platform::waiting::Waiting;
use crate::{Ctx, Fault, Server};
use domain::Timestamp;
use domain::access::{Operation, Principal};
use domain::platform::keys::KeyState;
use jose::SigningAlg;
use std::time::{Duration, Instant};
pub use store::platform::health::{DatabaseHealth, WebhookDeliveries};

fn may(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<()> {
    let denied = |denied| refused(app, ctx, "server.management", AuditSubject::default(), denied);
    principal.may(Operation::ReadServer).map_err(denied)
}

/// A signing key, without its private part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyView {
    pub kid: String,
    pub alg: SigningAlg,
    pub state: KeyState,
    /// A next key that clients may not know yet.
    pub young: bool,
    pub created_at: Timestamp,
    /// Since when it signs, or signed.
    pub activated_at: Option<Timestamp>,
    /// Since when it only verifies.
    pub retired_at: Option<Timestamp>,
    /// Until when it is published.
    pub expires_at: Option<Timestamp>,
}

/// The published signing keys, oldest first. They are rotated by [`crate::operator::keys::rotate_keys`].
pub async fn signing_keys(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<Vec<SigningKeyView>> {
    may(app, ctx, principal)?;
    let mut tx = app.store().read().await?;
    let keys = store::platform::keys::list_signing(&mut tx, ctx.now).await?;
    let view = |key: &domain::platform::keys::SigningKeyRecord| SigningKeyView {
        kid: key.kid.clone(),
        alg: key.alg,
        state: key.state,
        young: keys::is_young(key, &keys, ctx.now),
        created_at: key.created_at,
        activated_at: key.activated_at,
        retired_at: key.retired_at,
        expires_at: key.expires_at,
    };
    Ok(keys.iter().map(view).collect())
}

/// The settings as they are in force, in the order of the reference.
pub fn settings<'a>(app: &'a Server, ctx: &Ctx, principal: &Principal) -> Managed<&'a [InForce]> {
    may(app, ctx, principal)?;
    Ok(&app.settings().in_force)
}

/// How the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub version: &'static str,
    pub started_at: Timestamp,
    /// Seconds.
    pub uptime: i64,
    /// The schema version that this program needs.
    pub schema_version: i64,
    /// `None` when the database does not answer.
    pub database: Option<DatabaseHealth>,
    /// How long one question took, there and back.
    pub round_trip: Option<Duration>,
    /// Transactions that this process committed since it started.
    pub commits: u64,
    pub waiting: Waiting,
    pub jobs: Jobs,
}

async fn ask(app: &Server) -> Result<(Duration, DatabaseHealth), Fault> {
    let mut tx = app.store().read().await?;
    // The first question may have to wake a connection.
    store::platform::health::ping(&mut tx).await?;
    #[expect(clippy::disallowed_methods, reason = "a measurement, on which no rule depends")]
    let begun = Instant::now();
    store::platform::health::ping(&mut tx).await?;
    Ok((begun.elapsed(), store::platform::health::look(&mut tx).await?))
}

/// The webhooks of everybody whose deliveries are still tried, or were given up if `dead`: those with the most first.
pub async fn deliveries(app: &Server, ctx: &Ctx, principal: &Principal, dead: bool) -> Managed<Vec<WebhookDeliveries>> {
    may(app, ctx, principal)?;
    let mut tx = app.store().read().await?;
    Ok(store::platform::health::by_webhook(&mut tx, dead).await?)
}

/// A database that does not answer is an answer, too.
pub async fn health(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<Health> {
    may(app, ctx, principal)?;
    let asked = ask(app).await;
    if let Err(fault) = &asked {
        tracing::warn!(%fault, "the database does not answer");
    }
    let asked = asked.ok();
    let started_at = app.started_at();
    Ok(Health {
        version: env!("CARGO_PKG_VERSION"),
        started_at,
        uptime: ctx.now.since(started_at),
        schema_version: store::SCHEMA_VERSION,
        database: asked.map(|(_, database)| database),
        round_trip: asked.map(|(took, _)| took),
        commits: app.store().commits(),
        waiting: app.waiting(),
        jobs: app.standing().jobs(),
    })
}
