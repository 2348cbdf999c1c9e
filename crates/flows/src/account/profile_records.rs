//! Changes to user records.
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Fault, Server};
use domain::account::SignInRefusal as R;
use domain::account::{Email, User, Zone};
use domain::events::Change as Changed;
use domain::platform::text::display_name;
use domain::{UserId, WorkspaceId};
use store::StoreError;
use store::account::users::Profile;
use store::grants::revoked_tokens::FIRST_OPERATOR;

/// Changes to a user. `None` leaves a field as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProfileChange<'c> {
    pub name: Option<&'c str>,
    /// A new address is unverified.
    pub email: Option<&'c str>,
    /// `Some(None)` clears it.
    pub default_workspace: Option<Option<WorkspaceId>>,
    /// A tag of [`domain::platform::language::Language`]; `Some(None)` follows the browser.
    pub locale: Option<Option<&'c str>>,
    /// `Some(None)` follows the browser.
    pub zone: Option<Option<&'c Zone>>,
}

/// Changes a user and returns the result. Returns `None` if the user is unknown, or not a member of the given default workspace.
pub async fn change(
    app: &Server,
    ctx: &Ctx,
    id: UserId,
    change: ProfileChange<'_>,
) -> Result<Option<User>, Failure<R>> {
    let name = change.name.map(display_name).transpose().map_err(|why| Failure::Refused(why.into()))?;
    let email = change.email.map(Email::parse).transpose().map_err(|_| Failure::Refused(R::EmailInvalid))?;
    let locale = change.locale.map(|locale| locale.map(ToOwned::to_owned));
    let (workspace, zone, of) = (change.default_workspace, change.zone.map(Option::<&Zone>::cloned), ctx.clone());
    let now = of.now;
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let Some(mut user) = store::account::users::by_id_for_change(tx, id).await? else { return Ok(None) };
            if let Some(Some(workspace)) = workspace
                && store::workspace::member(tx, id, workspace).await?.is_none()
            {
                return Ok(None);
            }
            if let Some(email) = email.filter(|email| *email != user.email) {
                user.email_verified &= email.key() == user.email.key();
                user.email = email;
            }
            user.name = name.unwrap_or(user.name);
            user.default_workspace_id = workspace.unwrap_or(user.default_workspace_id);
            user.locale = locale.unwrap_or(user.locale);
            user.zone = zone.unwrap_or(user.zone);
            user.updated_at = now;
            let profile = Profile {
                email: &user.email,
                email_verified: user.email_verified,
                name: &user.name,
                picture: user.picture.as_deref(),
                default_workspace_id: user.default_workspace_id,
                locale: user.locale.as_deref(),
                zone: user.zone.as_ref(),
            };
            store::account::users::update_profile(tx, id, &profile, now).await?;
            changes::within(tx, &of, ChangeRecord::of(Changed::UserChanged, AuditSubject::user(id))).await?;
            Ok(Some(user))
        })
    });
    match work.await {
        Ok(user) => Ok(user),
        Err(StoreError::Conflict(_)) => Err(Failure::Refused(R::EmailTaken)),
        Err(error) => Err(error.into()),
    }
}

/// Sets whether the email address is verified. Returns `false` if no user has this id and address: the caller must name the
/// address, so that only an address they have seen is verified.
pub async fn set_email_verified(
    app: &Server,
    ctx: &Ctx,
    id: UserId,
    email: &Email,
    verified: bool,
) -> Result<bool, Fault> {
    let (key, of) = (email.key(), ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let done = store::account::users::set_email_verified(tx, id, &key, verified, of.now).await?;
            if done {
                let change = if verified { Changed::EmailVerified } else { Changed::EmailUnverified };
                changes::within(tx, &of, ChangeRecord::of(change, AuditSubject::user(id))).await?;
            }
            Ok(done)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}

/// Grants or removes operator rights. Refuses to remove the last operator. Returns `false` if the user is unknown.
pub async fn set_operator(app: &Server, ctx: &Ctx, id: UserId, operator: bool) -> Result<bool, Failure<R>> {
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if !operator && store::account::users::is_last_operator(tx, id).await? {
                return refuse(R::LastOperator);
            }
            if operator {
                store::grants::revoked_tokens::void_one_time(tx, FIRST_OPERATOR).await?;
            }
            let done = store::account::users::set_operator(tx, id, operator, of.now).await?;
            if done {
                let change = if operator { Changed::OperatorAdded } else { Changed::OperatorRemoved };
                changes::within(tx, &of, ChangeRecord::of(change, AuditSubject::user(id))).await?;
            }
            Ok(done)
        })
    });
    work.await
}
