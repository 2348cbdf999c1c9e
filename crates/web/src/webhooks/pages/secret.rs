//! Rotating a webhook's secret; the old one can remain valid for a while.
use crate::WebState;
use crate::access::create_once::{Made, page_of};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::access::reveal::{Revealed, Shown};
use crate::platform::pages::frame::Frame;
use crate::platform::texts::Rich;
use crate::webhooks::pages::owner::{PageResult, WebhookPath, stop};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Secret;
use domain::webhooks::Webhook;
use flows::platform::idempotency::Keeper;
use flows::webhooks;
use std::sync::Arc;

/// The overlap in hours during which both secrets sign, as offered by the form.
const HOURS: [i64; 4] = [0, 1, 24, 168];

#[derive(Template)]
#[template(path = "webhooks/rotate.html")]
struct RotatePage {
    frame: Frame,
    area: String,
    path: String,
    url: String,
    revision: i64,
    hours: [i64; 4],
}

pub async fn ask(State(state): State<WebState>, place: WebhookPath, person: PageVisitor) -> PageResult {
    let (of, id) = (place.may_change(&state, &person)?, place.id(&state, &person)?);
    let webhook = webhooks::manage::read(state.app(), of, id).await.map_err(|f| stop(&state, &person, &f))?;
    let frame = person.frame(&state, place.section);
    let page = RotatePage {
        area: frame.say(place.section.key()),
        path: format!("{}/{id}", place.path(&state, &person)),
        url: webhook.url,
        revision: webhook.revision,
        hours: HOURS,
        frame,
    };
    Ok(person.show(&state, &page))
}

pub async fn rotate(State(state): State<WebState>, place: WebhookPath, posted: Posted) -> Response {
    posted.once(state, |state, posted, keeper| make(state, place, posted, keeper)).await
}

async fn make(state: WebState, place: WebhookPath, posted: Arc<Posted>, keeper: Keeper) -> Made {
    const HOUR: i64 = 60 * 60;
    let person = &posted.person;
    let (of, id) = (place.may_change(&state, person)?, place.id(&state, person)?);
    // Anything but a choice of the form means one day.
    let hours = posted.field("hours").parse().ok().filter(|hours| HOURS.contains(hours)).unwrap_or(24);
    let revision = Some(posted.field("revision").parse().unwrap_or(-1));
    let (section, back) = (place.section, format!("{}/{id}", place.path(&state, person)));
    let keep = page_of(&state, &posted, keeper, move |state, person, (_, secret): (Webhook, Secret)| {
        let frame = person.frame(state, section);
        let shown = Shown {
            title: frame.say("webhooks-rotated"),
            lead: Rich::text(&frame.say("webhooks-secret-lead")),
            label: frame.say("webhooks-secret"),
            id: "secret",
            value: Revealed::after("", &secret),
            back,
            frame,
        };
        shown.show(state, person)
    });
    let (app, ctx) = (state.app(), &person.ctx);
    let rotated = webhooks::manage::rotate_secret_kept(app, ctx, of, (id, revision), hours * HOUR, keep).await;
    Ok(rotated.map_err(|f| stop(&state, person, &f))?)
}
