//! Trying out a flow on the page: builds the authorization request and explains the response.
use super::application::{Application, Named, Tab};
use super::snippets::{curl_exchange, curl_machine, shell};
use crate::WebState;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::clients::pages::failed_requests::shown;
use crate::clients::pages::try_it_result::Returned;
use crate::platform::pages::frame::Frame;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::clients::{GrantType, Trust};
use domain::oauth::pkce::CodeChallenge;
use domain::platform::encoding::base64url;
use url::Url;

/// A scope of the client, which the request can include.
struct Scope {
    name: String,
    title: String,
    chosen: bool,
}

/// An authorization request, ready to open.
struct Request {
    url: String,
    /// Its parameters, each with the text key of its purpose.
    parameters: Vec<(&'static str, String, &'static str)>,
}

/// The state that a client keeps until the response arrives.
struct FormState {
    redirect_uri: String,
    state: String,
    verifier: String,
}

/// The response that the developer pasted.
struct Answer {
    /// Each check and its result.
    checks: Vec<(&'static str, (&'static str, &'static str))>,
    error: Option<String>,
    description: Option<String>,
    /// The next request to send.
    curl: Option<String>,
}

#[derive(Template)]
#[template(path = "clients/try_it.html")]
struct TrialPage {
    frame: Frame,
    app: Application,
    scopes: Vec<Scope>,
    redirect_uri: String,
    request: Option<Request>,
    /// The state of a request that may still be answered.
    kept: Option<FormState>,
    back: String,
    answer: Option<Answer>,
    machine: Option<String>,
}

impl TrialPage {
    /// The text key of who has to act after an error.
    #[expect(clippy::unused_self, reason = "templates call methods of their page")]
    fn explained(&self, error: &str) -> &'static str {
        match error {
            "access_denied" => "dev-test-error-denied",
            "invalid_scope" => "dev-test-error-scope",
            "invalid_request" | "unauthorized_client" | "unsupported_response_type" => "dev-test-error-request",
            "server_error" | "temporarily_unavailable" => "dev-test-error-server",
            _ => "dev-test-error-other",
        }
    }
}

fn page(state: &WebState, person: &PageVisitor, app: Application, chosen: Option<&[&str]>) -> TrialPage {
    let frame = person.frame(state, person.console());
    let settings = state.app().settings();
    let scope = |name: &str| Scope {
        title: settings.catalogue.scope(name).map_or(name, |info| info.words(frame.language()).0).to_owned(),
        chosen: chosen.is_none_or(|chosen| chosen.contains(&name)),
        name: name.to_owned(),
    };
    let machine = app.client.may_use(GrantType::ClientCredentials);
    TrialPage {
        scopes: app.client.config.scopes.iter().map(scope).collect(),
        machine: machine.then(|| curl_machine(&settings.issuer, &app.client)),
        redirect_uri: app.client.config.redirect_uris.first().cloned().unwrap_or_default(),
        request: None,
        kept: None,
        back: String::new(),
        answer: None,
        app,
        frame,
    }
}

fn request(
    state: &WebState,
    person: &PageVisitor,
    app: &Application,
    uri: &str,
    scopes: &[&str],
) -> Option<(Request, FormState)> {
    let [nonce, verifier] = [(); 2].map(|()| base64url(&person.ctx.random::<32>()));
    let challenge = CodeChallenge::of(&verifier).text();
    let mut parameters = vec![
        ("response_type", "code".to_owned(), "dev-test-response-type"),
        ("client_id", app.id().to_owned(), "dev-test-client-id"),
        ("redirect_uri", uri.to_owned(), "dev-test-redirect-uri"),
        ("scope", scopes.join(" "), "dev-test-scope"),
        ("state", nonce.clone(), "dev-test-state"),
        ("code_challenge", challenge, "dev-test-challenge"),
        ("code_challenge_method", "S256".to_owned(), "dev-test-method"),
    ];
    parameters.retain(|(_, value, _)| !value.is_empty());
    let mut url = Url::parse(&state.app().settings().url("/oauth2/authorize")).ok()?;
    url.query_pairs_mut().extend_pairs(parameters.iter().map(|(name, value, _)| (*name, value)));
    let kept = FormState { redirect_uri: uri.to_owned(), state: nonce, verifier };
    Some((Request { url: url.into(), parameters }, kept))
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Test).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    // Only a registered redirect URI can succeed; a bad link shows the form.
    let uri = person.query("redirect_uri");
    if !app.client.config.redirect_uris.iter().any(|one| one == uri) {
        return person.show(&state, &page(&state, &person, app, None));
    }
    let scopes: Vec<_> =
        person.incoming.query.all("scope").filter(|scope| app.client.config.scopes.contains(scope)).collect();
    let request = request(&state, &person, &app, uri, &scopes);
    let (request, kept) = request.unzip();
    let page = TrialPage { request, kept, redirect_uri: uri.to_owned(), ..page(&state, &person, app, Some(&scopes)) };
    person.show(&state, &page)
}

pub async fn post(State(state): State<WebState>, path: Named, posted: Posted) -> Response {
    let person = &posted.person;
    let app = match Application::open(&state, person, &path, Tab::Test).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let (issuer, back) = (&state.app().settings().issuer, posted.field("back").trim());
    let (uri, verifier) = (posted.field("redirect_uri"), posted.field("verifier"));
    let returned = Returned::read(back, uri, posted.field("state"), issuer);
    let curl = returned.good_code().map(|code| curl_exchange(issuer, &app.client, uri, &shell(code), &shell(verifier)));
    let checks = returned.checks.iter().map(|check| (check.key, shown(check.verdict))).collect();
    // A badly copied address can be pasted again: the request and its verifier are still valid.
    let again = curl.is_none() && returned.error.is_none();
    let kept = again.then(|| FormState {
        redirect_uri: uri.to_owned(),
        state: posted.field("state").to_owned(),
        verifier: verifier.to_owned(),
    });
    let answer = Answer { error: returned.error, description: returned.description, checks, curl };
    let page = TrialPage {
        redirect_uri: uri.to_owned(),
        back: back.to_owned(),
        answer: Some(answer),
        kept,
        ..page(&state, person, app, None)
    };
    person.show(&state, &page)
}
