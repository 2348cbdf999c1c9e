//! How much memory the server takes: idle, under load, and idle again.
use crate::load::{self, Operation};
use crate::out::say;
use crate::start;
use crate::stats::kib;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Memory budgets in MiB: for an idle server, and for one under load.
const IDLE: f64 = 25.0;
const LOADED: f64 = 60.0;

const CONNECTIONS: usize = 32;

/// The memory of a process, in MiB.
struct Memory {
    when: &'static str,
    /// Total resident memory.
    rss: f64,
    /// The part private to the process: heap and stacks. The rest are pages of the binary and the database, which the system
    /// can drop at any time and shares between processes.
    anonymous: Option<f64>,
    budget: Option<f64>,
}

impl Memory {
    fn now(pid: u32, when: &'static str) -> Self {
        Self { when, rss: read(pid, "VmRSS:"), anonymous: Some(read(pid, "RssAnon:")), budget: None }
    }

    /// The peak since [`forget_peak`]. The system does not report what it consisted of.
    fn peak(pid: u32, when: &'static str) -> Self {
        Self { when, rss: read(pid, "VmHWM:"), anonymous: None, budget: Some(LOADED) }
    }

    fn json(&self) -> Value {
        json!({"when": self.when, "rss_mib": self.rss, "anonymous_mib": self.anonymous, "budget": self.budget, "met": self.budget.map(|budget| self.rss <= budget)})
    }
}

/// A field of `/proc/<pid>/status`.
#[expect(clippy::cast_precision_loss, reason = "memory of one process is far below 2^52 KiB")]
fn read(pid: u32, field: &str) -> f64 {
    kib(pid, field) as f64 / 1024.0
}

/// Resets the peak: the password hashing done so far is not part of the load.
fn forget_peak(pid: u32) -> anyhow::Result<()> {
    Ok(std::fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

/// Measures each kind of load for `seconds`, and prints the results.
pub async fn run(root: &Path, seconds: u64, as_json: bool) -> anyhow::Result<()> {
    let pause = |seconds| tokio::time::sleep(Duration::from_secs(seconds));
    let mut rows = Vec::new();
    let folder = tempfile::tempdir()?;
    let fresh = start::serve(root, &folder.path().join("fresh")).await?;
    pause(3).await;
    let idle = Memory::now(fresh.pid(), "`serve`, 3 s after it made its database");
    rows.push(Memory { budget: Some(IDLE), ..idle });
    drop(fresh);

    let demo = start::ours(root, &folder.path().join("demo")).await?;
    let pid = demo.target.pid;
    pause(3).await;
    rows.push(Memory::now(pid, "`demo`, 3 s after passwords were hashed"));
    // Hashing threads exit after 10 s without work, which frees their memory.
    pause(12).await;
    rows.push(Memory::now(pid, "`demo`, 15 s after passwords were hashed"));
    forget_peak(pid)?;
    for operation in [Operation::ClientCredentials, Operation::Refresh, Operation::RefreshRotating] {
        load::measure(&demo.target, operation, CONNECTIONS, seconds).await?;
    }
    rows.push(Memory::peak(pid, "under load, the most"));
    pause(10).await;
    rows.push(Memory::now(pid, "10 s after the load"));

    if as_json {
        say(&Value::from(rows.iter().map(Memory::json).collect::<Vec<_>>()).to_string());
        return Ok(());
    }
    say("MiB                                       resident  anonymous  budget");
    for Memory { when, rss, anonymous, budget } in &rows {
        let or_dash = |value: &Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        say(&format!("{when:<42} {rss:>7.1} {:>10} {:>7}", or_dash(anonymous), or_dash(budget)));
    }
    Ok(())
}
