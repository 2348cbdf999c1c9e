//! `countersign`: one binary that serves, migrates, administers and demonstrates.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod backlog;
mod cli;
mod commands;
mod config;
mod connections;
#[cfg(feature = "demo")]
mod demo;
mod jobs;
mod log_queue;
mod master_key;
mod output;
mod reload;
mod serve;
mod session;
mod stop;
mod system;
mod telemetry;
mod wiring;

use clap::Parser as _;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::failed(&error.into()),
    };
    let ended = runtime.block_on(commands::run(cli));
    telemetry::finish();
    match ended {
        Ok(code) => code,
        Err(error) => output::failed(&error),
    }
}
