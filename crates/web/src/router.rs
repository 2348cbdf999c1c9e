//! All routes.
use crate::account::{consents_api, tokens_api};
use crate::clients::{api_oidc, api_v1, registration};
use crate::consoles::consoles;
use crate::docs;
use crate::docs::openapi::Description;
use crate::oauth;
use crate::oauth::{authorize_api, device_authorization, discovery, introspection, revocation, token, userinfo};
use crate::operator::{keys_api, users_api};
use crate::platform;
use crate::platform::body::MAX_BODY;
use crate::platform::problem::{self, Problem};
use crate::platform::request::Incoming;
use crate::platform::{faults, headers, pages, respond};
use crate::sign_in;
use crate::webhooks::{self, event_types};
use crate::workspace::members_api;
use crate::{WebState, audit, resources};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post, put};
use axum::{Extension, Router};
use flows::platform::management_error::ManagementRefusal;
use flows::platform::readiness::Unready;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::timeout::TimeoutLayer;

/// The complete application.
pub fn router(state: WebState) -> Router {
    let base = state.base().to_owned();
    let inner = Router::new()
        .merge(programs())
        .merge(servers())
        .merge(people())
        .merge(managers())
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

/// Endpoints that any origin may call, including other sites in browsers; cookies are never included (checklist 18).
fn programs() -> Router<WebState> {
    let protocol = Router::new()
        .route("/token", post(token::post))
        .route("/device_authorization", post(device_authorization::post))
        .route("/revoke", post(revocation::post))
        .route("/jwks", get(discovery::jwks))
        .route("/scopes", get(resources::api::public))
        .route("/register", post(registration::create))
        .route(
            "/register/{client_id}",
            get(registration::read).put(registration::replace).delete(registration::delete),
        );
    Router::new()
        .nest("/oauth2", protocol.clone())
        .nest("/api/oauth2", protocol.clone())
        .nest("/api/v1/oauth2", protocol)
        .route("/oauth2/userinfo", get(userinfo::get).post(userinfo::get))
        .route("/api/oauth2/userinfo", get(userinfo::reference).post(userinfo::reference))
        .route("/api/v1/oauth2/userinfo", get(userinfo::get).post(userinfo::get))
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
        .route("/.well-known/jwks.json", get(discovery::jwks))
        // Before the layer, since preflight requests are answered on the way to this fallback.
        .method_not_allowed_fallback(method_not_allowed)
        .layer(open_to_all())
}

/// Endpoints for resource servers. Pages of other origins do not have the credentials for them.
fn servers() -> Router<WebState> {
    Router::new()
        .route("/oauth2/introspect", post(introspection::post))
        .route("/api/oauth2/introspect", post(introspection::post))
        .route("/api/v1/oauth2/introspect", post(introspection::post))
        .method_not_allowed_fallback(method_not_allowed)
}

/// Endpoints for developers, admins and API teams, called with a key, a token or a session.
fn managers() -> Router<WebState> {
    Router::new()
        .route("/api/oauth2", get(api_v1::list_own))
        .route("/api/oauth2/", get(api_v1::list_own))
        .route("/api/v1/oauth2/clients", get(api_v1::list).post(api_v1::create))
        .route("/api/v1/oauth2/clients/{id}", get(api_v1::read).patch(api_v1::update).delete(api_v1::delete))
        .route("/api/v1/oauth2/clients/{id}/rotate-secret", post(api_v1::rotate_secret))
        .route("/oidc/clients", get(api_oidc::list).post(api_oidc::create))
        .route("/oidc/clients/{id}", get(api_oidc::read).put(api_oidc::update).delete(api_oidc::delete))
        .route("/oidc/clients/{id}/rotate-secret", post(api_oidc::rotate_secret))
        .route("/oidc/clients/{id}/users", get(api_oidc::users).delete(api_oidc::revoke_all_users))
        .route("/oidc/clients/{id}/users/{user_id}", delete(api_oidc::revoke_user))
        .route("/oidc/clients/{id}/activity", get(api_oidc::activity))
        .route("/oidc/clients/activity", get(api_oidc::all_activity))
        .route("/oidc/user/consent", get(consents_api::list))
        .route("/oidc/user/consent/{client_id}", delete(consents_api::revoke))
        .route("/oidc/scopes", get(resources::api::list))
        .route("/oidc/org/members", get(members_api::list))
        .route("/oidc/keys/rotate", post(keys_api::rotate))
        .route("/api/v1/api-keys", get(tokens_api::list_keys).post(tokens_api::create_key))
        .route("/api/v1/api-keys/{id}", delete(tokens_api::revoke_key))
        .route("/api/v1/api-keys/{id}/adopt", post(tokens_api::adopt_key))
        .route("/api/v1/personal-access-tokens", get(tokens_api::list_tokens).post(tokens_api::create_token))
        .route("/api/v1/personal-access-tokens/{id}", delete(tokens_api::revoke_token))
        .route("/api/v1/users/{id}", get(users_api::read))
        .route("/api/v1/users/{id}/email-verification", put(users_api::set_email_verification))
        .route("/api/v1/webhooks", get(webhooks::api::list).post(webhooks::api::create))
        .route(
            "/api/v1/webhooks/{id}",
            get(webhooks::api::read).patch(webhooks::api::update).delete(webhooks::api::delete),
        )
        .route("/api/v1/webhooks/{id}/rotate-secret", post(webhooks::api::rotate_secret))
        .route("/api/v1/webhooks/{id}/test", post(webhooks::api::test))
        .route("/api/v1/webhooks/{id}/deliveries", get(webhooks::api::deliveries))
        .route("/api/v1/webhooks/{id}/deliveries/{event_id}/replay", post(webhooks::api::replay))
        .route("/api/v1/event-types", get(event_types::list))
        .route("/api/v1/audit-events", get(audit::api::list))
        .route("/api/v1/audit-events/export", get(audit::api::export))
        .method_not_allowed_fallback(problem::method_not_allowed)
}

/// Pages, and endpoints that act for a signed-in user.
fn people() -> Router<WebState> {
    Router::new()
        .route("/", get(sign_in::home::get))
        .route("/login", get(sign_in::password::get).post(sign_in::password::post))
        .route("/signup", get(sign_in::sign_up::get).post(sign_in::sign_up::post))
        .route("/logout", post(oauth::pages::end_session::post))
        .route("/setup", get(sign_in::setup::get).post(sign_in::setup::post))
        .route("/oauth2/end_session", get(oauth::pages::end_session::get).post(oauth::pages::end_session::request))
        .route("/oauth2/authorize", get(oauth::pages::authorize::get).post(oauth::pages::authorize::post))
        .route("/oauth2/interaction", get(oauth::pages::authorize::resume))
        .route("/oauth2/account", post(oauth::pages::authorize::account))
        .route("/oauth2/consent", post(oauth::pages::authorize::consent))
        .route("/api/oauth2/authorize", get(authorize_api::get))
        .route("/api/oauth2/consent", post(authorize_api::consent))
        .route("/api/v1/oauth2/authorize", get(authorize_api::get))
        .route("/api/v1/oauth2/consent", post(authorize_api::consent))
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
        .layer(Extension(Arc::new(OnceLock::<Description>::new())))
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
