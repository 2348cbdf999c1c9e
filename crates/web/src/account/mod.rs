//! A user's own pages and endpoints.
use crate::WebState;
use utoipa_axum::router::OpenApiRouter;

pub mod consents_api;
pub mod pages;
pub mod tokens_api;

/// Endpoints of the management APIs.
pub(crate) fn managers() -> OpenApiRouter<WebState> {
    consents_api::routes().merge(tokens_api::routes())
}
