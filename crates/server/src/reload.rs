//! Reloads the settings on SIGHUP while the server runs. All changes that need no restart apply together, or none do.
use crate::config::{self, Config};
use crate::system::{self, SystemClock, SystemRng};
use crate::telemetry;
use anyhow::bail;
use axum::Router;
use flows::Server;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use web::{WebOptions, WebState};

/// The router that serves all requests, with these settings.
pub fn router(app: Server, config: &Config) -> Router {
    let options = WebOptions { trusted_proxies: config.trusted_proxies.clone() };
    web::router(WebState::new(app, Arc::new(SystemClock), Arc::new(SystemRng), options))
}

/// The source of the settings, and the signal to reload them. Once created, SIGHUP no longer ends the process.
pub struct Source {
    hangup: Signal,
    read: Arc<dyn Fn() -> anyhow::Result<Config> + Send + Sync>,
}

impl Source {
    pub fn new(read: impl Fn() -> anyhow::Result<Config> + Send + Sync + 'static) -> anyhow::Result<Self> {
        Ok(Self { hangup: signal(SignalKind::hangup())?, read: Arc::new(read) })
    }

    /// Reloads on each signal. `config` is the configuration in force; requests use the newest router passed to `put`.
    pub async fn follow(mut self, app: Server, mut config: Config, put: watch::Sender<Router>) {
        while self.hangup.recv().await.is_some() {
            let read = self.read.clone();
            let again = match spawn_blocking(move || read()).await {
                Ok(Ok(read)) => again(&app, &config, &read, &put),
                Ok(Err(error)) => Err(error),
                Err(error) => Err(error.into()),
            };
            match again {
                Ok(now) => {
                    let changed = config::changed(&config, &now);
                    config = now;
                    if changed.is_empty() {
                        continue;
                    }
                    // The settings are in force even if the database cannot record it.
                    if let Err(fault) = flows::unguarded::settings::tell(&app, &system::ctx("SIGHUP"), &changed).await {
                        tracing::warn!(%fault, "the audit log lacks that the settings were reloaded");
                    }
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::error!(error, "the settings were not reloaded; those from before stay in force");
                }
            }
        }
    }
}

/// Applies the settings that were read, except those that need a restart.
fn again(app: &Server, before: &Config, read: &Config, put: &watch::Sender<Router>) -> anyhow::Result<Config> {
    let problems = config::problems(read);
    if !problems.is_empty() {
        bail!("{}", problems.join("; "));
    }
    let now = config::reloaded(before, read);
    let filter = telemetry::filter(&now.log.level)?;
    let app = app.renewed(now.settings(app.pepper())?)?;
    drop(put.send_replace(router(app, &now)));
    telemetry::set_filter(filter);
    let (changed, wait) = (config::changed(before, &now).join(" "), config::changed(&now, read).join(" "));
    tracing::info!(changed, "the settings were reloaded");
    if !wait.is_empty() {
        tracing::warn!(settings = wait, "these settings changed, too, and need a restart");
    }
    warn(&now);
    Ok(now)
}

/// Logs warnings about questionable settings.
pub fn warn(config: &Config) {
    for warning in config::warnings(config) {
        tracing::warn!("{warning}");
    }
}
