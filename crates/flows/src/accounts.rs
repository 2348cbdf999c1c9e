//! Users, workspaces, members and their credentials, as the command line, the demo and sign-up make them.
use crate::failure::refuse;
use crate::last::{Last, Plain};
use crate::recorder::About;
use crate::sign_in_refusal::SignInRefusal as R;
use crate::told::{self, Told};
use crate::turns::Who;
use crate::{App, Ctx, Failure, Fault, facts, membership, signed_out};
use domain::events::Change;
use domain::identity::{
    ApiKey, Email, Member, MemberRoles, PersonalAccessToken, Role, User, Workspace, WorkspaceMembership,
};
use domain::language::Language;
use domain::text::display_name;
use domain::{ApiKeyId, PersonalAccessTokenId, ScopeSet, Secret, SecretHash, Timestamp, UserId, WorkspaceId};
use store::credentials::KeptKey;
use store::tokens::{FIRST_OPERATOR, Taken};
use store::{Page, Paged, StoreError};

/// What a new user is made of.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'n> {
    pub name: &'n str,
    pub email: &'n str,
    pub password: Option<&'n Secret>,
    pub operator: bool,
}

/// Whether a password will do for the person whom these words are about: their address and their name.
pub(crate) fn check_password(password: &Secret, about: &[&str]) -> Result<(), R> {
    match password.expose().chars().count() {
        ..10 => return Err(R::PasswordShort),
        257.. => return Err(R::PasswordLong),
        _ => {}
    }
    // The parts of an address and a name, too: few people use all of either.
    let parts = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() > 2));
    let known: Vec<&str> = about.iter().copied().chain(parts).chain(["countersign"]).collect();
    if zxcvbn::zxcvbn(password.expose(), &known).score() < ENOUGH { Err(R::PasswordGuessable) } else { Ok(()) }
}

/// A million guesses or more: out of reach at the sign-in, from however many addresses.
const ENOUGH: zxcvbn::Score = zxcvbn::Score::Two;

/// A user as they will be stored. The same work is done whether or not the address is taken.
async fn new_user(app: &App, ctx: &Ctx, new: NewUser<'_>) -> Result<User, Failure<R>> {
    let email = Email::parse(new.email).map_err(|_| Failure::Refused(R::EmailInvalid))?;
    let name = display_name(new.name).map_err(|why| Failure::Refused(why.into()))?;
    let password_hash = match new.password {
        None => None,
        Some(password) => {
            check_password(password, &[new.email, new.name]).map_err(Failure::Refused)?;
            Some(app.passwords().hash(Who::Stranger, password, ctx).await?)
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
pub async fn create_user(app: &App, ctx: &Ctx, new: NewUser<'_>) -> Result<User, Failure<R>> {
    let user = new_user(app, ctx, new).await?;
    let (row, of) = (user.clone(), ctx.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if row.is_operator {
                store::tokens::void_one_time(tx, FIRST_OPERATOR).await?;
            }
            store::users::insert(tx, &row).await?;
            told::within(tx, &of, Told::of(Change::UserCreated, About::user(row.id))).await
        })
    });
    work.await.map_err(taken)?;
    Ok(user)
}

/// What somebody who makes an account says of themselves.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer<'n> {
    pub name: &'n str,
    pub email: &'n str,
    pub password: &'n Secret,
    /// That they read: their workspace is named in it.
    pub language: Language,
}

impl<'n> Newcomer<'n> {
    const fn user(&self, operator: bool) -> NewUser<'n> {
        NewUser { name: self.name, email: self.email, password: Some(self.password), operator }
    }
}

/// What an account is made by.
#[derive(Debug, Clone, Copy)]
pub enum Door {
    /// Anybody may.
    SignUp,
    /// The first operator, who holds a one-time link and uses it up: its hash and purpose.
    Link(SecretHash, &'static str),
}

/// Creates a user with a workspace of their own; all of it or nothing. `None` when the link is not good any more.
pub async fn create_account(app: &App, ctx: &Ctx, new: Newcomer<'_>, door: Door) -> Result<Option<User>, Failure<R>> {
    let user = new_user(app, ctx, new.user(matches!(door, Door::Link(..)))).await?;
    let id = WorkspaceId::new(ctx.now, ctx.random());
    let name = new.language.own_workspace(&user.name);
    let workspace = Workspace { id, name, created_at: ctx.now, updated_at: ctx.now };
    let (row, of) = (user.clone(), ctx.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if let Door::Link(hash, purpose) = door
                && store::tokens::take_one_time(tx, &hash, purpose, of.now).await? == Taken::Refused
            {
                return Ok(false);
            }
            store::users::insert(tx, &row).await?;
            store::workspaces::insert(tx, &workspace).await?;
            let roles = MemberRoles::only(Role::Owner);
            let member = Member { user_id: row.id, workspace_id: id, roles, created_at: of.now, updated_at: of.now };
            let added = membership::put(tx, &of, &member).await?;
            let about = About::user(row.id);
            let workspace = about.clone().and_workspace(Some(id));
            let mut all = vec![
                Told::of(Change::UserCreated, about.clone()),
                Told::of(Change::WorkspaceCreated, workspace).events(added),
            ];
            if row.is_operator {
                all.push(Told::of(Change::OperatorAdded, about));
            }
            told::all(tx, &of, all).await?;
            Ok(true)
        })
    });
    if !work.await.map_err(taken)? {
        return Ok(None);
    }
    Ok(Some(user))
}

