//! Serving, until told to stop: requests in flight are finished, what waits is written.
use crate::config::Config;
use crate::connections::{self, Bounds};
use crate::stop::{on_signal, stopped};
use crate::system::{self, SystemClock, SystemRng};
use crate::{output, wiring};
use anyhow::Context as _;
use flows::App;
use flows::deliver::Deliverer;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use web::{WebOptions, WebState};

/// The server's whole life with these settings.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let app = wiring::app(config).await?;
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
    let jobs = tokio::spawn(jobs(app.clone(), stop.clone()));
    connections::serve(listener, web::router(state), Bounds::new(&config.trusted_proxies), stop).await;
    jobs.await?;
    app.stop().await?;
    Ok(())
}

/// Every second, writes what waits and sends to webhooks what is due; every half minute, tidies up.
async fn jobs(app: App, stop: watch::Receiver<bool>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let mut deliverer = Deliverer::new(app.clone(), Arc::new(|| system::ctx("webhooks")));
    let mut ticks = 0u32;
    loop {
        tokio::select! {
            _ = second.tick() => {}
            () = stopped(stop.clone()) => return deliverer.stop().await,
        }
        let ctx = system::ctx("job");
        let done = if ticks.is_multiple_of(30) {
            flows::jobs::run_all(&app, &ctx).await
        } else {
            flows::jobs::each_second(&app, &ctx).await
        };
        let sent = deliverer.tick().await;
        if let Err(fault) = done.and(sent) {
            tracing::error!(%fault, "a job failed; it is tried again");
        }
        ticks = ticks.wrapping_add(1);
    }
}
