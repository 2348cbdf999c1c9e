//! Signing out of other devices.
use super::security::device;
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::nav::Section;
use axum::extract::{Path, State};
use axum::response::Response;
use flows::account::sessions;

pub async fn ask(State(state): State<WebState>, Path(id): Path<String>, person: PageVisitor) -> Response {
    let (ctx, who, current) = (&person.ctx, &person.principal, Some(person.session));
    let session = match sessions::session(state.app(), ctx, who, current, &id).await {
        Ok(session) => session,
        Err(failure) => return person.refused(&state, &failure),
    };
    let (frame, back) = (person.frame(&state, Section::Security), person.path(&state, Section::Security));
    let device = device(&frame, &session.user_agent);
    let line = if session.ip.is_empty() {
        frame.rich("sessions-ask-line", "device", &device)
    } else {
        frame.texts().rich("sessions-ask-line-address", &[("device", &device), ("address", &session.ip)])
    };
    let confirm = Confirm {
        title: frame.say("sessions-ask"),
        lines: vec![line, frame.texts().rich("sessions-ask-apps", &[])],
        after: After::ForGood,
        action: format!("{back}/sessions/{}/end", session.id),
        fields: Vec::new(),
        button: frame.say("sessions-end-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn end(State(state): State<WebState>, Path(id): Path<String>, posted: Posted) -> Response {
    let person = &posted.person;
    match sessions::end_session(state.app(), &person.ctx, &person.principal, &id).await {
        Ok(()) => person.done(&state, &person.path(&state, Section::Security), "session-ended"),
        Err(failure) => person.refused(&state, &failure),
    }
}

pub async fn ask_others(State(state): State<WebState>, person: PageVisitor) -> Response {
    let (frame, back) = (person.frame(&state, Section::Security), person.path(&state, Section::Security));
    let confirm = Confirm {
        title: frame.say("sessions-ask-others"),
        lines: ["sessions-ask-others-line", "sessions-ask-apps"].map(|key| frame.texts().rich(key, &[])).to_vec(),
        after: After::ForGood,
        action: format!("{back}/others/end"),
        fields: Vec::new(),
        button: frame.say("sessions-end-others"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn end_others(State(state): State<WebState>, posted: Posted) -> Response {
    let person = &posted.person;
    let (ctx, who, current) = (&person.ctx, &person.principal, Some(person.session));
    match sessions::end_other_sessions(state.app(), ctx, who, current).await {
        Ok(_) => person.done(&state, &person.path(&state, Section::Security), "sessions-ended"),
        Err(failure) => person.refused(&state, &failure),
    }
}
