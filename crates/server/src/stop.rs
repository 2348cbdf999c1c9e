//! Shutdown signals.
use flows::Server;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// The exit code after a second signal.
const EXIT_AT_ONCE: i32 = 130;

/// The stage of shutdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    #[default]
    Serving,
    /// Still serving, but reporting that it is not ready, so that a load balancer sends requests elsewhere.
    Leaving,
    /// Not accepting connections any more.
    Stopping,
}

/// The stage of shutdown, driven by signals: SIGTERM waits for `leave` before stopping, Ctrl-C stops immediately. A second
/// signal exits without waiting for requests in flight. From the first signal on, `app` is not ready.
pub fn on_signal(app: Server, leave: Duration) -> anyhow::Result<watch::Receiver<Stage>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (tell, told) = watch::channel(Stage::Serving);
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => leave,
                _ = interrupt.recv() => Duration::ZERO,
            }
        };
        let leave = next().await;
        let at_once = async {
            next().await;
            tracing::warn!("stopping at once");
            crate::telemetry::finish();
            std::process::exit(EXIT_AT_ONCE);
        };
        let in_order = async {
            app.standing().leave();
            if !leave.is_zero() {
                let _ = tell.send(Stage::Leaving);
                tracing::info!(seconds = leave.as_secs(), "not ready any more; connections are taken for a while");
                sleep(leave).await;
            }
            let _ = tell.send(Stage::Stopping);
            tracing::info!("stopping");
            std::future::pending::<()>().await;
        };
        tokio::join!(at_once, in_order)
    });
    Ok(told)
}

/// Completes when shutdown begins.
pub async fn stopped(mut stage: watch::Receiver<Stage>) {
    let _ = stage.wait_for(|stage| *stage == Stage::Stopping).await;
}
