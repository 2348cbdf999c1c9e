//! The published documents.
use crate::WebState;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;

type Headers = [(HeaderName, &'static str); 2];

const fn json(cache: &'static str) -> Headers {
    [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, cache)]
}

pub async fn metadata(State(state): State<WebState>) -> impl IntoResponse {
    (json("public, max-age=300"), state.app().documents().metadata.clone())
}

pub async fn jwks(State(state): State<WebState>) -> impl IntoResponse {
    (json("public, max-age=300"), state.app().documents().jwks.clone())
}
