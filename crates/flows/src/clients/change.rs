//! Reads and applies changes to a client's metadata, for all APIs that owners and operators use.
use crate::clients::records::{NewClient, Updated};
use crate::clients::{self, registration};
use crate::platform::audit_log::AuditSubject;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::management_error::{ManagementError, ManagementRefusal};
use crate::{Ctx, Failure, Server};
use domain::ScopeSet;
use domain::clients::api::{self, ClientApiNames};
use domain::clients::metadata::{Metadata, MetadataFault, MetadataRefusal};
use domain::clients::{Client, GrantType, Trust};
use domain::platform::refusal::Refusal as _;
use serde_json::{Map, Value};

/// Reads the metadata of a new client, and checks it against what exists and what such a client may have.
pub(crate) fn read(
    app: &Server,
    dialect: &ClientApiNames,
    trust: Trust,
    has: &ScopeSet,
    metadata: &Map<String, Value>,
) -> Result<Metadata, MetadataFault> {
    fit(app, dialect, trust, has, api::read(metadata, &app.settings().managed_terms()))
}

fn fit(
    app: &Server,
    dialect: &ClientApiNames,
    trust: Trust,
    has: &ScopeSet,
    asked: Result<Metadata, MetadataFault>,
) -> Result<Metadata, MetadataFault> {
    asked.and_then(|asked| registration::fit(app, trust, has, asked, false)).map_err(|fault| dialect.localise(fault))
}

/// The client with the changes that the body names.
fn changed(
    app: &Server,
    dialect: &ClientApiNames,
    client: Client,
    body: &Map<String, Value>,
    operator: bool,
) -> Result<Client, MetadataFault> {
    let named = dialect.change(&client, body)?;
    let asked = api::read_change(&named, &client, &app.settings().managed_terms());
    let asked = fit(app, dialect, client.trust_of_owner(operator), &client.config.scopes, asked)?;
    let acts_alone = asked.config.grant_types.contains(&GrantType::ClientCredentials);
    // Clients that had this grant type before the rule was introduced can still be changed; the token endpoint refuses them.
    if acts_alone && client.voucher().is_none() && !client.may_use(GrantType::ClientCredentials) {
        return Err(dialect.localise(MetadataRefusal::NotVouched.of("grant_types")));
    }
    let Metadata { name, client_type, auth_method, config, .. } = asked;
    Ok(Client { name, client_type, auth_method, config, ..client })
}

/// Applies the changes in the body to a new client, by the same rules as a change.
pub fn adjusted(
    app: &Server,
    ctx: &Ctx,
    dialect: &ClientApiNames,
    new: &NewClient,
    body: &Map<String, Value>,
) -> Result<NewClient, ManagementError> {
    let client = clients::records::unsaved(app, ctx, new.clone());
    let Client { name, client_type, auth_method, config, .. } =
        changed(app, dialect, client, body, true).map_err(ManagementError::from)?;
    Ok(NewClient { name, client_type, auth_method, config, ..new.clone() })
}

/// Applies the changes in the body to the client as it was read. The caller must be authorized already; only operators may grant
/// sensitive scopes.
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

/// Like [`apply`], with a last step in the same transaction.
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
    let changed =
        changed(app, dialect, client, body, operator).map_err(|fault| refused(ManagementError::from(fault)))?;
    let updated = clients::records::update_and(app, ctx, changed, last).await?;
    updated.ok_or_else(|| refused(ManagementRefusal::Changed.into()))
}
