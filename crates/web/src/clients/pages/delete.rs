//! Deleting a client.
use super::application::{Application, Named, Tab, named};
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::texts::Rich;
use axum::extract::State;
use axum::response::Response;
use flows::clients::{self, people};

pub async fn get(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Delete).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let reached = people::reached(state.app(), &person.ctx, &person.principal, app.id()).await;
    let reached = match reached {
        Ok(reached) => reached,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, person.console());
    let confirm = Confirm {
        title: frame.fill("dev-delete-title", "name", &app.client.name),
        lines: vec![
            frame.rich("dev-delete-what", "name", &app.client.name),
            Rich::text(&frame.fill("dev-delete-people", "count", reached.people)),
            Rich::text(&frame.fill("dev-delete-grants", "count", reached.grants)),
        ],
        after: After::ForGood,
        action: app.at("delete"),
        fields: Vec::new(),
        button: frame.say("dev-app-delete"),
        back: app.path.clone(),
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn post(State(state): State<WebState>, path: Named, posted: Posted) -> Response {
    let person = &posted.person;
    match clients::manage::delete(state.app(), &person.ctx, &person.principal, named(&path, "client")).await {
        Ok(()) => person.done(&state, &person.path(&state, person.console()), "application-deleted"),
        Err(failure) => person.refused(&state, &failure),
    }
}
