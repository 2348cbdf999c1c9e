//! A user's own account.
use crate::account::profile_records::{self, ProfileChange};
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Failure, Fault, Server};
use domain::access::{Operation, Principal};
use domain::account::{Email, User, Zone};
use domain::platform::language::Language;
use domain::workspace::WorkspaceMembership;
use domain::{Timestamp, UserId, WorkspaceId};

/// The user's own view of their account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub name: String,
    pub email: Email,
    pub email_verified: bool,
    pub picture: Option<String>,
    /// A tag of [`Language`]; `None` follows the browser.
    pub locale: Option<String>,
    /// `None` follows the browser.
    pub zone: Option<Zone>,
    pub default_workspace: Option<WorkspaceId>,
    /// Whether there is a password to change.
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

/// The id of the user whose account the request is about.
pub(crate) fn person(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    operation: Operation,
    kind: &'static str,
) -> Managed<UserId> {
    principal.person_for(operation).map_err(|denied| refused(app, ctx, kind, AuditSubject::default(), denied))
}

pub(crate) const GONE: Fault = Fault::Other("the account is gone");

/// Returns the user's own account.
pub async fn read(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<Account> {
    let id = person(app, ctx, principal, Operation::ReadAccount, "account.read")?;
    let mut tx = app.store().read().await?;
    let user = store::account::users::by_id(&mut tx, id).await?.ok_or(GONE)?;
    let workspaces = store::workspace::list_for_user(&mut tx, id).await?;
    Ok(shown(user, workspaces))
}

/// Changes to one's own account. Absent fields stay as they are; an empty text clears a field.
#[derive(Debug, Clone, Copy, Default)]
pub struct Changes<'c> {
    pub name: Option<&'c str>,
    pub locale: Option<&'c str>,
    pub zone: Option<&'c str>,
    pub default_workspace: Option<&'c str>,
}

/// Reads a text that may be cleared.
fn clearable<'c, T>(
    text: &'c str,
    read: impl FnOnce(&'c str) -> Option<T>,
    refusal: ManagementError,
) -> Result<Option<T>, ManagementError> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(refusal) }
}

/// Changes the account and returns it.
pub async fn change(app: &Server, ctx: &Ctx, principal: &Principal, changes: Changes<'_>) -> Managed<Account> {
    let id = person(app, ctx, principal, Operation::WriteAccount, "user.changed")?;
    let refuse = |r: ManagementError| refused(app, ctx, "user.changed", AuditSubject::user(id), r);
    let known = |text: &str| Language::ALL.into_iter().map(Language::tag).find(|tag| *tag == text);
    let elsewhere = || ManagementRefusal::WorkspaceUnknown.of("default_workspace");
    let locale = changes.locale.map(|text| clearable(text, known, ManagementRefusal::Choice.of("locale")));
    let zone =
        changes.zone.map(|text| clearable(text, |text| text.parse::<Zone>().ok(), ManagementRefusal::Zone.of("zone")));
    let workspace = changes.default_workspace;
    let workspace = workspace.map(|text| clearable(text, |text| text.parse::<WorkspaceId>().ok(), elsewhere()));
    let (locale, zone) = (locale.transpose().map_err(refuse)?, zone.transpose().map_err(refuse)?);
    let change = ProfileChange {
        name: changes.name,
        email: None,
        default_workspace: workspace.transpose().map_err(refuse)?,
        locale,
        zone: zone.as_ref().map(Option::as_ref),
    };
    let changed = profile_records::change(app, ctx, id, change).await.map_err(|failure| match failure {
        // Of these changes, only the name can be refused.
        Failure::Refused(_) => refuse(ManagementRefusal::Text.of("name")),
        Failure::Fault(fault) => Failure::Fault(fault),
    })?;
    let user = changed.ok_or_else(|| refuse(elsewhere()))?;
    let mut tx = app.store().read().await?;
    Ok(shown(user, store::workspace::list_for_user(&mut tx, id).await?))
}