/// Sets a password and ends everything else that acts for the user: sessions, personal access tokens, authorizations of
/// apps (checklist 71). `false` when there is no such user.
pub async fn set_password(app: &App, ctx: &Ctx, user: UserId, password: &Secret) -> Result<bool, Failure<R>> {
    let person = {
        let mut tx = app.store().read().await?;
        store::users::by_id(&mut tx, user).await?
    };
    let Some(person) = person else { return Ok(false) };
    check_password(password, &[person.email.as_str(), &person.name]).map_err(Failure::Refused)?;
    let hash = app.passwords().hash(Who::Known, password, ctx).await?;
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if !store::users::set_password(tx, user, Some(&hash), of.now).await? {
                return Ok(false);
            }
            let (ended, events) = signed_out::everywhere(tx, &of, user, None).await?;
            let told = Told::of(Change::PasswordSet, About::user(user)).with(ended).events(events);
            told::within(tx, &of, told).await?;
            Ok(true)
        })
    });
    Ok(work.await.map_err(|error: StoreError| Fault::from(error))?)
}

/// Disables a user (sessions end, tokens are inactive at once) or enables one again; never the last operator. `false`
/// when there is no such user.
pub async fn set_user_disabled(app: &App, ctx: &Ctx, user: UserId, disabled: bool) -> Result<bool, Failure<R>> {
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if disabled && store::users::is_last_operator(tx, user).await? {
                return refuse(R::LastOperator);
            }
            // The user before the sessions, in the same order as a sign-in.
            let done = store::users::set_disabled(tx, user, disabled, of.now).await?;
            if disabled {
                store::sessions::end_all_for_user(tx, user, None).await?;
            }
            if done {
                let change = if disabled { Change::UserDisabled } else { Change::UserEnabled };
                told::within(tx, &of, Told::of(change, About::user(user))).await?;
            }
            Ok(done)
        })
    });
    work.await
}

pub async fn user_by_email(app: &App, email: &str) -> Result<Option<User>, Fault> {
    let Ok(email) = Email::parse(email) else { return Ok(None) };
    let mut tx = app.store().read().await?;
    Ok(store::users::by_email_key(&mut tx, &email.key()).await?)
}

pub async fn list_users(app: &App, page: Page) -> Result<Paged<User>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::users::list(&mut tx, page).await?)
}

/// Creates a workspace, with its owner if one is named.
pub async fn create_workspace(app: &App, ctx: &Ctx, name: &str, owner: Option<UserId>) -> Result<Workspace, Fault> {
    let name = display_name(name).map_err(|_| Fault::Other("a workspace's name has 1 to 100 legible characters"))?;
    let id = WorkspaceId::new(ctx.now, ctx.random());
    let workspace = Workspace { id, name, created_at: ctx.now, updated_at: ctx.now };
    let (row, now, of) = (workspace.clone(), ctx.now, ctx.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            store::workspaces::insert(tx, &row).await?;
            let added = match owner {
                Some(user_id) => {
                    let roles = MemberRoles::only(Role::Owner);
                    let member = Member { user_id, workspace_id: row.id, roles, created_at: now, updated_at: now };
                    membership::put(tx, &of, &member).await?
                }
                None => None,
            };
            let about = About::default().and_workspace(Some(id));
            told::within(tx, &of, Told::of(Change::WorkspaceCreated, about).events(added)).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))?;
    Ok(workspace)
}

/// `false` when there is no such workspace.
pub async fn workspace(app: &App, id: WorkspaceId) -> Result<Option<Workspace>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspaces::by_id(&mut tx, id).await?)
}

pub async fn rename_workspace(app: &App, ctx: &Ctx, id: WorkspaceId, name: &str) -> Result<bool, Fault> {
    let name = display_name(name).map_err(|_| Fault::Other("a workspace's name has 1 to 100 legible characters"))?;
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let renamed = store::workspaces::rename(tx, id, &name, of.now).await?;
            if renamed {
                let about = About::default().and_workspace(Some(id));
                told::within(tx, &of, Told::of(Change::WorkspaceRenamed, about)).await?;
            }
            Ok(renamed)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

pub async fn list_workspaces(app: &App, page: Page) -> Result<Paged<Workspace>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspaces::list(&mut tx, page).await?)
}

