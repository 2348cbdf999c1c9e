//! Whether a proof is the one that the client is registered for.
use crate::clients::{AuthMethod, Client};
use crate::oauth::client_authentication::refusal::ClientRefusal;

/// Checks a client that only names itself: it must be one that has nothing else to show.
pub fn check_named(client: &Client) -> Result<(), ClientRefusal> {
    match client.auth_method {
        AuthMethod::None if client.is_active() => Ok(()),
        AuthMethod::None => Err(ClientRefusal::Disabled),
        _ => Err(ClientRefusal::Missing),
    }
}

/// Whether a client that has proven itself is active and registered for the method that it used.
pub fn registered(client: &Client, method: AuthMethod) -> Result<(), ClientRefusal> {
    match (client.is_active(), client.accepts(method)) {
        (false, _) => Err(ClientRefusal::Disabled),
        (true, false) => Err(ClientRefusal::WrongMethod),
        (true, true) => Ok(()),
    }
}
