//! Processes the user's answer to the consent page.
use crate::Failure;
use crate::oauth::authorize::new_consent::NewConsent;
use crate::oauth::authorize::outcome::{AuthorizeFailure, AuthorizeOutcome, Decision};
use crate::oauth::authorize::page_refusal::PageReason;
use crate::oauth::authorize::scene::{Scene, answer_error, error, page, returned};
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use domain::WorkspaceId;
use domain::events::Change;
use domain::oauth::authorize::decide::{self, Choice, ConsentQuestion, Step};
use domain::oauth::authorize::{AuthorizeRefusal, Destination, InteractionRefusal};
use domain::platform::seal::TokenId;
use serde_json::json;

impl Scene<'_> {
    /// A denial counts in every step. Approval covers at most the scopes that the user ticked, even if more were allowed in the
    /// meantime.
    pub(crate) async fn decided(self, decision: &Decision) -> Result<AuthorizeOutcome, AuthorizeFailure> {
        let step = self.step();
        if !decision.allow {
            return self.denied(&step).await;
        }
        let memberships = self.person.as_ref().map(|person| person.memberships.as_slice()).unwrap_or_default();
        match decide::answerable(step, &self.interaction.request, &self.client, memberships) {
            Ok(ask) => self.allowed(ask, decision).await,
            Err(Step::Explain(why)) => self.unable(why),
            Err(_) => self.next(),
        }
    }

    /// The user denied the request.
    async fn denied(self, step: &Step) -> Result<AuthorizeOutcome, AuthorizeFailure> {
        let destination = &self.interaction.request.destination;
        match (destination, step) {
            (Destination::Device(device), _) => {
                let id = device.id;
                Box::pin(self.denied_to_device(id)).await
            }
            // The refusal was recorded when its page was shown. The button of that page leads back to the client, as a link
            // would.
            (Destination::Redirect(callback), Step::Explain(why)) if self.interaction.refusal_shown_to.is_some() => {
                Ok(AuthorizeOutcome::Answer(error(self.app, callback, &(*why).into())))
            }
            (Destination::Redirect(_), _) => {
                self.record(AuthorizeRefusal::UserDenied, json!({}));
                returned(self.app, &self.client, destination, AuthorizeRefusal::UserDenied.into())
            }
        }
    }

    /// The user's choice. A caller without a page that names no workspace gets the default one.
    fn choice(&self, ask: &ConsentQuestion, decision: &Decision) -> Choice {
        let default = self.person.as_ref().and_then(|person| person.home);
        let offered = |id: &WorkspaceId| ask.workspaces.iter().any(|m| m.workspace_id == *id);
        let workspace = decision.choice.workspace.or(default.filter(|id| !decision.on_page && offered(id)));
        Choice { workspace, ..decision.choice.clone() }
    }

    async fn allowed(
        mut self,
        ask: ConsentQuestion,
        decision: &Decision,
    ) -> Result<AuthorizeOutcome, AuthorizeFailure> {
        let (app, ctx) = (self.app, self.ctx);
        let destination = self.interaction.request.destination.clone();
        let required = |name: &str| app.settings().catalogue.is_required(name);
        let choice = self.choice(&ask, decision);
        let forbidden = self.person.as_ref().map(|person| person.forbidden.as_slice()).unwrap_or_default();
        let approval = match decide::approve(&self.interaction.request, &ask, &choice, forbidden, required) {
            Ok(approval) => approval,
            Err(AuthorizeRefusal::SelectionRequired) if decision.on_page => return self.consent_page(ask, false),
            Err(AuthorizeRefusal::SelectionRequired) => {
                let reason = PageReason::Interaction(InteractionRefusal::WorkspaceNotNamed);
                return Err(page(ctx, app, Some(&self.client), reason, json!({})));
            }
            Err(AuthorizeRefusal::UserDenied) if let Some(device) = destination.device() => {
                let id = device.id;
                return Box::pin(self.denied_to_device(id)).await;
            }
            Err(refusal) => return answer_error(app, ctx, &self.client, &destination, refusal.into(), json!({})),
        };
        let Some(person) = &self.person else {
            let reason = PageReason::Interaction(InteractionRefusal::NotSignedIn);
            return Err(page(ctx, app, Some(&self.client), reason, json!({})));
        };
        // A caller without a page gets the current default.
        let home = self.interaction.home.or(person.home(self.interaction.request.access.sub_type));
        // Approval by token covers only what results from it, not later requests by the user.
        let by_token = self.caller.token().is_some();
        let device = destination.device().map(|device| device.id);
        let consent = NewConsent {
            client: self.client.id.clone(),
            authorization: self.authorization(person, &approval, home),
            stays: ask.stay.filter(|_| !by_token).map(|_| approval.stays),
            device: device.map(|id| (id, approval.stays)),
        };
        let written = consent.write(app, ctx.with(self.caller.credential())).await;
        match written.map_err(Failure::from)? {
            None => {}
            Some(PageReason::Authorize(why)) => return self.unable(why.why),
            Some(reason) => return Err(page(ctx, app, Some(&self.client), reason, json!({}))),
        }
        if device.is_some() {
            let locales = self.locales();
            return Ok(AuthorizeOutcome::Device { client: Box::new(self.client), allowed: true, locales });
        }
        Ok(AuthorizeOutcome::Answer(self.code(&approval, home)?))
    }

    /// The user read the page and denied the device.
    async fn denied_to_device(self, id: TokenId) -> Result<AuthorizeOutcome, AuthorizeFailure> {
        let (app, ctx, now) = (self.app, self.ctx, self.ctx.now);
        let about = AuditSubject::client(&self.client.id);
        let about = self.person.as_ref().map_or(about.clone(), |person| about.and_user(person.user_id));
        let (of, denied) = (ctx.clone(), ChangeRecord::of(Change::DeviceDenied, about));
        let work = app.write(ctx, move |tx| {
            Box::pin(async move {
                let done = store::oauth::device::deny(tx, id, now).await?;
                if done {
                    changes::within(tx, &of, denied).await?;
                }
                Ok(done)
            })
        });
        if !work.await.map_err(|error: store::StoreError| Failure::from(error))? {
            let settled = PageReason::Interaction(InteractionRefusal::DeviceSettled);
            return Err(page(ctx, app, Some(&self.client), settled, json!({})));
        }
        let locales = self.locales();
        Ok(AuthorizeOutcome::Device { client: Box::new(self.client), allowed: false, locales })
    }
}
