//! The server itself, for operators: its signing keys, settings and health.
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
    /// Whether this is a next key that clients may not know yet.
    pub young: bool,
    pub created_at: Timestamp,
    /// When it became active.
    pub activated_at: Option<Timestamp>,
    /// When it was retired; since then it only verifies.
    pub retired_at: Option<Timestamp>,
    /// Until when it is published.
    pub expires_at: Option<Timestamp>,
}

/// The published signing keys, oldest first. See [`crate::operator::keys::rotate_keys`] for their rotation.
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

/// The settings in effect, in the order of the reference.
pub fn settings<'a>(app: &'a Server, ctx: &Ctx, principal: &Principal) -> Managed<&'a [InForce]> {
    may(app, ctx, principal)?;
    Ok(&app.settings().in_force)
}

/// The health of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub version: &'static str,
    pub started_at: Timestamp,
    /// Seconds.
    pub uptime: i64,
    /// The schema version that this version of the server requires.
    pub schema_version: i64,
    /// `None` if the database does not answer.
    pub database: Option<DatabaseHealth>,
    /// The round-trip time of one query.
    pub round_trip: Option<Duration>,
    /// Transactions that this process committed since it started.
    pub commits: u64,
    pub waiting: Waiting,
    pub jobs: Jobs,
}

async fn ask(app: &Server) -> Result<(Duration, DatabaseHealth), Fault> {
    let mut tx = app.store().read().await?;
    // The first query may have to open or wake a connection.
    store::platform::health::ping(&mut tx).await?;
    #[expect(clippy::disallowed_methods, reason = "a measurement, on which no rule depends")]
    let begun = Instant::now();
    store::platform::health::ping(&mut tx).await?;
    Ok((begun.elapsed(), store::platform::health::look(&mut tx).await?))
}

/// Webhooks of all owners with pending deliveries, or with failed ones if `dead`; those with the most deliveries first.
pub async fn deliveries(app: &Server, ctx: &Ctx, principal: &Principal, dead: bool) -> Managed<Vec<WebhookDeliveries>> {
    may(app, ctx, principal)?;
    let mut tx = app.store().read().await?;
    Ok(store::platform::health::by_webhook(&mut tx, dead).await?)
}

/// Returns the server's health. Succeeds even if the database does not answer.
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
