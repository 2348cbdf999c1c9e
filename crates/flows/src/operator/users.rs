//! All user accounts, for operators.
use crate::account::{profile_records, users};
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::platform::search_text::part_of_name;
use crate::{Ctx, Failure, Server};
use domain::access::{Operation, Principal};
use domain::account::SignInRefusal;
use domain::account::{Email, User};
use domain::workspace::WorkspaceMembership;
use domain::{ClientId, Timestamp, UserId};
use store::Page;
pub use store::account::search::FoundUser;
use store::platform::search::SearchPage;

fn may(app: &Server, ctx: &Ctx, principal: &Principal, operation: Operation) -> Managed<()> {
    let denied = |denied| refused(app, ctx, "user.management", AuditSubject::default(), denied);
    principal.may(operation).map_err(denied)
}

/// The users with `part` in their email address or name, oldest first; all of them if `part` is empty.
pub async fn search(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    part: &str,
    page: Page,
) -> Managed<SearchPage<FoundUser>> {
    may(app, ctx, principal, Operation::ReadAllUsers)?;
    let part = part_of_name(app, ctx, part)?;
    let mut tx = app.store().read().await?;
    Ok(store::account::search::users(&mut tx, part, page).await?)
}

/// A user, as an operator sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneUser {
    pub found: FoundUser,
    pub memberships: Vec<WorkspaceMembership>,
    /// The number of consents, one per client and workspace.
    pub connections: i64,
    /// The latest consents.
    pub connected: Vec<Connected>,
    /// Whether the user is the last operator, who can neither be disabled nor lose operator rights.
    pub last_operator: bool,
}

/// A consent that the user gave a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    pub client_id: ClientId,
    pub client_name: String,
    /// `None` for consent in the user's own name.
    pub workspace_name: Option<String>,
    pub since: Timestamp,
}

/// The maximum number of consents in the list.
const LISTED: usize = 100;

/// One user, with their memberships and consents.
pub async fn find(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<OneUser> {
    const KIND: &str = "user.management";
    may(app, ctx, principal, Operation::ReadAllUsers)?;
    let id = account(app, ctx, KIND, id)?;
    let mut tx = app.store().read().await?;
    let Some(found) = store::account::search::user(&mut tx, id).await? else {
        return Err(refused(app, ctx, KIND, AuditSubject::user(id), ManagementRefusal::AccountUnknown));
    };
    let memberships = store::workspace::list_for_user(&mut tx, id).await?;
    let connections = store::grants::consents::count_for_user(&mut tx, id).await?;
    let connected = store::grants::consents::list_for_user(&mut tx, id).await?.into_iter().take(LISTED);
    let connected = connected.map(|app| Connected {
        client_id: app.client.id,
        client_name: app.client.name,
        workspace_name: app.workspace_name,
        since: app.consent.created_at,
    });
    let connected = connected.collect();
    let last_operator = found.user.is_operator && store::account::users::is_only_operator(&mut tx, id).await?;
    Ok(OneUser { found, memberships, connections, connected, last_operator })
}

fn account(app: &Server, ctx: &Ctx, kind: &'static str, id: &str) -> Managed<UserId> {
    id.parse().map_err(|_| refused(app, ctx, kind, AuditSubject::default(), ManagementRefusal::AccountUnknown))
}

/// Converts the result of a change to an account into refusals of this API.
fn to_managed(
    app: &Server,
    ctx: &Ctx,
    kind: &'static str,
    user: UserId,
    done: Result<bool, Failure<SignInRefusal>>,
) -> Managed<()> {
    let why = match done {
        Ok(true) => return Ok(()),
        Err(Failure::Fault(fault)) => return Err(Failure::Fault(fault)),
        Err(Failure::Refused(SignInRefusal::LastOperator)) => ManagementRefusal::LastOperator,
        Ok(false) | Err(Failure::Refused(_)) => ManagementRefusal::AccountUnknown,
    };
    Err(refused(app, ctx, kind, AuditSubject::user(user), why))
}

/// Checks that an account may be disabled, or lose its operator rights, with the refusals of [`set_disabled`] and
/// [`set_operator`]: for the confirmation page.
pub async fn may_end(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, kind: &'static str) -> Managed<()> {
    may(app, ctx, principal, Operation::WriteAllUsers)?;
    let user = account(app, ctx, kind, id)?;
    let mut tx = app.store().read().await?;
    if store::account::users::is_only_operator(&mut tx, user).await? {
        return Err(refused(app, ctx, kind, AuditSubject::user(user), ManagementRefusal::LastOperator));
    }
    Ok(())
}

/// Disables an account (its sessions end, its tokens stop working immediately) or enables it. Refuses to disable the last
/// operator.
pub async fn set_disabled(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, disabled: bool) -> Managed<()> {
    let kind = if disabled { "user.disabled" } else { "user.enabled" };
    may(app, ctx, principal, Operation::WriteAllUsers)?;
    let user = account(app, ctx, kind, id)?;
    let done = users::set_user_disabled(app, ctx, user, disabled).await;
    to_managed(app, ctx, kind, user, done)
}

/// Sets whether the account's email address is verified, unless the address changed in the meantime.
pub async fn set_email_verified(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    email: &str,
    verified: bool,
) -> Managed<User> {
    let kind = if verified { "user.email_verified" } else { "user.email_unverified" };
    may(app, ctx, principal, Operation::WriteAllUsers)?;
    let id = account(app, ctx, kind, id)?;
    let refused = |why: ManagementError| refused(app, ctx, kind, AuditSubject::user(id), why);
    let email = Email::parse(email).map_err(|_| refused(ManagementRefusal::EmailInvalid.of("email")))?;
    let done = profile_records::set_email_verified(app, ctx, id, &email, verified).await?;
    let mut tx = app.store().read().await?;
    let user = store::account::users::by_id(&mut tx, id)
        .await?
        .ok_or_else(|| refused(ManagementRefusal::AccountUnknown.into()))?;
    if done { Ok(user) } else { Err(refused(ManagementRefusal::Changed.into())) }
}

/// Grants or removes operator rights. Refuses to remove the last operator.
pub async fn set_operator(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, operator: bool) -> Managed<()> {
    let kind = if operator { "operator.added" } else { "operator.removed" };
    may(app, ctx, principal, Operation::WriteAllUsers)?;
    let user = account(app, ctx, kind, id)?;
    let done = profile_records::set_operator(app, ctx, user, operator).await;
    to_managed(app, ctx, kind, user, done)
}
