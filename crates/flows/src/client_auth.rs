//! Who the client is at the token-like endpoints.
use crate::failure::refuse;
use crate::recorder::About;
use crate::{App, Ctx, Failure};
use domain::client::Client;
use domain::oauth::client_auth::{ClientRefusal, Offered};
use domain::oauth::error::Refusal as _;
use domain::oauth::params::RawParams;
use store::Tx;

/// Reads what the request offers and holds it against the client (OAuth 2.1 §2.4).
pub async fn authenticate(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx,
    authorization: Option<&str>,
    body: &RawParams,
) -> Result<Client, Failure<ClientRefusal>> {
    if body.repeated(&["resource", "audience"]).is_some() {
        return refuse(ClientRefusal::Repeated);
    }
    let offered = Offered::read(authorization, body).map_err(Failure::Refused)?;
    let name = offered.client_id.as_str();
    if offered.secret.is_some() && app.throttle().wait("client", name, ctx).is_some() {
        return refuse(ClientRefusal::TooManyAttempts);
    }
    let client = store::clients::by_id(tx, &offered.client_id, ctx.now).await?;
    match (offered.check(client.as_ref(), app.pepper(), ctx.now), client) {
        (Ok(()), Some(client)) => {
            if offered.secret.is_some() {
                app.throttle().succeeded("client", name, ctx);
            }
            Ok(client)
        }
        (Ok(()), None) => refuse(ClientRefusal::Unknown),
        (Err(refusal), _) => {
            if offered.secret.is_some() {
                app.throttle().failed("client", name, ctx);
            }
            let detail = serde_json::json!({"method": offered.method.as_str()});
            app.record_with(ctx, "client.authentication", refusal.reason(), About::client(&offered.client_id), detail);
            refuse(refusal)
        }
    }
}
