//! The authorization endpoint for programs: `GET authorize` answers what a consent page would show, or where to go at
//! once; `POST consent` takes the user's decision. The caller is the user, by personal access token or by cookie.
use crate::WebState;
use crate::oauth::pages::authorize::answered;
use crate::oauth::pages::consent::decision_of;
use crate::platform::answers::{OAuth400, OAuth401, OAuth403};
use crate::platform::body::Params;
use crate::platform::mounts::AlsoAt as _;
use crate::platform::request::{Browser, Incoming};
use crate::platform::respond::{OAuthError, fault_said, json_response, oauth_error};
use crate::platform::schema::authorize::{
    AskedScope, AskingClient, Authorization, AuthorizationQuery, ConsentDecision, ConsentNeeded, OfferedWorkspace,
    RedirectTo,
};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::ScopeSet;
use domain::clients::redirect_uri;
use domain::oauth::authorize::ResponseMode;
use domain::platform::params::RawParams;
use domain::platform::refusal::{ErrorCode, Refusal, RefusalRow};
use domain::workspace::WorkspaceMembership;
use flows::access::caller::Caller;
use flows::access::principal;
use flows::oauth::authorize::{self, AuthorizationResponse, AuthorizeFailure, AuthorizeOutcome, ConsentView, Decision};
use flows::{Failure, Fault};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes_also_at(&[("/api/v1/oauth2/authorize", "v1")], routes!(get))
        .routes_also_at(&[("/api/v1/oauth2/consent", "v1")], routes!(consent))
}

fn refused(code: ErrorCode, description: &'static str) -> Response {
    oauth_error(&OAuthError { code, description })
}

fn fault(fault: &Fault, incoming: &Incoming) -> Response {
    let &RefusalRow { code, public: description, .. } = fault_said(fault, &incoming.ctx.facts.request_id);
    refused(code, description)
}

fn failed(failure: &AuthorizeFailure, incoming: &Incoming) -> Response {
    match failure {
        Failure::Refused(refusal) => {
            let mut response = refused(refusal.code(), refusal.public());
            // The credential is the person's, and it is good: it is the request that names no client (reference 003).
            if refusal.code() == ErrorCode::InvalidClient {
                *response.status_mut() = StatusCode::BAD_REQUEST;
            }
            response
        }
        Failure::Fault(ours) => fault(ours, incoming),
    }
}

/// What a consent page would show, as data.
fn consent_json<'v>(
    state: &'v WebState,
    interaction: &'v str,
    view: &'v ConsentView,
    asked: &'v ScopeSet,
) -> ConsentNeeded<'v> {
    let catalogue = &state.app().settings().catalogue;
    let scope = |name: &'v str| {
        let info = catalogue.scope(name);
        AskedScope {
            name,
            title: info.map_or(name, |i| i.consent_title.as_str()),
            description: info.map_or("", |i| i.consent_description.as_str()),
            sensitive: catalogue.is_sensitive(name),
            required: catalogue.is_required(name),
            granted: view.ask.allowed.contains(name),
        }
    };
    let workspace = |w: &'v WorkspaceMembership| OfferedWorkspace {
        id: w.workspace_id,
        name: &w.workspace_name,
        role: w.roles.role,
        selected: view.ask.preselected == Some(w.workspace_id),
    };
    let (client, redirect_uri) = (&view.client, view.request.destination.redirect_uri().unwrap_or_default());
    ConsentNeeded {
        consent_required: true,
        interaction,
        client: AskingClient {
            client_id: client.id.as_str(),
            client_name: &client.name,
            client_uri: client.config.client_uri.as_deref(),
            logo_uri: client.config.logo_uri.as_deref(),
            tos_uri: client.config.tos_uri.as_deref(),
            policy_uri: client.config.policy_uri.as_deref(),
            trust: client.trust,
            developer: view.developer.as_deref(),
        },
        redirect_uri,
        redirect_host: redirect_uri::display_host(redirect_uri),
        sub_type: view.request.access.sub_type,
        scopes: asked.iter().map(scope).collect(),
        workspaces: view.ask.workspaces.iter().map(workspace).collect(),
        stay_connected: view.ask.stay,
    }
}

