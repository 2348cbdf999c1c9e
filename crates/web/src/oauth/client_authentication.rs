//! Client authentication at the endpoints that programs call.

use crate::WebState;
use crate::platform::request::Incoming;
use crate::platform::respond::{Challenge, OAuthError, oauth_error};
use axum::response::Response;
use domain::diagnosis::Endpoint;
use domain::platform::params::RawParams;
use domain::platform::refusal::Refusal as _;
use flows::oauth::client_authentication;

/// Rejects a request with a client secret in the URL.
pub(crate) fn no_secret_in_url(
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

/// Endpoints with client authentication offer `Basic`.
pub(crate) const CLIENT: Option<Challenge> = Some(Challenge::Basic);
