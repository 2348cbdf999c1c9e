//! Client authentication at the token endpoint and similar endpoints.

mod secret;

use crate::clients::resolve::{self, Accept};
use crate::platform::audit_log::AuditSubject;
use crate::{Ctx, Failure, Server};
use domain::clients::Client;
use domain::diagnosis::AUTHENTICATION;
use domain::oauth::client_authentication::{ClientProof, ClientRefusal, Evidence, check_named, named};
use domain::oauth::presented::Presented;
use domain::platform::refusal::Refusal as _;
use serde_json::json;

/// Authenticates the client with the proof in the request (OAuth 2.1 §2.4). A refusal is recorded under the client that the
/// request names, so that its developer sees it.
pub async fn authenticate(
    app: &Server,
    ctx: &Ctx,
    presented: &Presented<'_>,
) -> Result<Client, Failure<ClientRefusal>> {
    let refused = |refusal: ClientRefusal| {
        record_refusal(app, ctx, presented, refusal);
        Failure::Refused(refusal)
    };
    if presented.body.repeated(&["resource", "audience"]).is_some() {
        return Err(refused(ClientRefusal::Repeated));
    }
    let proof = ClientProof::read(presented).map_err(refused)?;
    // The reader is returned before the proof is checked: a check may need the network or a write.
    let client = {
        let mut tx = app.store().read().await?;
        resolve::client(&mut tx, &proof.client_id, ctx.now, Accept::All).await?
    };
    match check(app, ctx, client, &proof) {
        Ok(client) => Ok(client),
        Err(refusal) => Err(refused(match proof.evidence {
            Evidence::Secret(_) => secret::limited(app, ctx, &proof.client_id, refusal),
            Evidence::None | Evidence::Assertion(_) => refusal,
        })),
    }
}

/// Checks the proof, and returns the client that has proven itself.
fn check(app: &Server, ctx: &Ctx, client: Option<Client>, proof: &ClientProof<'_>) -> Result<Client, ClientRefusal> {
    let client = client.ok_or(ClientRefusal::Unknown)?;
    match &proof.evidence {
        Evidence::None => check_named(&client)?,
        Evidence::Secret(secret) => secret::check(app, ctx, &client, proof.method, secret)?,
        // No method that reads assertions is enabled.
        Evidence::Assertion(_) => return Err(ClientRefusal::WrongMethod),
    }
    Ok(client)
}

/// Parameters that must not be in a URL, because URLs end up in logs (checklist 44, 75).
const SECRETS: [&str; 7] =
    ["client_secret", "access_token", "refresh_token", "token", "code", "code_verifier", "device_code"];

/// Refuses a secret in the URL, whatever else the request contains. Records the name of the parameter, never its value, under the
/// client that the request names, even if only the URL names it.
pub fn no_secret_in_url(app: &Server, ctx: &Ctx, presented: &Presented<'_>) -> Result<(), ClientRefusal> {
    let Presented { endpoint, authorization, query, body, .. } = *presented;
    let Some(parameter) = SECRETS.into_iter().find(|name| query.get(name).is_some()) else { return Ok(()) };
    let refusal = ClientRefusal::SecretInQuery;
    let client = named(authorization, body).or_else(|| named(None, query));
    let about = client.map(|id| AuditSubject::client(&id)).unwrap_or_default();
    let detail = json!({"endpoint": endpoint.as_str(), "parameter": parameter});
    app.record_outsider(ctx, AUTHENTICATION, refusal.reason(), about, detail);
    Err(refusal)
}

/// Records that client authentication failed.
pub(crate) fn record_refusal(app: &Server, ctx: &Ctx, presented: &Presented<'_>, refusal: ClientRefusal) {
    let proof = ClientProof::read(presented).ok();
    let mut detail = json!({"endpoint": presented.endpoint.as_str()});
    if let Some(proof) = &proof {
        detail["method"] = proof.method.as_str().into();
    }
    if refusal == ClientRefusal::Repeated
        && let Some(name) = presented.body.repeated(&["resource", "audience"])
    {
        detail["parameter"] = crate::oauth::diagnostics::cut(&name).into();
    }
    let client = proof.map(|proof| proof.client_id).or_else(|| named(presented.authorization, presented.body));
    let about = client.map(|id| AuditSubject::client(&id)).unwrap_or_default();
    app.record_outsider(ctx, AUTHENTICATION, refusal.reason(), about, detail);
}
