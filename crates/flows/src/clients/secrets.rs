//! A client's secrets, as its owner manages them. Two can be active at once, so that a new one can be deployed before the old one
//! is revoked.
use crate::clients::ownership::find;
use crate::clients::resolve::{self, Accept};
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::idempotency::stored_response::{Keep, KeptResponse};
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Fault, Server, clients};
use domain::access::{Operation, Principal};
use domain::clients::{Client, ClientSecret};
use domain::events::Change;
use domain::{ClientSecretId, Secret, Timestamp};
use serde_json::json;
use store::StoreError;

/// The maximum number of active secrets.
pub const MOST: i64 = 2;

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    pub id: ClientSecretId,
    /// The last characters of the secret.
    pub hint: String,
    pub created_at: Timestamp,
    /// `None` if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// Accurate to the hour.
    pub last_used_at: Option<Timestamp>,
}

impl From<&ClientSecret> for SecretView {
    fn from(secret: &ClientSecret) -> Self {
        Self {
            id: secret.id,
            hint: secret.hint.clone(),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
            last_used_at: secret.last_used_at,
        }
    }
}

/// The active secrets, oldest first. A client that authenticates without a secret has none.
pub async fn list(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<Vec<SecretView>> {
    let client = find(app, ctx, principal, Operation::ReadClients, id).await?;
    Ok(client.secrets.iter().map(SecretView::from).collect())
}

/// A new secret.
#[derive(Debug)]
pub struct Added {
    pub view: SecretView,
    /// Shown only once.
    pub secret: Secret,
    /// The client, with all its secrets.
    pub client: Client,
}

/// Adds a secret. The others stay valid.
pub async fn add(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<Added> {
    add_and(app, ctx, principal, id, Plain).await
}

/// Like [`add`], but stores the response under the idempotency key in the same transaction.
pub async fn add_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    keep: Keep<Added>,
) -> Managed<KeptResponse> {
    add_and(app, ctx, principal, id, keep).await
}

async fn add_and<L: Last<Added>>(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, last: L) -> Managed<L::Out> {
    const KIND: &str = "client.secret_added";
    let client = find(app, ctx, principal, Operation::RotateSecret, id).await?;
    let about = AuditSubject::owned(&client);
    if !client.has_secret() {
        return Err(refused(app, ctx, KIND, about, ManagementRefusal::NoSecret));
    }
    let (secret, stored) = clients::records::new_secret(app, ctx, &client.id);
    let view = SecretView::from(&stored);
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if !clients::records::takes_secrets(tx, &client.id, of.now).await? {
                return Ok(Err(ManagementRefusal::NoSecret));
            }
            if !store::clients::add_secret_within(tx, &stored, MOST, of.now).await? {
                return Ok(Err(ManagementRefusal::SecretsTooMany));
            }
            let record = clients::records::update_record(&of, Change::ClientSecretAdded, &client);
            changes::within(tx, &of, record.with(json!({"secret": stored.id}))).await?;
            let client = resolve::client(tx, &client.id, of.now, Accept::All).await?.unwrap_or(client);
            last.within(tx, Added { view, secret, client }).await.map(Ok)
        })
    });
    let added = work.await.map_err(|error: StoreError| Fault::from(error))?;
    added.map_err(|why| refused(app, ctx, KIND, about, why))
}

/// Revokes one secret immediately, even if it is the last one.
pub async fn end(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, secret: &str) -> Managed<()> {
    const KIND: &str = "client.secret_ended";
    let client = find(app, ctx, principal, Operation::RotateSecret, id).await?;
    let about = AuditSubject::owned(&client);
    let unknown = || refused(app, ctx, KIND, about.clone(), ManagementRefusal::SecretUnknown);
    let secret: ClientSecretId = secret.parse().map_err(|_| unknown())?;
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let ended = store::clients::remove_secret(tx, &client.id, secret).await?;
            if ended {
                let record = clients::records::update_record(&of, Change::ClientSecretEnded, &client);
                changes::within(tx, &of, record.with(json!({"secret": secret}))).await?;
            }
            Ok(ended)
        })
    });
    if !work.await.map_err(|error: StoreError| Fault::from(error))? {
        return Err(unknown());
    }
    Ok(())
}
