//! Creating an account.
use super::frame::{Frame, Leads, interaction_path, render, see_other, with_browser, with_cookie};
use super::refused;
use crate::WebState;
use crate::body::Params;
use crate::cookies::Cookie;
use crate::incoming::{Browser, Incoming};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Secret;
use domain::oauth::error::Refusal as _;
use flows::Failure;
use flows::authorize;
use flows::session;

#[derive(Template)]
#[template(path = "signup.html")]
struct SignUpPage<'p> {
    frame: Frame,
    interaction: &'p str,
    name: &'p str,
    username: &'p str,
    problem: Option<&'p str>,
}

fn page(state: &WebState, browser: &Browser, interaction: &str, kept: (&str, &str), problem: Option<&str>) -> Response {
    let frame = Frame::new(state, browser);
    let page = SignUpPage { frame, interaction, name: kept.0, username: kept.1, problem };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    with_browser(state, browser, render(&page, status, Leads::Here, None))
}

pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    page(&state, &incoming.browser(&state), incoming.query.get("i").unwrap_or_default(), ("", ""), None)
}

pub async fn post(State(state): State<WebState>, incoming: Incoming, Params(form): Params) -> Response {
    let browser = incoming.browser(&state);
    if !browser.sent(&state, &incoming, &form) {
        return refused::forged(&state, &incoming);
    }
    let field = |name: &str| form.get(name).unwrap_or_default();
    let password = Secret::new(field("password"));
    let interaction = field("interaction");
    match session::sign_up(state.app(), &incoming.ctx, field("name"), field("username"), &password).await {
        Ok(new) => {
            let binding = browser.binding(&state);
            let to = match interaction {
                "" => state.path("/"),
                text => match authorize::signed_in(state.app(), &incoming.ctx, text, binding, new.id) {
                    Ok(interaction) => interaction_path(&state, &interaction),
                    Err(failure) => return refused::failure(&state, &incoming, &failure),
                },
            };
            // The chain of redirects stops here: the interaction's own page knows where its forms may lead.
            with_cookie(see_other(&to), Cookie::Session.set(&state, new.secret.expose()))
        }
        Err(Failure::Refused(refusal)) => {
            page(&state, &browser, interaction, (field("name"), field("username")), Some(refusal.public()))
        }
        Err(Failure::Fault(fault)) => refused::failure::<session::SignInRefusal>(&state, &incoming, &fault.into()),
    }
}
