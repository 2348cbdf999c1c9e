//! Checks that every page is fast with a very large database. Each is requested over HTTP, one at a time, as a user
//! who may do everything.
mod examples;
mod routes;

use crate::http::{Connection, Response, form, get};
use crate::out::say;
use crate::seed::{self, Seeded, Size};
use crate::start;
use crate::stats::Measured;
use crate::target::{Browser, field};
use anyhow::{Context as _, bail, ensure};
use examples::{Example, Visitor, examples};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// Maximum median of any page, in microseconds.
const BUDGET: u64 = 20_000;
const WARM: usize = 3;
const REQUESTS: usize = 50;
/// The page that all others are compared to: signed in, and querying nothing but the session.
const BASELINE: &str = "/account/tokens/new";

/// Signs in as the demo's first user and returns the cookies.
async fn sign_in(port: u16, seeded: &Seeded) -> anyhow::Result<String> {
    let person = &seeded.demo["users"][0];
    let (email, password) =
        (person["email"].as_str().context("email")?, person["password"].as_str().context("password")?);
    let mut browser = Browser::open(port).await?;
    let page = browser.get("/login").await?;
    let csrf = field(page.body(), "csrf")?;
    let answer = browser.submit("/login", &[("csrf", &csrf), ("username", email), ("password", password)]).await?;
    ensure!(answer.status == 200, "signing in: {} {}", answer.status, answer.body());
    Ok(browser.cookies())
}

/// Requests a user code for a device.
async fn device(port: u16) -> anyhow::Result<String> {
    let mut connection = Connection::open(port).await?;
    let metadata = json!({"client_name": "Bench device", "token_endpoint_auth_method": "none", "response_types": [],
        "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "scope": "openid profile"});
    let request = crate::http::post(port, "/oauth2/register", "", "application/json", &metadata.to_string());
    let registered = connection.send(&request).await?;
    let id = registered.member("client_id")?;
    let request = form(port, "/oauth2/device_authorization", "", &[("client_id", id), ("scope", "openid")]);
    Ok(connection.send(&request).await?.member("user_code")?.to_owned())
}

/// Starts an authorization request of the demo's public client, which has no consent yet.
fn authorize(seeded: &Seeded) -> anyhow::Result<String> {
    let client = &seeded.demo["clients"][1];
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", client["client_id"].as_str().context("a public client")?),
            ("redirect_uri", client["redirect_uris"][0].as_str().context("a redirect URI")?),
            ("scope", "openid profile email contracts:read contracts:write"),
            ("state", "s"),
            ("code_challenge", crate::target::CHALLENGE),
            ("code_challenge_method", "S256"),
        ])
        .finish();
    Ok(format!("/oauth2/authorize?{query}"))
}

/// Measures a page. Also returns its size in bytes.
#[expect(clippy::disallowed_methods, reason = "measuring is what this program does")]
async fn measure(port: u16, example: &Example, cookies: &str) -> anyhow::Result<(Measured, usize)> {
    let cookies = if example.visitor == Visitor::Ada { cookies } else { "" };
    let request = get(port, &example.path, &format!("Accept: text/html\r\n{cookies}"));
    let mut connection = Connection::open(port).await?;
    let (mut times, mut size) = (Vec::with_capacity(REQUESTS), 0);
    let began = Instant::now();
    for round in 0..WARM + REQUESTS {
        let sent = Instant::now();
        let answer: Response = connection.send(&request).await?;
        if round >= WARM {
            times.push(u64::try_from(sent.elapsed().as_micros())?);
        }
        ensure!(answer.status == example.status, "{} from {}: {}", answer.status, example.path, answer.body());
        size = answer.body().len();
    }
    Ok((Measured::of(times, began.elapsed().as_secs_f64()), size))
}

