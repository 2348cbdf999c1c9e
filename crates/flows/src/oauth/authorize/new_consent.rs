//! Stores what a user allowed, together with the answer for a waiting device.
use crate::oauth::authorize::page_refusal::PageReason;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::{Ctx, Server};
use domain::ClientId;
use domain::events::{Change, EventData};
use domain::grants::authorization::Authorization;
use domain::oauth::authorize::{AuthorizeRefusal, InteractionRefusal};
use domain::oauth::device::DeviceApproval;
use domain::platform::seal::TokenId;
use serde_json::json;
use store::grants::consents;
use store::{StoreError, Tx};

/// A consent to store.
pub(crate) struct NewConsent {
    pub(crate) client: ClientId,
    pub(crate) authorization: Authorization,
    /// Whether the client may stay connected without having requested it; `None` if the user was not asked.
    pub(crate) stays: Option<bool>,
    /// The device that waits for the answer, and whether it may get a refresh token.
    pub(crate) device: Option<(TokenId, bool)>,
}

impl NewConsent {
    /// Stores it. Returns why it can no longer be given, if so: the workspace's policy, the user's membership or the device's
    /// request may have changed while the page was open. `of` is the context with the user's credential.
    pub(crate) async fn write(self, app: &Server, of: Ctx) -> Result<Option<PageReason>, StoreError> {
        let ctx = of.clone();
        app.write(&ctx, move |tx| {
            Box::pin(async move {
                if let Some(refusal) = self.refused(tx).await? {
                    return Ok(Some(PageReason::Authorize(refusal.into())));
                }
                if let Some((id, refreshable)) = self.device {
                    let approval = DeviceApproval { authorization: self.authorization.clone(), refreshable };
                    if !store::oauth::device::approve(tx, id, &approval, of.now).await? {
                        return Ok(Some(PageReason::Interaction(InteractionRefusal::DeviceSettled)));
                    }
                }
                self.put(tx, &of).await?;
                changes::within(tx, &of, self.record(&of)).await?;
                Ok(None)
            })
        })
        .await
    }

    /// Whether the workspace still admits the user and the client.
    async fn refused(&self, tx: &mut Tx) -> Result<Option<AuthorizeRefusal>, StoreError> {
        let Some(workspace) = self.authorization.access.workspace_id else { return Ok(None) };
        store::workspace::hold_shared(tx, workspace).await?;
        if store::workspace::member(tx, self.authorization.user_id, workspace).await?.is_none() {
            return Ok(Some(AuthorizeRefusal::WorkspaceNotMember));
        }
        store::clients::hold_shared(tx, &self.client).await?;
        let allows = store::grants::app_policy::allows(tx, workspace, &self.client).await?;
        Ok((!allows).then_some(AuthorizeRefusal::WorkspaceForbids))
    }

    async fn put(&self, tx: &mut Tx, of: &Ctx) -> Result<(), StoreError> {
        let Authorization { user_id, access, home_workspace_id, by_token, .. } = &self.authorization;
        let (user, client, workspace, scopes) = (*user_id, &self.client, access.workspace_id, access.consent_scopes());
        let by_token = by_token.is_some();
        if by_token {
            consents::put_by_token(tx, user, client, workspace, &scopes, of.now).await?;
        } else {
            consents::put(tx, user, client, workspace, &scopes, of.now).await?;
        }
        if let Some(stays) = self.stays {
            consents::set_stays(tx, user, client, workspace, stays).await?;
        }
        match workspace {
            Some(workspace) => consents::remember_workspace(tx, user, client, workspace).await,
            None => store::grants::own_names::set_home(tx, user, client, *home_workspace_id, by_token).await.map(drop),
        }
    }

    fn record(&self, of: &Ctx) -> ChangeRecord {
        let (user_id, workspace_id) = (self.authorization.user_id, self.authorization.access.workspace_id);
        let (client_id, scope) = (self.client.clone(), self.authorization.access.consent_scopes());
        let about = AuditSubject::client(&client_id).and_user(user_id).and_workspace(workspace_id);
        let detail = json!({"scopes": scope});
        let granted = events::event(of, EventData::ConsentGranted { client_id, user_id, workspace_id, scope });
        ChangeRecord::of(Change::ConsentGranted, about).with(detail).events([granted])
    }
}
