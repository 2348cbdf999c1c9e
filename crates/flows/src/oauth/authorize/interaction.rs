//! An authorization request that waits for its user, sealed into the pages that the user sees.
use crate::oauth::authorize::outcome::AuthorizeFailure;
use crate::oauth::authorize::page_refusal::{PageReason, PageRefusal};
use crate::platform::audit_log::AuditSubject;
use crate::{Ctx, Failure, Fault, Server};
use domain::diagnosis::Endpoint;
use domain::oauth::authorize::InteractionRefusal;
use domain::oauth::authorize::decide::Interaction;
use domain::platform::refusal::Refusal as _;
use domain::platform::seal::{Purpose, TokenId};

/// Opens the interaction that a page of this browser sent back, if it is still valid.
pub fn open(app: &Server, ctx: &Ctx, text: &str, browser: [u8; 32]) -> Result<Interaction, AuthorizeFailure> {
    use InteractionRefusal as R;
    let refused = |about: AuditSubject, r: R| {
        app.record(ctx, Endpoint::Authorization.as_str(), r.reason(), about);
        Failure::Refused(PageRefusal { reason: PageReason::Interaction(r), client_name: None, back: None })
    };
    let opened = app.opened::<Interaction>(Purpose::Interaction, text)?;
    let (_, interaction) = opened.ok_or_else(|| refused(AuditSubject::default(), R::Unknown))?;
    let about = || AuditSubject::client(&interaction.request.client_id);
    if interaction.browser != browser {
        return Err(refused(about(), R::OtherBrowser));
    }
    if ctx.now >= interaction.expires_at {
        return Err(refused(about(), R::Expired));
    }
    Ok(interaction)
}

pub fn seal(app: &Server, ctx: &Ctx, interaction: &Interaction) -> Result<String, Fault> {
    Ok(app.keys().sealer.seal(Purpose::Interaction, TokenId::from_random(ctx.random()), interaction)?)
}
