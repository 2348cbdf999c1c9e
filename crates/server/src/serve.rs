//! Serves until shutdown: finishes requests in flight and writes what is queued.
use crate::config::{self, Config, Flags};
use crate::connections::{self, Bounds};
use crate::reload::{self, Source};
use crate::stop::{Stage, on_signal};
use crate::wiring::{self, Beginning};
use crate::{jobs, output, system, telemetry};
use anyhow::{Context as _, bail};
use flows::Server;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

/// Maximum time for writing queued data and closing the database.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// Runs the server with these settings, which were read using `flags`.
pub async fn run(flags: &Flags, config: &Config) -> anyhow::Result<()> {
    let source = Source::new({
        let flags = flags.clone();
        move || Ok(config::load(&flags)?.config)
    })?;
    reload::warn(config);
    let wait = Duration::from_secs(config.postgres.startup_wait);
    let app = wiring::app(config, Beginning { wait, new_database: flags.new_database }).await?;
    flows::operator::jobs::before_serving(&app).await?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| format!("listen {}", config.listen))?;
    output::line(&format!("countersign is ready at {}", config.issuer));
    if let Some(link) = flows::unguarded::setup::link(&app, &system::ctx("start")).await? {
        output::line(&format!("create the first operator (once, within a day): {link}"));
    }
    let stage = on_signal(app.clone(), Duration::from_secs(config.shutdown.delay))?;
    serve(app, config, source, listener, stage).await
}

/// Serves on `listener` until shutdown, then finishes and closes.
pub async fn serve(
    app: Server,
    config: &Config,
    source: Source,
    listener: TcpListener,
    stage: watch::Receiver<Stage>,
) -> anyhow::Result<()> {
    app.standing().count_lost_lines(telemetry::lost);
    let (put, router) = watch::channel(reload::router(app.clone(), config));
    let reloads = tokio::spawn(source.follow(app.clone(), config.clone(), put));
    let jobs = tokio::spawn(jobs::run(app.clone(), stage.clone()));
    let bounds = Bounds::new(&config.trusted_proxies, Duration::from_secs(config.shutdown.grace));
    connections::serve(listener, router, bounds, stage).await;
    reloads.abort();
    jobs.await?;
    // An unreachable database must not keep the process from ending; the queued data is lost either way.
    match timeout(LAST_WORDS, app.stop()).await {
        Ok(stopped) => Ok(stopped?),
        Err(_) => bail!("the database did not take what waited to be written"),
    }
}
