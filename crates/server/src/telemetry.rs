//! Logging to standard error.
use crate::config::{Log, LogFormat};
use crate::log_queue::LogQueue;
use anyhow::Context as _;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;
use std::sync::OnceLock;
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

struct Running {
    queue: LogQueue,
    refilter: Box<dyn Fn(EnvFilter) + Send + Sync>,
}

static RUNNING: OnceLock<Running> = OnceLock::new();

/// Maximum time for writing the last lines. Their reader may be stuck.
const LAST_LINES: Duration = Duration::from_secs(1);

pub fn filter(level: &str) -> anyhow::Result<EnvFilter> {
    EnvFilter::try_new(level).with_context(|| format!("log.level `{level}`"))
}

pub fn start(log: &Log) -> anyhow::Result<()> {
    let filter = filter(&log.level)?;
    let queue = LogQueue::default();
    let writer = queue.clone();
    // By default it writes its errors to standard error, and panics if that fails, too.
    let builder = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    let builder = builder.with_writer(move || writer.clone());
    // A second start in one process (tests) keeps the first subscriber.
    let (refilter, first): (Box<dyn Fn(EnvFilter) + Send + Sync>, _) = match log.format {
        LogFormat::Text => {
            let builder = builder.with_ansi(false).with_filter_reloading();
            let handle = builder.reload_handle();
            (Box::new(move |filter| drop(handle.reload(filter))), builder.finish().try_init())
        }
        LogFormat::Json => {
            let builder = builder.json().with_filter_reloading();
            let handle = builder.reload_handle();
            (Box::new(move |filter| drop(handle.reload(filter))), builder.finish().try_init())
        }
    };
    if first.is_err() {
        return Ok(());
    }
    let lines = queue.clone();
    let write = move || {
        lines.write_to(std::io::stderr(), |lost| tracing::warn!(lost, "lines of the log could not be written"));
    };
    std::thread::Builder::new().name("log".to_owned()).spawn(write).context("log")?;
    let _ = RUNNING.set(Running { queue, refilter });
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

/// Replaces the default hook, which writes to standard error directly and blocks while its reader is stuck.
fn panicked(info: &PanicHookInfo<'_>) {
    let said = info.payload_as_str().unwrap_or_default();
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let trace = Backtrace::capture();
    let trace = (trace.status() == BacktraceStatus::Captured).then(|| tracing::field::display(trace));
    tracing::error!(said, location, trace, "panic");
    // In other threads, the process continues.
    if std::thread::current().name() == Some("main") {
        finish();
    }
}

/// Sets a new log filter.
pub fn set_filter(filter: EnvFilter) {
    if let Some(running) = RUNNING.get() {
        (running.refilter)(filter);
    }
}

/// Number of lines that could not be written.
pub fn lost() -> u64 {
    RUNNING.get().map_or(0, |running| running.queue.lost())
}

/// Waits until the last lines are written. Call this before the process ends.
pub fn finish() {
    if let Some(running) = RUNNING.get() {
        running.queue.finish(LAST_LINES);
    }
}
