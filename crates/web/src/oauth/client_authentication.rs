//! Client authentication at the endpoints that programs call.

use crate::WebState;
use crate::platform::request::Incoming;
use crate::platform::respond::{OAuthError, oauth_error};
use axum::response::Response;
use domain::oauth::endpoint::Endpoint;
use domain::oauth::presented::Presented;
use domain::platform::params::RawParams;
use domain::platform::refusal::Refusal as _;
use flows::oauth::client_authentication;

/// The request as the protocol reads it, unless it has a secret in the URL.
pub(crate) fn presented<'r>(
    state: &WebState,
    incoming: &'r Incoming,
    endpoint: Endpoint,
    body: &'r RawParams,
) -> Result<Presented<'r>, Box<Response>> {
    let presented = incoming.presented(endpoint, body);
    match client_authentication::no_secret_in_url(state.app(), &incoming.ctx, &presented) {
        Ok(()) => Ok(presented),
        Err(refusal) => {
            let (code, description) = (refusal.code(), refusal.public());
            Err(Box::new(oauth_error(&OAuthError { code, description })))
        }
    }
}
