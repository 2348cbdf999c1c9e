//! Creates, changes and deletes clients, without checking the caller.
use crate::clients::resolve::{self, Accept};
use crate::grants::bulk_revocation::{self, RevocationContext};
use crate::grants::end_disallowed;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::{Ctx, Fault, Server};
use domain::clients::redirect_uri::check_registration;
use domain::clients::{AuthMethod, Client, ClientConfig, ClientSecret, ClientType, Trust};
use domain::events::{Change, Event, EventData};
use domain::grants::EndReason;
use domain::{ClientId, ClientSecretId, Secret, Timestamp, UserId, WorkspaceId};
use serde_json::json;
use store::clients::ClientOwner;
use store::{Page, Paged, Tx};

/// The properties of a new client.
#[derive(Debug, Clone)]
pub struct NewClient {
    pub name: String,
    pub client_type: ClientType,
    pub auth_method: AuthMethod,
    pub trust: Trust,
    pub owner_user_id: Option<UserId>,
    pub owner_workspace_id: Option<WorkspaceId>,
    pub config: ClientConfig,
    /// Whether the client also gets a registration access token, to manage itself by RFC 7592.
    pub registration_token: bool,
}

/// A new client, with its secrets, which are shown only once.
#[derive(Debug, Clone)]
pub struct Created {
    pub client: Client,
    pub secret: Option<Secret>,
    pub registration_token: Option<Secret>,
}

pub(crate) fn new_secret(app: &Server, ctx: &Ctx, client: &ClientId) -> (Secret, ClientSecret) {
    let secret = Secret::generate(&app.settings().token_prefix, "cs", &ctx.random());
    let stored = ClientSecret {
        id: ClientSecretId::new(ctx.now, ctx.random()),
        client_id: client.clone(),
        hash: app.pepper().hash(secret.expose()),
        hint: secret.hint(),
        created_at: ctx.now,
        expires_at: None,
        last_used_at: None,
    };
    (secret, stored)
}

/// A client as it would be created, without secrets.
pub(crate) fn unsaved(app: &Server, ctx: &Ctx, new: NewClient) -> Client {
    Client {
        id: ClientId::new(&app.settings().token_prefix, ctx.random()),
        name: new.name,
        client_type: new.client_type,
        auth_method: new.auth_method,
        trust: new.trust,
        owner_workspace_id: new.owner_workspace_id,
        owner_user_id: new.owner_user_id,
        config: new.config,
        registration_token_hash: None,
        credential_epoch: 0,
        access_epoch: 0,
        revision: 0,
        secrets: Vec::new(),
        created_at: ctx.now,
        updated_at: ctx.now,
        last_used_at: None,
        disabled_at: None,
        deleted_at: None,
    }
}

/// The audit log entry and webhook event of a change to a client.
pub(crate) fn change_record(ctx: &Ctx, change: Change, client: &Client, data: EventData) -> ChangeRecord {
    ChangeRecord::of(change, AuditSubject::owned(client)).events([events::event(ctx, data)])
}

/// Like [`change_record`], for changes that webhooks receive as a change of the registration.
pub(crate) fn update_record(ctx: &Ctx, change: Change, client: &Client) -> ChangeRecord {
    change_record(ctx, change, client, events::client_updated(client))
}

/// Creates a client. One that authenticates with a secret gets one.
pub async fn create(app: &Server, ctx: &Ctx, new: NewClient) -> Result<Created, Fault> {
    create_and(app, ctx, new, Plain).await
}

/// Like [`create`], with a last step in the same transaction.
pub(crate) async fn create_and<L: Last<Created>>(
    app: &Server,
    ctx: &Ctx,
    new: NewClient,
    last: L,
) -> Result<L::Out, Fault> {
    let prefix = &app.settings().token_prefix;
    let registration_token = new.registration_token.then(|| Secret::generate(prefix, "crt", &ctx.random()));
    let mut client = unsaved(app, ctx, new);
    let secret = client.has_secret().then(|| new_secret(app, ctx, &client.id));
    client.registration_token_hash = registration_token.as_ref().map(|t| app.pepper().hash(t.expose()));
    client.secrets = secret.iter().map(|(_, stored)| stored.clone()).collect();
    let detail = json!({
        "client_type": client.client_type.as_str(),
        "token_endpoint_auth_method": client.auth_method.as_str(),
        "scopes": client.config.scopes.iter().collect::<Vec<_>>(),
        "secret": secret.as_ref().map(|(_, stored)| stored.id),
        "registration_token": registration_token.is_some(),
    });
    let (of, secret) = (ctx.clone(), secret.map(|(secret, _)| secret));
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::clients::insert(tx, &client).await?;
            let record = change_record(&of, Change::ClientCreated, &client, events::client_created(&client));
            changes::within(tx, &of, record.with(detail)).await?;
            last.within(tx, Created { client, secret, registration_token }).await
        })
    });
    work.await.map_err(|error: store::StoreError| Fault::from(error))
}

