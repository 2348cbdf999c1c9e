//! User accounts, as the command line, the demo and sign-up create them.
use crate::account::end_access;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::failure::refuse;
use crate::platform::turns::CallerClass;
use crate::workspace::membership;
use crate::{Ctx, Failure, Fault, Server};
use domain::account::SignInRefusal as R;
use domain::account::{Email, User};
use domain::events::Change;
use domain::platform::language::Language;
use domain::platform::text::display_name;
use domain::workspace::{Member, MemberRoles, Role, Workspace};
use domain::{Secret, SecretHash, UserId, WorkspaceId};
use store::grants::revoked_tokens::{FIRST_OPERATOR, OneTimeUse};
use store::{Page, Paged, StoreError};

/// The properties of a new user.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'n> {
    pub name: &'n str,
    pub email: &'n str,
    pub password: Option<&'n Secret>,
    pub operator: bool,
}

/// Checks that a password is acceptable for the user with the email address and name in `about`.
pub(crate) fn check_password(password: &Secret, about: &[&str]) -> Result<(), R> {
    match password.expose().chars().count() {
        ..10 => return Err(R::PasswordShort),
        257.. => return Err(R::PasswordLong),
        _ => {}
    }
    // Also considers parts of the address and name, because few people use all of either.
    let parts = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() > 2));
    let known: Vec<&str> = about.iter().copied().chain(parts).chain(["countersign"]).collect();
    if zxcvbn::zxcvbn(password.expose(), &known).score() < ENOUGH { Err(R::PasswordGuessable) } else { Ok(()) }
}

/// A million guesses or more: out of reach at the sign-in, from however many addresses.
const ENOUGH: zxcvbn::Score = zxcvbn::Score::Two;

/// Builds a user record. Does the same work whether or not the address is taken.
async fn new_user(app: &Server, ctx: &Ctx, new: NewUser<'_>) -> Result<User, Failure<R>> {
    let email = Email::parse(new.email).map_err(|_| Failure::Refused(R::EmailInvalid))?;
    let name = display_name(new.name).map_err(|why| Failure::Refused(why.into()))?;
    let password_hash = match new.password {
        None => None,
        Some(password) => {
            check_password(password, &[new.email, new.name]).map_err(Failure::Refused)?;
            Some(app.passwords().hash(CallerClass::Stranger, password, ctx).await?)
        }
    };
    Ok(User {
        id: UserId::new(ctx.now, ctx.random()),
        email,
        email_verified: false,
        name,
        picture: None,
        password_hash,
        is_operator: new.operator,
        default_workspace_id: None,
        locale: None,
        zone: None,
        disabled_at: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        epoch: 0,
    })
}

fn taken(error: StoreError) -> Failure<R> {
    match error {
        StoreError::Conflict(_) => Failure::Refused(R::EmailTaken),
        error => error.into(),
    }
}

/// Creates a user.
pub async fn create_user(app: &Server, ctx: &Ctx, new: NewUser<'_>) -> Result<User, Failure<R>> {
    let user = new_user(app, ctx, new).await?;
    let (row, of) = (user.clone(), ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if row.is_operator {
                store::grants::revoked_tokens::void_one_time(tx, FIRST_OPERATOR).await?;
            }
            store::account::users::insert(tx, &row).await?;
            changes::within(tx, &of, ChangeRecord::of(Change::UserCreated, AuditSubject::user(row.id))).await
        })
    });
    work.await.map_err(taken)?;
    Ok(user)
}

/// What a user enters to create an account.
#[derive(Debug, Clone, Copy)]
pub struct SignUpRequest<'n> {
    pub name: &'n str,
    pub email: &'n str,
    pub password: &'n Secret,
    /// The user's language, in which their workspace is named.
    pub language: Language,
}

impl<'n> SignUpRequest<'n> {
    const fn user(&self, operator: bool) -> NewUser<'n> {
        NewUser { name: self.name, email: self.email, password: Some(self.password), operator }
    }
}

