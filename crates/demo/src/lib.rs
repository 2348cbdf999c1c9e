//! `countersign demo`: sample data in a started server, a third party's sample application, and a check of the whole flow. The
//! server starts itself and serves; this crate receives it started.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod app;
mod check;
mod form;
mod page;
mod seed;

use domain::platform::encoding::base64url;
use flows::{Ctx, Server};
use seed::Seed;
use std::fmt;
use std::path::Path;
use tokio::net::TcpListener;

/// The demo of a started server.
pub struct Demo {
    seed: Seed,
    ctx: Ctx,
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demo").finish_non_exhaustive()
    }
}

impl Demo {
    /// Fills the database, or reads what filled it from `folder`. The sample application will be at `app_url`.
    pub async fn new(server: &Server, ctx: Ctx, folder: &Path, app_url: &str) -> anyhow::Result<Self> {
        let seed = seed::load_or_make(server, &ctx, folder, app_url).await?;
        Ok(Self { seed, ctx })
    }

    /// Serves the sample application until `stop` completes.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        Ok(axum::serve(listener, app::router(&self.seed)?).with_graceful_shutdown(stop).await?)
    }

    /// Runs the whole flow over HTTP. Passes a line for each step to `print`.
    pub async fn check(&self, print: &dyn Fn(&str)) -> anyhow::Result<()> {
        check::run(&self.seed, &base64url(&self.ctx.random::<32>()), print).await
    }

    /// All that was created, as JSON, with the secrets.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(&self.seed)
    }

    /// What a person needs to know to try it.
    pub fn announcement(&self) -> String {
        let seed = &self.seed;
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
}
