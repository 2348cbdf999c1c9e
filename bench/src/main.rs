//! The benchmark: Countersign's release binary and the npm package `oidc-provider`, one after the other, on one machine.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod http;
mod lists;
mod load;
mod memory;
mod out;
mod pages;
mod seed;
mod start;
mod stats;
mod target;

use anyhow::{Context as _, bail};
use clap::Parser;
use load::Operation;
use out::say;
use serde_json::{Value, json};
use start::Server;
use stats::{Measured, kib};
use std::path::PathBuf;

/// Measures Countersign against its peer; the figures that count are the ratios.
#[derive(Debug, Parser)]
struct Options {
    /// Seconds of each measurement, after one of warming up.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Operations, such as `userinfo,refresh`; or alone `lists`: every list with very many rows behind it; or `pages`: every
    /// page; or `memory`: what the server takes.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    #[arg(long)]
    ours_only: bool,
    #[arg(long)]
    peer_only: bool,
    #[arg(long, value_delimiter = ',', default_value = "32,1")]
    connections: Vec<usize>,
    /// For `pages`: how many there are, and of everything else accordingly.
    #[arg(long, default_value_t = seed::LARGE, value_parser = clap::value_parser!(u32).range(1000..=seed::LARGE as i64))]
    clients: u32,
    /// One JSON value at the end instead of the table.
    #[arg(long)]
    json: bool,
}

fn root() -> anyhow::Result<PathBuf> {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Ok(own.parent().context("the workspace")?.to_owned())
}

fn main() -> anyhow::Result<()> {
    // One thread: the load client must not take both cores from the server.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(Options::parse()))
}

/// All measurements of one server, and its peak memory in MiB.
struct Results {
    measured: Vec<(Operation, usize, Measured)>,
    peak: u64,
}

async fn all(server: &Server, operations: &[Operation], options: &Options) -> anyhow::Result<Results> {
    let target = &server.target;
    let mut measured = Vec::new();
    for &operation in operations {
        for &connections in &options.connections {
            let one = load::measure(target, operation, connections, options.seconds)
                .await
                .with_context(|| format!("{} of {}", operation.name(), target.name))?;
            if !options.json {
                say(&format!(
                    "  {:<14} {:<20} {connections:>3} {:>9.0}/s  p50 {:>6} µs  p99 {:>6} µs",
                    target.name,
                    operation.name(),
                    one.rate,
                    one.p50,
                    one.p99
                ));
            }
            measured.push((operation, connections, one));
        }
    }
    Ok(Results { measured, peak: kib(target.pid, "VmHWM:") / 1024 })
}

async fn run(options: Options) -> anyhow::Result<()> {
    let root = root()?;
    if let Some(alone) = options.only.iter().find(|name| matches!(name.as_str(), "lists" | "pages" | "memory")) {
        if options.only.len() > 1 {
            bail!("`{alone}` is measured alone");
        }
        start::build(&root)?;
        return match alone.as_str() {
            "lists" => lists::run(&root, options.json).await,
            "memory" => memory::run(&root, options.seconds, options.json).await,
            _ => pages::run(&root, seed::Size { clients: options.clients }, options.json).await,
        };
    }
    let known = |name: &String| Operation::ALL.into_iter().find(|o| o.name() == name);
    let operations = match options
        .only
        .iter()
        .map(|n| known(n).with_context(|| format!("no operation `{n}`")))
        .collect::<Result<Vec<_>, _>>()?
    {
        none if none.is_empty() => Operation::ALL.to_vec(),
        some => some,
    };
    if options.ours_only && options.peer_only {
        bail!("--ours-only and --peer-only exclude each other");
    }
    let mut report = json!({});
    let ours = if options.peer_only {
        None
    } else {
        start::build(&root)?;
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let server = start::ours(&root, &data).await?;
        let results = all(&server, &operations, &options).await?;
        drop(server);
        let started = start::start_time(&root, &data).await?;
        report["start_ms"] = json!(u64::try_from(started.as_millis())?);
        Some(results)
    };
    let mut peer: Option<Results> = None;
    for &operation in operations.iter().filter(|_| !options.ours_only) {
        // The peer's store keeps only the last thousand entries, so a flood of tokens evicts the load client's session.
        // Starting a fresh peer for each operation shows it at its best.
        let one = all(&start::peer(&root).await?, &[operation], &options).await?;
        match &mut peer {
            None => peer = Some(one),
            Some(so_far) => {
                so_far.measured.extend(one.measured);
                so_far.peak = so_far.peak.max(one.peak);
            }
        }
    }
    for (name, results) in [("ours", &ours), ("peer", &peer)] {
        if let Some(results) = results {
            report[format!("{name}_peak_memory_mib")] = results.peak.into();
        }
    }
    report["operations"] = operations
        .iter()
        .flat_map(|&operation| options.connections.iter().map(move |&c| (operation, c)))
        .map(|(operation, connections)| line(operation, connections, ours.as_ref(), peer.as_ref()))
        .collect::<Vec<_>>()
        .into();
    if options.json {
        say(&report.to_string());
    } else {
        table(&report);
    }
    Ok(())
}

fn find(results: Option<&Results>, operation: Operation, connections: usize) -> Option<&Measured> {
    results?.measured.iter().find(|(o, c, _)| (*o, *c) == (operation, connections)).map(|(_, _, m)| m)
}

fn line(operation: Operation, connections: usize, ours: Option<&Results>, peer: Option<&Results>) -> Value {
    let (mine, theirs) = (find(ours, operation, connections), find(peer, operation, connections));
    let ratio = mine.zip(theirs).map(|(m, t)| m.rate / t.rate);
    let budget = (connections == 32).then(|| operation.budget());
    json!({
        "operation": operation.name(), "connections": connections, "ours": mine.map(Measured::json), "peer": theirs.map(Measured::json),
        "ratio": ratio, "budget": budget, "met": ratio.zip(budget).map(|(r, b)| r >= b),
    })
}

fn table(report: &Value) {
    say("\noperation             conn     ours/s     peer/s   ratio  budget");
    for row in report["operations"].as_array().into_iter().flatten() {
        let number = |v: &Value, digits: usize| v.as_f64().map_or_else(|| "–".to_owned(), |n| format!("{n:.digits$}"));
        let met = row["met"].as_bool().map_or("", |met| if met { "met" } else { "NOT MET" });
        say(&format!(
            "{:<20} {:>5} {:>10} {:>10} {:>7} {:>7}  {met}",
            row["operation"].as_str().unwrap_or_default(),
            row["connections"],
            number(&row["ours"]["rate"], 0),
            number(&row["peer"]["rate"], 0),
            number(&row["ratio"], 1),
            number(&row["budget"], 1),
        ));
    }
    for name in ["start_ms", "ours_peak_memory_mib", "peer_peak_memory_mib"] {
        if !report[name].is_null() {
            say(&format!("{name}: {}", report[name]));
        }
    }
}
