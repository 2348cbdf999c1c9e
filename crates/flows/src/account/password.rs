//! Changing one's own password.
use crate::access;
use crate::account::profile::{GONE, person};
use crate::account::{end_access, users};
use crate::platform::attempts::Attempt;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::known_browser::{self, NewMark};
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::platform::turns::CallerClass;
use crate::{Ctx, Fault, Server};
use domain::access::{Operation, Principal};
use domain::account::SignInRefusal;
use domain::{Secret, SessionId, events};
use store::StoreError;

/// A requested change of a password.
#[derive(Debug)]
pub struct PasswordChange<'p> {
    pub old: &'p Secret,
    pub new: &'p Secret,
    /// Ends all other sessions, all personal access tokens and all authorizations of apps (checklist 71).
    pub end_others: bool,
}

/// The browser's new session secret and mark after a password change. The previous ones are no longer valid.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// The new secret of the current session, which continues.
    pub session: Option<Secret>,
    pub mark: NewMark,
}

/// Changes the user's password. The session `current` continues with a new secret, which is returned. Guesses of the old password
/// share a limit with sign-in attempts.
pub async fn change_password(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    current: Option<SessionId>,
    change: &PasswordChange<'_>,
) -> Managed<Renewed> {
    const KIND: &str = "user.password_changed";
    let &PasswordChange { old, new, end_others } = change;
    let id = person(app, ctx, principal, Operation::WriteAccount, KIND)?;
    let refuse = |r: ManagementError| refused(app, ctx, KIND, AuditSubject::user(id), r);
    let user = {
        let mut tx = app.store().read().await?;
        store::account::users::by_id(&mut tx, id).await?.ok_or(GONE)?
    };
    users::check_password(new, &[user.email.as_str(), &user.name]).map_err(|why| {
        let why = match why {
            SignInRefusal::PasswordLong => ManagementRefusal::PasswordLong,
            SignInRefusal::PasswordGuessable => ManagementRefusal::PasswordGuessable,
            _ => ManagementRefusal::PasswordShort,
        };
        refuse(why.of("new_password"))
    })?;
    let attempt = Attempt::at_own_password(app, ctx, &user.email.key());
    if attempt.filter(app, ctx).is_err() || attempt.reserve(app, ctx).await?.is_err() {
        return Err(refuse(ManagementRefusal::TooManyAttempts.into()));
    }
    let wrong = || refuse(ManagementRefusal::PasswordWrong.of("current_password"));
    let hashed = match app.passwords().verify(CallerClass::Known, ctx, old, user.password_hash.as_deref()).await {
        Ok(false) => return Err(wrong()),
        Ok(true) => app.passwords().hash(CallerClass::Known, new, ctx).await,
        Err(fault) => Err(fault),
    };
    let to = match hashed {
        Ok(to) => to,
        Err(fault) => {
            attempt.was_not_made(app).await;
            return Err(fault.into());
        }
    };
    let Some(from) = user.password_hash else { return Err(wrong()) };
    let (of, tried) = (ctx.clone(), attempt.clone());
    let secret = access::session::new_secret(app, ctx);
    let session = current.map(|session| (session, app.pepper().hash(secret.expose())));
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if !store::account::users::change_password(tx, id, &from, &to, of.now).await? {
                return Ok(None);
            }
            tried.succeed(tx).await?;
            let renewed = match session {
                // A copy of the old cookie no longer works.
                Some((session, hash)) => store::account::sessions::renew(tx, session, id, &hash).await?,
                None => false,
            };
            let mut record = ChangeRecord::of(events::Change::PasswordChanged, AuditSubject::user(id));
            if end_others {
                let (ended, events) = end_access::everywhere(tx, &of, id, current).await?;
                record = record.with(ended).events(events);
            }
            changes::within(tx, &of, record).await?;
            Ok(Some((renewed, store::account::users::by_id(tx, id).await?)))
        })
    });
    // Handles a concurrent change: the old password is wrong by now.
    let done = match work.await.map_err(|error: StoreError| Fault::from(error)) {
        Ok(done) => done,
        Err(fault) => {
            attempt.was_not_made(app).await;
            return Err(fault.into());
        }
    };
    let Some((renewed, user)) = done else { return Err(wrong()) };
    attempt.succeeded(app);
    let mark = known_browser::issue(app, ctx.now, ctx.random(), &user.ok_or(GONE)?);
    Ok(Renewed { session: Some(secret).filter(|_| renewed), mark })
}
