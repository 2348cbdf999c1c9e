//! The protocol endpoints, and the pages of their flows.
use crate::WebState;
use utoipa_axum::router::OpenApiRouter;

pub mod authorize_api;
pub(crate) mod client_authentication;
pub mod device_authorization;
pub mod discovery;
pub mod introspection;
pub mod pages;
pub mod revocation;
pub mod token;
pub mod userinfo;

/// Endpoints that any origin may call.
pub(crate) fn programs() -> OpenApiRouter<WebState> {
    token::routes()
        .merge(device_authorization::routes())
        .merge(revocation::routes())
        .merge(userinfo::routes())
        .merge(discovery::routes())
}

/// Endpoints for resource servers.
pub(crate) fn servers() -> OpenApiRouter<WebState> {
    introspection::routes()
}

/// Endpoints that act for a signed-in user.
pub(crate) fn people() -> OpenApiRouter<WebState> {
    authorize_api::routes().merge(pages::authorize::routes())
}
