//! The authorization endpoint: from parameters to the next step, and from the user's answer to a code.
use crate::asker::{Person, person};
use crate::interaction::{open, seal};
pub use crate::next::{Answer, AuthorizeFailure, ConsentView, Decision, Locales, Next, UnableView};
pub use crate::page_refusal::{InteractionRefusal, PageReason, PageRefusal};
use crate::recorder::About;
use crate::session::Caller;
use crate::{App, Ctx, Failure, Fault, sent};
use domain::client::Client;
use domain::events::EventData;
use domain::identity::Email;
use domain::oauth::authorize::{AuthorizationRequest, AuthorizeRefusal, Callback};
use domain::oauth::decision::{self, Approval, Ask, Interaction, Progress, Step};
use domain::oauth::device::DeviceApproval;
use domain::oauth::diagnosis::Endpoint;
use domain::oauth::error::{Named, Refusal as _};
use domain::oauth::params::RawParams;
use domain::oauth::seal::{Purpose, TokenId};
use domain::oauth::token::CodePayload;
use domain::{ClientId, SessionId};
use serde_json::{Value, json};

const HERE: &str = Endpoint::Authorization.as_str();

/// Everything about one interaction while a step is worked out.
struct Scene<'s> {
    app: &'s App,
    ctx: &'s Ctx,
    caller: &'s Caller,
    client: Client,
    person: Option<Person>,
    interaction: Interaction,
}

fn page(ctx: &Ctx, app: &App, client: Option<&Client>, reason: PageReason, sent: Value) -> AuthorizeFailure {
    let about = client.map(|client| About::client(&client.id)).unwrap_or_default();
    app.record_with(ctx, HERE, reason.refusal().reason(), about, sent);
    Failure::Refused(PageRefusal { reason, client_name: client.map(|client| client.name.clone()) })
}

/// A client that is not there: the identifier that was sent may be anything, so that it names nobody on the page.
fn unknown(ctx: &Ctx, app: &App, id: &ClientId) -> AuthorizeFailure {
    let reason = PageReason::Authorize(AuthorizeRefusal::ClientUnknown.into());
    app.record(ctx, HERE, reason.refusal().reason(), About::client(id));
    Failure::Refused(PageRefusal { reason, client_name: None })
}

