//! A person's own account: profile, password, and where they are signed in.
use crate::attempts::Attempt;
use crate::manage::{ManageRefusal, Unmanaged};
use crate::mark::{self, NewMark};
use crate::owned::refused;
use crate::profile::{self, Change};
use crate::recorder::About;
use crate::sign_in_refusal::SignInRefusal;
use crate::told::{self, Told};
use crate::turns::Who;
use crate::{App, Ctx, Failure, Fault, accounts, session, signed_out};
use domain::access::{Operation, Principal};
use domain::events;
use domain::identity::{Email, Session, User, WorkspaceMembership, Zone};
use domain::language::Language;
use domain::{Secret, SessionId, Timestamp, UserId, WorkspaceId};
use serde_json::json;
use store::{Page, Paged, StoreError};

type Outcome<T> = Result<T, Failure<ManageRefusal>>;

/// What a person sees of their own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub name: String,
    pub email: Email,
    pub email_verified: bool,
    pub picture: Option<String>,
    /// A tag of [`Language`]; without one, the browser's.
    pub locale: Option<String>,
    /// Without one, the browser's.
    pub zone: Option<Zone>,
    pub default_workspace: Option<WorkspaceId>,
    /// Without one, there is none to change.
    pub has_password: bool,
    pub created_at: Timestamp,
    /// The first [`store::MAX_LIMIT`], by name.
    pub workspaces: Vec<WorkspaceMembership>,
}

fn shown(user: User, workspaces: Vec<WorkspaceMembership>) -> Account {
    Account {
        id: user.id,
        name: user.name,
        email: user.email,
        email_verified: user.email_verified,
        picture: user.picture,
        locale: user.locale,
        zone: user.zone,
        default_workspace: user.default_workspace_id,
        has_password: user.password_hash.is_some(),
        created_at: user.created_at,
        workspaces,
    }
}

/// The person whose account the request is about.
fn person(app: &App, ctx: &Ctx, principal: &Principal, operation: Operation, kind: &'static str) -> Outcome<UserId> {
    principal.person_for(operation).map_err(|denied| refused(app, ctx, kind, About::default(), denied))
}

const GONE: Fault = Fault::Other("the account is gone");

/// The person's own account.
pub async fn read(app: &App, ctx: &Ctx, principal: &Principal) -> Outcome<Account> {
    let id = person(app, ctx, principal, Operation::ReadAccount, "account.read")?;
    let mut tx = app.store().read().await?;
    let user = store::users::by_id(&mut tx, id).await?.ok_or(GONE)?;
    let workspaces = store::workspaces::list_for_user(&mut tx, id).await?;
    Ok(shown(user, workspaces))
}

/// What a person changes of their account; what is not named stays, and the empty text clears.
#[derive(Debug, Clone, Copy, Default)]
pub struct Changes<'c> {
    pub name: Option<&'c str>,
    pub locale: Option<&'c str>,
    pub zone: Option<&'c str>,
    pub default_workspace: Option<&'c str>,
}

/// A text that may be cleared, as `read` reads it.
fn clearable<'c, T>(
    text: &'c str,
    read: impl FnOnce(&'c str) -> Option<T>,
    refusal: ManageRefusal,
) -> Result<Option<T>, ManageRefusal> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(refusal) }
}

