//! The endpoints that programs call.
pub mod applications;
pub mod audit;
pub mod authorize;
pub mod clients;
pub mod consents;
pub mod credentials;
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
pub mod webhooks;

use crate::error::{Challenge, OAuthError, oauth_error};
use crate::incoming::Incoming;
use axum::response::Response;
use domain::oauth::client_auth::ClientRefusal;
use domain::oauth::error::Refusal as _;

/// Credentials in a URL end up in logs: refused, whatever else the request says (checklist 44, 75).
fn no_secrets_in_query(incoming: &Incoming) -> Result<(), Box<Response>> {
    let told = ["client_secret", "access_token", "refresh_token", "token", "code", "code_verifier"];
    if told.iter().any(|name| incoming.query.get(name).is_some()) {
        let refusal = ClientRefusal::SecretInQuery;
        return Err(Box::new(oauth_error(&OAuthError {
            code: refusal.code(),
            description: refusal.public(),
            challenge: None,
        })));
    }
    Ok(())
}

/// `Basic` is offered at the endpoints where clients authenticate.
const CLIENT: Option<Challenge> = Some(Challenge::Basic);
