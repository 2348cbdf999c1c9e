//! A single webhook: details, changes, test events, and deletion.
use super::form::{Kind, Typed, kinds};
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::create_once::{Made, page_of};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::merge::{BASE, merge};
use crate::platform::pages::undo::Undo;
use crate::webhooks::pages::owner::{PageResult, WebhookPath, management_failure, stop};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::webhooks::Webhook;
use domain::{EventId, Timestamp};
use flows::platform::idempotency::Keeper;
use flows::webhooks;
use flows::webhooks::manage::WebhookPatch;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "webhooks/webhook.html")]
struct OnePage {
    frame: Frame,
    problem: Problem,
    area: String,
    list: String,
    path: String,
    webhook: Webhook,
    /// Until when the previous secret signs, too.
    both_until: Option<Timestamp>,
    typed: Typed,
    /// The values saved now.
    base: String,
    kinds: Vec<Kind>,
}

fn page(
    state: &WebState,
    place: &WebhookPath,
    person: &PageVisitor,
    webhook: Webhook,
    problem: Problem,
    typed: Option<Typed>,
) -> OnePage {
    let frame = person.frame(state, place.section);
    let list = place.path(state, person);
    let saved = Typed::of(&webhook);
    let base = pages::merge::base(&LABELS, |name| saved.shown(&frame, name));
    let typed = typed.unwrap_or(saved);
    OnePage {
        problem,
        area: frame.say(place.section.key()),
        path: format!("{list}/{}", webhook.id),
        list,
        both_until: webhook.previous.as_ref().map(|(_, until)| *until).filter(|until| *until > person.ctx.now),
        kinds: kinds(&frame, webhook.owner, &typed),
        typed,
        base,
        webhook,
        frame,
    }
}

pub async fn get(State(state): State<WebState>, place: WebhookPath, person: PageVisitor) -> PageResult {
    let (of, id) = (place.may_read(&state, &person)?, place.id(&state, &person)?);
    let webhook = webhooks::manage::read(state.app(), of, id).await.map_err(|f| stop(&state, &person, &f))?;
    Ok(person.show(&state, &page(&state, &place, &person, webhook, Problem::default(), None)))
}

/// The fields of the form with the text keys of their labels.
const LABELS: [(&str, &str); 3] =
    [("url", "webhooks-url"), ("description", "webhooks-description"), ("events", "webhooks-events")];

/// The revision that a form was opened with; an invalid one matches nothing.
fn revision(posted: &Posted) -> i64 {
    posted.field("revision").parse().unwrap_or(-1)
}

pub async fn update(State(state): State<WebState>, place: WebhookPath, posted: Posted) -> PageResult {
    let person = &posted.person;
    let (of, id) = (place.may_change(&state, person)?, place.id(&state, person)?);
    let mut typed = Typed::posted(&posted);
    let change = WebhookPatch {
        url: Some(typed.url.clone()),
        description: Some(typed.description.clone()),
        events: Some(typed.names()),
        disabled: None,
    };
    let path = format!("{}/{id}", place.path(&state, person));
    let failure =
        match webhooks::manage::update(state.app(), &person.ctx, of, id, Some(revision(&posted)), &change).await {
            Ok(_) => return Ok(person.done(&state, &path, "saved")),
            Err(failure) => management_failure(failure),
        };
    let frame = person.frame(&state, place.section);
    let mut problem = Problem::of(&failure, &state, person, &frame)?;
    let webhook = webhooks::manage::read(state.app(), of, id).await.map_err(|f| stop(&state, person, &f))?;
    if revision(&posted) != webhook.revision {
        // Start from what is saved now, so that the user can overwrite it after seeing it.
        let saved = Typed::of(&webhook);
        let shown = |of: &Typed, name: &str| of.shown(&frame, name);
        let (untouched, meanwhile) =
            merge(&frame, &LABELS, posted.field(BASE), |name| shown(&saved, name), |name| shown(&typed, name));
        for name in untouched {
            typed.take(name, &saved);
        }
        problem.meanwhile = meanwhile;
    }
    Ok(person.again(&state, &page(&state, &place, person, webhook, problem, Some(typed))))
}

/// Disables or enables it.
pub async fn switch(State(state): State<WebState>, place: WebhookPath, posted: Posted) -> PageResult {
    let person = &posted.person;
    let (of, id) = (place.may_change(&state, person)?, place.id(&state, person)?);
    let off = posted.field("to") == "off";
    let change = WebhookPatch { disabled: Some(off), ..WebhookPatch::default() };
    let changed = webhooks::manage::update(state.app(), &person.ctx, of, id, Some(revision(&posted)), &change).await;
    let changed = match changed {
        Ok(changed) => changed,
        Err(failure) => {
            let problem =
                Problem::of_choice(&management_failure(failure), &state, person, &person.frame(&state, place.section))?;
            let webhook = webhooks::manage::read(state.app(), of, id).await.map_err(|f| stop(&state, person, &f))?;
            return Ok(person.again(&state, &page(&state, &place, person, webhook, problem, None)));
        }
    };
    let (done, back) = if off { ("webhook-off", "on") } else { ("webhook-on", "off") };
    let path = format!("{}/{id}", place.path(&state, person));
    let undo = Undo::by(format!("{path}/switch")).with("to", back).with("revision", changed.revision);
    Ok(person.done_until_undone(&state, &path, done, &undo))
}

pub async fn test(State(state): State<WebState>, place: WebhookPath, posted: Posted) -> Response {
    posted.once(state, |state, posted, keeper| send_test(state, place, posted, keeper)).await
}

async fn send_test(state: WebState, place: WebhookPath, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let person = &posted.person;
    let (of, id) = (place.may_change(&state, person)?, place.id(&state, person)?);
    let path = format!("{}/{id}/deliveries", place.path(&state, person));
    let keep =
        page_of(&state, &posted, keeper, move |state, person, _: EventId| person.done(state, &path, "webhook-test"));
    let sent = webhooks::manage::test_kept(state.app(), &person.ctx, of, id, keep).await;
    Ok(sent.map_err(|f| stop(&state, person, &f))?)
}

pub async fn ask_delete(State(state): State<WebState>, place: WebhookPath, person: PageVisitor) -> PageResult {
    let (of, id) = (place.may_change(&state, &person)?, place.id(&state, &person)?);
    let webhook = webhooks::manage::read(state.app(), of, id).await.map_err(|f| stop(&state, &person, &f))?;
    let frame = person.frame(&state, place.section);
    let back = format!("{}/{id}", place.path(&state, &person));
    let confirm = Confirm {
        title: format!("{} · {}", frame.say("webhooks-delete-title"), frame.say(place.section.key())),
        lines: vec![
            frame.rich("webhooks-delete-which", "url", &webhook.url),
            frame.texts().rich("webhooks-delete-effect", &[]),
        ],
        after: After::ForGood,
        action: format!("{back}/delete"),
        fields: vec![("revision", webhook.revision.to_string())],
        button: frame.say("webhooks-delete-button"),
        back,
        frame,
    };
    Ok(confirm.show(&state, &person))
}

pub async fn delete(State(state): State<WebState>, place: WebhookPath, posted: Posted) -> PageResult {
    let person = &posted.person;
    let (of, id) = (place.may_change(&state, person)?, place.id(&state, person)?);
    let deleted = webhooks::manage::delete(state.app(), &person.ctx, of, id, Some(revision(&posted))).await;
    deleted.map_err(|f| stop(&state, person, &f))?;
    Ok(person.done(&state, &place.path(&state, person), "webhook-deleted"))
}
