//! How a client is used, as charts drawn by the server.
use super::application::{Application, Named, Tab, named};
use super::chart::Chart;
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::time;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::clients::Trust;
use flows::diagnosis::charts::{self, Errors};

/// The ranges to choose from, in days.
const RANGES: [i64; 3] = [7, 30, 90];

/// One row of the table.
struct DayRow {
    day: String,
    /// The date as used in the URL of a list.
    date: String,
    requests: i64,
    users: i64,
    errors: i64,
    /// The reasons for failure, with the count of each.
    reasons: String,
}

#[derive(Template)]
#[template(path = "clients/activity.html")]
struct ActivityPage {
    frame: Frame,
    app: Application,
    days: i64,
    /// Each range: its days, its name, and whether it is selected.
    ranges: [(i64, String, bool); 3],
    /// Each chart with its title, a text key, and the figure beside it.
    charts: [(Chart, &'static str, String); 3],
    rows: Vec<DayRow>,
    first: String,
    last: String,
    /// Each reason: its name, its sentence, and its count.
    errors: Vec<(String, String, i64)>,
    /// The date from which all errors are counted, if it is not the first day.
    counted_from: Option<String>,
    quiet: bool,
}

fn counted(errors: &[Errors]) -> i64 {
    errors.iter().map(|error| error.count).sum()
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let asked = person.query("days").parse().ok();
    let days = RANGES.into_iter().find(|days| Some(*days) == asked).unwrap_or(30);
    let app = match Application::open(&state, &person, &path, Tab::Activity).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let chart = charts::of_client(state.app(), &person.ctx, &person.principal, named(&path, "client"), days).await;
    let chart = match chart {
        Ok(chart) => chart,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, person.console());
    let said = |day| time::day(day, frame.language());
    let row = |day: &charts::ChartDay| {
        let reasons = day.errors.iter().map(|error| format!("{} ({})", error.reason, error.count));
        DayRow {
            day: said(day.activity.activity_date),
            date: day.activity.activity_date.to_string(),
            requests: day.activity.total_access,
            users: day.activity.unique_users,
            errors: counted(&day.errors),
            reasons: reasons.collect::<Vec<_>>().join(", "),
        }
    };
    let rows: Vec<DayRow> = chart.days.iter().map(row).collect();
    let by_day =
        |of: fn(&DayRow) -> i64| -> Vec<(String, i64)> { rows.iter().map(|row| (row.day.clone(), of(row))).collect() };
    let in_all = |chart: &Chart| frame.fill("dev-activity-total", "total", chart.total);
    // A user active on two days is one user, so the days are not added up.
    let a_day = |chart: &Chart| frame.fill("dev-activity-most", "most", chart.most);
    let [requests, users, errors] = [
        Chart::new("requests", "bar-a", &by_day(|row| row.requests)),
        Chart::new("users", "bar-a", &by_day(|row| row.users)),
        Chart::new("errors", "bar-b", &by_day(|row| row.errors)),
    ];
    let (all_requests, most_users, all_errors) = (in_all(&requests), a_day(&users), in_all(&errors));
    let charts = [
        (requests, "dev-activity-requests", all_requests),
        (users, "dev-activity-users", most_users),
        (errors, "dev-activity-errors", all_errors),
    ];
    let code = |error: &Errors| error.code.map_or("", |code| code.as_str()).to_owned();
    let (first, last) = (rows.first().map(|row| row.day.clone()), rows.last().map(|row| row.day.clone()));
    let page = ActivityPage {
        quiet: charts.iter().all(|(chart, ..)| chart.total == 0),
        errors: chart.errors.iter().map(|error| (error.reason.clone(), code(error), error.count)).collect(),
        counted_from: (first.as_ref() != Some(&said(chart.counted_from))).then(|| said(chart.counted_from)),
        first: first.unwrap_or_default(),
        last: last.unwrap_or_default(),
        ranges: RANGES.map(|range| (range, frame.fill("dev-activity-days", "days", range), range == days)),
        frame,
        app,
        days,
        charts,
        rows,
    };
    person.show(&state, &page)
}
