//! `countersign demo`: a seeded database, the server, and a third-party sample application.
mod app;
mod check;
mod form;
mod page;
mod seed;

use crate::cli::Demo;
use crate::config::{self, Config, Flags, Registration, Shutdown};
use crate::reload::Source;
use crate::stop::{self, Stage};
use crate::wiring::{self, Beginning};
use crate::{output, serve};
use anyhow::{Context as _, bail};
use seed::Seed;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Uses the configured settings, except where the demo serves and which database it fills. Those come from flags alone, so that
/// no settings file points it at a database in use.
pub async fn run(options: &Demo, flags: &Flags, settings: &Config, json: bool) -> anyhow::Result<ExitCode> {
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
    let seed = seed::load_or_make(&countersign, &config, &app_url).await?;
    let stop = stop::on_signal(countersign.clone(), Duration::ZERO)?;
    let (end, ended) = watch::channel(Stage::Serving);
    let ended_by_check = merge(stop, ended);
    let sample = app::router(&seed)?;
    let sample = tokio::spawn({
        let stop = ended_by_check.clone();
        async move { axum::serve(app_listener, sample).with_graceful_shutdown(stop::stopped(stop)).await }
    });
    let server = tokio::spawn({
        let (config, stop) = (config.clone(), ended_by_check);
        async move { serve::serve(countersign, &config, source, listener, stop).await }
    });

    let mut code = ExitCode::SUCCESS;
    if options.check {
        if let Err(error) = check::run(&seed).await {
            code = output::failed(&error.context("the demo's own check failed"));
        }
        end.send(Stage::Stopping)?;
    } else if json {
        output::line(&serde_json::to_string(&seed)?);
    } else {
        output::line(&announce(&seed));
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

fn announce(seed: &Seed) -> String {
    let mut lines = vec![
        format!("Open the sample application: {}", seed.app_url),
        format!("It signs its users in at:    {}", seed.issuer),
        String::new(),
    ];
    for user in &seed.users {
        let workspaces: Vec<_> = user.workspaces.iter().map(|w| format!("{} ({})", w.name, w.role)).collect();
        lines.push(format!("  {}  password {}  {}", user.email, user.password, workspaces.join(", ")));
    }
    lines.push(String::new());
    for client in &seed.clients {
        lines.push(format!(
            "  {:<8} client_id {}  secret {}",
            client.kind,
            client.client_id,
            client.client_secret.as_deref().unwrap_or("none")
        ));
    }
    lines.push(format!("  API key {}", seed.api_key));
    lines.push(format!("  personal access token {}", seed.personal_access_token));
    lines.push(String::new());
    lines.push("Stop with Ctrl-C.".to_owned());
    lines.join("\n")
}
