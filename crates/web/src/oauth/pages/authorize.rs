//! The authorization endpoint for browsers.
use super::consent::{FormState, consent_page, decision_of};
use super::device;
use crate::WebState;
use crate::oauth::pages::cannot_continue::unable_page;
use crate::platform::pages::error;
use crate::platform::pages::form::Form;
use crate::platform::pages::frame::{Frame, Leads, interaction_path, render, see_other, with_browser};
use crate::platform::request::{Browser, Incoming};
use crate::platform::schema::authorize::AuthorizationQuery;
use crate::platform::schema::error::OAuthError;
use crate::sign_in::password::{Waiting, login_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Email;
use domain::clients::Client;
use domain::oauth::authorize::ResponseMode;
use domain::platform::params::RawParams;
use flows::access::caller::Caller;
use flows::oauth::authorize::{self, AuthorizationResponse, AuthorizeFailure, AuthorizeOutcome};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoint that programs send people to. Its further steps are pages.
pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(get, post))
}

#[derive(Template)]
#[template(path = "oauth/form_post.html")]
struct FormPostPage<'p> {
    frame: Frame,
    action: &'p str,
    fields: &'p [(String, String)],
    /// The lone script of the page, named in its content policy by hash.
    script: &'static str,
}

#[derive(Template)]
#[template(path = "sign_in/select_account.html")]
struct SelectAccountPage<'p> {
    frame: Frame,
    interaction: &'p str,
    client: &'p Client,
    user_email: &'p str,
    /// Whom the application expected instead.
    expected: Option<&'p Email>,
}

/// OAuth 2.0 Form Post Response Mode §2: a form that sends itself, or is sent by its button (checklist 123).
const SEND: &str = "document.forms[0].submit()";

fn script_hash() -> String {
    use base64::Engine as _;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, SEND.as_bytes());
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest.as_ref()))
}

pub fn answered(state: &WebState, browser: &Browser, answer: &AuthorizationResponse) -> Response {
    let pairs: Vec<_> = answer.params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let location = answer.callback.location(&pairs);
    if answer.callback.mode() != ResponseMode::FormPost {
        return see_other(&location);
    }
    let frame = Frame::new(state, browser);
    let page = FormPostPage { frame, action: &location, fields: &answer.params, script: SEND };
    render(state, &page, StatusCode::OK, Leads::ToClient, Some(&script_hash()))
}

/// Shows the next step, or sends the answer, with what the person has filled in on the consent page already.
fn show(
    state: &WebState,
    incoming: &Incoming,
    browser: &mut Browser,
    next: Result<AuthorizeOutcome, AuthorizeFailure>,
    kept: &FormState,
) -> Response {
    let response = match next {
        Ok(AuthorizeOutcome::Answer(answer)) => answered(state, browser, &answer),
        Ok(AuthorizeOutcome::Login { interaction, client, redirect_uri, login_hint, reauthenticate, locales }) => {
            browser.speak(&locales);
            let (interaction, redirect_uri) = (&interaction, redirect_uri.as_deref());
            let waiting = Waiting { interaction, client: &client, redirect_uri, reauthenticate };
            login_page(state, browser, waiting, login_hint.as_deref(), None)
        }
        Ok(AuthorizeOutcome::SelectAccount { interaction, client, redirect_uri, user_email, expected, locales }) => {
            browser.speak(&locales);
            let page = SelectAccountPage {
                frame: Frame::new(state, browser),
                interaction: &interaction,
                client: &client,
                user_email: &user_email,
                expected: expected.as_ref(),
            };
            render(state, &page, StatusCode::OK, Leads::to(redirect_uri.as_deref()), None)
        }
        Ok(AuthorizeOutcome::Consent { interaction, view }) => {
            browser.speak(&view.locales);
            consent_page(state, browser, &interaction, &view, kept)
        }
        Ok(AuthorizeOutcome::Unable { interaction, view }) => {
            browser.speak(&view.locales);
            unable_page(state, browser, &interaction, &view, &incoming.ctx.facts.request_id)
        }
        Ok(AuthorizeOutcome::Device { client, allowed, locales }) => {
            browser.speak(&locales);
            device::done_page(state, browser, &client, allowed)
        }
        Err(failure) => error::interrupted(state, incoming, &failure),
    };
    with_browser(state, browser, response)
}

async fn begin(state: &WebState, incoming: &Incoming, params: &RawParams) -> Response {
    let mut browser = incoming.browser(state);
    let caller = match error::caller(state, incoming).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let next = authorize::begin(state.app(), &incoming.ctx, params, &caller, browser.binding(state)).await;
    show(state, incoming, &mut browser, next, &FormState::default())
}

/// Send a browser to sign in and consent
///
/// The hosted pages: they show who asks for what, and end with a redirect to the client, with a code or an error.
#[utoipa::path(get, path = "/oauth2/authorize", operation_id = "authorize_page", tag = "authorization",
    params(AuthorizationQuery),
    responses((status = 200, description = "A page", body = String, content_type = "text/html"),
        (status = 303, description = "The client's redirect URI with the answer, where nothing is to be asked",
            headers(("location" = String, description = "Where the browser goes"))),
        (status = 400, description = "The request is at fault, and cannot be answered to the client",
            content((String = "text/html"), (OAuthError = "application/json"))),
        (status = 403, description = "The account cannot use the client", content((String = "text/html"), (OAuthError = "application/json"))),
        (status = 500, description = "The server failed.", content((String = "text/html"), (OAuthError = "application/json"))),
        (status = 503, description = "The server is not available for the moment.",
            content((String = "text/html"), (OAuthError = "application/json")))),
    security((), ("session" = [])))]
