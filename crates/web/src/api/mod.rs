//! The endpoints that programs call.
pub mod applications;
pub mod audit;
pub mod authorize;
pub mod clients;
pub mod consents;
pub mod credentials;
pub mod device_authorization;
pub mod discovery;
pub mod events;
pub mod introspect;
pub mod keys;
pub mod list;
pub mod members;
pub mod register;
pub mod revoke;
pub mod scopes;
pub mod token;
pub mod userinfo;
pub mod users;
pub mod webhooks;

use crate::WebState;
use crate::error::{Challenge, OAuthError, oauth_error};
use crate::incoming::Incoming;
use axum::response::Response;
use domain::diagnosis::Endpoint;
use domain::platform::params::RawParams;
use domain::platform::refusal::Refusal as _;
use flows::oauth::client_authentication;

/// The answer to whoever sends a secret in the URL.
fn no_secret_in_url(
    state: &WebState,
    incoming: &Incoming,
    endpoint: Endpoint,
    body: &RawParams,
) -> Result<(), Box<Response>> {
    let (app, ctx) = (state.app(), &incoming.ctx);
    let looked =
        client_authentication::no_secret_in_url(app, ctx, endpoint, incoming.authorization(), body, &incoming.query);
    looked.map_err(|refusal| {
        let (code, description) = (refusal.code(), refusal.public());
        Box::new(oauth_error(&OAuthError { code, description, challenge: None }))
    })
}

/// `Basic` is offered at the endpoints where clients authenticate.
const CLIENT: Option<Challenge> = Some(Challenge::Basic);
