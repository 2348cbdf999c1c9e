//! The users of a client as its owner sees them, and what ends when access is revoked.
use crate::clients::ownership;
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Server};
use domain::access::{Operation, Principal};
use domain::account::Email;
use domain::{ScopeSet, Timestamp, UserId, WorkspaceId};
use store::grants::client_people::{self, ClientPerson};
use store::{Page, Paged, UserCursor};

/// A user who allowed the client access. If they are not a member of the owning workspace, the owner sees no more of them than
/// the client does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user_id: UserId,
    /// Set if the user allowed `profile`, or belongs to the workspace that owns the client.
    pub name: Option<String>,
    /// Set if the user allowed `email`, or belongs to the workspace that owns the client.
    pub email: Option<String>,
    /// The workspaces in which access was allowed; `None` means access in the user's own name.
    pub workspaces: Vec<Option<WorkspaceId>>,
    pub scopes: ScopeSet,
    pub since: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl From<ClientPerson> for Person {
    fn from(person: ClientPerson) -> Self {
        let may_know = |scope| person.is_member || person.scopes.contains(scope);
        Self {
            name: may_know("profile").then_some(person.name),
            email: may_know("email").then(|| person.email.to_string()),
            user_id: person.user_id,
            workspaces: person.workspaces,
            scopes: person.scopes,
            since: person.since,
            last_used_at: person.last_used_at,
        }
    }
}

/// The users who allowed the client access.
pub async fn list(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    page: Page,
    beside: UserCursor,
) -> Managed<Paged<Person>> {
    let client = ownership::find(app, ctx, principal, Operation::ReadClientUsers, id).await?;
    let mut tx = app.store().read().await?;
    let people = client_people::page(&mut tx, &client.id, client.owner_workspace_id, page, beside).await?;
    Ok(Paged { items: people.items.into_iter().map(Person::from).collect(), total: people.total })
}

/// Looks up a user of the client by id or email address. Returns `None` if not found, or if the caller may not see the email
/// address.
pub async fn search(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, text: &str) -> Managed<Option<Person>> {
    let client = ownership::find(app, ctx, principal, Operation::ReadClientUsers, id).await?;
    let mut tx = app.store().read().await?;
    let (user, by_address) = match (text.parse(), Email::parse(text)) {
        (Ok(user), _) => (user, false),
        (_, Ok(email)) => match store::account::users::by_email_key(&mut tx, &email.key()).await? {
            Some(user) => (user.id, true),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let found = client_people::find(&mut tx, &client.id, client.owner_workspace_id, user).await?.map(Person::from);
    Ok(found.filter(|person| !by_address || person.email.is_some()))
}

/// One of the users who allowed the client access.
pub async fn one(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, user: &str) -> Managed<Person> {
    let client = ownership::find(app, ctx, principal, Operation::ReadClientUsers, id).await?;
    let unknown =
        || refused(app, ctx, "client.management", AuditSubject::owned(&client), ManagementRefusal::UserUnknown);
    let user = user.parse().map_err(|_| unknown())?;
    let mut tx = app.store().read().await?;
    let found = client_people::find(&mut tx, &client.id, client.owner_workspace_id, user).await?;
    drop(tx);
    found.map(Person::from).ok_or_else(unknown)
}

/// What ends when the client's access is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevocationPreview {
    pub people: i64,
    /// Active grants.
    pub grants: i64,
}

/// The number of users and active grants of the client.
pub async fn reached(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<RevocationPreview> {
    let client = ownership::find(app, ctx, principal, Operation::ReadClientUsers, id).await?;
    let mut tx = app.store().read().await?;
    let people = store::grants::user_count::total(&mut tx, &client.id).await?;
    Ok(RevocationPreview { people, grants: client_people::living_grants(&mut tx, &client.id, ctx.now).await? })
}
