//! Setup of the first operator, by a one-time link that the server prints at startup while there is no operator.
use crate::access::caller::Caller;
use crate::account::users::{self, SignUpPath, SignUpRequest};
use crate::platform::audit_log::AuditSubject;
use crate::platform::one_time_link::{self, OpenedLink};
use crate::sign_in::session::{self, NewSession};
use crate::{Ctx, Failure, Server};
use domain::account::{SetupLinkRefusal, SignInRefusal};
use domain::platform::refusal::{Refusal, RefusalRow};
use domain::{Secret, SecretHash};
use serde_json::json;
use store::grants::revoked_tokens::FIRST_OPERATOR;

/// The reason why no operator was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupRefusal {
    Link(SetupLinkRefusal),
    Account(SignInRefusal),
}

impl Refusal for SetupRefusal {
    fn row(&self) -> &'static RefusalRow {
        match self {
            Self::Link(refusal) => refusal.row(),
            Self::Account(refusal) => refusal.row(),
        }
    }
}

fn refused(app: &Server, ctx: &Ctx, why: SetupRefusal) -> Failure<SetupRefusal> {
    app.record_outsider(ctx, "operator.added", why.reason(), AuditSubject::default(), json!({}));
    Failure::Refused(why)
}

/// Checks that a link is valid: it is the newest, and there is no operator yet.
async fn check(app: &Server, ctx: &Ctx, hash: &SecretHash) -> Result<(), Failure<SetupRefusal>> {
    let mut tx = app.store().read().await?;
    let has_operator = store::account::users::has_operator(&mut tx).await?;
    let good = store::grants::revoked_tokens::is_one_time_good(&mut tx, hash, FIRST_OPERATOR, ctx.now).await?;
    drop(tx);
    match (has_operator, good) {
        (true, _) => Err(refused(app, ctx, SetupRefusal::Link(SetupLinkRefusal::HasOperator))),
        (false, false) => Err(refused(app, ctx, SetupRefusal::Link(SetupLinkRefusal::Invalid))),
        (false, true) => Ok(()),
    }
}

/// Opens the link with this token. Returns the pass for this browser if the link is valid.
pub async fn open(app: &Server, ctx: &Ctx, token: &str, browser: [u8; 32]) -> Result<Secret, Failure<SetupRefusal>> {
    let hash = app.pepper().hash(token);
    check(app, ctx, &hash).await?;
    Ok(Secret::new(one_time_link::issue(app, ctx, &hash, browser)?))
}

/// The hash of a valid link's token, for the browser that opened it.
async fn shown(app: &Server, ctx: &Ctx, held: OpenedLink<'_>) -> Result<SecretHash, Failure<SetupRefusal>> {
    let Some(hash) = one_time_link::read(app, ctx, held)? else {
        return Err(refused(app, ctx, SetupRefusal::Link(SetupLinkRefusal::NotOpen)));
    };
    check(app, ctx, &hash).await?;
    Ok(hash)
}

/// Checks that the page behind the link may be shown.
pub async fn look(app: &Server, ctx: &Ctx, held: OpenedLink<'_>) -> Result<(), Failure<SetupRefusal>> {
    shown(app, ctx, held).await.map(|_| ())
}

/// Creates the first operator and signs them in. Only success uses up the link.
pub async fn complete(
    app: &Server,
    ctx: &Ctx,
    held: OpenedLink<'_>,
    new: SignUpRequest<'_>,
    here: &Caller,
) -> Result<NewSession, Failure<SetupRefusal>> {
    let hash = shown(app, ctx, held).await?;
    let door = SignUpPath::Link(hash, FIRST_OPERATOR);
    let made = users::create_account(app, ctx, new, door).await.map_err(|failure| match failure {
        Failure::Refused(why) => refused(app, ctx, SetupRefusal::Account(why)),
        Failure::Fault(fault) => Failure::Fault(fault),
    })?;
    let Some(user) = made else { return Err(refused(app, ctx, SetupRefusal::Link(SetupLinkRefusal::Invalid))) };
    Ok(session::begin_new(app, ctx, &user, here).await?)
}
