//! The audit log of a workspace or of the whole server.
use crate::WebState;
use crate::access::field_error::Problem;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::audit::{AuditEvent, KINDS};
use flows::access::extent::Extent;
use flows::audit;
use flows::audit::search::{AuditLogPage, Search, Stopped};
use std::collections::HashMap;

/// Events on a page.
const ROWS: usize = 20;

#[derive(Template)]
#[template(path = "audit/events.html")]
struct AuditPage<'p> {
    frame: Frame,
    problem: Problem,
    title: String,
    heading: &'static str,
    lead: &'static str,
    path: String,
    search: Search<'p>,
    filtered: bool,
    more: bool,
    kinds: &'static [&'static str],
    events: Vec<Shown>,
    newer: Option<String>,
    older: Option<String>,
    /// Link to the newest events, on a page that does not start with them.
    newest: Option<String>,
    stopped: Option<Stopped>,
    export: String,
}

struct Shown {
    event: AuditEvent,
    words: String,
    /// Who acted.
    actor: Named,
    /// The credential used, unless it is the actor.
    credential: Option<Named>,
    application: Option<Named>,
    /// The user concerned, unless it is the actor.
    person: Option<Named>,
    detail: Option<String>,
}

/// An actor or user, with a link to all of their events.
struct Named {
    name: String,
    href: String,
}

pub async fn of_workspace(state: State<WebState>, person: PageVisitor) -> Response {
    page(state, person, Extent::Workspace).await
}

pub async fn of_all(state: State<WebState>, person: PageVisitor) -> Response {
    page(state, person, Extent::Server).await
}

/// The URL of the log with these filters.
fn address<'a>(path: &str, filters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(filters.into_iter().filter(|(_, value)| !value.is_empty()));
    format!("{path}?{}", query.finish())
}

/// The active filters, each with the text key of its label.
fn filters<'s>(search: &Search<'s>) -> [(&'static str, &'static str, &'s str); 8] {
    [
        ("kind", "audit-kind", search.kind),
        ("outcome", "audit-outcome", search.outcome),
        ("actor", "audit-actor", search.actor),
        ("credential", "audit-credential", search.credential),
        ("application", "audit-application", search.application),
        ("person", "audit-person", search.person),
        ("from", "audit-from", search.from),
        ("to", "audit-to", search.to),
    ]
}

/// A title that distinguishes this page of the log from others.
fn title(frame: &Frame, section: Section, search: &Search<'_>) -> String {
    let places = [("", "audit-older", search.before), ("", "audit-newer", search.after)];
    let in_force = filters(search).into_iter().chain(places).filter(|(.., value)| !value.is_empty());
    let labels: Vec<String> = in_force.map(|(_, label, _)| frame.say(label)).collect();
    let name = frame.say(section.key());
    if labels.is_empty() { name } else { format!("{name}: {}", labels.join(", ")) }
}

/// The name of an actor: a user's name, or a description of one without a name.
pub fn actor_name(frame: &Frame, names: &HashMap<String, String>, actor: &str) -> String {
    match actor {
        "anonymous" => frame.say("audit-anonymous"),
        "system" => frame.say("audit-system"),
        "command line" => frame.say("audit-command-line"),
        id => names.get(id).cloned().unwrap_or_else(|| id.to_owned()),
    }
}

fn shown(frame: &Frame, path: &str, found: &AuditLogPage, event: &AuditEvent) -> Shown {
    let name = |id: &str| found.names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let named = |filter: &str, id: &str| Named { name: name(id), href: address(path, [(filter, id)]) };
    let mut actor = named("actor", &event.actor);
    actor.name = actor_name(frame, &found.names, &event.actor);
    let other = |id: String| Some(id).filter(|id| *id != event.actor);
    let application = event.client_id.as_ref().and_then(|id| other(id.to_string()));
    let person = event.user_id.and_then(|id| other(id.to_string()));
    let credential = event.credential.as_deref().filter(|credential| *credential != event.actor);
    let empty = event.detail.as_object().is_none_or(serde_json::Map::is_empty);
    Shown {
        words: frame.texts().kind(&event.kind),
        actor,
        credential: credential.map(|id| named("credential", id)),
        application: application.map(|id| named("application", &id)),
        person: person.map(|id| named("person", &id)),
        detail: if empty { None } else { serde_json::to_string_pretty(&event.detail).ok() },
        event: event.clone(),
    }
}

async fn page(State(state): State<WebState>, person: PageVisitor, scope: Extent) -> Response {
    let (section, lead) = match scope {
        Extent::Workspace => (Section::Audit, "audit-lead-workspace"),
        Extent::Server => (Section::AllAudit, "audit-lead-all"),
    };
    let zone = person.user.zone.as_ref().map(ToString::to_string);
    let search = Search {
        kind: person.query("kind"),
        outcome: person.query("outcome"),
        actor: person.query("actor"),
        credential: person.query("credential"),
        application: person.query("application"),
        person: person.query("person"),
        from: person.query("from"),
        to: person.query("to"),
        zone: zone.as_deref(),
        before: person.query("before"),
        after: person.query("after"),
    };
    let frame = person.frame(&state, section);
    let found = audit::search::search(state.app(), &person.ctx, &person.principal, scope, &search, ROWS).await;
    let (found, problem) = match found {
        Ok(found) => (found, Problem::default()),
        Err(failure) => match Problem::of(&failure, &state, &person, &frame) {
            Ok(problem) => (AuditLogPage::default(), problem),
            Err(response) => return *response,
        },
    };
    let path = person.path(&state, section);
    let kept = filters(&search).map(|(name, _, value)| (name, value));
    let at = |name: &'static str, id: String| address(&path, kept.into_iter().chain([(name, id.as_str())]));
    let wrong = problem.is_some();
    let places = [search.before, search.after].concat();
    let page = AuditPage {
        problem,
        title: title(&frame, section, &search),
        heading: section.key(),
        lead,
        search,
        filtered: kept.iter().any(|(_, value)| !value.is_empty()),
        more: [search.actor, search.credential, search.application, search.person]
            .iter()
            .any(|value| !value.is_empty()),
        kinds: KINDS,
        events: found.events.iter().map(|event| shown(&frame, &path, &found, event)).collect(),
        newest: (found.events.is_empty() && found.newer.is_none() && !places.is_empty()).then(|| address(&path, kept)),
        stopped: found.stopped,
        newer: found.newer.map(|id| at("after", id.to_string())),
        older: found.older.map(|id| at("before", id.to_string())),
        export: address(
            &state.path("/api/v1/audit-events/export"),
            found.export.iter().map(|(name, value)| (*name, value.as_str())),
        ),
        frame,
        path,
    };
    if wrong { person.again(&state, &page) } else { person.show(&state, &page) }
}
