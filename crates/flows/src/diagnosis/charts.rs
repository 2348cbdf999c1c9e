//! Charts of a client: accesses, unique users and refused requests by day.
use crate::clients::activity::{self, Activity};
use crate::clients::ownership;
use crate::diagnosis::failed_requests;
use crate::platform::management_error::ManagementError;
use crate::{Ctx, Failure, Server};
use domain::Day;
use domain::access::{Operation, Principal};
use domain::diagnosis::{AUTHENTICATION, Endpoint};
use domain::platform::refusal::ErrorCode;
use std::collections::HashMap;
use store::clients::failed_requests::RefusalCount;

/// The maximum number of days in a chart.
pub const MOST_DAYS: i64 = 90;
/// The maximum number of refused requests that are counted, newest first. Counting this many takes a few milliseconds.
const MOST_COUNTED: i64 = 20_000;

/// How often requests were refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors {
    /// The error code that the caller received; `None` if the response was not an error, such as for an inactive token.
    pub code: Option<ErrorCode>,
    /// The exact reason.
    pub reason: String,
    pub count: i64,
}

/// A client's activity and refusals on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartDay {
    pub activity: Activity,
    /// The most frequent first.
    pub errors: Vec<Errors>,
}

/// All days of a range, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub days: Vec<ChartDay>,
    /// Refusals in the whole range, the most frequent first.
    pub errors: Vec<Errors>,
    /// The first day on which all refused requests were counted. It is later than the first day of the range only if there were
    /// too many.
    pub counted_from: Day,
}

type Counts = HashMap<(Option<ErrorCode>, String), i64>;

fn sorted(counts: Counts) -> Vec<Errors> {
    let mut errors: Vec<_> = counts.into_iter().map(|((code, reason), count)| Errors { code, reason, count }).collect();
    errors.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    errors
}

/// The first day on which all refused requests were counted.
fn counted_from(first: Day, refused: &[RefusalCount]) -> Day {
    let counted: i64 = refused.iter().map(|refused| refused.count).sum();
    match refused.first() {
        // The oldest counted day may be incomplete.
        Some(oldest) if counted >= MOST_COUNTED => oldest.day.plus(1),
        _ => first,
    }
}

/// The chart of the last `days` days (1 to [`MOST_DAYS`]), including today.
pub async fn of_client(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    days: i64,
) -> Result<Chart, Failure<ManagementError>> {
    let client = ownership::find(app, ctx, principal, Operation::ReadClients, id).await?;
    let days = days.clamp(1, MOST_DAYS);
    app.catch_up().await;
    let activity = activity::of_client(app, ctx, &client.id, days).await?;
    let last = Day::of(ctx.now);
    let first = last.plus(1 - days);
    let refused = {
        let mut tx = app.store().read().await?;
        store::clients::failed_requests::by_day(&mut tx, &client.id, (first, last), MOST_COUNTED).await?
    };
    let counted_from = counted_from(first, &refused);
    let (mut all, mut by_day) = (Counts::new(), HashMap::<Day, Counts>::new());
    for one in refused {
        let endpoint = Endpoint::of_event(&one.kind, None);
        let response = endpoint
            .and_then(|endpoint| failed_requests::response_for(endpoint, one.kind == AUTHENTICATION, &one.reason));
        let key = (response.map(|(code, _)| code), one.reason);
        *all.entry(key.clone()).or_default() += one.count;
        *by_day.entry(one.day).or_default().entry(key).or_default() += one.count;
    }
    let day = |activity: Activity| {
        let errors = sorted(by_day.remove(&activity.activity_date).unwrap_or_default());
        ChartDay { activity, errors }
    };
    Ok(Chart { days: activity.into_iter().map(day).collect(), errors: sorted(all), counted_from })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_was_counted_in_part_is_not_counted() {
        let refused = |day, count| RefusalCount {
            day: Day::from_number(day),
            kind: "authorize".to_owned(),
            reason: "scope_unknown".to_owned(),
            count,
        };
        let first = Day::from_number(1);
        assert_eq!(counted_from(first, &[]), first);
        assert_eq!(counted_from(first, &[refused(5, MOST_COUNTED - 1)]), first);
        assert_eq!(counted_from(first, &[refused(5, 1), refused(6, MOST_COUNTED - 1)]), Day::from_number(6));
    }
}
