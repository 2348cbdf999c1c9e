//! Creating a personal access token.
use crate::WebState;
use crate::access::create_once::{Made, page_of};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::access::reveal::{Revealed, Shown};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::resources::permissions::{Choice, choices};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Secret;
use domain::access::PersonalAccessToken;
use flows::Failure;
use flows::access::credential_request::{self, CredentialRequest};
use flows::account::tokens;
use flows::platform::idempotency::Keeper;
use flows::platform::management_error::ManagementRefusal;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "account/new_token.html")]
struct NewTokenPage<'p> {
    frame: Frame,
    problem: Problem,
    path: String,
    name: &'p str,
    expires: &'p str,
    days: [(i64, &'static str); 4],
    choices: Vec<Choice>,
}

/// The lifetimes in days that the form offers.
const DAYS: [(i64, &str); 4] = [(7, "7"), (30, "30"), (90, "90"), (365, "365")];
const NEVER: &str = "never";

fn page<'p>(
    state: &WebState,
    person: &PageVisitor,
    frame: Frame,
    problem: Problem,
    (name, expires): (&'p str, &'p str),
    ticked: &[&str],
) -> NewTokenPage<'p> {
    let names = credential_request::scopes_to_give(state.app(), &person.principal);
    NewTokenPage {
        problem,
        path: person.path(state, Section::Tokens),
        name,
        expires,
        days: DAYS,
        choices: choices(frame.texts(), &state.app().settings().catalogue, names, ticked),
        frame,
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let frame = person.frame(&state, Section::Tokens);
    person.show(&state, &page(&state, &person, frame, Problem::default(), ("", "30"), &[]))
}

/// Shows the token, only this once.
pub async fn post(State(state): State<WebState>, posted: Posted) -> Response {
    posted.once(state, make).await
}

fn shown(state: &WebState, person: &PageVisitor, (token, secret): (PersonalAccessToken, Secret)) -> Response {
    let frame = person.frame(state, Section::Tokens);
    let shown = Shown {
        title: frame.say("tokens-made"),
        lead: frame.rich("tokens-made-line", "name", &token.name),
        label: frame.say("tokens-made-label"),
        id: "token-secret",
        value: Revealed::after("", &secret),
        back: person.path(state, Section::Tokens),
        frame,
    };
    shown.show(state, person)
}

async fn make(state: WebState, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let person = &posted.person;
    let (name, expires) = (posted.field("name"), posted.field("expires"));
    let ticked: Vec<&str> = posted.form.all("scopes").collect();
    if !posted.field("all").is_empty() {
        let all = credential_request::scopes_to_give(state.app(), &person.principal);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let frame = person.frame(&state, Section::Tokens);
        let page = page(&state, person, frame, Problem::default(), (name, expires), &all);
        return Err(person.show(&state, &page).into());
    }
    let days = DAYS.iter().find(|(_, named)| *named == expires).map(|(days, _)| *days);
    let made = if days.is_none() && expires != NEVER {
        Err(Failure::Refused(ManagementRefusal::Choice.of("expires")))
    } else {
        let asked = CredentialRequest {
            name: name.to_owned(),
            scopes: ticked.iter().map(ToString::to_string).collect(),
            roles: Vec::new(),
            expires_at: days.map(|days| person.ctx.now.plus(days * 24 * 60 * 60)),
        };
        let keep = page_of(&state, &posted, keeper, shown);
        tokens::create_token_kept(state.app(), &person.ctx, &person.principal, &asked, keep).await
    };
    match made {
        Ok(kept) => Ok(kept),
        Err(failure) => {
            let frame = person.frame(&state, Section::Tokens);
            let problem = Problem::of(&failure, &state, person, &frame)?;
            Err(person.again(&state, &page(&state, person, frame, problem, (name, expires), &ticked)).into())
        }
    }
}
