//! All webhooks of an owner, and creating one.
use super::form::{Kind, Typed, kinds};
use crate::WebState;
use crate::access::create_once::{Made, page_of};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::access::reveal::{Revealed, Shown};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::pager::Pager;
use crate::platform::texts::Rich;
use crate::webhooks::pages::owner::{PageResult, WebhookPath, fault, management_failure};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Secret;
use domain::webhooks::{EventSelection, Webhook, WebhookOwner};
use flows::platform::idempotency::Keeper;
use flows::webhooks::manage::NewWebhook;
use flows::{Page, Paged, webhooks};
use std::sync::Arc;

/// Rows per page.
const ROWS: i64 = 20;

struct WebhookRow {
    id: String,
    url: String,
    description: String,
    on: bool,
    events: String,
}

#[derive(Template)]
#[template(path = "webhooks/list.html")]
struct ListPage {
    frame: Frame,
    title: String,
    lead: String,
    path: String,
    rows: Vec<WebhookRow>,
    pager: Pager,
}

fn row(frame: &Frame, webhook: Webhook) -> WebhookRow {
    let events = match &webhook.asked {
        EventSelection::All => frame.say("webhooks-all-events"),
        EventSelection::Kinds(kinds) => frame.fill("webhooks-kinds", "kinds", kinds.len()),
    };
    let on = webhook.disabled_at.is_none();
    WebhookRow { id: webhook.id.to_string(), url: webhook.url, description: webhook.description, on, events }
}

pub async fn get(State(state): State<WebState>, place: WebhookPath, person: PageVisitor) -> PageResult {
    let of = place.may_read(&state, &person)?;
    let page = Page::new(person.page_number(), ROWS);
    let Paged { items, total } =
        webhooks::manage::list(state.app(), of, page).await.map_err(|f| fault(&state, &person, f))?;
    let (frame, path) = (person.frame(&state, place.section), place.path(&state, &person));
    let lead = if of.owner().workspace().is_some() { "webhooks-lead" } else { "webhooks-lead-operator" };
    let page = ListPage {
        title: frame.say(place.section.key()),
        lead: frame.say(lead),
        rows: items.into_iter().map(|webhook| row(&frame, webhook)).collect(),
        pager: Pager::new(&path, &[], person.page_number(), ROWS, total),
        path,
        frame,
    };
    Ok(person.show(&state, &page))
}

#[derive(Template)]
#[template(path = "webhooks/new.html")]
struct NewPage {
    frame: Frame,
    problem: Problem,
    area: String,
    path: String,
    typed: Typed,
    kinds: Vec<Kind>,
}

fn form(
    state: &WebState,
    place: &WebhookPath,
    owner: WebhookOwner,
    person: &PageVisitor,
    problem: Problem,
    typed: Typed,
) -> NewPage {
    let frame = person.frame(state, place.section);
    NewPage {
        problem,
        area: frame.say(place.section.key()),
        path: place.path(state, person),
        kinds: kinds(&frame, owner, &typed),
        typed,
        frame,
    }
}

pub async fn new(State(state): State<WebState>, place: WebhookPath, person: PageVisitor) -> PageResult {
    let of = place.may_change(&state, &person)?;
    let typed = Typed { all: true, ..Typed::default() };
    Ok(person.show(&state, &form(&state, &place, of.owner(), &person, Problem::default(), typed)))
}

pub async fn create(State(state): State<WebState>, place: WebhookPath, posted: Posted) -> Response {
    posted.once(state, |state, posted, keeper| make(state, place, posted, keeper)).await
}

async fn make(state: WebState, place: WebhookPath, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let person = &posted.person;
    let of = place.may_change(&state, person)?;
    let typed = Typed::posted(&posted);
    let new = NewWebhook { url: typed.url.clone(), description: typed.description.clone(), events: typed.names() };
    let (section, path) = (place.section, place.path(&state, person));
    let keep = page_of(&state, &posted, keeper, move |state, person, (webhook, secret): (Webhook, Secret)| {
        let frame = person.frame(state, section);
        let shown = Shown {
            title: frame.say("webhooks-made"),
            lead: Rich::text(&frame.say("webhooks-secret-lead")),
            label: frame.say("webhooks-secret"),
            id: "secret",
            value: Revealed::after("", &secret),
            back: format!("{path}/{}", webhook.id),
            frame,
        };
        shown.show(state, person)
    });
    let failure = match webhooks::manage::create_kept(state.app(), &person.ctx, of, &new, keep).await {
        Ok(kept) => return Ok(kept),
        Err(failure) => management_failure(failure),
    };
    let problem = Problem::of(&failure, &state, person, &person.frame(&state, place.section))?;
    Err(person.again(&state, &form(&state, &place, of.owner(), person, problem, typed)).into())
}