pub async fn get(State(state): State<WebState>, incoming: Incoming) -> Response {
    begin(&state, &incoming, &incoming.query).await
}

/// Send a browser to sign in and consent, by a form
///
/// OpenID Connect Core §3.1.2.1: the parameters may come as a form.
#[utoipa::path(post, path = "/oauth2/authorize", operation_id = "authorize_page_form", tag = "authorization",
    request_body(content((AuthorizationQuery = "application/x-www-form-urlencoded"))),
    responses((status = 200, description = "A page", body = String, content_type = "text/html"),
        (status = 303, description = "The client's redirect URI with the answer, where nothing is to be asked",
            headers(("location" = String, description = "Where the browser goes"))),
        (status = 400, description = "The request is at fault, and cannot be answered to the client",
            content((String = "text/html"), (OAuthError = "application/json"))),
        (status = 403, description = "The account cannot use the client", content((String = "text/html"), (OAuthError = "application/json"))),
        (status = 500, description = "The server failed.", content((String = "text/html"), (OAuthError = "application/json"))),
        (status = 503, description = "The server is not available for the moment.",
            content((String = "text/html"), (OAuthError = "application/json")))),
    security((), ("session" = [])))]
pub async fn post(State(state): State<WebState>, incoming: Incoming, Form(body): Form) -> Response {
    begin(&state, &incoming, &body).await
}

/// Goes on with an interaction after a sign-in.
pub async fn resume(State(state): State<WebState>, incoming: Incoming) -> Response {
    let mut browser = incoming.browser(&state);
    let text = incoming.query.get("i").unwrap_or_default();
    let caller = match error::caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let (app, ctx, binding) = (state.app(), &incoming.ctx, browser.binding(&state));
    let next = match incoming.query.get(OTHER) {
        Some(_) => authorize::login_page(app, ctx, text, &Caller::Anonymous, binding).await,
        None => authorize::resume(app, ctx, text, &caller, binding).await,
    };
    show(&state, &incoming, &mut browser, next, &FormState::default())
}

/// In the address of the page on which somebody signs in with another account: going back there asks for it anew.
const OTHER: &str = "other";

/// The answer to "which account?".
pub async fn account(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    let browser = incoming.browser(&state);
    if !browser.sent(&state, &incoming, &form) {
        return error::forged(&state, &incoming);
    }
    let text = form.get("interaction").unwrap_or_default();
    if form.get("action") == Some("other") {
        // As it was sent to us: what is none is refused there.
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        return see_other(&format!("{}&{OTHER}=1", interaction_path(&state, &text)));
    }
    match authorize::account_selected(state.app(), &incoming.ctx, text, browser.binding(&state)) {
        Ok(interaction) => see_other(&interaction_path(&state, &interaction)),
        Err(failure) => error::interrupted(&state, &incoming, &failure),
    }
}

/// The answer to the consent page, or a search on it.
pub async fn consent(State(state): State<WebState>, incoming: Incoming, Form(form): Form) -> Response {
    let mut browser = incoming.browser(&state);
    if !browser.sent(&state, &incoming, &form) {
        return error::forged(&state, &incoming);
    }
    let searches = FormState::searches(&form);
    let decision = match decision_of(&form) {
        Ok(decision) => Some(decision),
        Err(_) if searches => None,
        Err(why) => return error::unreadable(&state, &incoming, why),
    };
    let caller = match error::caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let text = form.get("interaction").unwrap_or_default();
    let binding = browser.binding(&state);
    let next = match decision {
        Some(decision) => {
            Box::pin(authorize::decide_consent(state.app(), &incoming.ctx, text, &decision, &caller, binding)).await
        }
        None => authorize::resume(state.app(), &incoming.ctx, text, &caller, binding).await,
    };
    show(&state, &incoming, &mut browser, next, &FormState::of(&form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use domain::platform::language::Language;

    #[test]
    fn checklist_123_values_are_escaped_and_the_policy_names_the_script() {
        let brand = flows::Brand { name: "<b>&\"".to_owned(), ..flows::Brand::default() };
        let mut frame = Frame::bare(Language::English);
        (frame.brand, frame.csrf) = (brand, "token".to_owned());
        let fields = [("state".to_owned(), "\"><script>alert(1)</script>'&".to_owned())];
        let page = FormPostPage { frame, action: "https://a.example/?q=\"&y=<", fields: &fields, script: SEND };
        let html = page.render().unwrap();
        assert_eq!(html.matches("<script>").count(), 1, "{html}");
        assert!(!html.contains("<b>") && !html.contains("q=\"") && !html.contains("y=<"), "{html}");
        let (_, rest) = html.split_once("<script>").unwrap();
        let (script, _) = rest.split_once("</script>").unwrap();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.as_bytes());
        let hash = base64::engine::general_purpose::STANDARD.encode(digest.as_ref());
        assert_eq!(script_hash(), format!("sha256-{hash}"), "of the script exactly as the page holds it");
        assert!(!html.contains("token"), "the client learns no form token");
    }
}
