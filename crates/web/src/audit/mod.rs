//! The audit log over HTTP.
use crate::WebState;
use utoipa_axum::router::OpenApiRouter;

pub mod api;
pub mod pages;

/// Endpoints of the management APIs.
pub(crate) fn managers() -> OpenApiRouter<WebState> {
    api::routes()
}
