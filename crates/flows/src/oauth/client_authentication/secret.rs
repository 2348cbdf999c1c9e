//! Client secrets, and the limit for guessing them.
use crate::{Ctx, Server};
use domain::clients::{AuthMethod, Client};
use domain::oauth::client_authentication::{ClientRefusal, secret};
use domain::{ClientId, Secret};

/// Checks the secret, and notes that it was used.
pub(super) fn check(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    method: AuthMethod,
    secret: &Secret,
) -> Result<(), ClientRefusal> {
    let used = secret::check(client, method, secret, app.pepper(), ctx.now)?;
    app.note_secret(used, ctx.now);
    Ok(())
}

/// The refusal of a secret, after too many attempts that of the limit. Secrets are too long to be guessed, so they are checked
/// before the limit: the right one works even while others guess.
pub(super) fn limited(app: &Server, ctx: &Ctx, client: &ClientId, refusal: ClientRefusal) -> ClientRefusal {
    match app.throttle().fail("client", client.as_str(), ctx) {
        Ok(()) => refusal,
        Err(_) => ClientRefusal::TooManyAttempts,
    }
}
