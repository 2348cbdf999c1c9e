//! The server's health, with an assessment of each figure.
use super::units::{milliseconds, size, span};
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Timestamp;
use domain::webhooks::DeliveryState;
use flows::operator::server::{self, DatabaseHealth, Health, Jobs, Waiting};
use std::time::Duration;

#[derive(Template)]
#[template(path = "operator/health.html")]
struct HealthPage {
    frame: Frame,
    figures: Vec<Figure>,
    /// Number of figures that need attention.
    wrong: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HealthLevel {
    /// A figure without an assessment.
    Fact,
    Good,
    Look,
    Bad,
}

impl HealthLevel {
    /// Its badge and text key.
    const fn badge(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Fact => None,
            Self::Good => Some(("good", "health-good")),
            Self::Look => Some(("warn", "health-look")),
            Self::Bad => Some(("bad", "health-bad")),
        }
    }
}

/// A figure with its assessment.
struct Figure {
    id: &'static str,
    label: String,
    value: String,
    verdict: HealthLevel,
    said: String,
    /// A time shown at the end of the text.
    moment: Option<Timestamp>,
    /// The page that lists what the figure counts.
    list: Option<String>,
}

/// A database round trip this long makes signing in feel slow.
const SLOW: Duration = Duration::from_millis(50);
/// Queued writes are flushed every second. More than this means that flushing cannot keep up.
const MANY: usize = 2_000;

fn of_round_trip(took: Option<Duration>) -> (HealthLevel, &'static str) {
    match took {
        None => (HealthLevel::Bad, "health-database-silent"),
        Some(took) if took >= SLOW => (HealthLevel::Look, "health-database-slow"),
        Some(_) => (HealthLevel::Good, "health-database-fast"),
    }
}

fn of_schema(there: i64, needed: i64) -> (HealthLevel, &'static str) {
    match there.cmp(&needed) {
        std::cmp::Ordering::Less => (HealthLevel::Bad, "health-schema-old"),
        std::cmp::Ordering::Equal => (HealthLevel::Good, "health-schema-fits"),
        std::cmp::Ordering::Greater => (HealthLevel::Look, "health-schema-new"),
    }
}

fn all(waiting: Waiting) -> usize {
    waiting.audit_events + waiting.activity + waiting.events + waiting.writes
}

fn of_waiting(waiting: Waiting) -> (HealthLevel, &'static str) {
    if all(waiting) < MANY {
        (HealthLevel::Good, "health-waiting-few")
    } else {
        (HealthLevel::Look, "health-waiting-many")
    }
}

fn of_left_out(left_out: u64) -> (HealthLevel, &'static str) {
    if left_out == 0 {
        (HealthLevel::Good, "health-left-out-none")
    } else {
        (HealthLevel::Look, "health-left-out-some")
    }
}

fn of_lost_lines(lost: u64) -> (HealthLevel, &'static str) {
    if lost == 0 {
        (HealthLevel::Good, "health-lost-lines-none")
    } else {
        (HealthLevel::Look, "health-lost-lines-some")
    }
}

fn of_pending(pending: i64) -> (HealthLevel, &'static str) {
    if pending == 0 { (HealthLevel::Good, "health-pending-none") } else { (HealthLevel::Fact, "health-pending-some") }
}

fn of_dead(dead: i64) -> (HealthLevel, &'static str) {
    if dead == 0 { (HealthLevel::Good, "health-dead-none") } else { (HealthLevel::Look, "health-dead-some") }
}

fn of_jobs(jobs: Jobs) -> (HealthLevel, &'static str) {
    match jobs {
        Jobs { still: Some(_), .. } => (HealthLevel::Bad, "health-jobs-still"),
        Jobs { panics: 0, .. } => (HealthLevel::Good, "health-jobs-run"),
        Jobs { .. } => (HealthLevel::Look, "health-jobs-panicked"),
    }
}

/// The figures of the page.
struct Figures<'f> {
    frame: &'f Frame,
    all: Vec<Figure>,
}

