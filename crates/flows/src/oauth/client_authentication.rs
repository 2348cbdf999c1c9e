//! Client authentication at the token endpoint and similar endpoints.
use crate::platform::audit_log::AuditSubject;
use crate::{Ctx, Failure, Server};
use domain::clients::Client;
use domain::diagnosis::{AUTHENTICATION, Endpoint};
use domain::oauth::client_authentication::{ClientProof, ClientRefusal};
use domain::platform::params::RawParams;
use domain::platform::refusal::Refusal as _;
use serde_json::json;
use store::Tx;

/// Authenticates the client with the credentials in the request (OAuth 2.1 §2.4). A refusal is recorded under the client that the
/// request names, so that its developer sees it.
pub async fn authenticate(
    app: &Server,
    ctx: &Ctx,
    endpoint: Endpoint,
    tx: &mut Tx,
    authorization: Option<&str>,
    body: &RawParams,
) -> Result<Client, Failure<ClientRefusal>> {
    let refused = |refusal: ClientRefusal| {
        note(app, ctx, endpoint, refusal, authorization, body);
        Failure::Refused(refusal)
    };
    if body.repeated(&["resource", "audience"]).is_some() {
        return Err(refused(ClientRefusal::Repeated));
    }
    let offered = ClientProof::read(authorization, body).map_err(refused)?;
    let name = offered.client_id.as_str();
    let client = store::clients::by_id(tx, &offered.client_id, ctx.now).await?;
    match (offered.check(client.as_ref(), app.pepper(), ctx.now), &client) {
        (Ok(secret), Some(_)) => {
            if let Some(secret) = secret {
                app.note_secret(secret, ctx.now);
            }
            client.ok_or_else(|| refused(ClientRefusal::Unknown))
        }
        (Ok(_), None) => Err(refused(ClientRefusal::Unknown)),
        (Err(refusal), _) => {
            // Secrets are too long to be guessed, so they are checked before the limit: the right one works even while others
            // guess.
            let guesses = offered.secret.is_some() && app.throttle().fail("client", name, ctx).is_err();
            Err(refused(if guesses { ClientRefusal::TooManyAttempts } else { refusal }))
        }
    }
}

/// Parameters that must not be in a URL, because URLs end up in logs (checklist 44, 75).
const SECRETS: [&str; 7] =
    ["client_secret", "access_token", "refresh_token", "token", "code", "code_verifier", "device_code"];

/// Refuses a secret in the URL, whatever else the request contains. Records the name of the parameter, never its value, under the
/// client that the request names, even if only the URL names it.
pub fn no_secret_in_url(
    app: &Server,
    ctx: &Ctx,
    endpoint: Endpoint,
    authorization: Option<&str>,
    body: &RawParams,
    query: &RawParams,
) -> Result<(), ClientRefusal> {
    let Some(parameter) = SECRETS.into_iter().find(|name| query.get(name).is_some()) else { return Ok(()) };
    let refusal = ClientRefusal::SecretInQuery;
    let named = ClientProof::named(authorization, body).or_else(|| ClientProof::named(None, query));
    let about = named.map(|id| AuditSubject::client(&id)).unwrap_or_default();
    let detail = json!({"endpoint": endpoint.as_str(), "parameter": parameter});
    app.record_outsider(ctx, AUTHENTICATION, refusal.reason(), about, detail);
    Err(refusal)
}

/// Records that client authentication failed.
pub(crate) fn note(
    app: &Server,
    ctx: &Ctx,
    endpoint: Endpoint,
    refusal: ClientRefusal,
    authorization: Option<&str>,
    body: &RawParams,
) {
    let offered = ClientProof::read(authorization, body).ok();
    let mut detail = json!({"endpoint": endpoint.as_str()});
    if let Some(offered) = &offered {
        detail["method"] = offered.method.as_str().into();
    }
    if refusal == ClientRefusal::Repeated
        && let Some(name) = body.repeated(&["resource", "audience"])
    {
        detail["parameter"] = crate::oauth::diagnostics::cut(&name).into();
    }
    let named = offered.map(|offered| offered.client_id).or_else(|| ClientProof::named(authorization, body));
    let about = named.map(|id| AuditSubject::client(&id)).unwrap_or_default();
    app.record_outsider(ctx, AUTHENTICATION, refusal.reason(), about, detail);
}
