//! Applications as their owners manage them: a workspace's by its admins, a person's by that person.
use crate::clients;
use crate::clients::activity;
pub use crate::clients::activity::{Activity, ActivityOf, ClientStats, DEFAULT_DAYS, OwnersActivity, RETENTION_DAYS};
use crate::clients::change;
pub(crate) use crate::clients::ownership::owner;
pub use crate::clients::ownership::{OwnerFilter, find};
use crate::clients::records::NewClient;
pub use crate::clients::records::Updated;
use crate::grants::consents;
pub use crate::grants::consents::ClientUser;
use crate::platform::audit_log::AuditSubject;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::idempotency::stored_response::{Keep, Kept};
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::platform::search_text::part_of_name;
use crate::{Ctx, Failure, Fault, Server};
use domain::access::{Operation, Principal};
use domain::clients::api::ClientApiNames;
use domain::clients::metadata::{Metadata, MetadataFault};
use domain::clients::{Client, Trust};
use domain::{ClientId, ScopeSet, Secret};
use serde_json::{Map, Value};
use store::clients::ClientOwner;
use store::platform::search::Found;
use store::{Page, Paged};

/// The clients of the caller or of the caller's workspace, newest first.
pub async fn list(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    whose: OwnerFilter,
    page: Page,
) -> Managed<Paged<Client>> {
    let owner = owner(app, ctx, principal, whose, Operation::ReadClients)?;
    let mut tx = app.store().read().await?;
    Ok(store::clients::list_for_owner(&mut tx, owner, page, ctx.now).await?)
}

/// How much clients that the caller found were used lately, in their order.
pub async fn stats(app: &Server, clients: &[Client]) -> Result<Vec<ClientStats>, Fault> {
    let ids: Vec<_> = clients.iter().map(|client| &client.id).collect();
    activity::stats(app, &ids).await
}

/// The same of one.
pub async fn stats_of(app: &Server, client: &Client) -> Result<ClientStats, Fault> {
    activity::stats_of(app, &client.id).await
}

/// Those with `part` in their names, whatever the case of its letters, in the same order; all of them for an empty `part`.
pub async fn search(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    whose: OwnerFilter,
    part: &str,
    page: Page,
) -> Managed<Found<Client>> {
    let owner = owner(app, ctx, principal, whose, Operation::ReadClients)?;
    let part = part_of_name(app, ctx, part)?;
    let mut tx = app.store().read().await?;
    Ok(store::clients::search::clients_of(&mut tx, owner, part, page, ctx.now).await?)
}

/// A new client, with the secret that is shown this once.
#[derive(Debug)]
pub struct CreatedClient {
    pub client: Client,
    pub secret: Option<Secret>,
}

/// How far a client that the caller makes is believed.
pub fn trust_of_new(principal: &Principal) -> Trust {
    if principal.operator { Trust::Verified } else { Trust::Unverified }
}

/// Whether the caller may make a client for their workspace, before anything is known of it.
pub fn may_create(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<()> {
    owner(app, ctx, principal, OwnerFilter::Workspace, Operation::WriteClients).map(drop)
}

/// Reads what a new client is to be as [`create`] would, and makes nothing.
pub fn check(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    body: &Map<String, Value>,
) -> Managed<()> {
    owner(app, ctx, principal, OwnerFilter::Workspace, Operation::WriteClients)?;
    read_new(app, principal, dialect, body)
        .map(drop)
        .map_err(|fault| Failure::Refused(ManagementError::Metadata(fault)))
}

fn read_new(
    app: &Server,
    principal: &Principal,
    dialect: &ClientApiNames,
    body: &Map<String, Value>,
) -> Result<Metadata, MetadataFault> {
    let metadata = dialect.new_client(body)?;
    change::read(app, dialect, trust_of_new(principal), &ScopeSet::default(), &metadata)
}

/// Makes a client for the caller's workspace.
pub async fn create(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    body: &Map<String, Value>,
) -> Managed<CreatedClient> {
    create_and(app, ctx, principal, dialect, body, Plain).await
}

/// The same; the answer is kept in the transaction.
pub async fn create_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    body: &Map<String, Value>,
    keep: Keep<CreatedClient>,
) -> Managed<Kept> {
    create_and(app, ctx, principal, dialect, body, keep).await
}

async fn create_and<L: Last<CreatedClient>>(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    body: &Map<String, Value>,
    last: L,
) -> Managed<L::Out> {
    let workspace = match owner(app, ctx, principal, OwnerFilter::Workspace, Operation::WriteClients)? {
        ClientOwner::Workspace(id) => Some(id),
        ClientOwner::User(_) => None,
    };
    let asked = read_new(app, principal, dialect, body).map_err(|fault| {
        let about = AuditSubject::default().and_workspace(workspace);
        refused(app, ctx, "client.created", about, ManagementError::Metadata(fault))
    })?;
    let new = NewClient {
        name: asked.name,
        client_type: asked.client_type,
        auth_method: asked.auth_method,
        trust: trust_of_new(principal),
        owner_user_id: None,
        owner_workspace_id: workspace,
        config: asked.config,
        registration_token: false,
    };
    let made = |clients::records::Created { client, secret, .. }| CreatedClient { client, secret };
    Ok(clients::records::create_and(app, ctx, new, last.after(made)).await?)
}

