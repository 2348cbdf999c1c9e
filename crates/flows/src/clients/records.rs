//! Clients as they are made, changed and deleted, by whichever door.
use crate::grants::bulk_revocation::{self, Telling};
use crate::grants::end_disallowed;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, Told};
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

/// What a new client is made of.
#[derive(Debug, Clone)]
pub struct NewClient {
    pub name: String,
    pub client_type: ClientType,
    pub auth_method: AuthMethod,
    pub trust: Trust,
    pub owner_user_id: Option<UserId>,
    pub owner_workspace_id: Option<WorkspaceId>,
    pub config: ClientConfig,
    /// Whether it is managed by RFC 7592 as well.
    pub registration_token: bool,
}

/// A new client, with the secrets that are shown this once.
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

/// What is told of a change of a client.
pub(crate) fn tell(ctx: &Ctx, change: Change, client: &Client, data: EventData) -> Told {
    Told::of(change, AuditSubject::owned(client)).events([events::event(ctx, data)])
}

/// The same of one that webhooks take for a change of the registration.
pub(crate) fn tell_updated(ctx: &Ctx, change: Change, client: &Client) -> Told {
    tell(ctx, change, client, events::client_updated(client))
}

/// Makes a client; a confidential one gets a secret.
pub async fn create(app: &Server, ctx: &Ctx, new: NewClient) -> Result<Created, Fault> {
    create_and(app, ctx, new, Plain).await
}

/// The same, with a last step.
pub(crate) async fn create_and<L: Last<Created>>(
    app: &Server,
    ctx: &Ctx,
    new: NewClient,
    last: L,
) -> Result<L::Out, Fault> {
    let prefix = &app.settings().token_prefix;
    let registration_token = new.registration_token.then(|| Secret::generate(prefix, "crt", &ctx.random()));
    let mut client = unsaved(app, ctx, new);
    let secret = (client.client_type == ClientType::Confidential).then(|| new_secret(app, ctx, &client.id));
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
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            store::clients::insert(tx, &client).await?;
            let told = tell(&of, Change::ClientCreated, &client, events::client_created(&client));
            changes::within(tx, &of, told.with(detail)).await?;
            last.within(tx, Created { client, secret, registration_token }).await
        })
    });
    work.await.map_err(|error: store::StoreError| Fault::from(error))
}

/// The client, a disabled or deleted one too.
pub async fn find(app: &Server, ctx: &Ctx, id: &ClientId) -> Result<Option<Client>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::clients::by_id(&mut tx, id, ctx.now).await?)
}

/// The client, unless it was deleted.
pub async fn living(app: &Server, ctx: &Ctx, id: &ClientId) -> Result<Option<Client>, Fault> {
    Ok(find(app, ctx, id).await?.filter(|client| client.deleted_at.is_none()))
}

/// A change that was made.
#[derive(Debug)]
pub struct Updated {
    pub client: Client,
    /// The secret of a client that became confidential; shown this once.
    pub secret: Option<Secret>,
}

/// Who makes a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// The operator's word ends where the facts change that it was given for.
    Owner,
    /// The operator, whose word stands.
    Operator,
    /// The operator, who says how far the client is trusted as it is.
    Review,
}

/// Stores a client that its owner changed. Becoming confidential makes a secret, becoming public ends them all; whoever may no longer
/// use it loses what they had. `None` when it is no longer at the revision that `client` was read at, or was deleted.
pub async fn update(app: &Server, ctx: &Ctx, client: Client, was_public: bool) -> Result<Option<Updated>, Fault> {
    update_and(app, ctx, client, was_public, Plain).await
}

/// The same, with a last step.
pub(crate) async fn update_and<L: Last<Updated>>(
    app: &Server,
    ctx: &Ctx,
    client: Client,
    was_public: bool,
    last: L,
) -> Result<Option<L::Out>, Fault> {
    Box::pin(write(app, ctx, client, was_public, By::Owner, last)).await
}

