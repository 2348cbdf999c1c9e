//! Serving, until told to stop: requests in flight are finished, what waits is written.
use crate::config::Config;
use crate::connections::{self, Bounds};
use crate::stop::on_signal;
use crate::system::{self, SystemClock, SystemRng};
use crate::wiring::{self, Beginning};
use crate::{jobs, output};
use anyhow::{Context as _, bail};
use flows::App;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use web::{WebOptions, WebState};

/// How long writing what waits and closing the database may take.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// The server's whole life with these settings.
pub async fn run(config: &Config, new_database: bool) -> anyhow::Result<()> {
    let wait = Duration::from_secs(config.postgres.startup_wait);
    let app = wiring::app(config, Beginning { wait, new_database }).await?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| format!("listen {}", config.listen))?;
    output::line(&format!("countersign is ready at {}", config.issuer));
    if let Some(link) = flows::unguarded::setup::link(&app, &system::ctx("start")).await? {
        output::line(&format!("create the first operator (once, within a day): {link}"));
    }
    let stop = on_signal()?;
    serve(app, config, listener, stop).await
}

/// Serves on `listener` until `stop`, then finishes and closes.
pub async fn serve(
    app: App,
    config: &Config,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let options = WebOptions { trusted_proxies: config.trusted_proxies.clone() };
    let state = WebState::new(app.clone(), Arc::new(SystemClock), Arc::new(SystemRng), options);
    let jobs = tokio::spawn(jobs::run(app.clone(), stop.clone()));
    connections::serve(listener, web::router(state), Bounds::new(&config.trusted_proxies), stop).await;
    jobs.await?;
    // A database that is away must not keep the process from ending; what waits is lost with it either way.
    match timeout(LAST_WORDS, app.stop()).await {
        Ok(stopped) => Ok(stopped?),
        Err(_) => bail!("the database did not take what waited to be written"),
    }
}
