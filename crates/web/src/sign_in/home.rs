//! The home page for visitors who are not signed in. Signed-in users are redirected to their account.
use crate::WebState;
use crate::platform::pages::error;
use crate::platform::pages::frame::{Frame, Leads, render, see_other, with_browser};
use crate::platform::request::Incoming;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::SignInRefusal;
use flows::access::caller::Caller;

#[derive(Template)]
#[template(path = "sign_in/home.html")]
struct HomePage {
    frame: Frame,
}

pub fn redirect(state: &WebState) -> Response {
    see_other(&state.path("/"))
}

pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    match incoming.session(&state).await {
        Ok(Caller::Session(_)) => see_other(&state.path("/account")),
        Ok(_) => {
            let browser = incoming.browser(&state);
            let page = HomePage { frame: Frame::new(&state, &browser) };
            with_browser(&state, &browser, render(&state, &page, StatusCode::OK, Leads::Here, None))
        }
        Err(fault) => error::failure::<SignInRefusal>(&state, &incoming, &fault.into()),
    }
}
