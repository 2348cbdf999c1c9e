//! Creating an account.
use super::home;
use crate::WebState;
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
use domain::platform::language::Language;
use domain::platform::params::RawParams;
use domain::platform::refusal::Refusal as _;
use flows::Failure;
use flows::access::caller::Caller;
use flows::oauth::authorize::{self, AuthorizeOutcome};
use flows::sign_in::sign_up::{self, SignUpRequest};

#[derive(Template)]
#[template(path = "sign_in/sign_up.html")]
struct SignUpPage<'p> {
    frame: Frame,
    interaction: &'p str,
    /// The client that sent the user here.
    client: Option<&'p Client>,
    name: &'p str,
    username: &'p str,
    /// The page of this server to continue at, if the user came for one.
    return_to: &'p str,
    problem: Option<String>,
}

/// Where to continue after signing up.
#[derive(Clone, Copy)]
struct GoesOn<'p> {
    interaction: &'p str,
    return_to: &'p str,
}

/// The sign-up page. For an interaction, it names the client, and its form may redirect there.
async fn page(
    state: &WebState,
    incoming: &Incoming,
    browser: &Browser,
    goes_on: GoesOn<'_>,
    kept: (&str, &str),
    problem: Option<&SignInRefusal>,
) -> Response {
    let GoesOn { interaction, return_to } = goes_on;
    let mut browser = browser.clone();
    let client = match interaction {
        "" => None,
        text => {
            match authorize::login_page(state.app(), &incoming.ctx, text, &Caller::Anonymous, browser.binding(state))
                .await
            {
                Ok(AuthorizeOutcome::Login { client, redirect_uri, locales, .. }) => {
                    browser.speak(&locales);
                    Some((client, redirect_uri))
                }
                Ok(_) => return home::redirect(state),
                Err(failure) => return error::interrupted(state, incoming, &failure),
            }
        }
    };
    // If the client needs no consent, or receives an error, the chain of redirects ends at the client.
    let leads = Leads::to(client.as_ref().and_then(|(_, uri)| uri.as_deref()));
    let client = client.as_ref().map(|(client, _)| &**client);
    let frame = Frame::new(state, &browser);
    let said = problem.map(|refusal| frame.texts().refusal_for_now(refusal, &incoming.ctx.later));
    let page = SignUpPage { frame, interaction, client, name: kept.0, username: kept.1, return_to, problem: said };
    let status = problem.map_or(StatusCode::OK, |refusal| of_form(status(refusal.code())));
    with_browser(state, &browser, render(state, &page, status, leads, None))
}

pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    if !state.app().settings().sign_up {
        return error::failure(&state, &incoming, &Failure::Refused(SignInRefusal::SignUpOff));
    }
    let interaction = incoming.query.get("i").unwrap_or_default();
    let return_to = return_to::read(&state, incoming.query.get("return_to"));
    let goes_on = GoesOn { interaction, return_to: &return_to };
    page(&state, &incoming, &incoming.browser(&state), goes_on, ("", ""), None).await
}

/// The new account, with the language of the page that the user filled in.
pub fn newcomer<'f>(form: &'f RawParams, browser: &Browser, password: &'f Secret) -> SignUpRequest<'f> {
    let field = |name: &str| form.get(name).unwrap_or_default();
    let language = Language::of(field("language")).unwrap_or(browser.languages.best());
    SignUpRequest { name: field("name"), email: field("username"), password, language }
}

pub async fn post(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    let browser = incoming.browser(&state);
    if !browser.sent(&state, &incoming, &form) {
        return error::forged(&state, &incoming);
    }
    let field = |name: &str| form.get(name).unwrap_or_default();
    let password = Secret::new(field("password"));
    let interaction = field("interaction");
    let here = match error::caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let (app, ctx) = (state.app(), &incoming.ctx);
    match sign_up::sign_up(app, ctx, newcomer(&form, &browser, &password), &here).await {
        Ok(new) => {
            let binding = browser.binding(&state);
            let to = match interaction {
                "" => return_to::path(&state, form.get("return_to")),
                text => match authorize::signed_in(state.app(), &incoming.ctx, text, binding, new.id) {
                    Ok(interaction) => interaction_path(&state, &interaction),
                    Err(failure) => return error::interrupted(&state, &incoming, &failure),
                },
            };
            signed_in(&state, &incoming, see_other(&to), &new)
        }
        Err(Failure::Refused(refusal)) => {
            let kept = (field("name"), field("username"));
            let return_to = return_to::read(&state, form.get("return_to"));
            let goes_on = GoesOn { interaction, return_to: &return_to };
            page(&state, &incoming, &browser, goes_on, kept, Some(&refusal)).await
        }
        Err(Failure::Fault(fault)) => error::failure::<SignInRefusal>(&state, &incoming, &fault.into()),
    }
}
