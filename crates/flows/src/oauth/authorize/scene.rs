//! An interaction whose next step is being determined, and the outcome of that step.
use crate::access::caller::Caller;
use crate::clients::resolve::{self, Accept};
use crate::oauth::authorize::interaction::{open, seal};
use crate::oauth::authorize::outcome::{
    AuthorizationResponse, AuthorizeFailure, AuthorizeOutcome, ConsentView, Locales, UnableView,
};
use crate::oauth::authorize::page_refusal::{PageReason, PageRefusal};
use crate::oauth::authorize::person::{AuthorizingUser, person};
use crate::oauth::diagnostics;
use crate::platform::audit_log::AuditSubject;
use crate::{Ctx, Failure, Fault, Server};
use domain::account::Email;
use domain::clients::{Client, SubType};
use domain::diagnosis::Endpoint;
use domain::grants::authorization::Authorization;
use domain::grants::consent::Home;
use domain::oauth::authorize::InteractionRefusal;
use domain::oauth::authorize::decide::{self, Approval, ConsentQuestion, Interaction, Progress, Step};
use domain::oauth::authorize::{AuthorizeRefusal, Callback, Destination};
use domain::oauth::payload::CodePayload;
use domain::platform::refusal::{Named, Refusal as _};
use domain::platform::seal::{Purpose, TokenId};
use domain::{ClientId, WorkspaceId};
use serde_json::{Value, json};

const HERE: &str = Endpoint::Authorization.as_str();

/// All data of an interaction whose next step is being determined.
pub(crate) struct Scene<'s> {
    pub(crate) app: &'s Server,
    pub(crate) ctx: &'s Ctx,
    pub(crate) caller: &'s Caller,
    pub(crate) client: Client,
    pub(crate) person: Option<AuthorizingUser>,
    pub(crate) interaction: Interaction,
}

pub(crate) fn page(
    ctx: &Ctx,
    app: &Server,
    client: Option<&Client>,
    reason: PageReason,
    sent: Value,
) -> AuthorizeFailure {
    let about = client.map(|client| AuditSubject::client(&client.id)).unwrap_or_default();
    app.record_with(ctx, HERE, reason.refusal().reason(), about, sent);
    Failure::Refused(PageRefusal { reason, client_name: client.map(|client| client.name.clone()), back: None })
}

/// An unknown client. The page does not show the identifier that was sent, because it may be any text.
pub(crate) fn unknown(ctx: &Ctx, app: &Server, id: &ClientId) -> AuthorizeFailure {
    let reason = PageReason::Authorize(AuthorizeRefusal::ClientUnknown.into());
    app.record(ctx, HERE, reason.refusal().reason(), AuditSubject::client(id));
    Failure::Refused(PageRefusal { reason, client_name: None, back: None })
}

pub(crate) async fn scene<'s>(
    app: &'s Server,
    ctx: &'s Ctx,
    text: &str,
    caller: &'s Caller,
    browser: [u8; 32],
) -> Result<Scene<'s>, AuthorizeFailure> {
    app.look_for_key_of(ctx, text).await?;
    let interaction = open(app, ctx, text, browser)?;
    let id = &interaction.request.client_id;
    let mut tx = app.store().read().await?;
    let client = resolve::client(&mut tx, id, ctx.now, Accept::Active).await?;
    let Some(client) = client else {
        return Err(unknown(ctx, app, id));
    };
    let person = person(&mut tx, caller, id).await?;
    Scene::new(app, ctx, caller, client, person, interaction)
}

impl<'s> Scene<'s> {
    /// Limits the request to the scopes of the personal access token, if the user authenticated with one.
    pub(crate) fn new(
        app: &'s Server,
        ctx: &'s Ctx,
        caller: &'s Caller,
        client: Client,
        person: Option<AuthorizingUser>,
        interaction: Interaction,
    ) -> Result<Self, AuthorizeFailure> {
        let Some(limit) = caller.confined_to() else {
            return Ok(Self { app, ctx, caller, client, person, interaction });
        };
        let request = interaction.request.within(limit);
        if request.access.consent_scopes().is_empty() {
            let reason = PageReason::Interaction(InteractionRefusal::BeyondToken);
            return Err(page(ctx, app, Some(&client), reason, json!({})));
        }
        Ok(Self { app, ctx, caller, client, person, interaction: Interaction { request, ..interaction } })
    }
}

