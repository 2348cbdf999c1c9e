//! Checks that lists and counts stay fast with a very large database. Each is requested over HTTP, one at a time.
mod plans;

use crate::http::{Connection, get};
use crate::out::say;
use crate::seed::{self, LARGE, Size, client_id};
use crate::start;
use crate::stats::Measured;
use anyhow::{Context as _, bail, ensure};
use serde_json::json;
use std::path::Path;
use std::time::Instant;

/// Maximum median of any list or count, in microseconds.
const BUDGET: u64 = 50_000;
const WARM: usize = 5;
const REQUESTS: usize = 60;

/// The requests: each path, and whether it uses the user's token rather than the workspace's key.
fn requests() -> Vec<(String, bool)> {
    let busy = client_id(0);
    let calm = client_id(LARGE / 2);
    let by_key = [
        "/oidc/clients?limit=100".to_owned(),
        "/oidc/clients?page=900&limit=100".to_owned(),
        "/oidc/clients?page=100000&limit=1".to_owned(),
        "/api/v1/oauth2/clients".to_owned(),
        "/api/v1/oauth2/clients?page=9000&limit=10".to_owned(),
        format!("/oidc/clients/{busy}"),
        format!("/oidc/clients/{calm}"),
        format!("/oidc/clients/{busy}/users"),
        format!("/oidc/clients/{busy}/users?page=2000&limit=100"),
        format!("/oidc/clients/{busy}/users?page=3990&limit=100"),
        format!("/oidc/clients/{calm}/users"),
        format!("/oidc/clients/{busy}/activity"),
        format!("/oidc/clients/{busy}/activity?days=400"),
        "/oidc/clients/activity".to_owned(),
        "/oidc/clients/activity?days=1".to_owned(),
        "/oidc/org/members".to_owned(),
        "/oidc/org/members?page=990&limit=100".to_owned(),
        "/api/v1/api-keys".to_owned(),
        "/api/v1/webhooks".to_owned(),
        "/api/v1/audit-events".to_owned(),
    ];
    let by_person =
        ["/api/oauth2/", "/api/oauth2/?page=9000&limit=10", "/oidc/user/consent", "/api/v1/personal-access-tokens"];
    let by_key = by_key.into_iter().map(|path| (path, false));
    by_key.chain(by_person.into_iter().map(|path| (path.to_owned(), true))).collect()
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this program does")]
async fn measure(port: u16, path: &str, token: &str) -> anyhow::Result<(Measured, usize)> {
    let request = get(port, path, &format!("Authorization: Bearer {token}\r\n"));
    let mut connection = Connection::open(port).await?;
    let (mut times, mut size) = (Vec::with_capacity(REQUESTS), 0);
    let began = Instant::now();
    for round in 0..WARM + REQUESTS {
        let sent = Instant::now();
        let answer = connection.send(&request).await?;
        if round >= WARM {
            times.push(u64::try_from(sent.elapsed().as_micros())?);
        }
        ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.body());
        size = answer.body().len();
    }
    Ok((Measured::of(times, began.elapsed().as_secs_f64()), size))
}

/// Measures all lists, then checks the query plans of their statements. Fails if one is slow or scans a whole table.
pub async fn run(root: &Path, as_json: bool) -> anyhow::Result<()> {
    let size = Size { clients: LARGE };
    let data = seed::folder(root, size)?;
    let seeded = seed::seed(&data, start::demo(root, &data)?, size).await?;
    let server = start::serve(root, &data).await?;
    let mut rows = Vec::new();
    if !as_json {
        say(&format!(
            "{} clients, {} consents\n{:<62} {:>9} {:>9} {:>8}",
            size.clients,
            size.consents(),
            "GET",
            "p50 ms",
            "p99 ms",
            "KiB"
        ));
    }
    for (path, by_person) in requests() {
        let token = if by_person { &seeded.personal } else { &seeded.api_key };
        let (measured, size) = measure(server.port, &path, token).await.with_context(|| path.clone())?;
        let met = measured.p50 <= BUDGET;
        if !as_json {
            let ms = |us: u64| format!("{}.{:02}", us / 1000, us % 1000 / 10);
            let (p50, p99, verdict) = (ms(measured.p50), ms(measured.p99), if met { "" } else { "  NOT MET" });
            say(&format!("{path:<62} {p50:>9} {p99:>9} {:>8}{verdict}", size / 1024));
        }
        rows.push(json!({"path": path, "p50_us": measured.p50, "p99_us": measured.p99, "bytes": size, "met": met}));
    }
    drop(server);
    let plans = plans::of(&seeded).await?;
    let whole: Vec<_> = plans.iter().filter_map(|(name, plan)| Some((name, plan.whole_table()?))).collect();
    if as_json {
        let steps = plans.iter().map(|(name, plan)| json!({"list": name, "sql": plan.sql, "steps": plan.steps}));
        say(&json!({"budget_us": BUDGET, "lists": rows, "plans": steps.collect::<Vec<_>>()}).to_string());
    } else {
        for (name, plan) in &plans {
            say(&format!("\n{name}\n  {}", plan.steps.join("\n  ")));
        }
    }
    let slow = rows.iter().filter(|row| row["met"] == false).count();
    if let Some((name, step)) = whole.first() {
        bail!("{name} reads a whole table: {step}");
    }
    ensure!(slow == 0, "{slow} lists are slower than {} ms at the median", BUDGET / 1000);
    Ok(())
}
