//! What clients did, by day, and what lists of clients tell of each.
pub use crate::platform::retention::ACTIVITY_DAYS as RETENTION_DAYS;
use crate::{Ctx, Fault, Server};
use domain::{ClientId, Day};
use serde::Serialize;
pub use store::clients::ClientOwner;
use store::clients::activity::ClientDay;
pub use store::clients::activity::ClientStats;
/// Days that are told when nobody says how many.
pub const DEFAULT_DAYS: i64 = 30;
/// Rows that a list of many clients has at most: more than one client can have.
const MOST_ROWS: i64 = 10_000;
const _: () = assert!(MOST_ROWS > RETENTION_DAYS);

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

/// The activity of many clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnersActivity {
    /// By client, oldest first; only days on which something happened.
    pub days: Vec<ActivityOf>,
    /// The last client that is told of, when there are more: ask for what is behind it.
    pub next: Option<ClientId>,
}

/// The last `days` days of an owner's clients, today among them. All clients are told of at once unless they are very
/// many; no client is told of in part.
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

/// Takes away what may be a part only.
fn drop_last_client(days: &mut Vec<ActivityOf>) {
    let Some(last) = days.last().map(|day| day.client_id.clone()) else { return };
    days.truncate(days.partition_point(|day| day.client_id != last));
}

/// Users and last activity of each of these clients, in their order; one query for all of them.
pub async fn stats(app: &Server, clients: &[&ClientId]) -> Result<Vec<ClientStats>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::clients::activity::stats(&mut tx, clients).await?)
}

/// The same for one client.
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
