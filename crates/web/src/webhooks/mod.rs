//! Webhooks over HTTP.
use crate::WebState;
use utoipa_axum::router::OpenApiRouter;

pub mod api;
pub mod event_types;
pub mod pages;

/// Endpoints of the management APIs.
pub(crate) fn managers() -> OpenApiRouter<WebState> {
    api::routes().merge(event_types::routes())
}
