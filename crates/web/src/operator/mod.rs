//! What operators see and do.
use crate::WebState;
use utoipa_axum::router::OpenApiRouter;

pub mod keys_api;
pub mod pages;
pub mod users_api;

/// Endpoints of the management APIs.
pub(crate) fn managers() -> OpenApiRouter<WebState> {
    keys_api::routes().merge(users_api::routes())
}
