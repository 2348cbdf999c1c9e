//! Signing in and out, and who a caller is.
pub use crate::accounts::Newcomer;
use crate::accounts::{self, Door};
use crate::attempts::Attempt;
use crate::failure::refuse;
use crate::mark::{self, NewMark};
use crate::recorder::About;
pub use crate::sign_in_refusal::SignInRefusal;
use crate::throttle::{Allowance, Of, UsedUp, network};
use crate::told::{self, Told};
use crate::{App, Ctx, Failure, Fault, events};
use domain::access::Credential;
use domain::allowance::SIGN_UPS_FROM_A_NETWORK;
use domain::events::{Change, EventData, EventKind, SignInFailure};
use domain::identity::{ApiKey, AuthorizingToken, KeyRights, Session, User, Workspace};
use domain::oauth::error::Refusal as _;
use domain::{PersonalAccessTokenId, ScopeSet, Secret, SessionId, Timestamp, UserId, WorkspaceId};
use store::StoreError;

use SignInRefusal as R;
use serde_json::json;

/// A signed-in browser, and its user.
#[derive(Debug, Clone)]
pub struct SessionView {
    pub session: Session,
    pub user: User,
}

/// A user by personal access token.
#[derive(Debug, Clone)]
pub struct PatView {
    pub id: PersonalAccessTokenId,
    pub scopes: ScopeSet,
    pub expires_at: Option<Timestamp>,
    pub user: User,
}

/// A workspace by API key.
#[derive(Debug, Clone)]
pub struct KeyView {
    pub key: ApiKey,
    pub workspace: Workspace,
    /// What the key may do now, as its creator stands.
    pub rights: KeyRights,
}

/// Who is calling.
#[derive(Debug, Clone)]
pub enum Caller {
    Nobody,
    Session(Box<SessionView>),
    Pat(Box<PatView>),
    ApiKey(Box<KeyView>),
    /// A key that may do nothing, as its creator left the workspace or is disabled.
    OrphanedKey(WorkspaceId),
}

impl Caller {
    /// What they prove their identity with.
    pub fn credential(&self) -> Option<Credential> {
        match self {
            Self::Session(view) => Some(Credential::Session(view.session.id)),
            Self::Pat(view) => Some(Credential::PersonalToken(view.id)),
            Self::ApiKey(view) => Some(Credential::ApiKey(view.key.id)),
            Self::Nobody | Self::OrphanedKey(_) => None,
        }
    }

    /// The person, if there is one.
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::Session(view) => Some(&view.user),
            Self::Pat(view) => Some(&view.user),
            Self::ApiKey(_) | Self::OrphanedKey(_) | Self::Nobody => None,
        }
    }
    pub fn session_id(&self) -> Option<SessionId> {
        match self {
            Self::Session(view) => Some(view.session.id),
            _ => None,
        }
    }
    /// What the person acts with, where it is no session.
    pub fn token(&self) -> Option<AuthorizingToken> {
        match self {
            Self::Pat(view) => Some(AuthorizingToken { id: view.id, expires_at: view.expires_at }),
            _ => None,
        }
    }
    /// The scopes that a personal access token confines its person to.
    pub fn confined_to(&self) -> Option<&ScopeSet> {
        match self {
            Self::Pat(view) => Some(&view.scopes),
            _ => None,
        }
    }
    /// When the person last proved who they are; a token proves nothing of the kind.
    pub fn auth_time(&self) -> Option<Timestamp> {
        match self {
            Self::Session(view) => Some(view.session.auth_time),
            _ => None,
        }
    }
}

/// A session that has just begun: the secret for the cookie.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    pub secret: Secret,
    pub user_id: UserId,
    /// What the browser is known by from now on.
    pub mark: NewMark,
}

/// The browser that somebody signs in with.
#[derive(Debug, Clone, Copy)]
pub struct Here<'h> {
    /// Whoever is signed in there so far.
    pub caller: &'h Caller,
    /// The [mark] of whoever signed in before, if it is known there.
    pub mark: Option<&'h Secret>,
}

impl<'h> From<&'h Caller> for Here<'h> {
    fn from(caller: &'h Caller) -> Self {
        Self { caller, mark: None }
    }
}

/// The session of a cookie, if it is alive; its idle limit moves on, at most every few minutes.
pub async fn current(app: &App, ctx: &Ctx, cookie: &str) -> Result<Caller, Fault> {
    const PRECISION: i64 = 300;
    let hash = app.pepper().hash(cookie);
    let found = {
        let mut tx = app.store().read().await?;
        store::sessions::by_secret_hash(&mut tx, &hash, ctx.now).await?
    };
    let Some((session, user)) = found else { return Ok(Caller::Nobody) };
    if ctx.now.since(session.last_seen_at) >= PRECISION {
        let lifetimes = &app.settings().lifetimes;
        let limit = session.auth_time.plus(lifetimes.session_absolute);
        let (id, now, expires_at) = (session.id, ctx.now, ctx.now.plus(lifetimes.session_idle).min(limit));
        app.store()
            .write(move |tx| Box::pin(async move { store::sessions::touch(tx, id, now, expires_at).await }))
            .await?;
    }
    Ok(Caller::Session(Box::new(SessionView { session, user })))
}

