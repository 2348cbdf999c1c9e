//! Client authentication at the token endpoint and similar endpoints.

mod assertion;
mod secret;

use crate::clients::resolve::{self, Accept};
use crate::platform::audit_log::AuditSubject;
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Server};
use domain::clients::Client;
use domain::diagnosis::AUTHENTICATION;
use domain::oauth::client_authentication::{ClientProof, ClientRefusal, Evidence, check_named, named};
use domain::oauth::presented::Presented;
use domain::platform::refusal::Refusal as _;
use serde_json::{Value, json};

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
    match (check(app, ctx, client.as_ref(), &proof).await, client) {
        (Ok(()), Some(client)) => Ok(client),
        (Ok(()), None) => Err(refused(ClientRefusal::Unknown)),
        (Err(Failure::Refused(refusal)), client) => {
            let refusal = match proof.evidence {
                Evidence::Secret(_) => secret::limited(app, ctx, &proof.client_id, refusal),
                Evidence::None | Evidence::Assertion(_) => refusal,
            };
            record(app, ctx, presented, client.as_ref(), refusal);
            refuse(refusal)
        }
        (Err(fault), _) => Err(fault),
    }
}

/// Checks the proof that the request shows.
async fn check(
    app: &Server,
    ctx: &Ctx,
    client: Option<&Client>,
    proof: &ClientProof<'_>,
) -> Result<(), Failure<ClientRefusal>> {
    let Some(client) = client else { return refuse(ClientRefusal::Unknown) };
    match &proof.evidence {
        Evidence::None => check_named(client).map_err(Failure::Refused),
        Evidence::Secret(secret) => secret::check(app, ctx, client, proof.method, secret).map_err(Failure::Refused),
        Evidence::Assertion(assertion) => assertion::check(app, ctx, client, assertion).await,
    }
}

/// Parameters that must not be in a URL, because URLs end up in logs (checklist 44, 75).
const SECRETS: [&str; 8] = [
    "client_secret",
    "client_assertion",
    "access_token",
    "refresh_token",
    "token",
    "code",
    "code_verifier",
    "device_code",
];

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
    record(app, ctx, presented, None, refusal);
}

/// Records that client authentication failed; `client` is the one that was found.
fn record(app: &Server, ctx: &Ctx, presented: &Presented<'_>, client: Option<&Client>, refusal: ClientRefusal) {
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
    if let Some(assertion) = presented.body.get("client_assertion")
        && let (Value::Object(detail), Value::Object(facts)) =
            (&mut detail, assertion::facts(app, ctx, client, assertion, refusal))
    {
        detail.extend(facts);
    }
    let named = proof.map(|proof| proof.client_id).or_else(|| named(presented.authorization, presented.body));
    let about = named.map(|id| AuditSubject::client(&id)).unwrap_or_default();
    app.record_outsider(ctx, AUTHENTICATION, refusal.reason(), about, detail);
}
