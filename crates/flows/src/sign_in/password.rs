//! Sign-in with a password.
use crate::platform::attempts::Attempt;
use crate::platform::audit_log::AuditSubject;
use crate::platform::failure::refuse;
use crate::platform::known_browser;
use crate::platform::limits::{AllowanceScope, UsedUp};
use crate::sign_in::session::{Here, NewSession, SessionCause, begin};
use crate::{Ctx, Failure, Fault, Server};
use SignInRefusal as R;
use domain::account::SignInRefusal;
use domain::account::{PersonMethod, PersonProof, User};
use domain::events::{EventData, EventKind, SignInFailure};
use domain::platform::refusal::Refusal as _;
use domain::{Secret, UserId};

/// A counted sign-in attempt, with the user of the account.
struct CountedAttempt {
    attempt: Attempt,
    user: Option<User>,
}

/// Why an attempt was refused, and the user of the account.
type RefusedAttempt = (UsedUp, Option<UserId>);

async fn user_of(app: &Server, account: &str) -> Result<Option<User>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::account::users::by_email_key(&mut tx, account).await?)
}

/// Counts the attempt: from a browser that the account knows, or from a stranger.
async fn count(
    app: &Server,
    ctx: &Ctx,
    account: &str,
    shown: Option<&Secret>,
) -> Result<Result<CountedAttempt, RefusedAttempt>, Fault> {
    if let Some(mark) = shown.and_then(|shown| known_browser::read(app, ctx.now, account, shown)) {
        let attempt = Attempt::in_browser(app, account, &mark);
        if let Err(used_up) = attempt.filter(app, ctx) {
            return Ok(Err((used_up, attempt.named(app))));
        }
        let user = user_of(app, account).await?;
        attempt.name(app, user.as_ref().map(|user| user.id));
        if user.as_ref().is_some_and(|user| mark.stands(app, user)) {
            return reserve(app, ctx, attempt, user).await;
        }
    }
    let attempt = Attempt::at_password(app, ctx, account);
    if let Err(used_up) = attempt.filter(app, ctx) {
        return Ok(Err((used_up, attempt.named(app))));
    }
    let user = user_of(app, account).await?;
    attempt.name(app, user.as_ref().map(|user| user.id));
    reserve(app, ctx, attempt, user).await
}

async fn reserve(
    app: &Server,
    ctx: &Ctx,
    attempt: Attempt,
    user: Option<User>,
) -> Result<Result<CountedAttempt, RefusedAttempt>, Fault> {
    let reserved = attempt.reserve(app, ctx).await?;
    Ok(match reserved {
        Ok(()) => Ok(CountedAttempt { attempt, user }),
        Err(used_up) => Err((used_up, user.map(|user| user.id))),
    })
}

const fn too_many(of: AllowanceScope) -> R {
    match of {
        AllowanceScope::Place => R::TooManyAttempts,
        AllowanceScope::Account => R::TooManyAtAccount,
        AllowanceScope::Network => R::TooManyFromNetwork,
    }
}

/// Signs a user in. An unknown address, a wrong password and a disabled account get the same refusal, in the same time. Too many
/// attempts get the same refusal whether or not the account exists.
pub async fn sign_in(
    app: &Server,
    ctx: &Ctx,
    email: &str,
    password: &Secret,
    here: impl Into<Here<'_>>,
) -> Result<NewSession, Failure<R>> {
    let (here, account) = (here.into(), known_browser::account(email));
    let failed = |user_id: Option<UserId>, reason: SignInFailure| {
        app.outbox().note(ctx, EventKind::UserSignInFailed, || EventData::UserSignInFailed {
            user_id,
            reason,
            ip: ctx.facts.ip.clone(),
        });
    };
    // The log names the account that was tried, but never an address without an account.
    let about = |tried: Option<UserId>| tried.map(AuditSubject::user).unwrap_or_default();
    let CountedAttempt { attempt, user } = match count(app, ctx, &account, here.mark).await? {
        Ok(tried) => tried,
        Err((used_up, tried)) => {
            let why = too_many(used_up.of);
            failed(tried, SignInFailure::TooManyAttempts);
            app.record(&ctx.unproven(), "sign_in", why.reason(), about(tried));
            return refuse(why);
        }
    };
    let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let tried = user.as_ref().map(|user| user.id);
    let fits = match app.passwords().verify(attempt.who(), ctx, password, stored).await {
        Ok(fits) => fits,
        Err(fault) => {
            attempt.was_not_made(app).await;
            return Err(fault.into());
        }
    };
    if let Some(user) = user.filter(|user| fits && user.is_active()) {
        let (by, proof) = (SessionCause::Password(attempt), PersonProof::new(vec![PersonMethod::Password], ctx.now));
        if let Some(session) = begin(app, ctx, &user, here.caller, by, proof).await? {
            return Ok(session);
        }
    }
    failed(tried, SignInFailure::WrongCredentials);
    app.record(&ctx.unproven(), "sign_in", R::Wrong.reason(), about(tried));
    refuse(R::Wrong)
}