/// How an account is created.
#[derive(Debug, Clone, Copy)]
pub enum SignUpPath {
    /// Open to everyone.
    SignUp,
    /// For the first operator, who uses up a one-time link: its hash and purpose.
    Link(SecretHash, &'static str),
}

/// Creates a user with a workspace of their own in one transaction. Returns `None` if the link is no longer valid.
pub async fn create_account(
    app: &Server,
    ctx: &Ctx,
    new: SignUpRequest<'_>,
    door: SignUpPath,
) -> Result<Option<User>, Failure<R>> {
    let user = new_user(app, ctx, new.user(matches!(door, SignUpPath::Link(..)))).await?;
    let id = WorkspaceId::new(ctx.now, ctx.random());
    let name = new.language.own_workspace(&user.name);
    let workspace = Workspace { id, name, created_at: ctx.now, updated_at: ctx.now };
    let (row, of) = (user.clone(), ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if let SignUpPath::Link(hash, purpose) = door
                && store::grants::revoked_tokens::take_one_time(tx, &hash, purpose, of.now).await?
                    == OneTimeUse::Refused
            {
                return Ok(false);
            }
            store::account::users::insert(tx, &row).await?;
            store::workspace::insert(tx, &workspace).await?;
            let roles = MemberRoles::only(Role::Owner);
            let member = Member { user_id: row.id, workspace_id: id, roles, created_at: of.now, updated_at: of.now };
            let added = membership::put(tx, &of, &member).await?;
            let about = AuditSubject::user(row.id);
            let workspace = about.clone().and_workspace(Some(id));
            let mut all = vec![
                ChangeRecord::of(Change::UserCreated, about.clone()),
                ChangeRecord::of(Change::WorkspaceCreated, workspace).events(added),
            ];
            if row.is_operator {
                all.push(ChangeRecord::of(Change::OperatorAdded, about));
            }
            changes::all(tx, &of, all).await?;
            Ok(true)
        })
    });
    if !work.await.map_err(taken)? {
        return Ok(None);
    }
    Ok(Some(user))
}

/// Sets a password and ends all access on behalf of the user: sessions, personal access tokens, and authorizations of apps
/// (checklist 71). Returns `false` if the user is unknown.
pub async fn set_password(app: &Server, ctx: &Ctx, user: UserId, password: &Secret) -> Result<bool, Failure<R>> {
    let person = {
        let mut tx = app.store().read().await?;
        store::account::users::by_id(&mut tx, user).await?
    };
    let Some(person) = person else { return Ok(false) };
    check_password(password, &[person.email.as_str(), &person.name]).map_err(Failure::Refused)?;
    let hash = app.passwords().hash(CallerClass::Known, password, ctx).await?;
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if !store::account::users::set_password(tx, user, Some(&hash), of.now).await? {
                return Ok(false);
            }
            let (ended, events) = end_access::everywhere(tx, &of, user, None).await?;
            let record = ChangeRecord::of(Change::PasswordSet, AuditSubject::user(user)).with(ended).events(events);
            changes::within(tx, &of, record).await?;
            Ok(true)
        })
    });
    Ok(work.await.map_err(|error: StoreError| Fault::from(error))?)
}

/// Disables a user (sessions end, tokens become inactive immediately) or enables one. Refuses to disable the last operator.
/// Returns `false` if the user is unknown.
pub async fn set_user_disabled(app: &Server, ctx: &Ctx, user: UserId, disabled: bool) -> Result<bool, Failure<R>> {
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if disabled && store::account::users::is_last_operator(tx, user).await? {
                return refuse(R::LastOperator);
            }
            // Locks the user before the sessions, in the same order as a sign-in.
            let done = store::account::users::set_disabled(tx, user, disabled, of.now).await?;
            if disabled {
                store::account::sessions::end_all_for_user(tx, user, None).await?;
            }
            if done {
                let change = if disabled { Change::UserDisabled } else { Change::UserEnabled };
                changes::within(tx, &of, ChangeRecord::of(change, AuditSubject::user(user))).await?;
            }
            Ok(done)
        })
    });
    work.await
}

pub async fn user_by_email(app: &Server, email: &str) -> Result<Option<User>, Fault> {
    let Ok(email) = Email::parse(email) else { return Ok(None) };
    let mut tx = app.store().read().await?;
    Ok(store::account::users::by_email_key(&mut tx, &email.key()).await?)
}

pub async fn list_users(app: &Server, page: Page) -> Result<Paged<User>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::account::users::list(&mut tx, page).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str = "It was late in the year when the two of them set out for the coast with nothing but a lamp, \
                         a loaf of bread and the old map that neither could read, and before the first week was over \
                         the rain had taken the map, the gulls had taken the bread, and the lamp was lost.";

    #[test]
    fn point_1_6_a_password_is_neither_common_nor_made_of_its_person() {
        let about = ["ada.lovelace@example.com", "Ada Lovelace"];
        let check = |password: &str| check_password(&Secret::new(password), &about);
        for guessable in [
            "password12",
            "Passw0rd123",
            "qwertyuiop",
            "1234567890",
            "aaaaaaaaaaaaaaaaaaaa",
            "ada.lovelace@example.com",
            "adalovelace",
            "Lovelace12",
            "countersign",
        ] {
            assert_eq!(check(guessable), Err(R::PasswordGuessable), "{guessable}");
        }
        for good in
            ["correct horse battery", "four words as usual", "kT9x-Lq2v-w", "Über Äpfel läuft ein Igel", &PROSE[..256]]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check("kT9x-Lq2v"), Err(R::PasswordShort));
        assert_eq!(check(&"kT9x".repeat(65)), Err(R::PasswordLong));
    }
}
