//! The signing keys.
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::create_once::{Made, page_of};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Timestamp;
use domain::access::Operation;
use domain::platform::keys::KeyState;
use flows::operator;
use flows::operator::server::{self, SigningKeyView};
use flows::platform::idempotency::Keeper;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "operator/keys.html")]
struct KeysPage {
    frame: Frame,
    keys: Vec<KeyRow>,
    states: [Said; 3],
    may_rotate: bool,
    path: String,
}

/// A key as shown.
struct KeyRow {
    key: SigningKeyView,
    state: String,
    since: Timestamp,
}

/// The name of a state, and its explanation.
struct Said {
    name: String,
    means: String,
}

/// The text keys of both.
const fn texts(state: KeyState) -> (&'static str, &'static str) {
    match state {
        KeyState::Next => ("keys-next", "keys-next-means"),
        KeyState::Active => ("keys-active", "keys-active-means"),
        KeyState::Retired => ("keys-retired", "keys-retired-means"),
    }
}

/// The order of the states: most important first.
const STATES: [KeyState; 3] = [KeyState::Active, KeyState::Next, KeyState::Retired];

fn row(frame: &Frame, key: SigningKeyView) -> KeyRow {
    let since = match key.state {
        KeyState::Next => None,
        KeyState::Active => key.activated_at,
        KeyState::Retired => key.retired_at,
    };
    KeyRow { state: frame.say(texts(key.state).0), since: since.unwrap_or(key.created_at), key }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let mut keys = match server::signing_keys(state.app(), &person.ctx, &person.principal).await {
        Ok(keys) => keys,
        Err(failure) => return person.refused(&state, &failure),
    };
    keys.sort_by_key(|key| (STATES.iter().position(|state| *state == key.state), key.alg.as_str()));
    let frame = person.frame(&state, Section::Keys);
    let page = KeysPage {
        keys: keys.into_iter().map(|key| row(&frame, key)).collect(),
        states: STATES.map(texts).map(|(name, means)| Said { name: frame.say(name), means: frame.say(means) }),
        may_rotate: person.principal.may(Operation::RotateKeys).is_ok(),
        path: person.path(&state, Section::Keys),
        frame,
    };
    person.show(&state, &page)
}

pub async fn ask(State(state): State<WebState>, person: PageVisitor) -> Response {
    let keys = match server::signing_keys(state.app(), &person.ctx, &person.principal).await {
        Ok(keys) => keys,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::Keys);
    let mut lines = vec![frame.texts().rich("keys-rotate-new", &[]), frame.texts().rich("keys-rotate-old", &[])];
    let young = keys.iter().any(|key| key.young);
    lines.push(frame.texts().rich(if young { "keys-rotate-young" } else { "keys-rotate-known" }, &[]));
    let back = person.path(&state, Section::Keys);
    let page = Confirm {
        title: frame.say("keys-rotate-title"),
        lines,
        after: After::ForGood,
        action: format!("{back}/rotate"),
        // The confirmation page explains what rotating a young key means.
        fields: if young { vec![("force", "true".to_owned())] } else { Vec::new() },
        button: frame.say(if young { "keys-rotate-now" } else { "keys-rotate" }),
        back,
        frame,
    };
    page.show(&state, &person)
}

pub async fn rotate(State(state): State<WebState>, posted: Posted) -> Response {
    posted.once(state, turn).await
}

async fn turn(state: WebState, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let person = &posted.person;
    let forced = posted.field("force") == "true";
    let keep = page_of(&state, &posted, keeper, |state, person, ()| {
        person.done(state, &person.path(state, Section::Keys), "keys-rotated")
    });
    let turned = operator::keys::rotate_keys_kept(state.app(), &person.ctx, &person.principal, forced, keep).await;
    turned.map_err(|failure| person.refused(&state, &failure).into())
}
