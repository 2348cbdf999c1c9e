//! When the process was asked to end.
use tokio::sync::watch;

/// What a process ends with that was asked twice.
const EXIT_AT_ONCE: i32 = 130;

/// True once the process was asked to end. Who asks again does not wait for what is in flight.
pub fn on_signal() -> anyhow::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hangup = signal(SignalKind::hangup())?;
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                // A terminal that is closed, or a request to read the settings again: nothing to end for.
                _ = hangup.recv() => continue,
            }
            if *tell.borrow() {
                tracing::warn!("stopping at once");
                std::process::exit(EXIT_AT_ONCE);
            }
            tracing::info!("stopping");
            let _ = tell.send(true);
        }
    });
    Ok(told)
}

/// Completes when the process was asked to end.
pub async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
