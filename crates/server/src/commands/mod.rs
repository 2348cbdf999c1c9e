//! The subcommands. Each opens the database, does one thing through the same use cases as the server, and prints the result.
mod audit;
mod clients;
mod keys;
mod registration;
mod scopes;
mod usage;
mod users;
mod webhooks;
mod workspaces;

use crate::cli::{Cli, Command};
use crate::config::{self, Config};
use crate::session::Session;
use crate::wiring::{self, Beginning};
use crate::{output, serve, system, telemetry};
use anyhow::{Context as _, bail};
use std::process::ExitCode;

pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let loaded = config::load(&cli.flags)?;
    telemetry::start(&loaded.config.log)?;
    if matches!(cli.command, Command::CheckConfig) {
        return check_config(&loaded, cli.json);
    }
    let problems = config::problems(&loaded.config);
    if !problems.is_empty() {
        bail!("settings: {}", problems.join("; "));
    }
    let open = async || -> anyhow::Result<Session> {
        let beginning = Beginning { new_database: cli.flags.new_database, ..Beginning::default() };
        let app = wiring::app(&loaded.config, beginning).await?;
        Ok(Session { app, ctx: system::ctx("command line"), json: cli.json })
    };
    match cli.command {
        Command::Serve => serve::run(&cli.flags, &loaded.config).await?,
        Command::Migrate => migrate(&loaded.config, cli.json).await?,
        Command::Compact => compact(&loaded.config, cli.json).await?,
        #[cfg(feature = "demo")]
        Command::Demo(ref options) => return crate::demo::run(options, &cli.flags, &loaded.config, cli.json).await,
        Command::CheckConfig => {}
        Command::User(command) => users::run(open().await?, command).await?,
        Command::Workspace(command) => workspaces::run(open().await?, command).await?,
        Command::Member(command) => workspaces::members(open().await?, command).await?,
        Command::Client(command) => clients::run(open().await?, command).await?,
        Command::Scope(command) => scopes::run(open().await?, &command).await?,
        Command::Audit(command) => audit::run(open().await?, command).await?,
        Command::Webhook(command) => webhooks::run(open().await?, command).await?,
        Command::Key(command) => keys::run(open().await?, command, &loaded.config).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn check_config(loaded: &config::Loaded, json: bool) -> anyhow::Result<ExitCode> {
    let (problems, warnings) = (config::problems(&loaded.config), config::warnings(&loaded.config));
    let report = serde_json::json!({"ok": problems.is_empty(), "problems": problems, "warnings": warnings, "settings": config::explain(loaded)});
    output::show(json, &report, |_| {
        let lines = config::explain(loaded).into_iter();
        let warned = warnings.iter().map(|w| format!("warning: {w}"));
        let wrong = problems.iter().map(|p| format!("problem: {p}"));
        lines.chain(warned).chain(wrong).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn migrate(config: &Config, json: bool) -> anyhow::Result<()> {
    let applied = store::migrate(&config.database_url(), &wiring::store_options(config)).await.context("database")?;
    output::show(json, &serde_json::json!({"applied": applied}), |_| match applied.as_slice() {
        [] => "the database is up to date".to_owned(),
        versions => format!("applied {versions:?}"),
    })
}

async fn compact(config: &Config, json: bool) -> anyhow::Result<()> {
    let sizes = store::compact(&config.database_url(), &wiring::store_options(config)).await.context("database")?;
    let Some((before, after)) = sizes else { bail!("PostgreSQL gives room back by itself: see its VACUUM") };
    output::show(json, &serde_json::json!({"bytes_before": before, "bytes_after": after}), |_| {
        format!("{before} bytes before, {after} bytes now")
    })
}
