//! Signing out of this browser.
use super::frame::{Frame, Leads, render, with_cookie};
use super::refused;
use crate::WebState;
use crate::body::Params;
use crate::cookies::Cookie;
use crate::incoming::Incoming;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use flows::session::{self, Caller, SignInRefusal};

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOutPage {
    frame: Frame,
}

pub async fn post(State(state): State<WebState>, incoming: Incoming, Params(form): Params) -> Response {
    let browser = incoming.browser(&state);
    if !browser.sent(&state, &incoming, &form) {
        return refused::forged(&state, &incoming);
    }
    let ended = match incoming.session(&state).await {
        Ok(Caller::Session(view)) => {
            session::end(state.app(), &incoming.ctx, view.session.id, Some(view.user.id)).await.map(|_| ())
        }
        Ok(_) => Ok(()),
        Err(fault) => Err(fault),
    };
    match ended {
        Ok(()) => {
            let page = SignedOutPage { frame: Frame::new(&state, &browser) };
            with_cookie(render(&page, StatusCode::OK, Leads::Here, None), Cookie::Session.clear(&state))
        }
        Err(fault) => refused::failure::<SignInRefusal>(&state, &incoming, &fault.into()),
    }
}
