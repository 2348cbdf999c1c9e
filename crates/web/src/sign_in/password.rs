//! Sign-in.
use super::home;
use crate::WebState;
use crate::platform::cookies::Cookie;
use crate::platform::pages::form::{Form, of_form};
use crate::platform::pages::frame::{Frame, Leads, interaction_path, render, see_other, signed_in, with_browser};
use crate::platform::pages::{error, return_to};
use crate::platform::request::{Browser, Incoming};
use crate::platform::respond::status;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Secret;
use domain::account::SignInRefusal;
use domain::clients::Client;
use domain::platform::refusal::Refusal as _;
use flows::oauth::authorize::{self, AuthorizeOutcome};
use flows::platform::known_browser;
use flows::sign_in::password;
use flows::sign_in::session::Here;
use flows::{Failure, Later};

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct LoginPage<'p> {
    frame: Frame,
    interaction: &'p str,
    client: Option<&'p Client>,
    /// The page of this server to continue at, if the user came for one.
    return_to: &'p str,
    username: &'p str,
    reauthenticate: bool,
    problem: Option<String>,
}

/// A form to correct: its status, the reason, and when to retry.
type Problem<'p> = Option<(StatusCode, SignInRefusal, &'p Later)>;

fn said(frame: &Frame, problem: Problem<'_>) -> Option<String> {
    problem.map(|(_, refusal, later)| frame.texts().refusal_for_now(&refusal, later))
}

/// The interaction that requires signing in.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'p> {
    pub interaction: &'p str,
    pub client: &'p Client,
    /// Where the response will be sent; `None` for a device.
    pub redirect_uri: Option<&'p str>,
    /// The user is signed in, but must authenticate again.
    pub reauthenticate: bool,
}

/// The sign-in page of an interaction.
pub fn login_page(
    state: &WebState,
    browser: &Browser,
    waiting: Waiting<'_>,
    hint: Option<&str>,
    problem: Problem<'_>,
) -> Response {
    let Waiting { interaction, client, redirect_uri, reauthenticate } = waiting;
    let frame = Frame::new(state, browser);
    let page = LoginPage {
        problem: said(&frame, problem),
        frame,
        interaction,
        client: Some(client),
        return_to: "",
        username: hint.unwrap_or_default(),
        reauthenticate,
    };
    render(state, &page, problem.map_or(StatusCode::OK, |(status, ..)| status), Leads::to(redirect_uri), None)
}

fn plain_page(state: &WebState, browser: &Browser, return_to: &str, username: &str, problem: Problem<'_>) -> Response {
    let frame = Frame::new(state, browser);
    let said = said(&frame, problem);
    let (interaction, client, reauthenticate) = ("", None, false);
    let page = LoginPage { frame, interaction, client, return_to, username, reauthenticate, problem: said };
    let status = problem.map_or(StatusCode::OK, |(status, ..)| status);
    with_browser(state, browser, render(state, &page, status, Leads::Here, None))
}

pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    let return_to = return_to::read(&state, incoming.query.get("return_to"));
    plain_page(&state, &incoming.browser(&state), &return_to, "", None)
}

pub async fn post(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    let mut browser = incoming.browser(&state);
    if !browser.sent(&state, &incoming, &form) {
        return error::forged(&state, &incoming);
    }
    let username = form.get("username").unwrap_or_default();
    let password = Secret::new(form.get("password").unwrap_or_default());
    let interaction = form.get("interaction");
    let here = match error::caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let mark = Cookie::Mark(known_browser::tag(state.app(), username)).read(&state, &incoming.headers).map(Secret::new);
    let with = Here { caller: &here, mark: mark.as_ref() };
    match password::sign_in(state.app(), &incoming.ctx, username, &password, with).await {
        Ok(new) => {
            let to = match interaction {
                None => return_to::path(&state, form.get("return_to")),
                Some(text) => {
                    match authorize::signed_in(state.app(), &incoming.ctx, text, browser.binding(&state), new.id) {
                        Ok(interaction) => interaction_path(&state, &interaction),
                        Err(failure) => return error::interrupted(&state, &incoming, &failure),
                    }
                }
            };
            signed_in(&state, &incoming, see_other(&to), &new)
        }
        Err(Failure::Fault(fault)) => error::failure::<SignInRefusal>(&state, &incoming, &fault.into()),
        Err(Failure::Refused(refusal)) => {
            let problem = Some((of_form(status(refusal.code())), refusal, &incoming.ctx.later));
            let return_to = return_to::read(&state, form.get("return_to"));
            let Some(text) = interaction else { return plain_page(&state, &browser, &return_to, username, problem) };
            // If the user was already signed in, the page explains again why they have to authenticate.
            let binding = browser.binding(&state);
            match authorize::login_page(state.app(), &incoming.ctx, text, &here, binding).await {
                Ok(AuthorizeOutcome::Login { interaction, client, redirect_uri, reauthenticate, locales, .. }) => {
                    browser.speak(&locales);
                    let (interaction, redirect_uri) = (&interaction, redirect_uri.as_deref());
                    let waiting = Waiting { interaction, client: &client, redirect_uri, reauthenticate };
                    login_page(&state, &browser, waiting, Some(username), problem)
                }
                Ok(_) => home::redirect(&state),
                Err(failure) => error::interrupted(&state, &incoming, &failure),
            }
        }
    }
}