/// Returns the client, even if it is disabled or deleted.
pub async fn find(app: &Server, ctx: &Ctx, id: &ClientId) -> Result<Option<Client>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(resolve::client(&mut tx, id, ctx.now, Accept::All).await?)
}

/// Returns the client unless it was deleted.
pub async fn living(app: &Server, ctx: &Ctx, id: &ClientId) -> Result<Option<Client>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(resolve::client(&mut tx, id, ctx.now, Accept::NotDeleted).await?)
}

/// A change that was stored.
#[derive(Debug)]
pub struct Updated {
    pub client: Client,
    /// The secret of a client that became confidential; it is shown only once.
    pub secret: Option<Secret>,
}

/// The author of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeAuthor {
    /// The owner. The trust level may drop if a fact changes that the operator reviewed.
    Owner,
    /// The operator. The trust level stays.
    Operator,
    /// The operator, setting the trust level of the client as it is.
    Review,
}

/// Stores a client that its owner changed. A client whose method changes to one with a secret gets one; with the change to
/// another method it loses all of them. Grants of users who may no longer use it end. Returns `None` if the client was deleted, or
/// changed since `client` was read.
pub async fn update(app: &Server, ctx: &Ctx, client: Client) -> Result<Option<Updated>, Fault> {
    update_and(app, ctx, client, Plain).await
}

/// Like [`update`], with a last step in the same transaction.
pub(crate) async fn update_and<L: Last<Updated>>(
    app: &Server,
    ctx: &Ctx,
    client: Client,
    last: L,
) -> Result<Option<L::Out>, Fault> {
    Box::pin(write(app, ctx, client, ChangeAuthor::Owner, last)).await
}

/// Stores a client. If its trust drops, its access to workspaces whose policy requires more ends.
async fn write<L: Last<Updated>>(
    app: &Server,
    ctx: &Ctx,
    mut client: Client,
    by: ChangeAuthor,
    last: L,
) -> Result<Option<L::Out>, Fault> {
    client.updated_at = ctx.now;
    let spare = client.has_secret().then(|| new_secret(app, ctx, &client.id));
    let (now, of, context) = (ctx.now, ctx.clone(), RevocationContext::new(app, ctx));
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let Some(before) = resolve::client(tx, &client.id, now, Accept::All).await? else { return Ok(None) };
            let had_secret = before.has_secret();
            let (secret, stored) = spare.filter(|_| !had_secret).unzip();
            let row = if by == ChangeAuthor::Owner { client.changed_from(&before) } else { client };
            let less = before.trust.is_vouched() && before.trust != row.trust;
            if !store::clients::update(tx, &row).await? {
                return Ok(None);
            }
            // Tokens in the client's own name rely on the voucher for the client as it was, so they end.
            if row.voucher() != before.voucher() || (row.awaits_review() && !before.awaits_review()) {
                store::clients::raise_epoch(tx, &row.id).await?;
            }
            if less {
                end_disallowed::end_of_client(tx, &context, &row.id).await?;
            }
            if had_secret && !row.has_secret() {
                store::clients::retire_secrets(tx, &row.id, None, now, now).await?;
            }
            if let Some(secret) = &stored {
                store::clients::add_secret(tx, secret).await?;
            }
            let mut ended = end_forbidden(tx, &of, &row).await?;
            let mut detail = stored.as_ref().map_or_else(|| json!({}), |stored| json!({"secret": stored.id}));
            let trust = json!({"from": before.trust.as_str(), "to": row.trust.as_str()});
            if by == ChangeAuthor::Owner && before.trust != row.trust {
                detail["trust"] = trust.clone();
            }
            ended.push(events::event(&of, events::client_updated(&row)));
            let mut all =
                vec![ChangeRecord::of(Change::ClientUpdated, AuditSubject::owned(&row)).with(detail).events(ended)];
            if by == ChangeAuthor::Review {
                all.push(ChangeRecord::of(Change::ClientTrustSet, AuditSubject::owned(&row)).with(trust));
            }
            changes::all(tx, &of, all).await?;
            let mut client = Client { revision: row.revision + 1, ..row };
            if client.has_secret() != had_secret {
                client.secrets = stored.into_iter().collect();
            }
            last.within(tx, Updated { client, secret }).await.map(Some)
        })
    });
    work.await.map_err(|error: store::StoreError| Fault::from(error))
}

