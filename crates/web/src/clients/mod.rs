//! Clients over HTTP: the management APIs, registration, and the console of developers.
use crate::WebState;
use utoipa_axum::router::OpenApiRouter;

pub mod api_oidc;
pub mod api_v1;
pub mod pages;
pub mod registration;

/// Endpoints that any origin may call.
pub(crate) fn programs() -> OpenApiRouter<WebState> {
    registration::routes()
}

/// Endpoints of the management APIs.
pub(crate) fn managers() -> OpenApiRouter<WebState> {
    api_v1::routes().merge(api_oidc::routes())
}