impl Scene<'_> {
    pub(crate) fn step(&self) -> Step {
        let who = self.person.as_ref().map(|p| p.signed_in(self.caller));
        let progress = Progress {
            fresh_session: self.interaction.fresh_session,
            account_selected: self.interaction.account_selected,
        };
        decide::decide(&self.interaction.request, &self.client, who.as_ref(), progress, self.ctx.now)
    }

    pub(crate) fn next(mut self) -> Result<AuthorizeOutcome, AuthorizeFailure> {
        match self.step() {
            Step::Login => self.login(false),
            Step::Reauthenticate => self.login(true),
            Step::SelectAccount => {
                let (interaction, locales) = (seal(self.app, self.ctx, &self.interaction)?, self.locales());
                let (redirect_uri, expected) = (self.redirect_uri(), self.expected());
                let user_email = self.person.map(|p| p.email.to_string()).unwrap_or_default();
                let client = Box::new(self.client);
                Ok(AuthorizeOutcome::SelectAccount { interaction, client, redirect_uri, user_email, expected, locales })
            }
            Step::SelectWorkspace(ask) => self.consent_page(ask, true),
            Step::AskConsent(ask) => self.consent_page(ask, false),
            Step::Approve(approval) => {
                let person = self.person.as_ref();
                let home = person.and_then(|p| p.home_unasked(&self.client, self.interaction.request.access.sub_type));
                Ok(AuthorizeOutcome::Answer(self.code(&approval, home)?))
            }
            Step::Explain(refusal) => self.unable(refusal),
            Step::Refuse(refusal) => {
                let request = &self.interaction.request;
                let sent = diagnostics::by_request(request, refusal);
                answer_error(self.app, self.ctx, &self.client, &request.destination, refusal.into(), sent)
            }
        }
    }

    pub(crate) fn login(self, reauthenticate: bool) -> Result<AuthorizeOutcome, AuthorizeFailure> {
        let (interaction, locales) = (seal(self.app, self.ctx, &self.interaction)?, self.locales());
        let redirect_uri = self.redirect_uri();
        let login_hint = self.interaction.request.login_hint.or(self.person.map(|p| p.email.to_string()));
        let client = Box::new(self.client);
        Ok(AuthorizeOutcome::Login { interaction, client, redirect_uri, login_hint, reauthenticate, locales })
    }

    pub(crate) fn redirect_uri(&self) -> Option<String> {
        self.interaction.request.destination.redirect_uri().map(str::to_owned)
    }

    /// The account that the client expected, if a different one is signed in.
    pub(crate) fn expected(&self) -> Option<Email> {
        let hint = self.interaction.request.login_hint.as_deref()?;
        decide::expected(hint, &self.person.as_ref()?.email)
    }

    pub(crate) fn locales(&self) -> Locales {
        let set = self.person.as_ref().and_then(|p| p.locale.clone());
        Locales { asked: self.interaction.request.ui_locales.clone(), set }
    }

    pub(crate) fn consent_page(
        &mut self,
        ask: ConsentQuestion,
        only_workspace: bool,
    ) -> Result<AuthorizeOutcome, AuthorizeFailure> {
        self.interaction.consent_shown_to = self.person.as_ref().map(|p| p.user_id);
        let home = self.person.as_ref().and_then(|p| p.home(self.interaction.request.access.sub_type));
        self.interaction.home = Home::Named(home);
        let interaction = seal(self.app, self.ctx, &self.interaction)?;
        let view = ConsentView {
            client: self.client.clone(),
            request: self.interaction.request.clone(),
            ask,
            user_email: self.person.as_ref().map(|p| p.email.to_string()).unwrap_or_default(),
            expected: self.expected(),
            developer: None,
            home: self.person.as_ref().and_then(|p| p.name_of(home?)),
            only_workspace,
            user_code: self.interaction.request.destination.device().map(|device| device.user_code.clone()),
            locales: self.locales(),
        };
        Ok(AuthorizeOutcome::Consent { interaction, view: Box::new(view) })
    }

    /// A page that tells the user why they cannot continue. The client gets the error when the user goes back to it.
    pub(crate) fn unable(mut self, refusal: AuthorizeRefusal) -> Result<AuthorizeOutcome, AuthorizeFailure> {
        self.interaction.refusal_shown_to = self.person.as_ref().map(|p| p.user_id);
        let (app, request) = (self.app, &self.interaction.request);
        self.record(refusal, diagnostics::by_request(request, refusal));
        let callback = request.destination.callback().filter(|callback| callback.carries_errors());
        let forbidding = match (&self.person, refusal) {
            (Some(person), AuthorizeRefusal::WorkspaceForbids) => person.forbidding(request.access.workspace_id),
            _ => Vec::new(),
        };
        let view = UnableView {
            refusal,
            redirect_uri: self.redirect_uri(),
            user_email: self.person.as_ref().map(|p| p.email.to_string()).unwrap_or_default(),
            expected: self.expected(),
            developer: None,
            forbidding,
            on_device: request.destination.device().is_some(),
            answer: callback.map(|callback| error(app, callback, &refusal.into())),
            locales: self.locales(),
            client: self.client,
        };
        Ok(AuthorizeOutcome::Unable { interaction: seal(app, self.ctx, &self.interaction)?, view: Box::new(view) })
    }

    /// Seals a code; there is none before approval. A token in the user's own name shows the workspace `home`.
    pub(crate) fn code(&self, approval: &Approval, home: Option<WorkspaceId>) -> Result<AuthorizationResponse, Fault> {
        let request = &self.interaction.request;
        let Some(person) = &self.person else { return Err(Fault::Other("approved without a user")) };
        let Destination::Redirect(callback) = &request.destination else {
            return Err(Fault::Other("a code for a device"));
        };
        let payload = CodePayload {
            client_id: request.client_id.clone(),
            redirect_uri: callback.redirect_uri().to_owned(),
            challenge: request.challenge,
            nonce: request.nonce.clone(),
            authorization: self.authorization(person, approval, home),
            refreshable: approval.stays && person.signed_in(self.caller).may_stay,
            ends_at: self.caller.token().and_then(|token| token.expires_at),
            expires_at: self.ctx.now.plus(self.app.settings().lifetimes.authorization_code),
        };
        let id = TokenId::from_random(self.ctx.random());
        let code = self.app.keys().sealer.seal(Purpose::AuthorizationCode, id, &payload)?;
        Ok(answer(self.app, callback, vec![("code".to_owned(), code)]))
    }

    /// What the user authorized. Tokens in the user's own name show the workspace `home`.
    pub(crate) fn authorization(
        &self,
        person: &AuthorizingUser,
        approval: &Approval,
        home: Option<WorkspaceId>,
    ) -> Authorization {
        let access = &approval.access;
        Authorization {
            user_id: person.user_id,
            access: access.clone(),
            home_workspace_id: home.filter(|_| access.sub_type == SubType::User),
            session_id: self.caller.session_id(),
            by_token: self.caller.token().map(|token| token.id),
            proof: self.caller.proof().cloned(),
            epoch: person.epoch_of(&self.client, access.workspace_id),
        }
    }

    pub(crate) fn record(&self, refusal: AuthorizeRefusal, sent: Value) {
        let about = AuditSubject::client(&self.client.id);
        let about = self.person.as_ref().map_or(about.clone(), |p| about.and_user(p.user_id));
        self.app.record_with(self.ctx, HERE, refusal.reason(), about, sent);
    }
}

