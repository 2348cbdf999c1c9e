//! Starts a session after sign-in or sign-up.
use crate::access::caller::Caller;
use crate::access::session::new_secret;
pub use crate::account::users::SignUpRequest;
use crate::platform::attempts::Attempt;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::platform::known_browser::{self, NewMark};
use crate::{Ctx, Fault, Server};
pub use domain::account::SignInRefusal;
use domain::account::{PersonMethod, PersonProof, Session, User};
use domain::events::{Change, EventData};
use domain::{Secret, SessionId, UserId};
use store::StoreError;

/// A new session, with the secret for its cookie.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    pub secret: Secret,
    pub user_id: UserId,
    /// The new mark of the browser.
    pub mark: NewMark,
}

/// The browser that a user signs in with.
#[derive(Debug, Clone, Copy)]
pub struct Here<'h> {
    /// The user who is signed in there so far, if any.
    pub caller: &'h Caller,
    /// The [mark](known_browser) that the browser kept from an earlier sign-in, if any.
    pub mark: Option<&'h Secret>,
}

impl<'h> From<&'h Caller> for Here<'h> {
    fn from(caller: &'h Caller) -> Self {
        Self { caller, mark: None }
    }
}

/// Signs in a user who just created their account.
pub(crate) async fn begin_new(app: &Server, ctx: &Ctx, user: &User, here: &Caller) -> Result<NewSession, Fault> {
    let proof = PersonProof::new(vec![PersonMethod::Password], ctx.now);
    let session = begin(app, ctx, user, here, SessionCause::NewAccount, proof).await?;
    session.ok_or(Fault::Other("a new account was disabled before its first session"))
}

/// What leads to the session.
#[derive(Debug, Clone)]
pub(crate) enum SessionCause {
    /// With the password that was read with the user, in this attempt.
    Password(Attempt),
    /// By creating the account, which is already in the audit log.
    NewAccount,
}

/// Starts a session. Every sign-in gets a new secret, so that a planted cookie is useless. A browser has one session: if it
/// belongs to the same user, it continues, otherwise it ends. Returns `None` if the password was changed or the user was disabled
/// in the meantime, because that ends all sessions, including one that is about to start.
pub(crate) async fn begin(
    app: &Server,
    ctx: &Ctx,
    user: &User,
    here: &Caller,
    by: SessionCause,
    proof: PersonProof,
) -> Result<Option<NewSession>, Fault> {
    let user_id = user.id;
    let secret = new_secret(app, ctx);
    let lifetimes = &app.settings().lifetimes;
    let before = match here {
        Caller::Session(view) => Some((view.session.id, view.session.user_id)),
        _ => None,
    };
    let own = before.filter(|(_, user)| *user == user_id).map(|(id, _)| id);
    let other = before.filter(|(_, user)| *user != user_id);
    let fresh = SessionId::new(ctx.now, ctx.random());
    let mut session = Session {
        id: own.unwrap_or(fresh),
        secret_hash: app.pepper().hash(secret.expose()),
        user_id,
        proof,
        created_at: ctx.now,
        last_seen_at: ctx.now,
        expires_at: ctx.now.plus(lifetimes.session_idle.min(lifetimes.session_absolute)),
        ip: ctx.facts.ip.clone(),
        user_agent: ctx.facts.user_agent.chars().take(255).collect(),
    };
    let (of, tried, password) = (ctx.clone(), by.clone(), user.password_hash.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let now = store::account::users::by_id_held(tx, user_id).await?.filter(User::is_active);
            let good = now.is_some_and(|now| match &tried {
                SessionCause::Password(_) => now.password_hash == password,
                SessionCause::NewAccount => true,
            });
            if !good {
                return Ok(None);
            }
            if let SessionCause::Password(attempt) = &tried {
                attempt.succeed(tx).await?;
            }
            let goes_on = own.is_some() && store::account::sessions::reauthenticate(tx, &session).await?;
            if !goes_on {
                session.id = fresh;
                store::account::sessions::insert(tx, &session).await?;
            }
            if let Some((id, user)) = other
                && store::account::sessions::end_for_user(tx, id, user).await?
            {
                changes::within(tx, &of, ChangeRecord::of(Change::SignedOut, AuditSubject::user(user))).await?;
            }
            let data = EventData::UserSignedIn { user_id, session_id: session.id, ip: of.facts.ip.clone() };
            let event = events::event(&of, data);
            match tried {
                SessionCause::Password(_) => {
                    let record = ChangeRecord::of(Change::SignedIn, AuditSubject::user(user_id)).events([event]);
                    changes::within(tx, &of.in_session(user_id, session.id), record).await?;
                }
                SessionCause::NewAccount => events::append_all(tx, vec![event]).await?,
            }
            Ok(Some(session.id))
        })
    });
    let begun = work.await.map_err(|error: StoreError| Fault::from(error));
    if let SessionCause::Password(attempt) = by {
        match begun {
            Ok(Some(_)) => attempt.succeeded(app),
            Ok(None) => {}
            Err(_) => attempt.was_not_made(app).await,
        }
    }
    let Some(id) = begun? else { return Ok(None) };
    let mark = known_browser::issue(app, ctx.now, ctx.random(), user);
    Ok(Some(NewSession { id, secret, user_id, mark }))
}