fn redirect_json(answer: &AuthorizationResponse) -> Response {
    let pairs: Vec<_> = answer.params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let posted = answer.callback.mode() == ResponseMode::FormPost;
    let redirect_to = answer.callback.location(&pairs);
    let form_post = posted.then(|| pairs.into_iter().collect());
    json_response(StatusCode::OK, &RedirectTo { redirect_to, form_post })
}

/// Whether a browser sent this, which follows a redirect; programs read where it leads (reference 003).
fn wants_page(incoming: &Incoming) -> bool {
    incoming.header(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
}

/// Where to go at once: a redirect for browsers, JSON for programs.
fn sent_on(state: &WebState, incoming: &Incoming, browser: &Browser, answer: &AuthorizationResponse) -> Response {
    if wants_page(incoming) { answered(state, browser, answer) } else { redirect_json(answer) }
}

fn shown(
    state: &WebState,
    incoming: &Incoming,
    next: Result<AuthorizeOutcome, AuthorizeFailure>,
    browser: &Browser,
) -> Response {
    let mut response = match next {
        Ok(AuthorizeOutcome::Answer(answer)) => sent_on(state, incoming, browser, &answer),
        Ok(AuthorizeOutcome::Consent { interaction, view }) => json_response(
            StatusCode::OK,
            &consent_json(state, &interaction, &view, &view.request.access.consent_scopes()),
        ),
        Ok(AuthorizeOutcome::Unable { view, .. }) => match &view.answer {
            Some(answer) => sent_on(state, incoming, browser, answer),
            None => refused(view.refusal.code(), view.refusal.public()),
        },
        Ok(AuthorizeOutcome::Login { .. }) => {
            refused(ErrorCode::LoginRequired, "Sign in first: by session cookie or personal access token.")
        }
        Ok(AuthorizeOutcome::SelectAccount { .. }) => {
            refused(ErrorCode::InteractionRequired, "The user must choose an account on the hosted page.")
        }
        // A device's page belongs to a browser, and its interaction opens here for that one alone.
        Ok(AuthorizeOutcome::Device { .. }) => {
            refused(ErrorCode::InvalidRequest, "Answer a device on the hosted page.")
        }
        Err(failure) => failed(&failure, incoming),
    };
    if browser.is_new
        && incoming.bearer().is_none()
        && let Some(cookie) = crate::platform::cookies::Cookie::Browser.set(state, &browser.cookie)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The gate: the person, by session or personal access token.
async fn person(state: &WebState, incoming: &mut Incoming) -> Result<Caller, Box<Response>> {
    let session = match incoming.bearer() {
        Some(_) => Ok(Caller::Anonymous),
        None if incoming.is_session_of_other_site(state) => {
            let refusal = principal::other_site(state.app(), &incoming.ctx);
            return Err(Box::new(refused(refusal.code(), refusal.public())));
        }
        None => incoming.session(state).await,
    };
    let session = session.map_err(|ours| Box::new(fault(&ours, incoming)))?;
    let caller = principal::authorizing(state.app(), &incoming.ctx, incoming.bearer(), session).await;
    let caller = caller.map_err(|failure| match failure {
        Failure::Refused(refusal) => Box::new(refused(refusal.code(), refusal.public())),
        Failure::Fault(ours) => Box::new(fault(&ours, incoming)),
    })?;
    match (caller.user(), caller.credential()) {
        (Some(user), Some(credential)) => {
            incoming.ctx.facts.actor = Some(user.id.to_string());
            incoming.ctx.facts.credential = Some(Box::new(credential));
            Ok(caller)
        }
        _ => Err(Box::new(refused(
            ErrorCode::LoginRequired,
            "Sign in first: by session cookie or personal access token.",
        ))),
    }
}

/// The authorization request of a query or body. At these mounts it may come without a response type: there is one only.
fn request_of(params: &RawParams) -> RawParams {
    let missing = params.get("response_type").is_none();
    let given = params.pairs().filter(|(name, _)| match *name {
        "decision" | "action" => false,
        "response_type" => !missing,
        _ => true,
    });
    RawParams::from_pairs(given.chain(missing.then_some(("response_type", "code"))))
}

/// A bearer binds to nothing: the token itself is the proof. A cookie's interaction is bound to its browser.
fn binding(state: &WebState, incoming: &Incoming, browser: &Browser) -> [u8; 32] {
    if incoming.bearer().is_some() { [0; 32] } else { browser.binding(state) }
}

/// Ask for authorization
///
/// For programs that act for a user, by personal access token or session: answers what a consent page would show, or
/// where to go at once where nothing is to be asked. Browsers are sent on to the hosted page.
#[utoipa::path(get, path = "/api/oauth2/authorize", operation_id = "authorize", tag = "authorization",
    params(AuthorizationQuery),
    responses((status = 200, description = "The next step", body = Authorization),
        (status = 303, description = "The hosted page, for whoever accepts HTML",
            headers(("location" = String, description = "The page"))),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 403, response = OAuth403)),
    security(("bearer" = []), ("session" = [])))]