pub(crate) fn answer(app: &Server, callback: &Callback, mut params: Vec<(String, String)>) -> AuthorizationResponse {
    if let Some(state) = callback.state() {
        params.push(("state".to_owned(), state.to_owned()));
    }
    params.push(("iss".to_owned(), app.settings().issuer.clone()));
    AuthorizationResponse { callback: callback.clone(), params }
}

pub(crate) fn error(app: &Server, callback: &Callback, refusal: &Named<AuthorizeRefusal>) -> AuthorizationResponse {
    let said = [("error", refusal.code().as_str().into()), ("error_description", refusal.said())];
    answer(app, callback, said.map(|(n, v)| (n.to_owned(), v.into_owned())).to_vec())
}

/// Records an error. It goes to the client if the callback carries errors, and to a page otherwise (checklist, settled 4).
pub(crate) fn answer_error(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    destination: &Destination,
    refusal: Named<AuthorizeRefusal>,
    sent: Value,
) -> Result<AuthorizeOutcome, AuthorizeFailure> {
    app.record_with(ctx, HERE, refusal.reason(), AuditSubject::client(&client.id), sent);
    returned(app, client, destination, refusal)
}

/// Sends the error to the client if the callback carries errors; otherwise the user reads it, and takes it there by a link if
/// the client waits for a redirect.
pub(crate) fn returned(
    app: &Server,
    client: &Client,
    destination: &Destination,
    refusal: Named<AuthorizeRefusal>,
) -> Result<AuthorizeOutcome, AuthorizeFailure> {
    let back = match destination {
        Destination::Redirect(callback) => {
            let answer = error(app, callback, &refusal);
            if callback.carries_errors() {
                return Ok(AuthorizeOutcome::Answer(answer));
            }
            Some(Box::new(answer))
        }
        Destination::Device(_) => None,
    };
    let (reason, client_name) = (PageReason::Authorize(refusal), Some(client.name.clone()));
    Err(Failure::Refused(PageRefusal { reason, client_name, back }))
}
