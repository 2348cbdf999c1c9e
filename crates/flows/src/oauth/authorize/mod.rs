//! The authorization endpoint: from parameters to the next step, and from the user's answer to a code.

pub(crate) mod decide;
pub(crate) mod interaction;
pub(crate) mod new_consent;
pub(crate) mod outcome;
pub(crate) mod page_refusal;
pub(crate) mod person;
pub(crate) mod scene;

use crate::access::caller::Caller;
use crate::clients::resolve::{self, Accept};
use crate::clients::unprotected;
use crate::oauth::authorize::interaction::{open, seal};
pub use crate::oauth::authorize::outcome::{
    AuthorizationResponse, AuthorizeFailure, AuthorizeOutcome, ConsentView, Decision, Locales, UnableView,
};
pub use crate::oauth::authorize::page_refusal::{PageReason, PageRefusal};
use crate::oauth::authorize::person::person;
use crate::oauth::authorize::scene::{Scene, answer_error, page, scene, unknown};
use crate::oauth::diagnostics;
use crate::{Ctx, Fault, Server};
use domain::clients::Client;
use domain::grants::consent::Home;
pub use domain::oauth::authorize::InteractionRefusal;
use domain::oauth::authorize::decide::{Interaction, Step};
use domain::oauth::authorize::{AuthorizationRequest, AuthorizeRefusal, Callback, Destination};
use domain::platform::params::RawParams;
use domain::{ClientId, SessionId};
use serde_json::json;

/// A validated request: the scene to continue with, or an immediate answer.
enum Begun<'s> {
    Scene(Box<Scene<'s>>),
    Answered(AuthorizeOutcome),
}

/// Starts an authorization from the parameters of a request.
pub async fn begin(
    app: &Server,
    ctx: &Ctx,
    params: &RawParams,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<AuthorizeOutcome, AuthorizeFailure> {
    let next = match begun(app, ctx, params, caller, browser).await? {
        Begun::Scene(scene) => scene.next()?,
        Begun::Answered(next) => next,
    };
    Ok(with_developer(app, next).await?)
}

async fn begun<'s>(
    app: &'s Server,
    ctx: &'s Ctx,
    params: &RawParams,
    caller: &'s Caller,
    browser: [u8; 32],
) -> Result<Begun<'s>, AuthorizeFailure> {
    let sent = |client: Option<&Client>, r| diagnostics::by_authorization(app, client, params, r);
    let refused = |client: Option<&Client>, r: AuthorizeRefusal| {
        page(ctx, app, client, PageReason::Authorize(r.into()), sent(client, r))
    };
    let named = params.get("client_id").ok_or_else(|| refused(None, AuthorizeRefusal::ClientMissing))?;
    let id = ClientId::parse(named).map_err(|_| refused(None, AuthorizeRefusal::ClientUnknown))?;
    let mut tx = app.store().read().await?;
    let client = resolve::client(&mut tx, &id, ctx.now, Accept::NotDeleted).await?;
    let client = client.ok_or_else(|| unknown(ctx, app, &id))?;
    let callback = Callback::establish(&client, params, ctx.facts.framed).map_err(|r| refused(Some(&client), r))?;
    let person = person(&mut tx, caller, &id).await?;
    drop(tx);
    unprotected::note(app, ctx, &client, params);
    let keys = app.keys();
    let settings = app.settings();
    let policy = settings.authorize_policy(&keys.public);
    let destination = Destination::Redirect(callback);
    match AuthorizationRequest::validate(&client, destination.clone(), params, &policy, ctx.now) {
        Err(refusal) => {
            let sent = sent(Some(&client), refusal.why);
            answer_error(app, ctx, &client, &destination, refusal, sent).map(Begun::Answered)
        }
        Ok(request) => {
            let interaction = Interaction {
                request,
                browser,
                expires_at: ctx.now.plus(settings.lifetimes.interaction),
                fresh_session: None,
                account_selected: false,
                consent_shown_to: None,
                refusal_shown_to: None,
                home: Home::Unknown,
            };
            Ok(Begun::Scene(Box::new(Scene::new(app, ctx, caller, client, person, interaction)?)))
        }
    }
}