/// The account as changed.
pub async fn change(app: &App, ctx: &Ctx, principal: &Principal, changes: Changes<'_>) -> Outcome<Account> {
    let id = person(app, ctx, principal, Operation::WriteAccount, "user.changed")?;
    let refuse = |r: ManageRefusal| refused(app, ctx, "user.changed", About::user(id), r);
    let known = |text: &str| Language::ALL.into_iter().map(Language::tag).find(|tag| *tag == text);
    let elsewhere = || Unmanaged::WorkspaceUnknown.of("default_workspace");
    let locale = changes.locale.map(|text| clearable(text, known, Unmanaged::Choice.of("locale")));
    let zone = changes.zone.map(|text| clearable(text, |text| text.parse::<Zone>().ok(), Unmanaged::Zone.of("zone")));
    let workspace = changes.default_workspace;
    let workspace = workspace.map(|text| clearable(text, |text| text.parse::<WorkspaceId>().ok(), elsewhere()));
    let (locale, zone) = (locale.transpose().map_err(refuse)?, zone.transpose().map_err(refuse)?);
    let change = Change {
        name: changes.name,
        email: None,
        default_workspace: workspace.transpose().map_err(refuse)?,
        locale,
        zone: zone.as_ref().map(Option::as_ref),
    };
    let changed = profile::change(app, ctx, id, change).await.map_err(|failure| match failure {
        // Nothing else that is changed here can be refused.
        Failure::Refused(_) => refuse(Unmanaged::Text.of("name")),
        Failure::Fault(fault) => Failure::Fault(fault),
    })?;
    let user = changed.ok_or_else(|| refuse(elsewhere()))?;
    let mut tx = app.store().read().await?;
    Ok(shown(user, store::workspaces::list_for_user(&mut tx, id).await?))
}

/// How a password is changed.
#[derive(Debug)]
pub struct PasswordChange<'p> {
    pub old: &'p Secret,
    pub new: &'p Secret,
    /// Ends all other sessions, all personal access tokens and all authorizations of apps (checklist 71).
    pub end_others: bool,
}

/// What the browser has from then on in which a password was changed: what it had is void.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// The secret of its session, which goes on.
    pub session: Option<Secret>,
    pub mark: NewMark,
}

/// Changes the person's password. The session `current` goes on with a new secret, which is the answer. Guesses of the
/// old password are slowed down together with those at the sign-in.
pub async fn change_password(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    current: Option<SessionId>,
    change: &PasswordChange<'_>,
) -> Outcome<Renewed> {
    const KIND: &str = "user.password_changed";
    let &PasswordChange { old, new, end_others } = change;
    let id = person(app, ctx, principal, Operation::WriteAccount, KIND)?;
    let refuse = |r: ManageRefusal| refused(app, ctx, KIND, About::user(id), r);
    let user = {
        let mut tx = app.store().read().await?;
        store::users::by_id(&mut tx, id).await?.ok_or(GONE)?
    };
    accounts::check_password(new, &[user.email.as_str(), &user.name]).map_err(|why| {
        let why = match why {
            SignInRefusal::PasswordLong => Unmanaged::PasswordLong,
            SignInRefusal::PasswordGuessable => Unmanaged::PasswordGuessable,
            _ => Unmanaged::PasswordShort,
        };
        refuse(why.of("new_password"))
    })?;
    let attempt = Attempt::at_own_password(app, ctx, &user.email.key());
    if attempt.filter(app, ctx).is_err() || attempt.reserve(app, ctx).await?.is_err() {
        return Err(refuse(Unmanaged::TooManyAttempts.into()));
    }
    let wrong = || refuse(Unmanaged::PasswordWrong.of("current_password"));
    let hashed = match app.passwords().verify(Who::Known, ctx, old, user.password_hash.as_deref()).await {
        Ok(false) => return Err(wrong()),
        Ok(true) => app.passwords().hash(Who::Known, new, ctx).await,
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
    let secret = session::new_secret(app, ctx);
    let session = current.map(|session| (session, app.pepper().hash(secret.expose())));
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if !store::users::change_password(tx, id, &from, &to, of.now).await? {
                return Ok(None);
            }
            tried.succeed(tx).await?;
            let renewed = match session {
                // A copy of the old cookie no longer opens this session.
                Some((session, hash)) => store::sessions::renew(tx, session, id, &hash).await?,
                None => false,
            };
            let mut told = Told::of(events::Change::PasswordChanged, About::user(id));
            if end_others {
                let (ended, events) = signed_out::everywhere(tx, &of, id, current).await?;
                told = told.with(ended).events(events);
            }
            told::within(tx, &of, told).await?;
            Ok(Some((renewed, store::users::by_id(tx, id).await?)))
        })
    });
    // Another request was faster: the old password is wrong by now.
    let done = match work.await.map_err(|error: StoreError| Fault::from(error)) {
        Ok(done) => done,
        Err(fault) => {
            attempt.was_not_made(app).await;
            return Err(fault.into());
        }
    };
    let Some((renewed, user)) = done else { return Err(wrong()) };
    attempt.succeeded(app);
    let mark = mark::issue(app, ctx.now, ctx.random(), &user.ok_or(GONE)?);
    Ok(Renewed { session: Some(secret).filter(|_| renewed), mark })
}