pub async fn get(State(state): State<WebState>, mut incoming: Incoming) -> Response {
    let request = request_of(&incoming.query);
    // A browser that was sent here belongs on the page.
    if wants_page(&incoming) {
        let mut url = url::form_urlencoded::Serializer::new(String::new());
        url.extend_pairs(request.pairs());
        return Redirect::to(&format!("{}?{}", state.path("/oauth2/authorize"), url.finish())).into_response();
    }
    let caller = match person(&state, &mut incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let browser = incoming.browser(&state);
    let bound = binding(&state, &incoming, &browser);
    let next = authorize::begin(state.app(), &incoming.ctx, &request, &caller, bound).await;
    shown(&state, &incoming, next, &browser)
}

/// Decide for the user
///
/// Answers where to go as JSON; for `Accept: text/html` it redirects there.
#[utoipa::path(post, path = "/api/oauth2/consent", operation_id = "consent", tag = "authorization",
    request_body(content((ConsentDecision = "application/x-www-form-urlencoded"), (ConsentDecision = "application/json"))),
    responses((status = 200, description = "The next step", body = Authorization),
        (status = 303, description = "The client's redirect URI with the answer, for `Accept: text/html`",
            headers(("location" = String, description = "Where the browser goes"))),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 403, response = OAuth403)),
    security(("bearer" = []), ("session" = [])))]
pub async fn consent(State(state): State<WebState>, mut incoming: Incoming, Params(body): Params) -> Response {
    let caller = match person(&state, &mut incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let interaction = body.get("interaction");
    if matches!(caller, Caller::Session(_)) && interaction.is_none() {
        return refused(ErrorCode::InvalidRequest, "Send the interaction of GET authorize.");
    }
    let decision = match decision_of(&body) {
        // There is no page here to ask again on.
        Ok(decision) => Decision { on_page: false, ..decision },
        Err(description) => return refused(ErrorCode::InvalidRequest, description),
    };
    let browser = incoming.browser(&state);
    let bound = binding(&state, &incoming, &browser);
    let next = if let Some(text) = interaction {
        Box::pin(authorize::decide_consent(state.app(), &incoming.ctx, text, &decision, &caller, bound)).await
    } else {
        let params = request_of(&body);
        authorize::decide_request(state.app(), &incoming.ctx, &params, &decision, &caller).await
    };
    shown(&state, &incoming, next, &browser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_type_may_be_left_out_and_is_never_doubled() {
        let read = |query: &str| {
            let params = request_of(&RawParams::from_urlencoded(query.as_bytes()));
            params.all("response_type").map(ToOwned::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(read("client_id=x"), ["code"]);
        assert_eq!(read("response_type=&client_id=x"), ["code"]);
        assert_eq!(read("response_type=token"), ["token"], "what was asked for is judged as it is");
        assert_eq!(read("response_type=code&response_type=code").len(), 2, "checklist 13");
        let params = request_of(&RawParams::from_urlencoded(b"decision=allow&action=allow&scope=a&scope=b"));
        assert_eq!((params.get("decision"), params.get("action"), params.all("scope").count()), (None, None, 2));
    }
}
