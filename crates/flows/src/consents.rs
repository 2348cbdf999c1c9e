//! What users allowed clients: told to the client's owner and to the user, and taken back by either.
use crate::recorder::About;
use crate::{App, Ctx, Fault, events, recorder};
use domain::events::EventKind;
use domain::oauth::consent::Consent;
use domain::oauth::grant::EndReason;
use domain::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};
use std::collections::{BTreeSet, HashMap};
pub use store::consents::ClientUser;
use store::grants::{self, Whose};
use store::{Page, Paged, StoreError, Tx, consents};

/// An application that a user allowed something, in whatever workspaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedApp {
    pub client_id: ClientId,
    pub client_name: String,
    pub client_description: String,
    pub client_icon: Option<String>,
    pub client_homepage_url: Option<String>,
    /// Of all consents together.
    pub scopes: ScopeSet,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The users who allowed the client something.
pub async fn users_of_client(app: &App, client: &ClientId, page: Page) -> Result<Paged<ClientUser>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(consents::list_for_client_users(&mut tx, client, page).await?)
}

/// What the user allowed, by application, the latest first.
pub async fn of_user(app: &App, user: UserId) -> Result<Vec<AllowedApp>, Fault> {
    let mut tx = app.store().read().await?;
    let connected = consents::list_for_user(&mut tx, user).await?;
    let mut apps: Vec<AllowedApp> = Vec::new();
    let mut places = HashMap::new();
    for consents::ConnectedApp { consent, client, .. } in connected {
        if let Some(known) = places.get(&client.id).and_then(|at: &usize| apps.get_mut(*at)) {
            known.scopes = known.scopes.union(&consent.scopes);
            known.created_at = known.created_at.min(consent.created_at);
            known.updated_at = known.updated_at.max(consent.updated_at);
            continue;
        }
        places.insert(client.id.clone(), apps.len());
        apps.push(AllowedApp {
            client_id: client.id,
            client_name: client.name,
            client_description: client.config.description,
            client_icon: client.config.logo_uri,
            client_homepage_url: client.config.client_uri,
            scopes: consent.scopes,
            created_at: consent.created_at,
            updated_at: consent.updated_at,
        });
    }
    Ok(apps)
}

/// Whom an event about what the client was allowed concerns: also the workspace that owns it, whose admins read of it.
async fn about(tx: &mut Tx, ctx: &Ctx, client: &ClientId) -> Result<About, StoreError> {
    let known = store::clients::by_id(tx, client, ctx.now).await?;
    Ok(known.map_or_else(|| About::client(client), |client| About::owned(&client)))
}

/// Takes back all that a user allowed a client, and ends the grants that came of it, in one transaction. `false` when there
/// was nothing to take back.
pub async fn revoke_user(app: &App, ctx: &Ctx, client: &ClientId, user: UserId) -> Result<bool, Fault> {
    const WHY: EndReason = EndReason::ConsentRevoked;
    let (id, of, told) = (client.clone(), client.clone(), ctx.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let revoked = consents::list_for_client(tx, user, &id).await?;
            let events = events::consents_revoked(&told, &revoked);
            let consents = consents::delete_all(tx, user, &id).await?;
            store::events::append(tx, &events).await?;
            let ended = grants::end_each(tx, Whose::UserAndClient(user, id), WHY, told.now).await?;
            let grants = ended.len();
            let places = revoked.iter().map(|consent| consent.workspace_id);
            let places: BTreeSet<_> = places.chain(ended.iter().map(|grant| grant.workspace_id)).flatten().collect();
            store::events::append(tx, &events::grants_ended(&told, ended, WHY)).await?;
            if (consents, grants) == (0, 0) {
                return Ok(None);
            }
            let detail = serde_json::json!({"consents": consents, "grants": grants});
            Ok(Some((about(tx, &told, &of).await?.and_user(user), places, detail)))
        })
    });
    let revoked = work.await.map_err(|error: StoreError| Fault::from(error))?;
    let Some((about, places, detail)) = revoked else { return Ok(false) };
    record(app, ctx, &about, places, &detail);
    Ok(true)
}

