//! Daily activity of clients, and the usage figures in lists of clients.
pub use crate::platform::retention::ACTIVITY_DAYS as RETENTION_DAYS;
use crate::{Ctx, Fault, Server};
use domain::{ClientId, Day};
use serde::Serialize;
pub use store::clients::ClientOwner;
use store::clients::activity::ClientDay;
pub use store::clients::activity::ClientStats;
/// The default number of days.
pub const DEFAULT_DAYS: i64 = 30;
/// The maximum number of rows in the activity of many clients. One client never has that many.
const MOST_ROWS: i64 = 10_000;
const _: () = assert!(MOST_ROWS > RETENTION_DAYS);

/// A client's activity on one UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Activity {
    pub activity_date: Day,
    /// Tokens issued, tokens found active by introspection, and userinfo responses.
    pub total_access: i64,
    /// The number of distinct users in whose name these happened.
    pub unique_users: i64,
}

/// The activity of one of several clients on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivityOf {
    pub client_id: ClientId,
    #[serde(flatten)]
    pub activity: Activity,
}

/// The first and last day of a range that ends today and has `days` days (1 to [`RETENTION_DAYS`]).
fn range(ctx: &Ctx, days: i64) -> (Day, Day) {
    let today = Day::of(ctx.now);
    (today.plus(1 - days.clamp(1, RETENTION_DAYS)), today)
}

fn activity(day: &ClientDay) -> Activity {
    Activity { activity_date: day.day, total_access: day.total_access, unique_users: day.unique_users }
}

/// A client's activity on the last `days` days including today: one entry a day, oldest first, zeros on days without activity.
pub async fn of_client(app: &Server, ctx: &Ctx, client: &ClientId, days: i64) -> Result<Vec<Activity>, Fault> {
    let (first, last) = range(ctx, days);
    let mut tx = app.store().read().await?;
    let found = store::clients::activity::of_client(&mut tx, client, first, last).await?;
    let mut found = found.iter().peekable();
    let all = (first.number()..=last.number()).map(Day::from_number).map(|day| {
        let nothing = Activity { activity_date: day, total_access: 0, unique_users: 0 };
        found.next_if(|f| f.day == day).map_or(nothing, activity)
    });
    Ok(all.collect())
}

/// The activity of an owner's clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnersActivity {
    /// Grouped by client, oldest first; only days with activity.
    pub days: Vec<ActivityOf>,
    /// The last client in the list if there are more: pass it as `after` to continue.
    pub next: Option<ClientId>,
}

/// The activity of an owner's clients on the last `days` days including today. Returns all clients at once unless there are too
/// many rows; a client is never split across two answers.
pub async fn of_owner(
    app: &Server,
    ctx: &Ctx,
    owner: ClientOwner,
    days: i64,
    after: Option<&ClientId>,
) -> Result<OwnersActivity, Fault> {
    let mut tx = app.store().read().await?;
    let found = store::clients::activity::of_owner(&mut tx, owner, after, range(ctx, days), MOST_ROWS).await?;
    let full = i64::try_from(found.len()).is_ok_and(|rows| rows == MOST_ROWS);
    let mut days: Vec<_> =
        found.into_iter().map(|day| ActivityOf { activity: activity(&day), client_id: day.client_id }).collect();
    if full {
        drop_last_client(&mut days);
    }
    Ok(OwnersActivity { next: days.last().map(|day| day.client_id.clone()).filter(|_| full), days })
}

/// Drops the last client, whose days may be incomplete.
fn drop_last_client(days: &mut Vec<ActivityOf>) {
    let Some(last) = days.last().map(|day| day.client_id.clone()) else { return };
    days.truncate(days.partition_point(|day| day.client_id != last));
}

/// The number of users and the last activity of each client, in the given order, with a single query.
pub async fn stats(app: &Server, clients: &[&ClientId]) -> Result<Vec<ClientStats>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::clients::activity::stats(&mut tx, clients).await?)
}

/// Like [`stats`], for one client.
pub async fn stats_of(app: &Server, client: &ClientId) -> Result<ClientStats, Fault> {
    Ok(stats(app, &[client]).await?.pop().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_client_is_told_of_in_part() {
        let day = |client, number| ActivityOf {
            client_id: ClientId::new("cs", [client; 16]),
            activity: Activity { activity_date: Day::from_number(number), total_access: 1, unique_users: 0 },
        };
        let mut days = vec![day(1, 1), day(1, 2), day(2, 1), day(2, 2)];
        drop_last_client(&mut days);
        assert_eq!(days, [day(1, 1), day(1, 2)]);
    }
}