/// A browser in which the person is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    pub id: SessionId,
    pub created_at: Timestamp,
    /// As of a few minutes.
    pub last_seen_at: Timestamp,
    /// Empty when unknown.
    pub ip: String,
    pub user_agent: String,
    /// The one that asks.
    pub current: bool,
}

/// The person's live sessions, the last seen first.
pub async fn sessions(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    current: Option<SessionId>,
    page: Page,
) -> Outcome<Paged<OwnSession>> {
    let user = person(app, ctx, principal, Operation::ReadAccount, "session.list")?;
    let mut tx = app.store().read().await?;
    let Paged { items, total } = store::sessions::page_for_user(&mut tx, user, page, ctx.now).await?;
    Ok(Paged { items: items.into_iter().map(|session| own(session, current)).collect(), total })
}

fn own(session: Session, current: Option<SessionId>) -> OwnSession {
    let Session { id, created_at, last_seen_at, ip, user_agent, .. } = session;
    OwnSession { id, created_at, last_seen_at, ip, user_agent, current: Some(id) == current }
}

/// One of them.
pub async fn session(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    current: Option<SessionId>,
    id: &str,
) -> Outcome<OwnSession> {
    const KIND: &str = "session.list";
    let user = person(app, ctx, principal, Operation::ReadAccount, KIND)?;
    let unknown = || refused(app, ctx, KIND, About::user(user), Unmanaged::SessionUnknown);
    let id = id.parse().map_err(|_| unknown())?;
    let found = {
        let mut tx = app.store().read().await?;
        store::sessions::of_user(&mut tx, id, user, ctx.now).await?
    };
    found.map(|session| own(session, current)).ok_or_else(unknown)
}

/// Ends one of the person's sessions, the current one too.
pub async fn end_session(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<()> {
    const KIND: &str = "session.ended";
    let user = person(app, ctx, principal, Operation::WriteAccount, KIND)?;
    let unknown = || refused(app, ctx, KIND, About::user(user), Unmanaged::SessionUnknown);
    let id: SessionId = id.parse().map_err(|_| unknown())?;
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let ended = store::sessions::end_for_user(tx, id, user).await?;
            if ended {
                told::within(tx, &of, Told::of(events::Change::SessionEnded, About::user(user))).await?;
            }
            Ok(ended)
        })
    });
    if work.await.map_err(|error: StoreError| Fault::from(error))? { Ok(()) } else { Err(unknown()) }
}

/// Ends all of the person's sessions but `current`; answers how many.
pub async fn end_other_sessions(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    current: Option<SessionId>,
) -> Outcome<u64> {
    const KIND: &str = "session.ended_others";
    let user = person(app, ctx, principal, Operation::WriteAccount, KIND)?;
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let ended = store::sessions::end_all_for_user(tx, user, current).await?;
            let told = Told::of(events::Change::OtherSessionsEnded, About::user(user)).with(json!({"sessions": ended}));
            told::within(tx, &of, told).await?;
            Ok(ended)
        })
    });
    Ok(work.await.map_err(|error: StoreError| Fault::from(error))?)
}