/// Ends the grants of all users who are not on the client's list of allowed users. Returns the webhook events.
async fn end_forbidden(tx: &mut Tx, ctx: &Ctx, client: &Client) -> Result<Vec<Event>, store::StoreError> {
    const WHY: EndReason = EndReason::UserNotAllowed;
    let mut all = Vec::new();
    if client.config.allowed_user_ids.is_empty() {
        return Ok(all);
    }
    for user in store::grants::users_of(tx, &client.id).await? {
        if !client.allows(user) {
            let whose = store::grants::GrantSelection::UserAndClient(user, client.id.clone());
            let ended = store::grants::end_each(tx, whose, WHY, ctx.now).await?;
            all.extend(events::grants_ended(ctx, ended, WHY));
        }
    }
    Ok(all)
}

/// Disables a client (everything issued to it stops working) or enables it (everything works again). Returns `false` if the
/// client is unknown.
pub async fn set_disabled(app: &Server, ctx: &Ctx, id: &ClientId, disabled: bool) -> Result<bool, Fault> {
    let Some(client) = living(app, ctx, id).await? else { return Ok(false) };
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let done = store::clients::set_disabled(tx, &client.id, disabled, of.now).await?;
            if done {
                let change = if disabled { Change::ClientDisabled } else { Change::ClientEnabled };
                changes::within(tx, &of, update_record(&of, change, &client)).await?;
            }
            Ok(done)
        })
    });
    work.await.map_err(|error: store::StoreError| Fault::from(error))
}

/// Creates a new secret. The old ones expire now, or after `overlap` seconds. Returns `None` for unknown clients and those that
/// authenticate without a secret.
pub async fn rotate_secret(app: &Server, ctx: &Ctx, id: &ClientId, overlap: i64) -> Result<Option<Secret>, Fault> {
    let Some(client) = living(app, ctx, id).await?.filter(Client::has_secret) else { return Ok(None) };
    let (secret, stored) = new_secret(app, ctx, &client.id);
    let (overlap, now, of) = (overlap.max(0), ctx.now, ctx.clone());
    let dies = now.plus(overlap);
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if !takes_secrets(tx, &stored.client_id, now).await? {
                return Ok(false);
            }
            store::clients::add_secret(tx, &stored).await?;
            store::clients::retire_secrets(tx, &stored.client_id, Some(stored.id), dies, now).await?;
            let detail = json!({"secret": stored.id, "others_expire_at": dies.rfc3339()});
            let data = events::client_secret_rotated(&client, overlap);
            changes::within(tx, &of, change_record(&of, Change::ClientSecretRotated, &client, data).with(detail))
                .await?;
            Ok(true)
        })
    });
    Ok(work.await.map_err(|error: store::StoreError| Fault::from(error))?.then_some(secret))
}

/// Whether the client can have secrets, that is, authenticates with one and is not deleted. Locks the client, so that this holds
/// until the transaction ends: a client whose method changes loses all secrets, including one that is being added.
pub(crate) async fn takes_secrets(tx: &mut Tx, id: &ClientId, now: Timestamp) -> Result<bool, store::StoreError> {
    store::clients::hold(tx, id).await?;
    let client = resolve::client(tx, id, now, Accept::NotDeleted).await?;
    Ok(client.is_some_and(|client| client.has_secret()))
}

/// Soft-deletes a client. The client, its tokens and its grants stop working immediately. Returns `false` if the client is
/// unknown.
pub async fn delete(app: &Server, ctx: &Ctx, id: &ClientId) -> Result<bool, Fault> {
    let Some(client) = living(app, ctx, id).await? else { return Ok(false) };
    let (of, of_all) = (ctx.clone(), RevocationContext::new(app, ctx));
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let deleted = store::clients::soft_delete(tx, &client.id, of.now).await?;
            if deleted {
                bulk_revocation::begin(tx, &of_all, &client.id, EndReason::ClientDeleted).await?;
                let record = change_record(&of, Change::ClientDeleted, &client, events::client_deleted(&client));
                changes::within(tx, &of, record).await?;
            }
            Ok(deleted)
        })
    });
    work.await.map_err(|error: store::StoreError| Fault::from(error))
}

/// Changes the client's redirect URIs. Returns `false` if the client is unknown, or may not register one of them.
pub async fn set_redirect_uris(app: &Server, ctx: &Ctx, id: &ClientId, uris: Vec<String>) -> Result<bool, Fault> {
    let Some(mut client) = living(app, ctx, id).await? else { return Ok(false) };
    let schemes = &app.settings().registration.private_schemes;
    if uris.iter().any(|uri| check_registration(uri, client.config.application_type, schemes).is_err()) {
        return Ok(false);
    }
    client.config.redirect_uris = uris;
    Ok(update(app, ctx, client).await?.is_some())
}

