//! What an owner or the operator says about an application, read by one reader whichever door it came in by.
use crate::clients::records::{NewClient, Updated};
use crate::clients::{self, registration};
use crate::platform::audit_log::AuditSubject;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::management_error::{ManagementError, ManagementRefusal};
use crate::{Ctx, Failure, Server};
use domain::ScopeSet;
use domain::clients::api::{self, ClientApiNames};
use domain::clients::metadata::{Metadata, MetadataFault, MetadataRefusal};
use domain::clients::{Client, ClientConfig, GrantType, Trust};
use domain::platform::refusal::Refusal as _;
use serde_json::{Map, Value};

/// Reads metadata in an API's own words, and holds it against what exists and what such a client may have.
pub(crate) fn read(
    app: &Server,
    dialect: &ClientApiNames,
    trust: Trust,
    has: &ScopeSet,
    metadata: &Map<String, Value>,
) -> Result<Metadata, MetadataFault> {
    api::read(metadata, &app.settings().managed_terms())
        .and_then(|asked| registration::fit(app, trust, has, asked, false))
        .map_err(|fault| dialect.localise(fault))
}

/// The client with what the body names changed.
fn changed(
    app: &Server,
    dialect: &ClientApiNames,
    client: Client,
    body: &Map<String, Value>,
    operator: bool,
) -> Result<Client, MetadataFault> {
    let metadata = dialect.changed(&client, body)?;
    let asked = read(app, dialect, client.trust_of_owner(operator), &client.config.scopes, &metadata)?;
    let acts_alone = asked.config.grant_types.contains(&GrantType::ClientCredentials);
    // A client that has it from before this rule can still be changed; the token endpoint refuses it.
    if acts_alone && client.voucher().is_none() && !client.may_use(GrantType::ClientCredentials) {
        return Err(dialect.localise(MetadataRefusal::NotVouched.of("grant_types")));
    }
    let config = ClientConfig {
        // What only the operator sets.
        refresh_rotation: client.config.refresh_rotation,
        dropped: client.config.dropped,
        ..asked.config
    };
    Ok(Client { name: asked.name, client_type: asked.client_type, auth_method: asked.auth_method, config, ..client })
}

/// A new client with what the body names changed, by the rules of a change.
pub fn adjusted(
    app: &Server,
    ctx: &Ctx,
    dialect: &ClientApiNames,
    new: &NewClient,
    body: &Map<String, Value>,
) -> Result<NewClient, ManagementError> {
    let client = clients::records::unsaved(app, ctx, new.clone());
    let Client { name, client_type, auth_method, config, .. } =
        changed(app, dialect, client, body, true).map_err(ManagementError::Metadata)?;
    Ok(NewClient { name, client_type, auth_method, config, ..new.clone() })
}

/// Changes what the body names of the client as it was read. Whether the caller may do so was decided before; only the
/// operator grants sensitive scopes.
pub async fn apply(
    app: &Server,
    ctx: &Ctx,
    dialect: &ClientApiNames,
    client: Client,
    body: &Map<String, Value>,
    operator: bool,
) -> Result<Updated, Failure<ManagementError>> {
    apply_and(app, ctx, dialect, client, body, operator, Plain).await
}

/// The same, with a last step.
pub(crate) async fn apply_and<L: Last<Updated>>(
    app: &Server,
    ctx: &Ctx,
    dialect: &ClientApiNames,
    client: Client,
    body: &Map<String, Value>,
    operator: bool,
    last: L,
) -> Result<L::Out, Failure<ManagementError>> {
    let about = AuditSubject::owned(&client);
    let refused = |refusal: ManagementError| {
        app.record(ctx, "client.updated", refusal.reason(), about.clone());
        Failure::Refused(refusal)
    };
    let was_public = client.is_public();
    let changed =
        changed(app, dialect, client, body, operator).map_err(|fault| refused(ManagementError::Metadata(fault)))?;
    let updated = clients::records::update_and(app, ctx, changed, was_public, last).await?;
    updated.ok_or_else(|| refused(ManagementRefusal::Changed.into()))
}
