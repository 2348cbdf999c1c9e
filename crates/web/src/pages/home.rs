//! The first page: who is signed in.
use super::frame::{Frame, Leads, render, see_other, with_browser};
use super::refused;
use crate::WebState;
use crate::incoming::Incoming;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::identity::User;
use flows::session::SignInRefusal;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'p> {
    frame: Frame,
    user: Option<&'p User>,
}

pub fn redirect(state: &WebState) -> Response {
    see_other(&state.path("/"))
}

pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    let browser = incoming.browser(&state);
    match incoming.session(&state).await {
        Ok(caller) => {
            let page = HomePage { frame: Frame::new(&state, &browser), user: caller.user() };
            with_browser(&state, &browser, render(&state, &page, StatusCode::OK, Leads::Here, None))
        }
        Err(fault) => refused::failure::<SignInRefusal>(&state, &incoming, &fault.into()),
    }
}
