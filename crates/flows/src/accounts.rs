//! Users, workspaces, members and their credentials, as the command line, the demo and sign-up make them.
use crate::failure::refuse;
use crate::recorder::About;
use crate::sign_in_refusal::SignInRefusal as R;
use crate::{App, Ctx, Failure, Fault, facts, membership, signed_out};
use domain::identity::{
    ApiKey, Email, Member, MemberRoles, PersonalAccessToken, Role, User, Workspace, WorkspaceMembership,
};
use domain::language::Language;
use domain::text::display_name;
use domain::{ApiKeyId, PersonalAccessTokenId, ScopeSet, Secret, SecretHash, Timestamp, UserId, WorkspaceId};
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
            Some(app.passwords().hash(password, ctx).await?)
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
    let row = user.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if row.is_operator {
                store::tokens::void_one_time(tx, FIRST_OPERATOR).await?;
            }
            store::users::insert(tx, &row).await
        })
    });
    work.await.map_err(taken)?;
    app.record(ctx, "user.created", "ok", About::user(user.id));
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
            membership::put(tx, &of, &member).await?;
            Ok(true)
        })
    });
    if !work.await.map_err(taken)? {
        return Ok(None);
    }
    app.record(ctx, "user.created", "ok", About::user(user.id));
    app.record(ctx, "workspace.created", "ok", About::user(user.id).and_workspace(Some(id)));
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
    let hash = app.passwords().hash(password, ctx).await?;
    let told = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if !store::users::set_password(tx, user, Some(&hash), told.now).await? {
                return Ok(None);
            }
            signed_out::everywhere(tx, &told, user, None).await.map(Some)
        })
    });
    let ended = work.await.map_err(|error: store::StoreError| Fault::from(error))?;
    let changed = ended.is_some();
    if let Some(ended) = ended {
        app.record_with(ctx, "user.password_set", "ok", About::user(user), ended);
    }
    Ok(changed)
}

/// Disables a user (sessions end, tokens are inactive at once) or enables one again; never the last operator. `false`
/// when there is no such user.
pub async fn set_user_disabled(app: &App, ctx: &Ctx, user: UserId, disabled: bool) -> Result<bool, Failure<R>> {
    let now = ctx.now;
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if disabled {
                if store::users::is_last_operator(tx, user).await? {
                    return refuse(R::LastOperator);
                }
                store::sessions::end_all_for_user(tx, user, None).await?;
            }
            Ok(store::users::set_disabled(tx, user, disabled, now).await?)
        })
    });
    let changed = work.await?;
    if changed {
        app.record(ctx, if disabled { "user.disabled" } else { "user.enabled" }, "ok", About::user(user));
    }
    Ok(changed)
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
            match owner {
                Some(user_id) => {
                    let roles = MemberRoles::only(Role::Owner);
                    let member = Member { user_id, workspace_id: row.id, roles, created_at: now, updated_at: now };
                    membership::put(tx, &of, &member).await
                }
                None => Ok(()),
            }
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))?;
    app.record(ctx, "workspace.created", "ok", About::default().and_workspace(Some(id)));
    Ok(workspace)
}

/// `false` when there is no such workspace.
pub async fn workspace(app: &App, id: WorkspaceId) -> Result<Option<Workspace>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::workspaces::by_id(&mut tx, id).await?)
}

pub async fn rename_workspace(app: &App, ctx: &Ctx, id: WorkspaceId, name: &str) -> Result<bool, Fault> {
    let name = display_name(name).map_err(|_| Fault::Other("a workspace's name has 1 to 100 legible characters"))?;
    let now = ctx.now;
    let work =
        app.store().write(move |tx| Box::pin(async move { store::workspaces::rename(tx, id, &name, now).await }));
    let renamed = work.await?;
    if renamed {
        app.record(ctx, "workspace.renamed", "ok", About::default().and_workspace(Some(id)));
    }
    Ok(renamed)
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
    app.store().write(move |tx| Box::pin(async move { membership::put(tx, &of, &member).await })).await?;
    app.record(ctx, "member.changed", "ok", About::user(user_id).and_workspace(Some(workspace_id)));
    Ok(())
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
    let removed = work.await.map_err(|error: StoreError| Fault::from(error))?;
    if removed {
        app.record(ctx, "member.removed", "ok", About::user(user).and_workspace(Some(workspace)));
    }
    Ok(removed)
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
    let row = key.clone();
    app.store().write(move |tx| Box::pin(async move { store::credentials::insert_api_key(tx, &row).await })).await?;
    let about = About::default().and_workspace(Some(workspace));
    app.record_with(ctx, "api_key.created", "ok", about, facts::of_key(&key));
    Ok((key, secret))
}

/// Makes a personal access token; the secret is shown this once.
pub async fn create_personal_access_token(
    app: &App,
    ctx: &Ctx,
    user: UserId,
    new: NewCredential,
) -> Result<(PersonalAccessToken, Secret), Fault> {
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
    let row = token.clone();
    app.store()
        .write(move |tx| Box::pin(async move { store::credentials::insert_personal_token(tx, &row).await }))
        .await?;
    app.record_with(ctx, "personal_access_token.created", "ok", About::user(user), facts::of_token(&token));
    Ok((token, secret))
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
