//! The first operator, by the one-time link that the server prints.
use super::form::Form;
use super::frame::{Frame, Leads, render, with_browser, with_cookie};
use super::{home, refused};
use crate::WebState;
use crate::cookies::Cookie;
use crate::incoming::{Browser, Incoming};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Secret;
use flows::Failure;
use flows::setup::{self, SetupRefusal};

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage<'p> {
    frame: Frame,
    token: &'p str,
    name: &'p str,
    username: &'p str,
    problem: Option<String>,
}

fn page(
    state: &WebState,
    browser: &Browser,
    token: &str,
    kept: (&str, &str),
    problem: Option<&SetupRefusal>,
) -> Response {
    let frame = Frame::new(state, browser);
    let said = problem.map(|refusal| frame.texts().refusal(refusal));
    let page = SetupPage { frame, token, name: kept.0, username: kept.1, problem: said };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    with_browser(state, browser, render(state, &page, status, Leads::Here, None))
}

pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    let token = incoming.query.get("token").unwrap_or_default();
    match setup::is_good(state.app(), &incoming.ctx, token).await {
        Ok(true) => page(&state, &incoming.browser(&state), token, ("", ""), None),
        Ok(false) => refused::failure(&state, &incoming, &Failure::Refused(SetupRefusal::LinkInvalid)),
        Err(fault) => refused::failure::<SetupRefusal>(&state, &incoming, &fault.into()),
    }
}

pub async fn post(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    let browser = incoming.browser(&state);
    if !browser.sent(&state, &incoming, &form) {
        return refused::forged(&state, &incoming);
    }
    let field = |name: &str| form.get(name).unwrap_or_default();
    let password = Secret::new(field("password"));
    let here = match refused::caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let (app, ctx) = (state.app(), &incoming.ctx);
    match setup::complete(app, ctx, field("token"), field("name"), field("username"), &password, &here).await {
        Ok(new) => with_cookie(home::redirect(&state), Cookie::Session.set(&state, new.secret.expose())),
        Err(Failure::Refused(refusal @ SetupRefusal::Account(_))) => {
            page(&state, &browser, field("token"), (field("name"), field("username")), Some(&refusal))
        }
        Err(failure) => refused::failure(&state, &incoming, &failure),
    }
}