pub async fn list(app: &Server, ctx: &Ctx, page: Page) -> Result<Paged<Client>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::clients::list(&mut tx, page, ctx.now).await?)
}

/// An owner's clients, newest first.
pub async fn list_of(app: &Server, ctx: &Ctx, owner: ClientOwner, page: Page) -> Result<Paged<Client>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::clients::list_for_owner(&mut tx, owner, page, ctx.now).await?)
}

/// Hands the client over to a new owner, or to the operator alone if `to` is `None`. Returns `None` if the client is unknown, and
/// `false` if it was changed in the meantime.
pub async fn set_owner(app: &Server, ctx: &Ctx, id: &ClientId, to: Option<ClientOwner>) -> Result<Option<bool>, Fault> {
    let Some(client) = living(app, ctx, id).await? else { return Ok(None) };
    Ok(Some(hand_over(app, ctx, client, to).await?.is_some()))
}

/// The owner of a client.
pub(crate) fn owner_of(client: &Client) -> Option<ClientOwner> {
    let of_workspace = client.owner_workspace_id.map(ClientOwner::Workspace);
    of_workspace.or_else(|| client.owner_user_id.map(ClientOwner::User))
}

/// An owner's id.
pub(crate) fn owner_id(owner: Option<ClientOwner>) -> Option<String> {
    owner.map(|owner| match owner {
        ClientOwner::Workspace(id) => id.to_string(),
        ClientOwner::User(id) => id.to_string(),
    })
}

/// Hands the client as it was read over to a new owner. Tokens in its own name end, because they speak for the workspace that
/// owns it. Returns `None` if the client was changed in the meantime.
pub(crate) async fn hand_over(
    app: &Server,
    ctx: &Ctx,
    client: Client,
    to: Option<ClientOwner>,
) -> Result<Option<Client>, Fault> {
    let (workspace, user) = match to {
        Some(ClientOwner::Workspace(id)) => (Some(id), None),
        Some(ClientOwner::User(id)) => (None, Some(id)),
        None => (None, None),
    };
    let (about, from) = (AuditSubject::owned(&client), owner_of(&client));
    let client = Client { owner_workspace_id: workspace, owner_user_id: user, updated_at: ctx.now, ..client };
    let (row, of) = (client.clone(), ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if !store::clients::update(tx, &row).await? {
                return Ok(false);
            }
            store::clients::raise_epoch(tx, &row.id).await?;
            let detail = json!({"from": owner_id(from), "to": owner_id(to)});
            let mut all = vec![update_record(&of, Change::ClientOwnerSet, &row).with(detail.clone())];
            // Also recorded in the audit log of the previous workspace.
            if from != to && matches!(from, Some(ClientOwner::Workspace(_))) {
                all.push(ChangeRecord::of(Change::ClientOwnerSet, about).with(detail));
            }
            changes::all(tx, &of, all).await?;
            Ok(true)
        })
    });
    if !work.await.map_err(|error: store::StoreError| Fault::from(error))? {
        return Ok(None);
    }
    Ok(Some(Client { revision: client.revision + 1, ..client }))
}

/// Sets whether a client of the operator skips the consent page. Returns `false` if the client is unknown, or was changed in the
/// meantime.
pub async fn set_internal(app: &Server, ctx: &Ctx, id: &ClientId, internal: bool) -> Result<bool, Fault> {
    let Some(mut client) = living(app, ctx, id).await? else { return Ok(false) };
    client.config.internal = internal;
    Ok(Box::pin(write(app, ctx, client, ChangeAuthor::Operator, Plain)).await?.is_some())
}

/// Sets the client's trust level. Returns `None` if the client is unknown, and `false` if it was changed in the meantime.
pub async fn set_trust(app: &Server, ctx: &Ctx, id: &ClientId, trust: Trust) -> Result<Option<bool>, Fault> {
    let Some(client) = living(app, ctx, id).await? else { return Ok(None) };
    Ok(Some(review(app, ctx, client, trust).await?.is_some()))
}

/// Sets the client's trust level. Returns `None` if the client was changed since it was read.
pub(crate) async fn review(app: &Server, ctx: &Ctx, client: Client, trust: Trust) -> Result<Option<Updated>, Fault> {
    Box::pin(write(app, ctx, client.reviewed_as(trust), ChangeAuthor::Review, Plain)).await
}
