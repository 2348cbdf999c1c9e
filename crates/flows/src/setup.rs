//! The first operator: a one-time link, printed at start as long as there is none.
use crate::accounts::{self, Door, NewUser};
use crate::session::{self, Caller, NewSession, SignInRefusal};
use crate::{App, Ctx, Failure, Fault};
use domain::Secret;
use domain::oauth::error::{ErrorCode, Refusal};

const PURPOSE: &str = "first operator";
const LIFETIME: i64 = 24 * 60 * 60;

/// Why no operator was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupRefusal {
    /// Used, expired or never issued.
    LinkInvalid,
    Account(SignInRefusal),
}

impl Refusal for SetupRefusal {
    fn code(&self) -> ErrorCode {
        match self {
            Self::LinkInvalid => ErrorCode::AccessDenied,
            Self::Account(refusal) => refusal.code(),
        }
    }
    fn public(&self) -> &'static str {
        match self {
            Self::LinkInvalid => "This link was used before or has expired. Restart the server for a new one.",
            Self::Account(refusal) => refusal.public(),
        }
    }
    fn reason(&self) -> &'static str {
        match self {
            Self::LinkInvalid => "setup_link_invalid",
            Self::Account(refusal) => refusal.reason(),
        }
    }
}

/// A new link, if nobody can run this server yet.
pub async fn link(app: &App, ctx: &Ctx) -> Result<Option<String>, Fault> {
    let has_operator = {
        let mut tx = app.store().read().await?;
        store::users::has_operator(&mut tx).await?
    };
    if has_operator {
        return Ok(None);
    }
    let token = Secret::generate(&app.settings().token_prefix, "su", &ctx.random());
    let (hash, expires_at) = (app.pepper().hash(token.expose()), ctx.now.plus(LIFETIME));
    let work = app.store().write(move |tx| {
        Box::pin(async move { store::tokens::insert_one_time(tx, &hash, PURPOSE, None, expires_at).await })
    });
    work.await?;
    Ok(Some(app.settings().url(&format!("/setup?token={}", token.expose()))))
}

/// Whether the link is good, for the page that it opens.
pub async fn is_good(app: &App, ctx: &Ctx, token: &str) -> Result<bool, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::tokens::is_one_time_good(&mut tx, &app.pepper().hash(token), PURPOSE, ctx.now).await?)
}

/// Creates the first operator and signs them in. The link is used up only by success.
pub async fn complete(
    app: &App,
    ctx: &Ctx,
    token: &str,
    name: &str,
    email: &str,
    password: &Secret,
    here: &Caller,
) -> Result<NewSession, Failure<SetupRefusal>> {
    if !is_good(app, ctx, token).await? {
        return Err(Failure::Refused(SetupRefusal::LinkInvalid));
    }
    let new = NewUser { name, email, password: Some(password), operator: true };
    let door = Door::Link(app.pepper().hash(token), PURPOSE);
    let made = accounts::create_account(app, ctx, new, door).await.map_err(|f| f.map(SetupRefusal::Account))?;
    let Some(user) = made else { return Err(Failure::Refused(SetupRefusal::LinkInvalid)) };
    Ok(session::begin(app, ctx, user.id, here).await?)
}