/// Adds the developer's name to pages that show it. Only these need the query.
async fn with_developer(app: &Server, mut next: AuthorizeOutcome) -> Result<AuthorizeOutcome, Fault> {
    let (client, developer) = match &mut next {
        AuthorizeOutcome::Consent { view, .. } => (&view.client.id, &mut view.developer),
        AuthorizeOutcome::Unable { view, .. } => (&view.client.id, &mut view.developer),
        _ => return Ok(next),
    };
    let mut tx = app.store().read().await?;
    *developer = store::clients::owner_name(&mut tx, client).await?;
    Ok(next)
}

/// Continues an interaction, after a sign-in or when its page is reloaded.
pub async fn resume(
    app: &Server,
    ctx: &Ctx,
    interaction: &str,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<AuthorizeOutcome, AuthorizeFailure> {
    let next = scene(app, ctx, interaction, caller, browser).await?.next()?;
    Ok(with_developer(app, next).await?)
}

/// Returns the interaction after the user signed in on its page. The new session counts as the authentication that it required.
pub fn signed_in(
    app: &Server,
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

/// Returns the interaction after the user confirmed the signed-in account.
pub fn account_selected(app: &Server, ctx: &Ctx, text: &str, browser: [u8; 32]) -> Result<String, AuthorizeFailure> {
    let mut interaction = open(app, ctx, text, browser)?;
    interaction.account_selected = true;
    Ok(seal(app, ctx, &interaction)?)
}

/// Returns the client and login hint of an interaction, to show its sign-in page again.
pub async fn login_page(
    app: &Server,
    ctx: &Ctx,
    text: &str,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<AuthorizeOutcome, AuthorizeFailure> {
    let scene = scene(app, ctx, text, caller, browser).await?;
    let reauthenticate = matches!(scene.step(), Step::Reauthenticate);
    let (interaction, locales) = (text.to_owned(), scene.locales());
    let redirect_uri = scene.redirect_uri();
    let login_hint = scene.interaction.request.login_hint;
    let client = Box::new(scene.client);
    Ok(AuthorizeOutcome::Login { interaction, client, redirect_uri, login_hint, reauthenticate, locales })
}

/// Processes the user's answer to the consent page.
pub async fn decide_consent(
    app: &Server,
    ctx: &Ctx,
    text: &str,
    decision: &Decision,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<AuthorizeOutcome, AuthorizeFailure> {
    let scene = scene(app, ctx, text, caller, browser).await?;
    let refused = |r| page(ctx, app, Some(&scene.client), PageReason::Interaction(r), json!({}));
    let Interaction { consent_shown_to, refusal_shown_to, .. } = scene.interaction;
    if decision.allow {
        let Some(person) = &scene.person else { return Err(refused(InteractionRefusal::NotSignedIn)) };
        // Only the user who has read what the client requests can allow it.
        match consent_shown_to {
            None => return Err(refused(InteractionRefusal::NotAsked)),
            Some(reader) if reader != person.user_id => return Err(refused(InteractionRefusal::OtherUser)),
            Some(_) => {}
        }
    } else if consent_shown_to.or(refusal_shown_to).is_none() {
        // Once the question was read in this browser, a denial is accepted, even if the session has ended.
        return Err(refused(InteractionRefusal::NotAsked));
    }
    let next = scene.decided(decision).await?;
    Ok(with_developer(app, next).await?)
}

/// Like [`decide_consent`], for a caller who sends the whole request along with the answer (reference API `consent`).
pub async fn decide_request(
    app: &Server,
    ctx: &Ctx,
    params: &RawParams,
    decision: &Decision,
    caller: &Caller,
) -> Result<AuthorizeOutcome, AuthorizeFailure> {
    let next = match begun(app, ctx, params, caller, [0; 32]).await? {
        Begun::Scene(scene) => scene.decided(decision).await?,
        Begun::Answered(next) => next,
    };
    Ok(with_developer(app, next).await?)
}
