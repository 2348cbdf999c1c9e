//! What clients did, by day, and what lists of clients tell of each.
use crate::{App, Ctx, Fault};
use domain::{ClientId, Day};
use serde::Serialize;
use store::activity::ClientDay;
pub use store::activity::ClientStats;
pub use store::clients::Owner;

/// Days that are kept; none can be asked for that are longer ago.
pub const RETENTION_DAYS: i64 = 400;
/// Days that are told when nobody says how many.
pub const DEFAULT_DAYS: i64 = 30;
/// Rows that the list of all clients of an owner has at most.
const MOST_ROWS: usize = 100_000;

/// One day of a client. Days are of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Activity {
    pub activity_date: Day,
    /// Tokens issued, tokens found active by introspection, and answers of userinfo.
    pub total_access: i64,
    /// Users in whose name that was, each once.
    pub unique_users: i64,
}

/// One day of one of many clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivityOf {
    pub client_id: ClientId,
    #[serde(flatten)]
    pub activity: Activity,
}

/// The first and the last of so many days, today being the last; 1 to [`RETENTION_DAYS`].
fn range(ctx: &Ctx, days: i64) -> (Day, Day) {
    let today = Day::of(ctx.now);
    (today.plus(1 - days.clamp(1, RETENTION_DAYS)), today)
}

fn activity(day: &ClientDay) -> Activity {
    Activity { activity_date: day.day, total_access: day.total_access, unique_users: day.unique_users }
}

/// The last `days` days of a client, today among them: one entry a day, oldest first, zeros where nothing happened.
pub async fn of_client(app: &App, ctx: &Ctx, client: &ClientId, days: i64) -> Result<Vec<Activity>, Fault> {
    let (first, last) = range(ctx, days);
    let mut tx = app.store().read().await?;
    let found = store::activity::of_client(&mut tx, client, first, last).await?;
    let mut found = found.iter().peekable();
    let all = (first.number()..=last.number()).map(Day::from_number).map(|day| {
        let nothing = Activity { activity_date: day, total_access: 0, unique_users: 0 };
        found.next_if(|f| f.day == day).map_or(nothing, activity)
    });
    Ok(all.collect())
}

/// The activity of all clients of an owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnersActivity {
    /// By client, oldest first; only days on which something happened.
    pub days: Vec<ActivityOf>,
    /// More happened than is told: ask for fewer days, or for single clients.
    pub truncated: bool,
}

/// The last `days` days of all clients of an owner, today among them.
pub async fn of_owner(app: &App, ctx: &Ctx, owner: Owner, days: i64) -> Result<OwnersActivity, Fault> {
    let (first, last) = range(ctx, days);
    let mut tx = app.store().read().await?;
    let most = i64::try_from(MOST_ROWS).unwrap_or(i64::MAX);
    let mut found = store::activity::of_owner(&mut tx, owner, first, last, most.saturating_add(1)).await?;
    let truncated = found.len() > MOST_ROWS;
    found.truncate(MOST_ROWS);
    let days = found.into_iter().map(|day| ActivityOf { activity: activity(&day), client_id: day.client_id });
    Ok(OwnersActivity { days: days.collect(), truncated })
}

/// Users and last activity of each of these clients, in their order; one query for all of them.
pub async fn stats(app: &App, clients: &[&ClientId]) -> Result<Vec<ClientStats>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::activity::stats(&mut tx, clients).await?)
}

/// The same for one client.
pub async fn stats_of(app: &App, client: &ClientId) -> Result<ClientStats, Fault> {
    Ok(stats(app, &[client]).await?.pop().unwrap_or_default())
}