/// Changes what the body names. `expected` is the revision that the caller read, where the caller says (RFC 9110
/// §13.1.1).
pub async fn change(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    id: &str,
    expected: Option<i64>,
    body: &Map<String, Value>,
) -> Managed<Updated> {
    change_and(app, ctx, principal, dialect, (id, expected), body, Plain).await
}

/// The same; the answer is kept in the transaction.
pub async fn change_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    which: (&str, Option<i64>),
    body: &Map<String, Value>,
    keep: Keep<Updated>,
) -> Managed<Kept> {
    change_and(app, ctx, principal, dialect, which, body, keep).await
}

async fn change_and<L: Last<Updated>>(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    (id, expected): (&str, Option<i64>),
    body: &Map<String, Value>,
    last: L,
) -> Managed<L::Out> {
    let client = find(app, ctx, principal, Operation::WriteClients, id).await?;
    let about = AuditSubject::owned(&client);
    if expected.is_some_and(|revision| revision != client.revision) {
        return Err(refused(app, ctx, "client.updated", about, ManagementRefusal::Changed));
    }
    change::apply_and(app, ctx, dialect, client, body, principal.operator, last).await
}

/// Deletes a client: it, its tokens and its consents are dead at once.
pub async fn delete(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    let client = find(app, ctx, principal, Operation::WriteClients, id).await?;
    if clients::records::delete(app, ctx, &client.id).await? {
        Ok(())
    } else {
        Err(refused(app, ctx, "client.deleted", AuditSubject::owned(&client), ManagementRefusal::ClientUnknown))
    }
}

/// The longest time, in seconds, that an old secret may live on beside the new one.
pub const LONGEST_OVERLAP: i64 = 30 * 24 * 60 * 60;

/// A new secret; the old ones die now, or after `overlap` seconds.
pub async fn rotate_secret(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    overlap: i64,
) -> Managed<CreatedClient> {
    let client = find(app, ctx, principal, Operation::RotateSecret, id).await?;
    let about = AuditSubject::owned(&client);
    if !(0..=LONGEST_OVERLAP).contains(&overlap) {
        return Err(refused(app, ctx, "client.secret_rotated", about, ManagementRefusal::Number.of("overlap_seconds")));
    }
    match clients::records::rotate_secret(app, ctx, &client.id, overlap).await? {
        Some(secret) => Ok(CreatedClient { client, secret: Some(secret) }),
        None => Err(refused(app, ctx, "client.secret_rotated", about, ManagementRefusal::NoSecret)),
    }
}

/// The people who allowed the client something.
pub async fn users(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    page: Page,
) -> Managed<Paged<consents::ClientUser>> {
    let client = find(app, ctx, principal, Operation::ReadClientUsers, id).await?;
    Ok(consents::users_of_client(app, &client.id, page).await?)
}

/// Takes back what a person allowed the client; the person's tokens for it are dead at once.
pub async fn revoke_user(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, user: &str) -> Managed<()> {
    let client = find(app, ctx, principal, Operation::RevokeClientUsers, id).await?;
    let unknown = || refused(app, ctx, "consent.revoked", AuditSubject::owned(&client), ManagementRefusal::UserUnknown);
    let user = user.parse().map_err(|_| unknown())?;
    if consents::revoke_user(app, ctx, &client.id, user).await? { Ok(()) } else { Err(unknown()) }
}

/// Takes back what everybody allowed the client.
pub async fn revoke_all_users(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    let client = find(app, ctx, principal, Operation::RevokeClientUsers, id).await?;
    consents::revoke_all_users(app, ctx, &client.id).await?;
    Ok(())
}

/// The last `days` days of a client, today among them.
pub async fn activity(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, days: i64) -> Managed<Vec<Activity>> {
    let client = find(app, ctx, principal, Operation::ReadClients, id).await?;
    Ok(activity::of_client(app, ctx, &client.id, days).await?)
}

/// The same of all clients of the caller's workspace, or of those behind `after`.
pub async fn all_activity(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    days: i64,
    after: Option<&str>,
) -> Managed<OwnersActivity> {
    let owner = owner(app, ctx, principal, OwnerFilter::Workspace, Operation::ReadClients)?;
    let after = after.map(ClientId::parse).transpose();
    let after = after.map_err(|_| {
        refused(app, ctx, "client.activity", AuditSubject::default(), ManagementRefusal::Identifier.of("after"))
    })?;
    Ok(activity::of_owner(app, ctx, owner, days, after.as_ref()).await?)
}
