//! All routes.
use crate::consoles::consoles;
use crate::docs::pages::Documentation;
use crate::oauth::discovery;
use crate::platform::body::MAX_BODY;
use crate::platform::problem::{self, Problem};
use crate::platform::request::Incoming;
use crate::platform::{faults, headers, pages, respond};
use crate::{
    WebState, account, audit, clients, docs, oauth, operator, platform, resources, sign_in, webhooks, workspace,
};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use flows::platform::management_error::ManagementRefusal;
use flows::platform::readiness::Unready;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::timeout::TimeoutLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The complete application.
pub fn router(state: WebState) -> Router {
    let base = state.base().to_owned();
    let inner = Router::new()
        // Before the layers, since preflight requests are answered on the way to this fallback.
        .merge(Router::from(programs()).method_not_allowed_fallback(method_not_allowed).layer(open_to_all()))
        .merge(Router::from(servers()).method_not_allowed_fallback(method_not_allowed))
        .merge(Router::from(managers()).method_not_allowed_fallback(problem::method_not_allowed))
        .merge(people())
        .merge(consoles().method_not_allowed_fallback(platform::pages::error::not_opened))
        .merge(documentation())
        .merge(assets())
        .fallback(nothing_here);
    let all = if base.is_empty() {
        inner
    } else {
        // RFC 8414 §3.1 inserts the well-known part before the issuer's path; others append it (`MCP` clients try both).
        Router::new()
            .route(&format!("/.well-known/oauth-authorization-server{base}"), get(discovery::metadata))
            .route(&format!("/.well-known/openid-configuration{base}"), get(discovery::metadata))
            .layer(open_to_all())
            .nest(&base, inner)
            // Nesting serves the path itself; links and people also use a trailing slash.
            .route(&format!("{base}/"), get(sign_in::home::get))
            .fallback(platform::pages::error::not_found)
    };
    all.layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(30)))
        .layer(CatchPanicLayer::custom(faults::panicked))
        .layer(from_fn_with_state(state.clone(), faults::tell))
        .layer(from_fn_with_state(state.clone(), headers::dress))
        .with_state(state)
}

/// Each endpoint that programs call, described once. The rooms say which endpoints they have; this says how each group is served.
pub fn described() -> OpenApi {
    programs().merge(servers()).merge(managers()).merge(oauth::people()).into_openapi()
}

/// Endpoints that any origin may call, including other sites in browsers; cookies are never included (checklist 18).
fn programs() -> OpenApiRouter<WebState> {
    oauth::programs().merge(clients::programs()).merge(resources::programs())
}

/// Endpoints for resource servers. Pages of other origins do not have the credentials for them.
fn servers() -> OpenApiRouter<WebState> {
    oauth::servers()
}

/// Endpoints for developers, admins and API teams, called with a key, a token or a session.
fn managers() -> OpenApiRouter<WebState> {
    clients::managers()
        .merge(account::managers())
        .merge(workspace::managers())
        .merge(resources::managers())
        .merge(webhooks::managers())
        .merge(audit::managers())
        .merge(operator::managers())
}

/// Pages, and endpoints that act for a signed-in user.
fn people() -> Router<WebState> {
    Router::from(oauth::people())
        .route("/", get(sign_in::home::get))
        .route("/login", get(sign_in::password::get).post(sign_in::password::post))
        .route("/signup", get(sign_in::sign_up::get).post(sign_in::sign_up::post))
        .route("/logout", post(oauth::pages::end_session::post))
        .route("/setup", get(sign_in::setup::get).post(sign_in::setup::post))
        .route("/oauth2/end_session", get(oauth::pages::end_session::get).post(oauth::pages::end_session::request))
        .route("/oauth2/interaction", get(oauth::pages::authorize::resume))
        .route("/oauth2/account", post(oauth::pages::authorize::account))
        .route("/oauth2/consent", post(oauth::pages::authorize::consent))
        .route("/device", get(oauth::pages::device::get).post(oauth::pages::device::post))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .method_not_allowed_fallback(platform::pages::error::not_opened)
}

/// The static files of the pages.
fn assets() -> Router<WebState> {
    Router::new().route("/assets/{name}", get(pages::frame::asset))
}

/// The documentation for developers and their tools.
fn documentation() -> Router<WebState> {
    Router::new()
        .route("/docs", get(docs::pages::overview))
        .route("/docs/{group}", get(docs::pages::group))
        .route("/docs/objects", get(docs::pages::objects))
        .route("/docs/problems", get(docs::pages::problems))
        .route("/docs/openapi.json", get(docs::pages::openapi))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(Extension(Arc::new(Documentation::new(described))))
        .layer(open_to_all())
}

/// Request headers that pages of other origins may send: those that this server reads, and those that MCP, `DPoP` and tracing
/// libraries add to all their requests. A browser refuses the whole request for a single header that is not listed.
const ASKED_WITH: [&str; 18] = [
    "accept",
    "accept-language",
    "authorization",
    "baggage",
    "cache-control",
    "content-type",
    "dpop",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "mcp-protocol-version",
    "mcp-session-id",
    "sentry-trace",
    "traceparent",
    "tracestate",
    "x-request-id",
    "x-requested-with",
];

/// Response headers that such pages may read, in addition to the ones that are always allowed.
const ANSWERED_WITH: [&str; 5] = ["dpop-nonce", "etag", "retry-after", "www-authenticate", "x-request-id"];

fn open_to_all() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(ASKED_WITH.map(HeaderName::from_static))
        .expose_headers(ANSWERED_WITH.map(HeaderName::from_static))
        .max_age(Duration::from_hours(1))
}

/// Ready when a write succeeds and the jobs are running.
async fn ready(State(state): State<WebState>) -> (StatusCode, String) {
    match state.app().ready().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(unready) => {
            // The shutdown was already logged.
            if !matches!(unready, Unready::Leaving) {
                tracing::error!(%unready, "not ready");
            }
            (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", unready.public()))
        }
    }
}

/// Whether a path belongs to the management APIs, excluding the OAuth paths below them.
fn is_managed(path: &str) -> bool {
    let below = |place: &str| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below("/oidc") || below("/api/v1/oauth2/clients") || (below("/api/v1") && !below("/api/v1/oauth2"))
}

/// The response for an unknown path, in the format of the API or pages it belongs to.
async fn nothing_here(State(state): State<WebState>, uri: Uri, incoming: Incoming) -> Response {
    if is_managed(uri.path()) {
        return Problem::from(ManagementRefusal::PathUnknown).into_response();
    }
    platform::pages::error::not_found(State(state), incoming).await
}

async fn method_not_allowed() -> Response {
    respond::method_not_allowed()
}