/// Stores a client. Where its trust drops, workspaces whose rule admits only trusted ones lose it.
async fn write<L: Last<Updated>>(
    app: &Server,
    ctx: &Ctx,
    mut client: Client,
    was_public: bool,
    by: By,
    last: L,
) -> Result<Option<L::Out>, Fault> {
    client.updated_at = ctx.now;
    let fresh = (was_public && !client.is_public()).then(|| new_secret(app, ctx, &client.id));
    let (secret, stored) = fresh.unzip();
    let (now, of, telling) = (ctx.now, ctx.clone(), Telling::new(app, ctx));
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let Some(before) = store::clients::by_id(tx, &client.id, now).await? else { return Ok(None) };
            let row = if by == By::Owner { client.changed_from(&before) } else { client };
            let less = before.trust.is_vouched() && before.trust != row.trust;
            if !store::clients::update(tx, &row).await? {
                return Ok(None);
            }
            // Tokens in its own name rest on the word of who vouched for it as it was.
            if row.voucher() != before.voucher() || (row.awaits_review() && !before.awaits_review()) {
                store::clients::raise_epoch(tx, &row.id).await?;
            }
            if less {
                end_disallowed::end_of_client(tx, &telling, &row.id).await?;
            }
            if row.is_public() && !was_public {
                store::clients::retire_secrets(tx, &row.id, None, now, now).await?;
            }
            if let Some(secret) = &stored {
                store::clients::add_secret(tx, secret).await?;
            }
            let mut told = end_forbidden(tx, &of, &row).await?;
            let mut detail = stored.as_ref().map_or_else(|| json!({}), |stored| json!({"secret": stored.id}));
            let trust = json!({"from": before.trust.as_str(), "to": row.trust.as_str()});
            if by == By::Owner && before.trust != row.trust {
                detail["trust"] = trust.clone();
            }
            told.push(events::event(&of, events::client_updated(&row)));
            let mut all = vec![Told::of(Change::ClientUpdated, AuditSubject::owned(&row)).with(detail).events(told)];
            if by == By::Review {
                all.push(Told::of(Change::ClientTrustSet, AuditSubject::owned(&row)).with(trust));
            }
            changes::all(tx, &of, all).await?;
            let mut client = Client { revision: row.revision + 1, ..row };
            if client.is_public() != was_public {
                client.secrets = stored.into_iter().collect();
            }
            last.within(tx, Updated { client, secret }).await.map(Some)
        })
    });
    work.await.map_err(|error: store::StoreError| Fault::from(error))
}

/// Ends the grants of everybody whom the client's list of users leaves out; answers what webhooks are told of it.
async fn end_forbidden(tx: &mut Tx, ctx: &Ctx, client: &Client) -> Result<Vec<Event>, store::StoreError> {
    const WHY: EndReason = EndReason::UserNotAllowed;
    let mut told = Vec::new();
    if client.config.allowed_user_ids.is_empty() {
        return Ok(told);
    }
    for user in store::grants::users_of(tx, &client.id).await? {
        if !client.allows(user) {
            let whose = store::grants::GrantSelection::UserAndClient(user, client.id.clone());
            let ended = store::grants::end_each(tx, whose, WHY, ctx.now).await?;
            told.extend(events::grants_ended(ctx, ended, WHY));
        }
    }
    Ok(told)
}

/// Disables a client (nothing that it holds works) or enables it again (all of it does). `false` when there is none.
pub async fn set_disabled(app: &Server, ctx: &Ctx, id: &ClientId, disabled: bool) -> Result<bool, Fault> {
    let Some(client) = living(app, ctx, id).await? else { return Ok(false) };
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let done = store::clients::set_disabled(tx, &client.id, disabled, of.now).await?;
            if done {
                let change = if disabled { Change::ClientDisabled } else { Change::ClientEnabled };
                changes::within(tx, &of, tell_updated(&of, change, &client)).await?;
            }
            Ok(done)
        })
    });
    work.await.map_err(|error: store::StoreError| Fault::from(error))
}

/// A new secret; the old ones die now, or after `overlap` seconds. `None` for public or unknown clients.
pub async fn rotate_secret(app: &Server, ctx: &Ctx, id: &ClientId, overlap: i64) -> Result<Option<Secret>, Fault> {
    let Some(client) = living(app, ctx, id).await?.filter(|client| !client.is_public()) else { return Ok(None) };
    let (secret, stored) = new_secret(app, ctx, &client.id);
    let (overlap, now, of) = (overlap.max(0), ctx.now, ctx.clone());
    let dies = now.plus(overlap);
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if !takes_secrets(tx, &stored.client_id, now).await? {
                return Ok(false);
            }
            store::clients::add_secret(tx, &stored).await?;
            store::clients::retire_secrets(tx, &stored.client_id, Some(stored.id), dies, now).await?;
            let detail = json!({"secret": stored.id, "others_expire_at": dies.rfc3339()});
            let data = events::client_secret_rotated(&client, overlap);
            changes::within(tx, &of, tell(&of, Change::ClientSecretRotated, &client, data).with(detail)).await?;
            Ok(true)
        })
    });
    Ok(work.await.map_err(|error: store::StoreError| Fault::from(error))?.then_some(secret))
}