impl Figures<'_> {
    fn add(&mut self, id: &'static str, label: &str, value: String, (verdict, said): (HealthLevel, &str)) {
        let (label, said) = (self.frame.say(label), self.frame.say(said));
        self.all.push(Figure { id, label, value, verdict, said, moment: None, list: None });
    }

    fn server(&mut self, health: &Health) {
        self.add(
            "health-version",
            "health-version",
            health.version.to_owned(),
            (HealthLevel::Fact, "health-version-said"),
        );
        let uptime = span(self.frame, health.uptime);
        self.add("health-uptime", "health-uptime", uptime, (HealthLevel::Fact, "health-since"));
        if let Some(uptime) = self.all.last_mut() {
            uptime.moment = Some(health.started_at);
        }
    }

    fn database(&mut self, health: &Health) {
        let language = self.frame.language();
        let took = health.round_trip.map(|took| milliseconds(language, took));
        let took = took.unwrap_or_else(|| self.frame.say("health-no-answer"));
        self.add("health-database", "health-database", took, of_round_trip(health.round_trip));
        let Some(database) = &health.database else { return };
        let schema = of_schema(database.schema_version, health.schema_version);
        self.add("health-schema", "health-schema", database.schema_version.to_string(), schema);
        let kind = if database.postgres { "health-size-postgres" } else { "health-size-sqlite" };
        self.add("health-size", "health-size", size(language, database.size), (HealthLevel::Fact, kind));
    }

    fn writes(&mut self, health: &Health) {
        let waiting = all(health.waiting).to_string();
        self.add("health-waiting", "health-waiting", waiting, of_waiting(health.waiting));
        let left_out = health.waiting.left_out;
        self.add("health-left-out", "health-left-out", left_out.to_string(), of_left_out(left_out));
        let lost = health.waiting.lost_lines;
        self.add("health-lost-lines", "health-lost-lines", lost.to_string(), of_lost_lines(lost));
        let commits = health.commits.to_string();
        self.add("health-commits", "health-commits", commits, (HealthLevel::Fact, "health-commits-said"));
        let jobs = health.jobs.still.map_or_else(|| health.jobs.running.to_string(), str::to_owned);
        self.add("health-jobs", "health-jobs", jobs, of_jobs(health.jobs));
    }

    fn deliveries(&mut self, database: &DatabaseHealth, list: &str) {
        let (pending, dead) = (database.deliveries_pending, database.deliveries_dead);
        self.add("health-pending", "health-pending", pending.to_string(), of_pending(pending));
        self.add("health-dead", "health-dead", dead.to_string(), of_dead(dead));
        for (figure, state) in self.all.iter_mut().rev().zip([DeliveryState::Dead, DeliveryState::Pending]) {
            figure.list = Some(format!("{list}?state={}", state.as_str()));
        }
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let health = match server::health(state.app(), &person.ctx, &person.principal).await {
        Ok(health) => health,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::Health);
    let mut figures = Figures { frame: &frame, all: Vec::new() };
    figures.database(&health);
    figures.writes(&health);
    if let Some(database) = &health.database {
        figures.deliveries(database, &format!("{}/deliveries", person.path(&state, Section::Health)));
    }
    figures.server(&health);
    let figures = figures.all;
    let wrong = figures.iter().filter(|one| matches!(one.verdict, HealthLevel::Look | HealthLevel::Bad)).count();
    let wrong = i64::try_from(wrong).unwrap_or(i64::MAX);
    person.show(&state, &HealthPage { frame, figures, wrong })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_judged_by_its_own_measure() {
        let fast = of_round_trip(Some(Duration::from_millis(3))).0;
        let slow = of_round_trip(Some(Duration::from_millis(50))).0;
        assert_eq!((fast, slow, of_round_trip(None).0), (HealthLevel::Good, HealthLevel::Look, HealthLevel::Bad));
        let schemas = [of_schema(3, 4).0, of_schema(4, 4).0, of_schema(5, 4).0];
        assert_eq!(schemas, [HealthLevel::Bad, HealthLevel::Good, HealthLevel::Look]);
        let waiting =
            |audit_events| Waiting { audit_events, left_out: 0, activity: 1, events: 0, writes: 0, lost_lines: 0 };
        assert_eq!((of_waiting(waiting(0)).0, of_waiting(waiting(1_998)).0), (HealthLevel::Good, HealthLevel::Good));
        assert_eq!(of_waiting(waiting(1_999)).0, HealthLevel::Look);
        let jobs = |panics, still| of_jobs(Jobs { running: 7, panics, still }).0;
        let jobs = [jobs(0, None), jobs(1, None), jobs(0, Some("cleaning"))];
        assert_eq!(jobs, [HealthLevel::Good, HealthLevel::Look, HealthLevel::Bad], "point 6.1");
        assert_eq!((of_pending(0).0, of_pending(7).0), (HealthLevel::Good, HealthLevel::Fact));
        assert_eq!((of_dead(0).0, of_dead(1).0), (HealthLevel::Good, HealthLevel::Look));
        assert_eq!((of_lost_lines(0).0, of_lost_lines(1).0), (HealthLevel::Good, HealthLevel::Look), "point 3.4");
    }
}