/// The last use of a credential is noted this exactly, in seconds: a busy one writes once a minute.
const LAST_USE_PRECISION: i64 = 60;

/// Whether a use now is worth a note.
fn is_news(ctx: &Ctx, last_used_at: Option<Timestamp>) -> bool {
    last_used_at.is_none_or(|at| ctx.now.since(at) >= LAST_USE_PRECISION)
}

/// The caller by `Authorization: Bearer`: a personal access token or an API key.
pub(crate) async fn bearer(app: &App, ctx: &Ctx, token: &str) -> Result<Caller, Fault> {
    let hash = app.pepper().hash(token);
    let prefix = &app.settings().token_prefix;
    let is = |kind: &str| token.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with(kind));
    let now = ctx.now;
    let mut tx = app.store().read().await?;
    if is("_pat_") {
        let found = store::credentials::personal_token_by_hash(&mut tx, &hash, now).await?;
        drop(tx);
        let Some((token, user)) = found else { return Ok(Caller::Nobody) };
        if is_news(ctx, token.last_used_at) {
            let id = token.id;
            let note = app
                .store()
                .write(move |tx| Box::pin(async move { store::credentials::touch_personal_token(tx, id, now).await }));
            note.await.map_err(|error: StoreError| Fault::from(error))?;
        }
        return Ok(Caller::Pat(Box::new(PatView {
            id: token.id,
            scopes: token.scopes,
            expires_at: token.expires_at,
            user,
        })));
    }
    if is("_sk_") {
        let found = store::credentials::api_key_by_hash(&mut tx, &hash, now).await?;
        drop(tx);
        let Some((kept, workspace)) = found else { return Ok(Caller::Nobody) };
        let Some(rights) = kept.key.rights(kept.creator.as_ref()) else {
            return Ok(Caller::OrphanedKey(workspace.id));
        };
        let key = kept.key;
        if is_news(ctx, key.last_used_at) {
            let id = key.id;
            let note = app
                .store()
                .write(move |tx| Box::pin(async move { store::credentials::touch_api_key(tx, id, now).await }));
            note.await.map_err(|error: StoreError| Fault::from(error))?;
        }
        return Ok(Caller::ApiKey(Box::new(KeyView { key, workspace, rights })));
    }
    Ok(Caller::Nobody)
}

/// An attempt to sign in, and whom it is at.
struct Tried {
    attempt: Attempt,
    user: Option<User>,
}

/// Why an attempt is not made, and at whom.
type Unmade = (UsedUp, Option<UserId>);

async fn user_of(app: &App, account: &str) -> Result<Option<User>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::users::by_email_key(&mut tx, account).await?)
}

