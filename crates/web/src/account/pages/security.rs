//! The password, and the devices where the user is signed in.
use crate::WebState;
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::cookies::Cookie;
use crate::platform::pages::form::of_form;
use crate::platform::pages::frame::{Frame, with_cookie};
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::{Pager, ROWS};
use crate::platform::respond::status as status_for;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::account::Device;
use domain::platform::refusal::Refusal as _;
use domain::{Secret, Timestamp};
use flows::account::password::{self, PasswordChange, Renewed};
use flows::account::sessions::{self, OwnSession};
use flows::platform::management_error::ManagementError;
use flows::{Failure, Page, Paged};

#[derive(Template)]
#[template(path = "account/security.html")]
struct SecurityPage<'p> {
    frame: Frame,
    problem: Problem,
    path: String,
    email: &'p str,
    has_password: bool,
    sessions: Vec<Shown>,
    others: bool,
    pager: Pager,
}

struct Shown {
    id: String,
    device: String,
    /// The raw user agent, if it is not recognized.
    says: Option<String>,
    ip: String,
    since: Timestamp,
    last_seen_at: Timestamp,
    current: bool,
}

/// A device, described in words.
pub fn device(frame: &Frame, user_agent: &str) -> String {
    match Device::of(user_agent) {
        Device { browser: Some(browser), system: Some(system) } => {
            frame.fill_two("device-both", "browser", browser, "system", system)
        }
        Device { browser: Some(browser), system: None } => browser.to_owned(),
        Device { browser: None, system: Some(system) } => frame.fill("device-system", "system", system),
        Device { browser: None, system: None } => frame.say("device-unknown"),
    }
}

fn shown(frame: &Frame, session: OwnSession) -> Shown {
    let known = Device::of(&session.user_agent).browser.is_some();
    Shown {
        id: session.id.to_string(),
        device: device(frame, &session.user_agent),
        says: Some(session.user_agent).filter(|says| !known && !says.is_empty()),
        ip: session.ip,
        since: session.created_at,
        last_seen_at: session.last_seen_at,
        current: session.current,
    }
}

async fn page<'p>(
    state: &WebState,
    person: &'p PageVisitor,
    problem: Problem,
) -> Result<SecurityPage<'p>, Failure<ManagementError>> {
    let number = person.page_number();
    let (ctx, who, current) = (&person.ctx, &person.principal, Some(person.session));
    let sessions = sessions::sessions(state.app(), ctx, who, current, Page::new(number, ROWS)).await?;
    let Paged { items, total } = sessions;
    let (frame, path) = (person.frame(state, Section::Security), person.path(state, Section::Security));
    Ok(SecurityPage {
        problem,
        email: person.user.email.as_str(),
        has_password: person.user.password_hash.is_some(),
        sessions: items.into_iter().map(|session| shown(&frame, session)).collect(),
        others: total > 1,
        pager: Pager::new(&path, &[], number, ROWS, total),
        frame,
        path,
    })
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    match page(&state, &person, Problem::default()).await {
        Ok(page) => person.show(&state, &page),
        Err(failure) => person.refused(&state, &failure),
    }
}

fn status_of(failure: &Failure<ManagementError>) -> StatusCode {
    match failure {
        Failure::Refused(refusal) => of_form(status_for(refusal.code())),
        Failure::Fault(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Changes the password.
pub async fn post(State(state): State<WebState>, posted: Posted) -> Response {
    let person = &posted.person;
    let (old, new) = (Secret::new(posted.field("current_password")), Secret::new(posted.field("new_password")));
    let (ctx, who, current) = (&person.ctx, &person.principal, Some(person.session));
    let end_others = !posted.field("end_others").is_empty();
    let change = PasswordChange { old: &old, new: &new, end_others };
    let failure = match password::change_password(state.app(), ctx, who, current, &change).await {
        Ok(Renewed { session, mark }) => {
            let said = if end_others { "password-changed" } else { "password-changed-only" };
            let done = person.done(&state, &person.path(&state, Section::Security), said);
            let cookie = session.and_then(|secret| Cookie::Session.set(&state, secret.expose()));
            return with_cookie(with_cookie(done, cookie), Cookie::Mark(mark.tag).set(&state, mark.value.expose()));
        }
        Err(failure) => failure,
    };
    let problem = match Problem::of(&failure, &state, person, &person.frame(&state, Section::Security)) {
        Ok(problem) => problem,
        Err(response) => return *response,
    };
    let status = status_of(&failure);
    match page(&state, person, problem).await {
        Ok(page) => (status, person.again(&state, &page)).into_response(),
        Err(failure) => person.refused(&state, &failure),
    }
}
