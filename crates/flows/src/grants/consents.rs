//! Consents that users gave clients, listed and revoked by the client's owner or by the user.
use crate::grants::bulk_revocation::{self, RevocationContext};
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::{Ctx, Fault, Server};
use domain::events::{Change, Event};
use domain::grants::EndReason;
use domain::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
pub use store::grants::consents::ClientUser;
use store::grants::{self, GrantSelection, consents};
use store::{Page, Paged, StoreError, Tx};

/// A client that a user allowed access, in one or more workspaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedApp {
    pub client_id: ClientId,
    pub client_name: String,
    pub client_description: String,
    pub client_icon: Option<String>,
    pub client_homepage_url: Option<String>,
    /// The scopes of all consents together.
    pub scopes: ScopeSet,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The users who allowed the client access.
pub async fn users_of_client(app: &Server, client: &ClientId, page: Page) -> Result<Paged<ClientUser>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(consents::list_for_client_users(&mut tx, client, page).await?)
}

/// The clients that the user allowed access, the most recently allowed first.
pub async fn of_user(app: &Server, user: UserId) -> Result<Vec<AllowedApp>, Fault> {
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

/// The subject of events about the client's consents, including the workspace that owns it, whose admins see them.
async fn about(tx: &mut Tx, client: &ClientId) -> Result<AuditSubject, StoreError> {
    let owner = store::clients::owner_workspace(tx, client).await?;
    Ok(AuditSubject::client(client).and_workspace(owner))
}

/// Revokes all consent that a user gave a client and ends the resulting grants, in one transaction. Returns `false` if there was
/// nothing to revoke.
pub async fn revoke_user(app: &Server, ctx: &Ctx, client: &ClientId, user: UserId) -> Result<bool, Fault> {
    const WHY: EndReason = EndReason::ConsentRevoked;
    let (id, client, of) = (client.clone(), client.clone(), ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            // Locks the consents, so that exactly the listed ones are deleted.
            consents::hold_all(tx, &id).await?;
            let revoked = consents::list_for_client(tx, user, &id).await?;
            let mut events = events::consents_revoked(&of, &revoked);
            let consents = consents::delete_all(tx, user, &id).await?;
            let ended = grants::end_each(tx, GrantSelection::UserAndClient(user, id), WHY, of.now).await?;
            let grants = ended.len();
            let places = revoked.iter().map(|consent| consent.workspace_id);
            let places: BTreeSet<_> = places.chain(ended.iter().map(|grant| grant.workspace_id)).flatten().collect();
            events.extend(events::grants_ended(&of, ended, WHY));
            if (consents, grants) == (0, 0) {
                return Ok(false);
            }
            let about = about(tx, &client).await?.and_user(user);
            changes::all(tx, &of, revoked_in(&about, places, (consents, grants), events)).await?;
            Ok(true)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// A revocation for the audit logs of the workspace that owns the client and of every workspace that the client could act in.
/// Webhooks receive it once.
fn revoked_in(
    about: &AuditSubject,
    places: impl IntoIterator<Item = WorkspaceId>,
    (consents, grants): (impl Serialize, usize),
    events: Vec<Event>,
) -> Vec<ChangeRecord> {
    let others = places.into_iter().filter(|place| about.workspace != Some(*place)).map(Some);
    let detail = json!({"consents": consents, "grants": grants});
    let one = |place| ChangeRecord::of(Change::ConsentRevoked, about.clone().and_workspace(place)).with(detail.clone());
    std::iter::once(one(about.workspace).events(events)).chain(others.map(one)).collect()
}

/// Revokes the consent that a user gave a client in one workspace, or in their own name, and ends the resulting grants. Returns
/// `false` if there was nothing to revoke.
pub async fn revoke_one(
    app: &Server,
    ctx: &Ctx,
    client: &ClientId,
    user: UserId,
    workspace: Option<WorkspaceId>,
) -> Result<bool, Fault> {
    const WHY: EndReason = EndReason::ConsentRevoked;
    let (id, client, of) = (client.clone(), client.clone(), ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let deleted = consents::delete(tx, user, &id, workspace).await?;
            let revoked = deleted.then(|| events::event(&of, events::consent_revoked(user, &id, workspace)));
            let mut events = Vec::from_iter(revoked);
            let whose = GrantSelection::UserClientWorkspace(user, id, workspace);
            let ended = grants::end_each(tx, whose, WHY, of.now).await?;
            let grants = ended.len();
            events.extend(events::grants_ended(&of, ended, WHY));
            if (deleted, grants) == (false, 0) {
                return Ok(false);
            }
            let about = about(tx, &client).await?.and_user(user);
            changes::all(tx, &of, revoked_in(&about, workspace, (usize::from(deleted), grants), events)).await?;
            Ok(true)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Revokes all consent of all users of a client, and the tokens in its own name. Returns how many users there were.
pub async fn revoke_all_users(app: &Server, ctx: &Ctx, client: &ClientId) -> Result<i64, Fault> {
    let (id, of, of_all) = (client.clone(), ctx.clone(), RevocationContext::new(app, ctx));
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let users = bulk_revocation::begin(tx, &of_all, &id, EndReason::ConsentRevoked).await?;
            // Reference 004: all active tokens, including those in the client's own name.
            store::clients::raise_epoch(tx, &id).await?;
            let record =
                ChangeRecord::of(Change::AllConsentsRevoked, about(tx, &id).await?).with(json!({"users": users}));
            changes::within(tx, &of, record).await?;
            Ok(users)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}
