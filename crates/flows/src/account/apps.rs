//! The apps that a user allowed access, as the user manages them.
use crate::grants::consents;
pub use crate::grants::consents::AllowedApp;
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::platform::retention::KEEP_ENDED_GRANTS;
use crate::{Ctx, Server};
use domain::access::{Operation, Principal};
use domain::clients::Trust;
use domain::{ClientId, ScopeSet, Timestamp, WorkspaceId};
use store::{Page, Paged};

/// The apps that the user allowed access, the most recently allowed first.
pub async fn list(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<Vec<AllowedApp>> {
    let user = principal.person_for(Operation::ReadConsents);
    let user = user.map_err(|denied| refused(app, ctx, "consent.list", AuditSubject::default(), denied))?;
    Ok(consents::of_user(app, user).await?)
}

/// An app that the user allowed access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    pub client_id: ClientId,
    pub client_name: String,
    pub trust: Trust,
    pub homepage: Option<String>,
    /// Whether the client has an owner besides the operator.
    pub has_owner: bool,
    /// The most recently allowed first.
    pub places: Vec<ConnectedWorkspace>,
}

/// What the user allowed the app in one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedWorkspace {
    /// `None` for consent in the user's own name.
    pub workspace_id: Option<WorkspaceId>,
    pub workspace_name: Option<String>,
    /// The names of the workspaces whose id (and the user's roles there) tokens in the user's own name carry today. Each
    /// authorization keeps the workspace that its consent page named; the next one without a page uses the latest of them.
    pub homes: Vec<String>,
    /// Whether the next authorization uses the default workspace at that time instead.
    pub follows_default: bool,
    pub scopes: ScopeSet,
    pub since: Timestamp,
    /// When scopes were last added to the consent.
    pub updated_at: Timestamp,
    /// When a grant of this consent was last created or renewed.
    pub last_used_at: Option<Timestamp>,
}

impl ConnectedWorkspace {
    /// Whether the consent was certainly never used: it is so young that none of its grants can have been deleted yet.
    pub fn is_unused(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none() && now < self.since.plus(KEEP_ENDED_GRANTS)
    }
}

fn connected(consents: Vec<store::grants::consents::Connection>) -> Option<Connected> {
    let first = consents.first()?.app.client.clone();
    let place = |store::grants::consents::Connection { app, last_used_at, homes }| ConnectedWorkspace {
        workspace_id: app.consent.workspace_id,
        workspace_name: app.workspace_name,
        homes,
        follows_default: app.consent.follows_default(&app.client),
        scopes: app.consent.scopes,
        since: app.consent.created_at,
        updated_at: app.consent.updated_at,
        last_used_at,
    };
    Some(Connected {
        has_owner: first.has_owner(),
        client_id: first.id,
        client_name: first.name,
        trust: first.trust,
        homepage: first.config.client_uri,
        places: consents.into_iter().map(place).collect(),
    })
}

/// A page of the apps with `part` in their names, each with its workspaces, the most recently allowed first.
pub async fn page(app: &Server, ctx: &Ctx, principal: &Principal, part: &str, page: Page) -> Managed<Paged<Connected>> {
    let user = principal.person_for(Operation::ReadConsents);
    let user = user.map_err(|denied| refused(app, ctx, "consent.list", AuditSubject::default(), denied))?;
    let mut tx = app.store().read().await?;
    let Paged { items, total } =
        store::grants::consents::page_for_user(&mut tx, user, part.trim(), page, ctx.now).await?;
    Ok(Paged { items: items.into_iter().filter_map(connected).collect(), total })
}

/// One of the apps that the user allowed access.
pub async fn one(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<Connected> {
    let user = principal.person_for(Operation::ReadConsents);
    let user = user.map_err(|denied| refused(app, ctx, "consent.list", AuditSubject::default(), denied))?;
    let unknown = || refused(app, ctx, "consent.list", AuditSubject::default(), ManagementRefusal::ConsentUnknown);
    let id = ClientId::parse(id).map_err(|_| unknown())?;
    let consents = {
        let mut tx = app.store().read().await?;
        store::grants::consents::of_user_and_client(&mut tx, user, &id, ctx.now).await?
    };
    connected(consents).ok_or_else(unknown)
}

/// Revokes the user's consent for the app in one workspace, or in the user's own name if none is given.
pub async fn disconnect(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    workspace: Option<&str>,
) -> Managed<()> {
    let unknown = || refused(app, ctx, "consent.revoked", AuditSubject::default(), ManagementRefusal::ConsentUnknown);
    let user = principal.person_for(Operation::RevokeConsents);
    let user = user.map_err(|denied| refused(app, ctx, "consent.revoked", AuditSubject::default(), denied))?;
    let id = ClientId::parse(id).map_err(|_| unknown())?;
    let workspace = workspace.map(str::parse).transpose().map_err(|_| unknown())?;
    if consents::revoke_one(app, ctx, &id, user, workspace).await? { Ok(()) } else { Err(unknown()) }
}

/// Revokes all consent that the user gave the app. Its tokens stop working immediately.
pub async fn revoke(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    let refuse = |r: ManagementError| refused(app, ctx, "consent.revoked", AuditSubject::default(), r);
    let user = principal.person_for(Operation::RevokeConsents);
    let user = user.map_err(|denied| refuse(denied.into()))?;
    let id = ClientId::parse(id).map_err(|_| refuse(ManagementRefusal::ConsentUnknown.into()))?;
    if consents::revoke_user(app, ctx, &id, user).await? {
        Ok(())
    } else {
        Err(refuse(ManagementRefusal::ConsentUnknown.into()))
    }
}
