//! `countersign demo`: starts a server with a database of its own and hands it to the demo.
use crate::cli;
use crate::config::{self, Config, Flags, Registration, Shutdown};
use crate::reload::Source;
use crate::stop::{self, Stage};
use crate::wiring::{self, Beginning};
use crate::{output, serve, system};
use anyhow::{Context as _, bail};
use demo::Demo;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Uses the configured settings, except where the demo serves and which database it fills. Those come from flags alone, so that
/// no settings file points it at a database in use.
pub async fn run(options: &cli::Demo, flags: &Flags, settings: &Config, json: bool) -> anyhow::Result<ExitCode> {
    if flags.issuer.is_some() || flags.listen.is_some() {
        bail!("the demo serves on localhost: use --port and --app-port in place of --issuer and --listen");
    }
    // Keep the folder for as long as the demo runs.
    let temporary = tempfile::tempdir()?;
    let data_dir = flags.data_dir.clone().unwrap_or_else(|| temporary.path().join("data"));
    let listener = bind(options.port).await?;
    let app_listener = bind(options.app_port).await?;
    let issuer = format!("http://localhost:{}", listener.local_addr()?.port());
    let app_url = format!("http://localhost:{}", app_listener.local_addr()?.port());
    let (listen, database, file) = (listener.local_addr()?, flags.database.clone(), flags.config.is_some());
    let configured = move |settings: &Config| Config {
        issuer: issuer.clone(),
        listen,
        database: database.clone(),
        data_dir: data_dir.clone(),
        // Do not limit registrations: people trying things out on their own machine may register often.
        registration: if file {
            settings.registration.clone()
        } else {
            Registration { per_address_per_hour: u32::MAX, alike_per_hour: u32::MAX, ..Registration::default() }
        },
        // No load balancer is in front that would have to drain.
        shutdown: Shutdown { delay: 0, ..settings.shutdown },
        ..settings.clone()
    };
    let config = configured(settings);
    let source = Source::new({
        let flags = flags.clone();
        move || Ok(configured(&config::load(&flags)?.config))
    })?;

    let countersign = wiring::app(&config, Beginning { new_database: true, ..Beginning::default() }).await?;
    let demo = Arc::new(Demo::new(&countersign, system::ctx("demo"), &config.data_dir, &app_url).await?);
    let stop = stop::on_signal(countersign.clone(), Duration::ZERO)?;
    let (end, ended) = watch::channel(Stage::Serving);
    let ended_by_check = merge(stop, ended);
    let sample = tokio::spawn({
        let (demo, stop) = (demo.clone(), stop::stopped(ended_by_check.clone()));
        async move { demo.serve(app_listener, stop).await }
    });
    let server = tokio::spawn({
        let (config, stop) = (config.clone(), ended_by_check);
        async move { serve::serve(countersign, &config, source, listener, stop).await }
    });

    let mut code = ExitCode::SUCCESS;
    if options.check {
        if let Err(error) = demo.check(&output::line).await {
            code = output::failed(&error.context("the demo's own check failed"));
        }
        end.send(Stage::Stopping)?;
    } else if json {
        output::line(&demo.json()?);
    } else {
        output::line(&demo.announcement());
    }
    server.await??;
    sample.await??;
    Ok(code)
}

async fn bind(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await.with_context(|| format!("port {port}"))
}

/// Stops when either receiver does.
fn merge(stop: watch::Receiver<Stage>, ended: watch::Receiver<Stage>) -> watch::Receiver<Stage> {
    let (tell, told) = watch::channel(Stage::Serving);
    tokio::spawn(async move {
        tokio::select! {
            () = stop::stopped(stop) => {}
            () = stop::stopped(ended) => {}
        }
        let _ = tell.send(Stage::Stopping);
    });
    told
}
