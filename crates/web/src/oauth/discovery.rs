//! The published documents.
use crate::WebState;
use crate::platform::mounts::AlsoAt as _;
use crate::platform::schema::discovery::{KeySet, Metadata};
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const METADATA: &[(&str, &str)] = &[("/.well-known/oauth-authorization-server", "oauth2")];
const JWKS: &[(&str, &str)] = &[("/oauth2/jwks", "oauth2"), ("/api/oauth2/jwks", "api"), ("/api/v1/oauth2/jwks", "v1")];

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes_also_at(METADATA, routes!(metadata)).routes_also_at(JWKS, routes!(jwks))
}

type Headers = [(HeaderName, &'static str); 2];

const fn json(cache: &'static str) -> Headers {
    [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, cache)]
}

/// Read what the server is and does
///
/// Under an issuer with a path, the well-known part may also come before that path (RFC 8414 §3.1).
#[utoipa::path(get, path = "/.well-known/openid-configuration", operation_id = "metadata", tag = "discovery",
    responses((status = 200, description = "The metadata", body = Metadata)))]
pub async fn metadata(State(state): State<WebState>) -> impl IntoResponse {
    (json("public, max-age=300"), state.app().documents().metadata.clone())
}

/// Read the public signing keys
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "jwks", tag = "discovery",
    responses((status = 200, description = "The keys", body = KeySet)))]
pub async fn jwks(State(state): State<WebState>) -> impl IntoResponse {
    (json("public, max-age=300"), state.app().documents().jwks.clone())
}
