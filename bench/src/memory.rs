//! How much memory the server takes: idle, under load, and idle again.
use crate::load::{self, Operation};
use crate::out::say;
use crate::start;
use crate::stats::kib;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// MiB that the design allows an idle server, and one under load.
const IDLE: f64 = 25.0;
const LOADED: f64 = 60.0;

const CONNECTIONS: usize = 32;

/// What a process has in memory, in MiB.
struct Memory {
    when: &'static str,
    /// All of it that is resident.
    rss: f64,
    /// The part that is the process's own: heap and stacks. The rest are pages of the binary and of the database, which the
    /// system may drop at any time, and shares among processes.
    anonymous: Option<f64>,
    budget: Option<f64>,
}

impl Memory {
    fn now(pid: u32, when: &'static str) -> Self {
        Self { when, rss: read(pid, "VmRSS:"), anonymous: Some(read(pid, "RssAnon:")), budget: None }
    }

    /// The most since [`forget_peak`]; the system does not tell what it was made of.
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

/// From here on the peak is counted anew: hashing passwords before has nothing to do with the load.
fn forget_peak(pid: u32) -> anyhow::Result<()> {
    Ok(std::fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

/// Measures with `seconds` of each kind of load, and prints.
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
    // The threads that hash end when they had nothing to do for 10 s, and the memory goes with them.
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
