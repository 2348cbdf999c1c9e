//! The pages where users enter the code shown on a device (RFC 8628 §3.3), and the result page.
use crate::WebState;
use crate::platform::pages::error;
use crate::platform::pages::form::{Form, of_form};
use crate::platform::pages::frame::{Frame, Leads, interaction_path, render, see_other, with_browser};
use crate::platform::request::{Browser, Incoming};
use crate::platform::respond::status;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::clients::Client;
use domain::oauth::device::UserCode;
use domain::platform::refusal::Refusal as _;
use flows::Failure;
use flows::access::caller::Caller;
use flows::oauth::device;

#[derive(Template)]
#[template(path = "oauth/device.html")]
struct DevicePage {
    frame: Frame,
    /// The code as typed, or as given in the link.
    user_code: String,
    /// The code came from a link, which someone else may have sent.
    by_link: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "oauth/device_done.html")]
struct DonePage<'p> {
    frame: Frame,
    client: &'p Client,
    allowed: bool,
}

/// The browser, in the signed-in user's language, and the caller.
async fn visitor(state: &WebState, incoming: &Incoming) -> Result<(Browser, Caller), Response> {
    let mut browser = incoming.browser(state);
    let caller = error::caller(state, incoming).await?;
    browser.set(caller.user().and_then(|user| user.locale.as_deref()));
    Ok((browser, caller))
}

pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    let browser = match visitor(&state, &incoming).await {
        Ok((browser, _)) => browser,
        Err(response) => return response,
    };
    // Only show a valid code, so that a link cannot put text on the page.
    let linked = incoming.query.get("user_code").and_then(UserCode::parse);
    let page = DevicePage {
        frame: Frame::new(&state, &browser),
        by_link: linked.is_some(),
        user_code: linked.map(|code| code.to_string()).unwrap_or_default(),
        problem: None,
    };
    with_browser(&state, &browser, render(&state, &page, StatusCode::OK, Leads::Here, None))
}

pub async fn post(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    let (browser, caller) = match visitor(&state, &incoming).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    if !browser.sent(&state, &incoming, &form) {
        return error::forged(&state, &incoming);
    }
    let typed = form.get("user_code").unwrap_or_default();
    match device::enter(state.app(), &incoming.ctx, typed, &caller, browser.binding(&state)).await {
        Ok(interaction) => see_other(&interaction_path(&state, &interaction)),
        Err(Failure::Refused(refusal)) => {
            let frame = Frame::new(&state, &browser);
            let problem = Some(frame.texts().refusal_for_now(&refusal, &incoming.ctx.later));
            let page = DevicePage { frame, user_code: typed.to_owned(), by_link: false, problem };
            let status = of_form(status(refusal.code()));
            with_browser(&state, &browser, render(&state, &page, status, Leads::Here, None))
        }
        Err(failure) => error::failure(&state, &incoming, &failure),
    }
}

/// The page shown after the user answered a device's request.
pub fn done_page(state: &WebState, browser: &Browser, client: &Client, allowed: bool) -> Response {
    let page = DonePage { frame: Frame::new(state, browser), client, allowed };
    render(state, &page, StatusCode::OK, Leads::Here, None)
}