/// Fails when a page of the server has no example.
fn complete(examples: &[Example]) -> anyhow::Result<()> {
    let routes = routes::routes("get");
    let shown: BTreeSet<_> = examples.iter().filter_map(|e| routes::route_of(&routes, &e.path)).collect();
    let missing: Vec<_> = routes.iter().filter(|route| !shown.contains(route.as_str())).collect();
    ensure!(missing.is_empty(), "pages without an example in the benchmark: {missing:?}");
    Ok(())
}

fn ms(us: u64) -> String {
    format!("{}.{:02}", us / 1000, us % 1000 / 10)
}

/// Shortens ids in the table; they are the same in every run.
fn short(path: &str) -> String {
    path.split_inclusive(['/', '?', '=', '&'])
        .map(|word| if word.len() > 28 { format!("{}…", &word[..12]) } else { word.to_owned() })
        .collect()
}

/// Measures all pages. Fails if one is slow.
pub async fn run(root: &Path, size: Size, as_json: bool) -> anyhow::Result<()> {
    let data = seed::folder(root, size)?;
    let seeded = seed::seed(&data, start::demo(root, &data)?, size).await?;
    let server = start::serve(root, &data).await?;
    let cookies = sign_in(server.port, &seeded).await?;
    let day = examples::day(seed::now()?);
    let all = examples(&seeded, &day, &device(server.port).await?, &authorize(&seeded)?)?;
    complete(&all)?;
    let simple = Example { path: BASELINE.to_owned(), visitor: Visitor::Ada, status: 200 };
    let (baseline, _) = measure(server.port, &simple, &cookies).await?;
    if !as_json {
        say(&format!(
            "{} clients, {} users, {} events in the log; a {} build; the simplest page ({BASELINE}) takes {} ms\n{:<100} {:>8} {:>8} {:>7} {:>7}",
            size.clients,
            size.users(),
            size.audit(),
            start::PROFILE,
            ms(baseline.p50),
            "GET",
            "p50 ms",
            "p95 ms",
            "×simple",
            "bytes"
        ));
    }
    let (mut rows, mut failed): (Vec<Value>, usize) = (Vec::new(), 0);
    for example in &all {
        let (measured, bytes) = match measure(server.port, example, &cookies).await {
            Ok(measured) => measured,
            Err(error) => {
                failed += 1;
                say(&error.to_string().lines().next().unwrap_or_default().chars().take(200).collect::<String>());
                continue;
            }
        };
        let met = measured.p50 <= BUDGET;
        #[expect(clippy::cast_precision_loss, reason = "microseconds of a request")]
        let ratio = measured.p50 as f64 / baseline.p50.max(1) as f64;
        if !as_json {
            say(&format!(
                "{:<100} {:>8} {:>8} {ratio:>7.1} {bytes:>7}{}",
                short(&example.path),
                ms(measured.p50),
                ms(measured.p95),
                if met { "" } else { "  NOT MET" }
            ));
        }
        rows.push(json!({"path": example.path, "p50_us": measured.p50, "p95_us": measured.p95, "ratio": ratio, "bytes": bytes, "met": met}));
    }
    if as_json {
        say(&json!({"budget_us": BUDGET, "baseline_us": baseline.p50, "pages": rows}).to_string());
    }
    let slow = rows.iter().filter(|row| row["met"] == false).count();
    if failed > 0 {
        bail!("{failed} pages answered otherwise than they should");
    }
    ensure!(slow == 0, "{slow} pages are slower than {} ms at the median", BUDGET / 1000);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{UserId, WorkspaceId};

    #[test]
    fn every_page_of_the_server_has_an_example() {
        let seeded = Seeded {
            data: "nowhere".into(),
            api_key: String::new(),
            personal: String::new(),
            workspace: WorkspaceId::new(seed::BEGAN, [1; 10]),
            ada: UserId::new(seed::BEGAN, [1; 10]),
            size: Size { clients: 1000 },
            made: seed::BEGAN,
            demo: json!({"clients": [{"client_id": "a"}]}),
        };
        complete(&examples(&seeded, "2026-01-01", "BCDF-GHJK", "/oauth2/authorize?client_id=a").unwrap()).unwrap();
    }
}