/// Adds a member or changes a member's roles.
pub async fn put_member(
    app: &App,
    ctx: &Ctx,
    user_id: UserId,
    workspace_id: WorkspaceId,
    roles: MemberRoles,
) -> Result<(), Fault> {
    let member = Member { user_id, workspace_id, roles, created_at: ctx.now, updated_at: ctx.now };
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            // Creating an invitation locks it too, so that a former admin cannot create one meanwhile.
            store::workspaces::hold(tx, workspace_id).await?;
            let event = membership::put(tx, &of, &member).await?;
            let about = About::user(user_id).and_workspace(Some(workspace_id));
            told::within(tx, &of, Told::of(Change::MemberChanged, about).events(event)).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Removes a member: what the user had authorized for the workspace ends. `false` when there was none.
pub async fn remove_member(app: &App, ctx: &Ctx, user: UserId, workspace: WorkspaceId) -> Result<bool, Fault> {
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            store::workspaces::hold(tx, workspace).await?;
            membership::remove(tx, &of, user, workspace).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

pub async fn list_members(app: &App, workspace: WorkspaceId, page: Page) -> Result<Paged<(Member, User)>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspaces::list_members(&mut tx, workspace, page).await?)
}

/// The workspaces that a user is a member of.
pub async fn workspaces_of(app: &App, user: UserId) -> Result<Vec<WorkspaceMembership>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspaces::list_for_user(&mut tx, user).await?)
}

/// What a new API key or personal access token is made of.
#[derive(Debug, Clone)]
pub struct NewCredential {
    pub name: String,
    pub scopes: ScopeSet,
    pub expires_at: Option<Timestamp>,
}

/// Creates an API key; the secret is shown once. `made_by` answers for it: it never has more rights than they have.
pub async fn create_api_key(
    app: &App,
    ctx: &Ctx,
    workspace: WorkspaceId,
    roles: MemberRoles,
    made_by: Option<UserId>,
    new: NewCredential,
) -> Result<(ApiKey, Secret), Fault> {
    let last = Plain.after(|(kept, secret): (KeptKey, Secret)| (kept.key, secret));
    create_api_key_and(app, ctx, workspace, roles, made_by, new, last).await
}

/// The same, with who answers for it, and with a last step.
pub(crate) async fn create_api_key_and<L: Last<(KeptKey, Secret)>>(
    app: &App,
    ctx: &Ctx,
    workspace: WorkspaceId,
    roles: MemberRoles,
    made_by: Option<UserId>,
    new: NewCredential,
    last: L,
) -> Result<L::Out, Fault> {
    let secret = Secret::generate(&app.settings().token_prefix, "sk", &ctx.random());
    let key = ApiKey {
        id: ApiKeyId::new(ctx.now, ctx.random()),
        workspace_id: workspace,
        name: new.name,
        roles,
        scopes: new.scopes,
        hash: app.pepper().hash(secret.expose()),
        hint: secret.hint(),
        created_by: made_by,
        created_at: ctx.now,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            store::credentials::insert_api_key(tx, &key).await?;
            let about = About::default().and_workspace(Some(workspace));
            told::within(tx, &of, Told::of(Change::ApiKeyCreated, about).with(facts::of_key(&key))).await?;
            let kept = store::credentials::api_key(tx, workspace, key.id).await?;
            last.within(tx, (kept.unwrap_or(KeptKey { key, creator: None }), secret)).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Makes a personal access token; the secret is shown this once.
pub async fn create_personal_access_token(
    app: &App,
    ctx: &Ctx,
    user: UserId,
    new: NewCredential,
) -> Result<(PersonalAccessToken, Secret), Fault> {
    create_personal_access_token_and(app, ctx, user, new, Plain).await
}

/// The same, with a last step.
pub(crate) async fn create_personal_access_token_and<L: Last<(PersonalAccessToken, Secret)>>(
    app: &App,
    ctx: &Ctx,
    user: UserId,
    new: NewCredential,
    last: L,
) -> Result<L::Out, Fault> {
    let secret = Secret::generate(&app.settings().token_prefix, "pat", &ctx.random());
    let token = PersonalAccessToken {
        id: PersonalAccessTokenId::new(ctx.now, ctx.random()),
        user_id: user,
        name: new.name,
        scopes: new.scopes,
        hash: app.pepper().hash(secret.expose()),
        hint: secret.hint(),
        created_at: ctx.now,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let of = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            store::credentials::insert_personal_token(tx, &token).await?;
            let told = Told::of(Change::PersonalTokenCreated, About::user(user)).with(facts::of_token(&token));
            told::within(tx, &of, told).await?;
            last.within(tx, (token, secret)).await
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
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
