//! Creating the first operator through the one-time link that the server prints. Its secret is only in the link: opening it
//! stores a pass in the browser.
use super::home;
use crate::WebState;
use crate::platform::cookies::Cookie;
use crate::platform::pages::error;
use crate::platform::pages::form::Form;
use crate::platform::pages::frame::{Frame, Leads, render, see_other, signed_in, with_browser, with_cookie};
use crate::platform::request::{Browser, Incoming};
use crate::sign_in::sign_up::newcomer;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Secret;
use flows::Failure;
use flows::platform::one_time_link::OpenedLink;
use flows::sign_in::setup::{self, SetupRefusal};

#[derive(Template)]
#[template(path = "sign_in/setup.html")]
struct SetupPage<'p> {
    frame: Frame,
    name: &'p str,
    username: &'p str,
    problem: Option<String>,
}

fn page(state: &WebState, browser: &Browser, kept: (&str, &str), problem: Option<&SetupRefusal>) -> Response {
    let frame = Frame::new(state, browser);
    let said = problem.map(|refusal| frame.texts().refusal(refusal));
    let page = SetupPage { frame, name: kept.0, username: kept.1, problem: said };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    with_browser(state, browser, render(state, &page, status, Leads::Here, None))
}

/// The browser's pass; empty if it has none.
fn pass(state: &WebState, incoming: &Incoming) -> Secret {
    Secret::new(Cookie::Setup.read(state, &incoming.headers).unwrap_or_default())
}

/// Opens the link, or shows the page that it leads to.
pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    let browser = incoming.browser(&state);
    let (app, ctx) = (state.app(), &incoming.ctx);
    if let Some(token) = incoming.query.get("token") {
        return match setup::open(app, ctx, token, browser.binding(&state)).await {
            Ok(pass) => {
                let response = with_browser(&state, &browser, see_other(&state.path("/setup")));
                with_cookie(response, Cookie::Setup.set(&state, pass.expose()))
            }
            Err(failure) => error::failure(&state, &incoming, &failure),
        };
    }
    let held = pass(&state, &incoming);
    match setup::look(app, ctx, OpenedLink { pass: &held, browser: browser.binding(&state) }).await {
        Ok(()) => page(&state, &browser, ("", ""), None),
        Err(failure) => error::failure(&state, &incoming, &failure),
    }
}

pub async fn post(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    let browser = incoming.browser(&state);
    if !browser.sent(&state, &incoming, &form) {
        return error::forged(&state, &incoming);
    }
    let field = |name: &str| form.get(name).unwrap_or_default();
    let password = Secret::new(field("password"));
    let here = match error::caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let (app, ctx, held) = (state.app(), &incoming.ctx, pass(&state, &incoming));
    let held = OpenedLink { pass: &held, browser: browser.binding(&state) };
    match setup::complete(app, ctx, held, newcomer(&form, &browser, &password), &here).await {
        Ok(new) => {
            let response = with_cookie(home::redirect(&state), Cookie::Setup.clear(&state));
            signed_in(&state, &incoming, response, &new)
        }
        Err(Failure::Refused(refusal @ SetupRefusal::Account(_))) => {
            page(&state, &browser, (field("name"), field("username")), Some(&refusal))
        }
        Err(failure) => error::failure(&state, &incoming, &failure),
    }
}
