//! The deliveries of a webhook, and sending one again.
use crate::WebState;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::webhooks::api::{cursor, cursor_of};
use crate::webhooks::pages::owner::{PageResult, WebhookPath, stop};
use askama::Template;
use axum::extract::State;
use domain::Timestamp;
use domain::webhooks::{Delivery, DeliveryState};
use flows::platform::outbound::NoReply;
use flows::webhooks::manage::WebhookRefusal;
use flows::{Failure, webhooks};

/// Rows per page.
const ROWS: i64 = 20;

struct DeliveryRow {
    event: String,
    kind: &'static str,
    state: DeliveryState,
    attempts: i64,
    at: Timestamp,
    last: Option<Timestamp>,
    next: Option<Timestamp>,
    /// The receiver's response, or why there was none; empty before the first attempt.
    answer: String,
}

/// A filter link.
struct Tab {
    href: String,
    key: &'static str,
    here: bool,
}

#[derive(Template)]
#[template(path = "webhooks/deliveries.html")]
struct DeliveriesPage {
    frame: Frame,
    area: String,
    /// The state to filter by.
    which: String,
    list: String,
    path: String,
    url: String,
    tabs: Vec<Tab>,
    rows: Vec<DeliveryRow>,
    first: bool,
    earlier: Option<String>,
}

fn key(state: Option<DeliveryState>) -> &'static str {
    match state {
        None => "deliveries-all",
        Some(DeliveryState::Pending) => "deliveries-pending",
        Some(DeliveryState::Delivered) => "deliveries-delivered",
        Some(DeliveryState::Dead) => "deliveries-dead",
    }
}

/// Why the receiver did not respond.
fn no_reply(frame: &Frame, kept: String) -> String {
    match NoReply::USUAL.iter().find(|known| known.to_string() == kept) {
        Some(known) => frame.texts().reason(known.reason(), &kept),
        None => kept,
    }
}

fn row(frame: &Frame, delivery: Delivery) -> DeliveryRow {
    let answer = match (delivery.last_status, delivery.last_error) {
        (Some(status), _) => frame.fill("deliveries-status", "status", status.to_string()),
        (None, Some(error)) => no_reply(frame, error),
        (None, None) => String::new(),
    };
    let took = delivery.last_duration_ms.map(|ms| frame.fill("deliveries-took", "ms", ms.to_string()));
    DeliveryRow {
        event: delivery.event_id.to_string(),
        kind: delivery.kind.as_str(),
        state: delivery.state,
        attempts: delivery.attempts,
        at: delivery.created_at,
        last: delivery.last_attempt_at,
        next: delivery.next_attempt_at,
        answer: [answer, took.unwrap_or_default()].join(" ").trim().to_owned(),
    }
}

pub async fn get(State(state): State<WebState>, place: WebhookPath, person: PageVisitor) -> PageResult {
    let (of, id) = (place.may_read(&state, &person)?, place.id(&state, &person)?);
    let webhook = webhooks::manage::read(state.app(), of, id).await.map_err(|f| stop(&state, &person, &f))?;
    // An unknown state shows the unfiltered list.
    let wanted = DeliveryState::parse(person.query("state"));
    let before = cursor(person.query("before"));
    let found = webhooks::manage::deliveries(state.app(), of, id, wanted, before, ROWS + 1).await;
    let mut found = found.map_err(|f| stop(&state, &person, &f))?;
    let rows = usize::try_from(ROWS).unwrap_or_default();
    let more = found.len() > rows;
    found.truncate(rows);
    let list = place.path(&state, &person);
    let path = format!("{list}/{id}");
    let here = |state: Option<DeliveryState>, before: Option<String>| {
        let pairs = [("state", state.map(|s| s.as_str().to_owned())), ("before", before)];
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { format!("{path}/deliveries") } else { format!("{path}/deliveries?{query}") }
    };
    let states = [None, Some(DeliveryState::Pending), Some(DeliveryState::Delivered), Some(DeliveryState::Dead)];
    let frame = person.frame(&state, place.section);
    let page = DeliveriesPage {
        area: frame.say(place.section.key()),
        which: frame.say(key(wanted)),
        tabs: states.map(|s| Tab { href: here(s, None), key: key(s), here: s == wanted }).into(),
        earlier: found.last().filter(|_| more).map(|last| here(wanted, Some(cursor_of(last)))),
        rows: found.into_iter().map(|delivery| row(&frame, delivery)).collect(),
        first: before.is_none(),
        url: webhook.url,
        list,
        path,
        frame,
    };
    Ok(person.show(&state, &page))
}

pub async fn replay(State(state): State<WebState>, place: WebhookPath, posted: Posted) -> PageResult {
    let person = &posted.person;
    let (of, id) = (place.may_change(&state, person)?, place.id(&state, person)?);
    let unknown = |_| stop(&state, person, &Failure::Refused(WebhookRefusal::Unknown));
    let event = place.event.parse().map_err(unknown)?;
    let replayed = webhooks::manage::replay(state.app(), &person.ctx, of, id, event).await;
    replayed.map_err(|f| stop(&state, person, &f))?;
    Ok(person.done(&state, &format!("{}/{id}/deliveries", place.path(&state, person)), "webhook-replayed"))
}
