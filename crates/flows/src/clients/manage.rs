//! Clients as their owners manage them: a workspace's by its admins, a user's by that user.
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
use crate::platform::idempotency::stored_response::{Keep, KeptResponse};
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
use store::platform::search::SearchPage;
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

/// Recent usage of the given clients, in the same order. The caller must be allowed to see them.
pub async fn stats(app: &Server, clients: &[Client]) -> Result<Vec<ClientStats>, Fault> {
    let ids: Vec<_> = clients.iter().map(|client| &client.id).collect();
    activity::stats(app, &ids).await
}

/// Like [`stats`], for one client.
pub async fn stats_of(app: &Server, client: &Client) -> Result<ClientStats, Fault> {
    activity::stats_of(app, &client.id).await
}

/// The clients with `part` in their names (case-insensitive), in the same order as [`list`]; all of them if `part` is empty.
pub async fn search(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    whose: OwnerFilter,
    part: &str,
    page: Page,
) -> Managed<SearchPage<Client>> {
    let owner = owner(app, ctx, principal, whose, Operation::ReadClients)?;
    let part = part_of_name(app, ctx, part)?;
    let mut tx = app.store().read().await?;
    Ok(store::clients::search::clients_of(&mut tx, owner, part, page, ctx.now).await?)
}

/// A new client, with its secret, which is shown only once.
#[derive(Debug)]
pub struct CreatedClient {
    pub client: Client,
    pub secret: Option<Secret>,
}

/// The trust level of clients that the caller creates.
pub fn trust_of_new(principal: &Principal) -> Trust {
    if principal.operator { Trust::Verified } else { Trust::Unverified }
}

/// Checks that the caller may create a client for their workspace, before any of its metadata is known.
pub fn may_create(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<()> {
    owner(app, ctx, principal, OwnerFilter::Workspace, Operation::WriteClients).map(drop)
}

/// Validates a new client as [`create`] does, without creating it.
pub fn check(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    body: &Map<String, Value>,
) -> Managed<()> {
    owner(app, ctx, principal, OwnerFilter::Workspace, Operation::WriteClients)?;
    read_new(app, principal, dialect, body).map(drop).map_err(|fault| Failure::Refused(ManagementError::from(fault)))
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

/// Creates a client for the caller's workspace.
pub async fn create(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    body: &Map<String, Value>,
) -> Managed<CreatedClient> {
    create_and(app, ctx, principal, dialect, body, Plain).await
}

/// Like [`create`], but stores the response under the idempotency key in the same transaction.
pub async fn create_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    body: &Map<String, Value>,
    keep: Keep<CreatedClient>,
) -> Managed<KeptResponse> {
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
        refused(app, ctx, "client.created", about, ManagementError::from(fault))
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

/// Applies the changes in the body. `expected` is the revision that the caller read, if they sent one (RFC 9110 §13.1.1).
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

/// Like [`change`], but stores the response under the idempotency key in the same transaction.
pub async fn change_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    dialect: &ClientApiNames,
    which: (&str, Option<i64>),
    body: &Map<String, Value>,
    keep: Keep<Updated>,
) -> Managed<KeptResponse> {
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

/// Deletes a client. The client, its tokens and its consents stop working immediately.
pub async fn delete(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    let client = find(app, ctx, principal, Operation::WriteClients, id).await?;
    if clients::records::delete(app, ctx, &client.id).await? {
        Ok(())
    } else {
        Err(refused(app, ctx, "client.deleted", AuditSubject::owned(&client), ManagementRefusal::ClientUnknown))
    }
}

/// The maximum time, in seconds, that an old secret stays valid beside the new one.
pub const LONGEST_OVERLAP: i64 = 30 * 24 * 60 * 60;

/// Creates a new secret. The old ones expire now, or after `overlap` seconds.
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

/// The users who allowed the client access.
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

/// Revokes all consent that a user gave the client. The user's tokens for it stop working immediately.
pub async fn revoke_user(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, user: &str) -> Managed<()> {
    let client = find(app, ctx, principal, Operation::RevokeClientUsers, id).await?;
    let unknown = || refused(app, ctx, "consent.revoked", AuditSubject::owned(&client), ManagementRefusal::UserUnknown);
    let user = user.parse().map_err(|_| unknown())?;
    if consents::revoke_user(app, ctx, &client.id, user).await? { Ok(()) } else { Err(unknown()) }
}

/// Revokes all consent that users gave the client.
pub async fn revoke_all_users(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    let client = find(app, ctx, principal, Operation::RevokeClientUsers, id).await?;
    consents::revoke_all_users(app, ctx, &client.id).await?;
    Ok(())
}

/// The client's activity on the last `days` days including today.
pub async fn activity(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, days: i64) -> Managed<Vec<Activity>> {
    let client = find(app, ctx, principal, Operation::ReadClients, id).await?;
    Ok(activity::of_client(app, ctx, &client.id, days).await?)
}

/// The activity of all clients of the caller's workspace, or of those behind `after`, on the last `days` days including today.
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
