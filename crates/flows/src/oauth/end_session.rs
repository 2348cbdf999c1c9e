//! Sign-out at the request of a client (OpenID Connect RP-Initiated Logout 1.0).
use crate::access::caller::Caller;
use crate::access::session_records;
use crate::clients::resolve::{self, Accept};
use crate::platform::audit_log::AuditSubject;
use crate::{Ctx, Failure, Server};
use domain::clients::Client;
use domain::oauth::end_session::{LogoutRefusal, destination, is_own, named_client};
use domain::oauth::id_token::Hint;
use domain::platform::params::RawParams;
use domain::platform::refusal::Refusal as _;
use jose::TYP_ID_TOKEN;

/// The next step of a logout.
#[derive(Debug)]
pub enum LogoutStep {
    /// Ask the user, because nothing proves that the request is about the session of this browser.
    Ask {
        client: Option<Box<Client>>,
        /// Where to go if the user confirms.
        location: Option<String>,
    },
    /// The session was ended, or there was none.
    Done { location: Option<String> },
}

/// Answers a logout request. `confirmed` says whether the user confirmed it on the page.
pub async fn logout(
    app: &Server,
    ctx: &Ctx,
    params: &RawParams,
    caller: &Caller,
    confirmed: bool,
) -> Result<LogoutStep, Failure<LogoutRefusal>> {
    let refused = |refusal: LogoutRefusal| {
        app.record(ctx, "logout", refusal.reason(), AuditSubject::default());
        Failure::Refused(refusal)
    };
    if params.repeated(&[]).is_some() {
        return Err(refused(LogoutRefusal::Repeated));
    }
    // An invalid hint counts as none: the user is asked, and can still sign out (§2).
    let hint = hint(app, params).unwrap_or_else(|unreadable| {
        app.record(ctx, "logout", unreadable.reason(), AuditSubject::default());
        None
    });
    let client = match named_client(params, hint.as_ref()).map_err(refused)? {
        None => None,
        Some(id) => {
            let mut tx = app.store().read().await?;
            let found = resolve::client(&mut tx, &id, ctx.now, Accept::Active).await?;
            if found.is_none() && params.get("client_id").is_some() {
                return Err(refused(LogoutRefusal::ClientUnknown));
            }
            found
        }
    };
    let location = destination(params, client.as_ref()).map_err(refused)?;
    let Caller::Session(view) = caller else { return Ok(LogoutStep::Done { location }) };
    if !confirmed && !hint.is_some_and(|hint| is_own(&hint, view.user.id, view.session.id)) {
        return Ok(LogoutStep::Ask { client: client.map(Box::new), location });
    }
    session_records::end(app, ctx, view.session.id, Some(view.user.id)).await?;
    Ok(LogoutStep::Done { location })
}

/// Reads the hint. Checks its signature and issuer, but not its expiry.
fn hint(app: &Server, params: &RawParams) -> Result<Option<Hint>, LogoutRefusal> {
    let Some(text) = params.get("id_token_hint") else { return Ok(None) };
    let keys = app.keys();
    let hint: Hint = jose::verify(text, TYP_ID_TOKEN, keys.verifiers()).map_err(|_| LogoutRefusal::HintInvalid)?;
    if hint.iss == app.settings().issuer { Ok(Some(hint)) } else { Err(LogoutRefusal::HintInvalid) }
}