/// Whether the client can have a secret: it is neither public nor deleted. Until the transaction ends this stays so; becoming
/// public ends all secrets, also one that is being added.
pub(crate) async fn takes_secrets(tx: &mut Tx, id: &ClientId, now: Timestamp) -> Result<bool, store::StoreError> {
    store::clients::hold(tx, id).await?;
    let client = store::clients::by_id(tx, id, now).await?;
    Ok(client.is_some_and(|client| !client.is_public() && client.deleted_at.is_none()))
}

/// Deletes a client softly: it, its tokens and its grants are dead at once. `false` when there was none.
pub async fn delete(app: &Server, ctx: &Ctx, id: &ClientId) -> Result<bool, Fault> {
    let Some(client) = living(app, ctx, id).await? else { return Ok(false) };
    let (of, of_all) = (ctx.clone(), Telling::new(app, ctx));
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let deleted = store::clients::soft_delete(tx, &client.id, of.now).await?;
            if deleted {
                bulk_revocation::begin(tx, &of_all, &client.id, EndReason::ClientDeleted).await?;
                let told = tell(&of, Change::ClientDeleted, &client, events::client_deleted(&client));
                changes::within(tx, &of, told).await?;
            }
            Ok(deleted)
        })
    });
    work.await.map_err(|error: store::StoreError| Fault::from(error))
}

/// Changes where a client's answers may go. `false` when there is no such client, or it cannot register one of these.
pub async fn set_redirect_uris(app: &Server, ctx: &Ctx, id: &ClientId, uris: Vec<String>) -> Result<bool, Fault> {
    let Some(mut client) = living(app, ctx, id).await? else { return Ok(false) };
    let schemes = &app.settings().registration.private_schemes;
    if uris.iter().any(|uri| check_registration(uri, client.config.application_type, schemes).is_err()) {
        return Ok(false);
    }
    let was_public = client.is_public();
    client.config.redirect_uris = uris;
    Ok(update(app, ctx, client, was_public).await?.is_some())
}

pub async fn list(app: &Server, ctx: &Ctx, page: Page) -> Result<Paged<Client>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::clients::list(&mut tx, page, ctx.now).await?)
}

/// The clients of an owner, newest first.
pub async fn list_of(app: &Server, ctx: &Ctx, owner: ClientOwner, page: Page) -> Result<Paged<Client>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::clients::list_for_owner(&mut tx, owner, page, ctx.now).await?)
}

/// Hands the client to an owner, who manages it from now on, or to nobody but the operator. `None` when there is no such
/// client, `false` when it was changed meanwhile.
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

/// Hands the client as it was read to an owner. Its own tokens end, because they speak for the workspace that owns it. `None`
/// when it was changed meanwhile.
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
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if !store::clients::update(tx, &row).await? {
                return Ok(false);
            }
            store::clients::raise_epoch(tx, &row.id).await?;
            let detail = json!({"from": owner_id(from), "to": owner_id(to)});
            let mut all = vec![tell_updated(&of, Change::ClientOwnerSet, &row).with(detail.clone())];
            // The workspace that gave it away reads so in its own log.
            if from != to && matches!(from, Some(ClientOwner::Workspace(_))) {
                all.push(Told::of(Change::ClientOwnerSet, about).with(detail));
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

/// Sets whether a client of the operator's own needs no consent page. `false` when there is no such client, or it was
/// changed meanwhile.
pub async fn set_internal(app: &Server, ctx: &Ctx, id: &ClientId, internal: bool) -> Result<bool, Fault> {
    let Some(mut client) = living(app, ctx, id).await? else { return Ok(false) };
    client.config.internal = internal;
    let was_public = client.is_public();
    Ok(Box::pin(write(app, ctx, client, was_public, By::Operator, Plain)).await?.is_some())
}

/// Sets the client's trust. `None` when there is no such client, `false` when it was changed meanwhile.
pub async fn set_trust(app: &Server, ctx: &Ctx, id: &ClientId, trust: Trust) -> Result<Option<bool>, Fault> {
    let Some(client) = living(app, ctx, id).await? else { return Ok(None) };
    Ok(Some(believe(app, ctx, client, trust).await?.is_some()))
}

/// Sets the client's trust, unless it changed since it was read; then the answer is `None`.
pub(crate) async fn believe(app: &Server, ctx: &Ctx, client: Client, trust: Trust) -> Result<Option<Updated>, Fault> {
    let was_public = client.is_public();
    Box::pin(write(app, ctx, client.reviewed_as(trust), was_public, By::Review, Plain)).await
}
