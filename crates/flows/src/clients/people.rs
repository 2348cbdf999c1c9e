//! The people of an application, as its owner sees them, and what ends with it.
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

/// Somebody who allowed an application something. An owner learns no more of a stranger than the application does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user_id: UserId,
    /// Where the person allowed `profile`, or belongs to the workspace that owns the application.
    pub name: Option<String>,
    /// The same for `email`.
    pub email: Option<String>,
    /// Where it was allowed; `None` for what was allowed in the person's own name.
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

/// The people who allowed the application something.
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

/// One of them, by their id or by the address that whoever asks knows them by; `None` where there is none such: whose address
/// it is, is told nobody who may not know it of an application's people.
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

/// One of them.
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

/// What an application has, and loses when its access ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevocationPreview {
    pub people: i64,
    /// That live now.
    pub grants: i64,
}

/// How far an application reaches.
pub async fn reached(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<RevocationPreview> {
    let client = ownership::find(app, ctx, principal, Operation::ReadClientUsers, id).await?;
    let mut tx = app.store().read().await?;
    let people = store::grants::user_count::total(&mut tx, &client.id).await?;
    Ok(RevocationPreview { people, grants: client_people::living_grants(&mut tx, &client.id, ctx.now).await? })
}