/// Records a revocation in the log of the workspace that owns the client, and of every workspace that the client could act in.
fn record(
    app: &App,
    ctx: &Ctx,
    about: &About,
    places: impl IntoIterator<Item = WorkspaceId>,
    detail: &serde_json::Value,
) {
    let others = places.into_iter().filter(|place| about.workspace != Some(*place)).map(Some);
    for place in std::iter::once(about.workspace).chain(others) {
        app.record_with(ctx, "consent.revoked", "ok", about.clone().and_workspace(place), detail.clone());
    }
}

/// Takes back what a user allowed a client in one workspace, or in their own name, and ends the grants that came of it.
/// `false` when there was nothing to take back.
pub async fn revoke_one(
    app: &App,
    ctx: &Ctx,
    client: &ClientId,
    user: UserId,
    workspace: Option<WorkspaceId>,
) -> Result<bool, Fault> {
    const WHY: EndReason = EndReason::ConsentRevoked;
    let (id, of, told) = (client.clone(), client.clone(), ctx.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let deleted = consents::delete(tx, user, &id, workspace).await?;
            if deleted {
                events::emit(tx, &told, events::consent_revoked(user, &id, workspace)).await?;
            }
            let whose = Whose::UserClientWorkspace(user, id, workspace);
            let ended = grants::end_each(tx, whose, WHY, told.now).await?;
            let grants = ended.len();
            store::events::append(tx, &events::grants_ended(&told, ended, WHY)).await?;
            Ok((usize::from(deleted), grants, about(tx, &told, &of).await?.and_user(user)))
        })
    });
    let (consents, grants, about) = work.await.map_err(|error: StoreError| Fault::from(error))?;
    if (consents, grants) == (0, 0) {
        return Ok(false);
    }
    let detail = serde_json::json!({"consents": consents, "grants": grants});
    record(app, ctx, &about, workspace, &detail);
    Ok(true)
}

/// Keeps an event for each consent of the client, some at a time: there can be very many.
async fn tell_of_all(tx: &mut Tx, ctx: &Ctx, client: &ClientId) -> Result<(), StoreError> {
    const BATCH: i64 = 500;
    let mut after: Option<Consent> = None;
    loop {
        let batch = consents::of_client_after(tx, client, after.as_ref(), BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        store::events::append(tx, &events::consents_revoked(ctx, &batch)).await?;
        after = Some(last.clone());
    }
}

/// Entries that are written at once.
const ENTRIES: usize = 500;

/// Records in the log of each workspace that the client could act in that nobody there allows it anything any more, in the
/// transaction that does so: there can be very many.
async fn record_everywhere(tx: &mut Tx, ctx: &Ctx, about: &About) -> Result<(), StoreError> {
    let Some(client) = &about.client else { return Ok(()) };
    let places = consents::workspaces_of_client(tx, client).await?;
    for places in places.chunks(ENTRIES) {
        let others = places.iter().filter(|place| about.workspace != Some(**place));
        let entry = |place: &WorkspaceId| {
            let about = about.clone().and_workspace(Some(*place));
            recorder::entry(ctx, "consent.revoked_all", "ok", about, serde_json::json!({}), ctx.random())
        };
        store::audit::insert_many(tx, &others.map(entry).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// The same for all users of a client, and for the tokens in the client's own name; answers how many consents there were.
pub async fn revoke_all_users(app: &App, ctx: &Ctx, client: &ClientId) -> Result<u64, Fault> {
    let (id, told) = (client.clone(), ctx.clone());
    let tell = app.outbox().wants(EventKind::ConsentRevoked);
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if tell {
                tell_of_all(tx, &told, &id).await?;
            }
            let about = about(tx, &told, &id).await?;
            // Reference 004: all active tokens, those in the client's own name too.
            store::clients::raise_epoch(tx, &id).await?;
            record_everywhere(tx, &told, &about).await?;
            let consents = consents::delete_for_client(tx, &id).await?;
            let grants = grants::end_all(tx, Whose::Client(id), EndReason::ConsentRevoked, told.now).await?;
            Ok((about, consents, grants))
        })
    });
    let (about, consents, grants) = work.await.map_err(|error: StoreError| Fault::from(error))?;
    let detail = serde_json::json!({"consents": consents, "grants": grants});
    app.record_with(ctx, "consent.revoked_all", "ok", about, detail);
    Ok(consents)
}
