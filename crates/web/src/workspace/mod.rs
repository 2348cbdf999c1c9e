//! The pages and endpoints of a workspace.
use crate::WebState;
use utoipa_axum::router::OpenApiRouter;

pub mod members_api;
pub mod pages;

/// Endpoints of the management APIs.
pub(crate) fn managers() -> OpenApiRouter<WebState> {
    members_api::routes()
}
