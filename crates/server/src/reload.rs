//! Reading the settings again while the server runs, on SIGHUP: all that can change do so at once, or none.
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

/// All that answers requests, with these settings.
pub fn router(app: Server, config: &Config) -> Router {
    let options = WebOptions { trusted_proxies: config.trusted_proxies.clone() };
    web::router(WebState::new(app, Arc::new(SystemClock), Arc::new(SystemRng), options))
}

/// Where the settings come from, and what asks to read them again. From its first moment on, SIGHUP does not end the process.
pub struct Source {
    hangup: Signal,
    read: Arc<dyn Fn() -> anyhow::Result<Config> + Send + Sync>,
}

impl Source {
    pub fn new(read: impl Fn() -> anyhow::Result<Config> + Send + Sync + 'static) -> anyhow::Result<Self> {
        Ok(Self { hangup: signal(SignalKind::hangup())?, read: Arc::new(read) })
    }

    /// Follows the signal. `config` is in force; requests take the newest of what `put` was given.
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
                    // What is in force is in force, whether the database says so or not.
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

/// Puts what was read into force, as far as it can be.
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

/// Logs what deserves a thought.
pub fn warn(config: &Config) {
    for warning in config::warnings(config) {
        tracing::warn!("{warning}");
    }
}
