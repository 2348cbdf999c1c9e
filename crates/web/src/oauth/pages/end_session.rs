//! Signing out of this browser, from our own pages or at a client's request.
use crate::WebState;
use crate::platform::cookies::Cookie;
use crate::platform::pages::error;
use crate::platform::pages::form::Form;
use crate::platform::pages::frame::{Frame, Leads, render, see_other, with_browser, with_cookie};
use crate::platform::request::{Browser, Incoming};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::clients::Client;
use domain::platform::params::RawParams;
use flows::oauth::end_session::{self, LogoutStep};

#[derive(Template)]
#[template(path = "oauth/signed_out.html")]
struct SignedOutPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "oauth/sign_out.html")]
struct SignOutPage<'p> {
    frame: Frame,
    client: Option<&'p Client>,
    /// The client's parameters, to be sent again with the confirmation.
    fields: &'p [(&'p str, &'p str)],
}

const REQUEST: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

async fn answer(state: &WebState, incoming: &Incoming, params: &RawParams, confirmed: bool) -> Response {
    let browser = incoming.browser(state);
    let caller = match error::caller(state, incoming).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    match end_session::logout(state.app(), &incoming.ctx, params, &caller, confirmed).await {
        Ok(LogoutStep::Ask { client, location }) => {
            ask(state, &browser, client.as_deref(), location.as_deref(), params)
        }
        Ok(LogoutStep::Done { location: Some(location) }) => {
            with_cookie(see_other(&location), Cookie::Session.clear(state))
        }
        Ok(LogoutStep::Done { location: None }) => {
            let page = SignedOutPage { frame: Frame::new(state, &browser) };
            let response = render(state, &page, StatusCode::OK, Leads::Here, None);
            with_cookie(with_browser(state, &browser, response), Cookie::Session.clear(state))
        }
        Err(failure) => error::failure(state, incoming, &failure),
    }
}

fn ask(
    state: &WebState,
    browser: &Browser,
    client: Option<&Client>,
    location: Option<&str>,
    params: &RawParams,
) -> Response {
    let fields: Vec<_> = params.pairs().filter(|(name, _)| REQUEST.contains(name)).collect();
    let page = SignOutPage { frame: Frame::new(state, browser), client, fields: &fields };
    with_browser(state, browser, render(state, &page, StatusCode::OK, Leads::to(location), None))
}

/// The end session endpoint.
pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    answer(&state, &incoming, &incoming.query, false).await
}

/// The end session endpoint for forms (RP-Initiated Logout §2).
pub async fn request(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    answer(&state, &incoming, &form, false).await
}

/// The user's own request: our pages' button, or the confirmation of a client's request.
pub async fn post(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    if !incoming.browser(&state).sent(&state, &incoming, &form) {
        return error::forged(&state, &incoming);
    }
    answer(&state, &incoming, &form, true).await
}