/// Begins an authorization from the parameters of a request.
pub async fn begin(
    app: &App,
    ctx: &Ctx,
    params: &RawParams,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<Next, AuthorizeFailure> {
    let sent = |client: Option<&Client>, r| sent::by_authorization(app, client, params, r);
    let refused = |client: Option<&Client>, r: AuthorizeRefusal| {
        page(ctx, app, client, PageReason::Authorize(r.into()), sent(client, r))
    };
    let named = params.get("client_id").ok_or_else(|| refused(None, AuthorizeRefusal::ClientMissing))?;
    let id = ClientId::parse(named).map_err(|_| refused(None, AuthorizeRefusal::ClientUnknown))?;
    let mut tx = app.store().read().await?;
    let client = store::clients::by_id(&mut tx, &id, ctx.now).await?;
    let client = client.filter(|c| c.deleted_at.is_none()).ok_or_else(|| unknown(ctx, app, &id))?;
    let callback = Callback::establish(&client, params).map_err(|r| refused(Some(&client), r))?;
    let person = person(&mut tx, caller, &id).await?;
    drop(tx);
    let keys = app.keys();
    let settings = app.settings();
    let policy = settings.authorize_policy(&keys.public);
    match AuthorizationRequest::validate(&client, callback.clone(), params, &policy, ctx.now) {
        Err(refusal) => {
            let sent = sent(Some(&client), refusal.why);
            answer_error(app, ctx, &client, &callback, refusal, sent)
        }
        Ok(request) => {
            let interaction = Interaction {
                request,
                browser,
                expires_at: ctx.now.plus(settings.lifetimes.interaction),
                fresh_session: None,
                account_selected: false,
                asked: None,
                told: None,
                device: None,
            };
            let next = Scene { app, ctx, caller, client, person, interaction }.next()?;
            Ok(with_developer(app, next).await?)
        }
    }
}

/// Names the developer on a page; read only where there is one to show.
async fn with_developer(app: &App, mut next: Next) -> Result<Next, Fault> {
    let (client, developer) = match &mut next {
        Next::Consent { view, .. } => (&view.client.id, &mut view.developer),
        Next::Unable { view, .. } => (&view.client.id, &mut view.developer),
        _ => return Ok(next),
    };
    let mut tx = app.store().read().await?;
    *developer = store::clients::owner_name(&mut tx, client).await?;
    Ok(next)
}

/// Goes on with an interaction: after a sign-in, or when its page is loaded again.
pub async fn resume(
    app: &App,
    ctx: &Ctx,
    interaction: &str,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<Next, AuthorizeFailure> {
    let next = scene(app, ctx, interaction, caller, browser).await?.next()?;
    Ok(with_developer(app, next).await?)
}

/// The interaction after the user signed in on its page: the new session counts as the proof it asked for.
pub fn signed_in(
    app: &App,
    ctx: &Ctx,
    text: &str,
    browser: [u8; 32],
    session: SessionId,
) -> Result<String, AuthorizeFailure> {
    let mut interaction = open(app, ctx, text, browser)?;
    interaction.fresh_session = Some(session);
    interaction.account_selected = true;
    Ok(seal(app, ctx, &interaction)?)
}

/// The interaction after the user said that the account signed in is the right one.
pub fn account_selected(app: &App, ctx: &Ctx, text: &str, browser: [u8; 32]) -> Result<String, AuthorizeFailure> {
    let mut interaction = open(app, ctx, text, browser)?;
    interaction.account_selected = true;
    Ok(seal(app, ctx, &interaction)?)
}

/// The client and the hint of an interaction, to show its sign-in page (again).
pub async fn login_page(
    app: &App,
    ctx: &Ctx,
    text: &str,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<Next, AuthorizeFailure> {
    let scene = scene(app, ctx, text, caller, browser).await?;
    let reauthenticate = matches!(scene.step(), Step::Reauthenticate);
    let (interaction, locales) = (text.to_owned(), scene.locales());
    let AuthorizationRequest { login_hint, callback, .. } = scene.interaction.request;
    let redirect_uri = callback.redirect_uri().to_owned();
    let client = Box::new(scene.client);
    Ok(Next::Login { interaction, client, redirect_uri, login_hint, reauthenticate, locales })
}

/// Takes the user's answer to the consent page.
pub async fn decide_consent(
    app: &App,
    ctx: &Ctx,
    text: &str,
    decision: &Decision,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<Next, AuthorizeFailure> {
    let scene = scene(app, ctx, text, caller, browser).await?;
    let refused = |r| page(ctx, app, Some(&scene.client), PageReason::Interaction(r), json!({}));
    let Some(person) = &scene.person else { return Err(refused(InteractionRefusal::NotSignedIn)) };
    let Interaction { asked, told, .. } = scene.interaction;
    // Only who has read what the application asks for can allow it; who has read why not can still say no.
    let shown = [asked, told.filter(|_| !decision.allow)];
    if !shown.contains(&Some(person.user_id)) {
        let nobody = shown.iter().all(Option::is_none);
        return Err(refused(if nobody { InteractionRefusal::NotAsked } else { InteractionRefusal::OtherUser }));
    }
    let next = scene.decided(decision).await?;
    Ok(with_developer(app, next).await?)
}

/// The same for a caller who sends the whole request along with the answer (reference API `consent`).
pub async fn decide_request(
    app: &App,
    ctx: &Ctx,
    params: &RawParams,
    decision: &Decision,
    caller: &Caller,
) -> Result<Next, AuthorizeFailure> {
    match begin(app, ctx, params, caller, [0; 32]).await? {
        Next::Consent { interaction, .. } => decide_consent(app, ctx, &interaction, decision, caller, [0; 32]).await,
        other => Ok(other),
    }
}

async fn scene<'s>(
    app: &'s App,
    ctx: &'s Ctx,
    text: &str,
    caller: &'s Caller,
    browser: [u8; 32],
) -> Result<Scene<'s>, AuthorizeFailure> {
    let interaction = open(app, ctx, text, browser)?;
    let id = &interaction.request.client_id;
    let mut tx = app.store().read().await?;
    let client = store::clients::by_id(&mut tx, id, ctx.now).await?.filter(Client::is_active);
    let Some(client) = client else {
        return Err(unknown(ctx, app, id));
    };
    let person = person(&mut tx, caller, id).await?;
    Ok(Scene { app, ctx, caller, client, person, interaction })
}

impl Scene<'_> {
    fn step(&self) -> Step {
        let who = self.person.as_ref().map(|p| p.signed_in(self.caller));
        let progress = Progress {
            fresh_session: self.interaction.fresh_session,
            account_selected: self.interaction.account_selected,
        };
        decision::decide(&self.interaction.request, &self.client, who.as_ref(), progress, self.ctx.now)
    }

    fn next(mut self) -> Result<Next, AuthorizeFailure> {
        match self.step() {
            Step::Login => self.login(false),
            Step::Reauthenticate => self.login(true),
            Step::SelectAccount => {
                let (interaction, locales) = (seal(self.app, self.ctx, &self.interaction)?, self.locales());
                let (redirect_uri, expected) = (self.redirect_uri(), self.expected());
                let user_email = self.person.map(|p| p.email.to_string()).unwrap_or_default();
                let client = Box::new(self.client);
                Ok(Next::SelectAccount { interaction, client, redirect_uri, user_email, expected, locales })
            }
            Step::SelectWorkspace(ask) => self.consent_page(ask, true),
            Step::AskConsent(ask) => self.consent_page(ask, false),
            Step::Approve(approval) => Ok(Next::Answer(self.code(&approval)?)),
            Step::Explain(refusal) => self.unable(refusal),
            Step::Refuse(refusal) => {
                let request = &self.interaction.request;
                let sent = sent::by_request(request, refusal);
                answer_error(self.app, self.ctx, &self.client, &request.callback, refusal.into(), sent)
            }
        }
    }

    fn login(self, reauthenticate: bool) -> Result<Next, AuthorizeFailure> {
        let (interaction, locales) = (seal(self.app, self.ctx, &self.interaction)?, self.locales());
        let redirect_uri = self.redirect_uri();
        let login_hint = self.interaction.request.login_hint.or(self.person.map(|p| p.email.to_string()));
        let client = Box::new(self.client);
        Ok(Next::Login { interaction, client, redirect_uri, login_hint, reauthenticate, locales })
    }

    fn redirect_uri(&self) -> String {
        self.interaction.request.callback.redirect_uri().to_owned()
    }

    /// Whom the application expected, where somebody else is signed in.
    fn expected(&self) -> Option<Email> {
        let hint = self.interaction.request.login_hint.as_deref()?;
        decision::expected(hint, &self.person.as_ref()?.email)
    }

    fn locales(&self) -> Locales {
        let set = self.person.as_ref().and_then(|p| p.locale.clone());
        Locales { asked: self.interaction.request.ui_locales.clone(), set }
    }

    fn consent_page(&mut self, ask: Ask, only_workspace: bool) -> Result<Next, AuthorizeFailure> {
        self.interaction.asked = self.person.as_ref().map(|p| p.user_id);
        let interaction = seal(self.app, self.ctx, &self.interaction)?;
        let view = ConsentView {
            client: self.client.clone(),
            request: self.interaction.request.clone(),
            ask,
            user_email: self.person.as_ref().map(|p| p.email.to_string()).unwrap_or_default(),
            expected: self.expected(),
            developer: None,
            home: self.person.as_ref().and_then(|p| p.home_name(self.interaction.request.sub_type)),
            only_workspace,
            user_code: self.interaction.device.as_ref().map(|device| device.user_code.clone()),
            locales: self.locales(),
        };
        Ok(Next::Consent { interaction, view: Box::new(view) })
    }

    /// Why not, for the user to read. The client is told when the user goes back to it.
    fn unable(mut self, refusal: AuthorizeRefusal) -> Result<Next, AuthorizeFailure> {
        self.interaction.told = self.person.as_ref().map(|p| p.user_id);
        let (app, request) = (self.app, &self.interaction.request);
        self.record(refusal, sent::by_request(request, refusal));
        let carries_errors = request.callback.carries_errors();
        let forbidding = match (&self.person, refusal) {
            (Some(person), AuthorizeRefusal::WorkspaceForbids) => person.forbidding(request.workspace),
            _ => Vec::new(),
        };
        let view = UnableView {
            refusal,
            redirect_uri: self.redirect_uri(),
            user_email: self.person.as_ref().map(|p| p.email.to_string()).unwrap_or_default(),
            expected: self.expected(),
            developer: None,
            forbidding,
            on_device: self.interaction.device.is_some(),
            answer: carries_errors.then(|| error(app, &request.callback, &refusal.into())),
            locales: self.locales(),
            client: self.client,
        };
        Ok(Next::Unable { interaction: seal(app, self.ctx, &self.interaction)?, view: Box::new(view) })
    }

    async fn decided(self, decision: &Decision) -> Result<Next, AuthorizeFailure> {
        let asks = match self.step() {
            Step::AskConsent(ask) | Step::SelectWorkspace(ask) => Ok(ask),
            Step::Explain(why) => Err(why),
            _ => return self.next(),
        };
        // The user read the page and said no: that answer goes back even to a client that nobody tried before.
        match (asks, &self.interaction.device) {
            (Ok(ask), _) if decision.allow => self.allowed(ask, decision).await,
            (Err(why), _) if decision.allow => self.unable(why),
            (_, Some(device)) => {
                let id = device.id;
                self.denied(id).await
            }
            (Ok(_), None) => {
                self.record(AuthorizeRefusal::UserDenied, json!({}));
                Ok(Next::Answer(error(
                    self.app,
                    &self.interaction.request.callback,
                    &AuthorizeRefusal::UserDenied.into(),
                )))
            }
            // Recorded when it was shown.
            (Err(why), None) => Ok(Next::Answer(error(self.app, &self.interaction.request.callback, &why.into()))),
        }
    }

    async fn allowed(mut self, ask: Ask, decision: &Decision) -> Result<Next, AuthorizeFailure> {
        let (app, ctx) = (self.app, self.ctx);
        let callback = self.interaction.request.callback.clone();
        let required = |name: &str| app.settings().catalogue.is_required(name);
        let approval =
            decision::approve(&self.interaction.request, &ask, decision.workspace, decision.ticked.as_ref(), required);
        let approval = match approval {
            Ok(approval) => approval,
            Err(AuthorizeRefusal::SelectionRequired) => return self.consent_page(ask, false),
            Err(AuthorizeRefusal::UserDenied) if let Some(device) = &self.interaction.device => {
                let id = device.id;
                return self.denied(id).await;
            }
            Err(refusal) => return answer_error(app, ctx, &self.client, &callback, refusal.into(), json!({})),
        };
        let Some(person) = &self.person else {
            let reason = PageReason::Interaction(InteractionRefusal::NotSignedIn);
            return Err(page(ctx, app, Some(&self.client), reason, json!({})));
        };
        let (user, client, scopes, workspace, now) =
            (person.user_id, self.client.id.clone(), approval.scopes.clone(), approval.workspace, ctx.now);
        let granted = crate::events::event(
            ctx,
            EventData::ConsentGranted {
                client_id: client.clone(),
                user_id: user,
                workspace_id: workspace,
                scope: scopes.clone(),
            },
        );
        let device =
            self.interaction.device.as_ref().map(|device| (device.id, self.device_approval(person, &approval)));
        let waits = device.is_some();
        let work = app.store().write(move |tx| {
            Box::pin(async move {
                if let Some(workspace) = workspace {
                    // The page may have been open while the workspace changed its mind, or the user's membership ended.
                    store::workspaces::hold_shared(tx, workspace).await?;
                    if store::workspaces::member(tx, user, workspace).await?.is_none() {
                        return Ok(Some(PageReason::Authorize(AuthorizeRefusal::WorkspaceNotMember.into())));
                    }
                    if !store::app_policy::allows(tx, workspace, &client).await? {
                        return Ok(Some(PageReason::Authorize(AuthorizeRefusal::WorkspaceForbids.into())));
                    }
                }
                if let Some((id, approval)) = &device
                    && !store::device::approve(tx, *id, approval, now).await?
                {
                    return Ok(Some(PageReason::Interaction(InteractionRefusal::DeviceSettled)));
                }
                store::consents::put(tx, user, &client, workspace, &scopes, now).await?;
                store::events::append(tx, &[granted]).await?;
                if let Some(workspace) = workspace {
                    store::consents::remember_workspace(tx, user, &client, workspace).await?;
                }
                Ok(None)
            })
        });
        match work.await.map_err(|error: store::StoreError| Failure::from(error))? {
            None => {}
            Some(PageReason::Authorize(why)) => return self.unable(why.why),
            Some(reason) => return Err(page(ctx, app, Some(&self.client), reason, json!({}))),
        }
        let about = About::client(&self.client.id).and_user(user).and_workspace(workspace);
        let detail = json!({"scopes": approval.scopes});
        app.record_with(ctx, "consent.granted", "ok", about, detail);
        if waits {
            let locales = self.locales();
            return Ok(Next::Device { client: Box::new(self.client), allowed: true, locales });
        }
        Ok(Next::Answer(self.code(&approval)?))
    }

    /// What a device is allowed.
    fn device_approval(&self, person: &Person, approval: &Approval) -> DeviceApproval {
        DeviceApproval {
            user_id: person.user_id,
            workspace_id: approval.workspace,
            home_workspace_id: person.home(self.interaction.request.sub_type),
            scopes: approval.scopes.clone(),
            session_id: self.caller.session_id(),
            auth_time: self.caller.auth_time(),
        }
    }

    /// The user read the page and said no to a device.
    async fn denied(self, id: TokenId) -> Result<Next, AuthorizeFailure> {
        let (app, ctx, now) = (self.app, self.ctx, self.ctx.now);
        if !app.store().write(move |tx| Box::pin(store::device::deny(tx, id, now))).await? {
            let settled = PageReason::Interaction(InteractionRefusal::DeviceSettled);
            return Err(page(ctx, app, Some(&self.client), settled, json!({})));
        }
        self.record(AuthorizeRefusal::UserDenied, json!({}));
        let locales = self.locales();
        Ok(Next::Device { client: Box::new(self.client), allowed: false, locales })
    }

    /// A code exists only here, after approval.
    fn code(&self, approval: &Approval) -> Result<Answer, Fault> {
        let request = &self.interaction.request;
        let Some(person) = &self.person else { return Err(Fault::Other("approved without a user")) };
        if self.interaction.device.is_some() {
            return Err(Fault::Other("a code for a device"));
        }
        let payload = CodePayload {
            client_id: request.client_id.clone(),
            redirect_uri: request.callback.redirect_uri().to_owned(),
            challenge: request.challenge,
            nonce: request.nonce.clone(),
            scopes: approval.scopes.clone(),
            resources: request.resources.clone(),
            claims: request.claims.clone(),
            sub_type: request.sub_type,
            workspace_id: approval.workspace.or(person.home(request.sub_type)),
            user_id: person.user_id,
            session_id: self.caller.session_id(),
            auth_time: self.caller.auth_time(),
            acr: None,
            refreshable: !request.scopes.contains("offline_access") || approval.scopes.contains("offline_access"),
            expires_at: self.ctx.now.plus(self.app.settings().lifetimes.authorization_code),
        };
        let id = TokenId::from_random(self.ctx.random());
        let code = self.app.keys().sealer.seal(Purpose::AuthorizationCode, id, &payload)?;
        Ok(answer(self.app, &request.callback, vec![("code".to_owned(), code)]))
    }

    fn record(&self, refusal: AuthorizeRefusal, sent: Value) {
        let about = About::client(&self.client.id);
        let about = self.person.as_ref().map_or(about.clone(), |p| about.and_user(p.user_id));
        self.app.record_with(self.ctx, HERE, refusal.reason(), about, sent);
    }
}

fn answer(app: &App, callback: &Callback, mut params: Vec<(String, String)>) -> Answer {
    if let Some(state) = callback.state() {
        params.push(("state".to_owned(), state.to_owned()));
    }
    params.push(("iss".to_owned(), app.settings().issuer.clone()));
    Answer { callback: callback.clone(), params }
}

fn error(app: &App, callback: &Callback, refusal: &Named<AuthorizeRefusal>) -> Answer {
    let said = [("error", refusal.code().as_str().into()), ("error_description", refusal.said())];
    answer(app, callback, said.map(|(n, v)| (n.to_owned(), v.into_owned())).to_vec())
}

/// An error goes back to the client where the callback carries errors, and to a page otherwise (checklist, settled 4).
fn answer_error(
    app: &App,
    ctx: &Ctx,
    client: &Client,
    callback: &Callback,
    refusal: Named<AuthorizeRefusal>,
    sent: Value,
) -> Result<Next, AuthorizeFailure> {
    if !callback.carries_errors() {
        return Err(page(ctx, app, Some(client), PageReason::Authorize(refusal), sent));
    }
    app.record_with(ctx, HERE, refusal.reason(), About::client(&client.id), sent);
    Ok(Next::Answer(error(app, callback, &refusal)))
}
