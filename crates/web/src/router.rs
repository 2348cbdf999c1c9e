//! Every route on one screen.
use crate::api::{authorize, discovery, introspect, register, revoke, token, userinfo};
use crate::body::MAX_BODY;
use crate::{WebState, error, headers, pages};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::timeout::TimeoutLayer;

/// All of Countersign.
pub fn router(state: WebState) -> Router {
    let base = state.base().to_owned();
    let inner = Router::new()
        .merge(programs())
        .merge(servers())
        .merge(people())
        .route(&state.stylesheet().route(), get(pages::frame::stylesheet))
        .fallback(pages::refused::not_found);
    let all = if base.is_empty() {
        inner
    } else {
        // RFC 8414 §3.1 puts the well-known part before the issuer's path; others append it (`MCP` clients try all).
        Router::new()
            .route(&format!("/.well-known/oauth-authorization-server{base}"), get(discovery::metadata))
            .route(&format!("/.well-known/openid-configuration{base}"), get(discovery::metadata))
            .layer(open_to_all())
            .nest(&base, inner)
            // Nesting answers at the path itself; links and people also write the slash.
            .route(&format!("{base}/"), get(pages::home::get))
            .fallback(pages::refused::not_found)
    };
    all.layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(30)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), headers::dress))
        .with_state(state)
}

/// What programs call from anywhere, browsers of other origins included; credentials never ride along (checklist 18).
fn programs() -> Router<WebState> {
    let protocol = Router::new()
        .route("/token", post(token::post))
        .route("/revoke", post(revoke::post))
        .route("/userinfo", get(userinfo::get).post(userinfo::get))
        .route("/jwks", get(discovery::jwks))
        .route("/register", post(register::create))
        .route("/register/{client_id}", get(register::read).put(register::replace).delete(register::delete));
    Router::new()
        .nest("/oauth2", protocol.clone())
        .nest("/api/oauth2", protocol.clone())
        .nest("/api/v1/oauth2", protocol)
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
        .route("/.well-known/jwks.json", get(discovery::jwks))
        // Before the layer: preflights are answered on the way to this fallback.
        .method_not_allowed_fallback(method_not_allowed)
        .layer(open_to_all())
}

/// What resource servers call: no page of another origin holds the credentials for it.
fn servers() -> Router<WebState> {
    Router::new()
        .route("/oauth2/introspect", post(introspect::post))
        .route("/api/oauth2/introspect", post(introspect::post))
        .route("/api/v1/oauth2/introspect", post(introspect::post))
        .method_not_allowed_fallback(method_not_allowed)
}

/// What browsers of people open, and what acts for a signed-in person.
fn people() -> Router<WebState> {
    Router::new()
        .route("/", get(pages::home::get))
        .route("/login", get(pages::login::get).post(pages::login::post))
        .route("/signup", get(pages::signup::get).post(pages::signup::post))
        .route("/logout", post(pages::logout::post))
        .route("/setup", get(pages::setup::get).post(pages::setup::post))
        .route("/oauth2/end_session", get(pages::logout::get).post(pages::logout::request))
        .route("/oauth2/authorize", get(pages::authorize::get).post(pages::authorize::post))
        .route("/oauth2/interaction", get(pages::authorize::resume))
        .route("/oauth2/account", post(pages::authorize::account))
        .route("/oauth2/consent", post(pages::authorize::consent))
        .route("/api/oauth2/authorize", get(authorize::get))
        .route("/api/oauth2/consent", post(authorize::consent))
        .route("/api/v1/oauth2/authorize", get(authorize::get))
        .route("/api/v1/oauth2/consent", post(authorize::consent))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .method_not_allowed_fallback(method_not_allowed)
}

fn open_to_all() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::WWW_AUTHENTICATE])
        .max_age(Duration::from_hours(1))
}

/// Ready when the database answers.
async fn ready(axum::extract::State(state): axum::extract::State<WebState>) -> (StatusCode, &'static str) {
    match state.app().ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(fault) => {
            tracing::error!(%fault, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database is not available\n")
        }
    }
}

async fn method_not_allowed() -> Response {
    error::plain(StatusCode::METHOD_NOT_ALLOWED, "This method is not allowed here.")
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn panicked(fault: Box<dyn std::any::Any + Send>) -> Response {
    let said =
        fault.downcast_ref::<String>().cloned().or_else(|| fault.downcast_ref::<&str>().map(ToString::to_string));
    let mut response = error::plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The server failed. The request id tells the operator where to look.",
    );
    // Logged by `headers::dress`, which knows the request id.
    response.extensions_mut().insert(headers::Panicked(said.unwrap_or_default()));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_to_the_log_and_not_to_the_caller() {
        for fault in [Box::new("boom") as Box<dyn std::any::Any + Send>, Box::new("boom".to_owned())] {
            let mut response = panicked(fault);
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
            let headers::Panicked(said) = response.extensions_mut().remove().unwrap();
            assert_eq!(said, "boom");
        }
    }
}