/// Counts the attempt: as one of a browser that the account knows, or of a stranger.
async fn count(app: &App, ctx: &Ctx, account: &str, shown: Option<&Secret>) -> Result<Result<Tried, Unmade>, Fault> {
    if let Some(mark) = shown.and_then(|shown| mark::read(app, ctx.now, account, shown)) {
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

async fn reserve(app: &App, ctx: &Ctx, attempt: Attempt, user: Option<User>) -> Result<Result<Tried, Unmade>, Fault> {
    let reserved = attempt.reserve(app, ctx).await?;
    Ok(match reserved {
        Ok(()) => Ok(Tried { attempt, user }),
        Err(used_up) => Err((used_up, user.map(|user| user.id))),
    })
}

const fn too_many(of: Of) -> R {
    match of {
        Of::Place => R::TooManyAttempts,
        Of::Account => R::TooManyAtAccount,
        Of::Network => R::TooManyFromNetwork,
    }
}

/// Signs a user in. Unknown address, wrong password and disabled account are one refusal, in text and in time, and so are too many
/// attempts at an account and at an address that nobody has.
pub async fn sign_in(
    app: &App,
    ctx: &Ctx,
    email: &str,
    password: &Secret,
    here: impl Into<Here<'_>>,
) -> Result<NewSession, Failure<R>> {
    let (here, account) = (here.into(), mark::account(email));
    let failed = |user_id: Option<UserId>, reason: SignInFailure| {
        app.outbox().note(ctx, EventKind::UserSignInFailed, || EventData::UserSignInFailed {
            user_id,
            reason,
            ip: ctx.facts.ip.clone(),
        });
    };
    // The log names the account that was tried, and never an address that belongs to none.
    let about = |tried: Option<UserId>| tried.map(About::user).unwrap_or_default();
    let Tried { attempt, user } = match count(app, ctx, &account, here.mark).await? {
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
        let by = By::Password(attempt);
        if let Some(session) = begin(app, ctx, &user, here.caller, by).await? {
            return Ok(session);
        }
    }
    failed(tried, SignInFailure::WrongCredentials);
    app.record(&ctx.unproven(), "sign_in", R::Wrong.reason(), about(tried));
    refuse(R::Wrong)
}

/// On this node alone: an account more or less is no secret that is guessed.
fn let_in(app: &App, ctx: &Ctx) -> Result<(), R> {
    if !app.settings().sign_up {
        return Err(R::SignUpOff);
    }
    let key = app.throttle().digest("sign-up", &[&network(&ctx.facts.ip)]);
    let allowance = Allowance { key, rule: SIGN_UPS_FROM_A_NETWORK, of: Of::Network };
    app.throttle().draw(&[allowance], ctx).map_err(|_| R::TooManySignUps)
}

/// Creates an account with a workspace of its own, and signs the new user in.
pub async fn sign_up(app: &App, ctx: &Ctx, new: Newcomer<'_>, here: &Caller) -> Result<NewSession, Failure<R>> {
    let made = match let_in(app, ctx) {
        Ok(()) => accounts::create_account(app, ctx, new, Door::SignUp).await,
        Err(why) => refuse(why),
    };
    if let Err(Failure::Refused(why)) = &made {
        app.record_outsider(ctx, "sign_up", why.reason(), About::default(), json!({}));
    }
    let user = made?.ok_or(Fault::Other("signing up needs no link"))?;
    Ok(begin_new(app, ctx, &user, here).await?)
}

/// Signs in whoever just made an account.
pub(crate) async fn begin_new(app: &App, ctx: &Ctx, user: &User, here: &Caller) -> Result<NewSession, Fault> {
    let session = begin(app, ctx, user, here, By::NewAccount).await?;
    session.ok_or(Fault::Other("a new account was disabled before its first session"))
}

/// What a session begins with.
#[derive(Debug, Clone)]
enum By {
    /// That was tried, and is the one that was read with the user.
    Password(Attempt),
    /// The audit log has that the account was made.
    NewAccount,
}

/// Every sign-in has a new secret, so a planted cookie is worth nothing. A browser has one session: that of the same person
/// goes on, that of somebody else ends. `None` when the password was changed meanwhile, or the user disabled: that ended all
/// sessions, also one that is about to begin.
async fn begin(app: &App, ctx: &Ctx, user: &User, here: &Caller, by: By) -> Result<Option<NewSession>, Fault> {
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
        auth_time: ctx.now,
        amr: vec!["pwd".to_owned()],
        created_at: ctx.now,
        last_seen_at: ctx.now,
        expires_at: ctx.now.plus(lifetimes.session_idle.min(lifetimes.session_absolute)),
        ip: ctx.facts.ip.clone(),
        user_agent: ctx.facts.user_agent.chars().take(255).collect(),
    };
    let (of, tried, password) = (ctx.clone(), by.clone(), user.password_hash.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let now = store::users::by_id_held(tx, user_id).await?.filter(User::is_active);
            let good = now.is_some_and(|now| match &tried {
                By::Password(_) => now.password_hash == password,
                By::NewAccount => true,
            });
            if !good {
                return Ok(None);
            }
            if let By::Password(attempt) = &tried {
                attempt.succeed(tx).await?;
            }
            let goes_on = own.is_some() && store::sessions::reauthenticate(tx, &session).await?;
            if !goes_on {
                session.id = fresh;
                store::sessions::insert(tx, &session).await?;
            }
            if let Some((id, user)) = other
                && store::sessions::end_for_user(tx, id, user).await?
            {
                told::within(tx, &of, Told::of(Change::SignedOut, About::user(user))).await?;
            }
            let data = EventData::UserSignedIn { user_id, session_id: session.id, ip: of.facts.ip.clone() };
            let event = events::event(&of, data);
            match tried {
                By::Password(_) => {
                    let told = Told::of(Change::SignedIn, About::user(user_id)).events([event]);
                    told::within(tx, &of.in_session(user_id, session.id), told).await?;
                }
                By::NewAccount => events::append_all(tx, vec![event]).await?,
            }
            Ok(Some(session.id))
        })
    });
    let begun = work.await.map_err(|error: StoreError| Fault::from(error));
    if let By::Password(attempt) = by {
        match begun {
            Ok(Some(_)) => attempt.succeeded(app),
            Ok(None) => {}
            Err(_) => attempt.was_not_made(app).await,
        }
    }
    let Some(id) = begun? else { return Ok(None) };
    let mark = mark::issue(app, ctx.now, ctx.random(), user);
    Ok(Some(NewSession { id, secret, user_id, mark }))
}

/// A secret for the cookie of a session.
pub(crate) fn new_secret(app: &App, ctx: &Ctx) -> Secret {
    Secret::generate(&app.settings().token_prefix, "ses", &ctx.random())
}
