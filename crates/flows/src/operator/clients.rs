//! The clients of all owners, for operators.
use crate::clients;
use crate::clients::unprotected::{self, Unprotected};
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::platform::search_text::part_of_name;
use crate::{Ctx, Expected, Fault, Server};
use domain::access::{Operation, Principal};
use domain::account::Email;
use domain::clients::{Client, Trust};
use domain::{ClientId, UserId, WorkspaceId};
use store::Page;
use store::clients::ClientOwner;
use store::platform::search::SearchPage;

fn may(app: &Server, ctx: &Ctx, principal: &Principal, operation: Operation) -> Managed<()> {
    let denied = |denied| refused(app, ctx, "client.management", AuditSubject::default(), denied);
    principal.may(operation).map_err(denied)
}

/// The clients with `part` in their names, newest first; only those with the trust level `trust`, if it is set.
pub async fn search(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    part: &str,
    trust: Option<Trust>,
    page: Page,
) -> Managed<SearchPage<Client>> {
    may(app, ctx, principal, Operation::ReadAllClients)?;
    let part = part_of_name(app, ctx, part)?;
    let mut tx = app.store().read().await?;
    Ok(store::clients::search::all_clients(&mut tx, part, trust, page, ctx.now).await?)
}

async fn living(app: &Server, ctx: &Ctx, kind: &'static str, id: &str) -> Managed<Client> {
    let unknown = || refused(app, ctx, kind, AuditSubject::default(), ManagementRefusal::ClientUnknown);
    let id = ClientId::parse(id).map_err(|_| unknown())?;
    clients::records::living(app, ctx, &id).await?.ok_or_else(unknown)
}

/// One client, with its active secrets.
pub async fn find(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<Client> {
    may(app, ctx, principal, Operation::ReadAllClients)?;
    living(app, ctx, "client.management", id).await
}

/// A client, as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneClient {
    pub client: Client,
    /// The name of the workspace or user that owns it; `None` if it has no owner.
    pub owner: Option<String>,
    /// The client's requests with neither PKCE nor `nonce`.
    pub unprotected: Option<Unprotected>,
}

/// One client with its owner.
pub async fn look(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<OneClient> {
    let client = find(app, ctx, principal, id).await?;
    let unprotected = unprotected::of_client(app, ctx, &client).await?;
    let mut tx = app.store().read().await?;
    let owner = store::clients::owner_name(&mut tx, &client.id).await?;
    Ok(OneClient { client, owner, unprotected })
}

/// Sets a client's trust level. Workspaces whose policy requires more revoke the client. An unused client that becomes anonymous
/// is removed with the other unused registrations.
pub async fn set_trust(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    trust: impl Into<Expected<'_, Trust>>,
) -> Managed<(Client, Trust)> {
    set_trust_seen(app, ctx, principal, id, trust, None).await
}

/// Like [`set_trust`], but only for the revision that the operator read, so that trust never covers facts they have not seen.
pub async fn set_trust_seen(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    trust: impl Into<Expected<'_, Trust>>,
    seen: Option<i64>,
) -> Managed<(Client, Trust)> {
    const KIND: &str = "client.trust_set";
    may(app, ctx, principal, Operation::WriteAllClients)?;
    let client = living(app, ctx, KIND, id).await?;
    let (about, before) = (AuditSubject::owned(&client), client.trust);
    let Expected { to: trust, only_from } = trust.into();
    let newer = seen.is_some_and(|revision| revision != client.revision);
    if newer || only_from.is_some_and(|from| from != before.as_str()) {
        return Err(refused(app, ctx, KIND, about, ManagementRefusal::Changed));
    }
    // Fails if the client was changed since it was read.
    let updated = clients::records::review(app, ctx, client, trust).await?;
    let updated = updated.ok_or_else(|| refused(app, ctx, KIND, about, ManagementRefusal::Changed))?;
    Ok((updated.client, before))
}

/// Parses an owner: empty for none, the id of a workspace or user, or a user's email address. Returns `None` if it does not
/// exist.
async fn read_owner(app: &Server, text: &str) -> Result<Option<Option<ClientOwner>>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Some(None));
    }
    let mut tx = app.store().read().await?;
    if let Ok(id) = text.parse::<WorkspaceId>() {
        let there = store::workspace::by_id(&mut tx, id).await?;
        return Ok(there.map(|_| Some(ClientOwner::Workspace(id))));
    }
    let user = match (text.parse::<UserId>(), Email::parse(text)) {
        (Ok(id), _) => store::account::users::by_id(&mut tx, id).await?,
        (_, Ok(email)) => store::account::users::by_email_key(&mut tx, &email.key()).await?,
        (Err(_), Err(_)) => None,
    };
    Ok(user.map(|user| Some(ClientOwner::User(user.id))))
}

/// A change of a client's owner: the new owner, its name, and the previous owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    pub client: Client,
    pub from: Option<String>,
    pub to: Option<String>,
    /// The name of the new owner.
    pub name: Option<String>,
}

async fn owner_named(app: &Server, ctx: &Ctx, client: &Client, text: &str) -> Managed<Option<ClientOwner>> {
    let unknown = || {
        refused(app, ctx, "client.owner_set", AuditSubject::owned(client), ManagementRefusal::OwnerUnknown.of("owner"))
    };
    read_owner(app, text).await?.ok_or_else(unknown)
}

/// Previews handing a client over to this owner.
pub async fn look_at_owner(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, to: &str) -> Managed<HandOver> {
    may(app, ctx, principal, Operation::WriteAllClients)?;
    let client = living(app, ctx, "client.owner_set", id).await?;
    let to = owner_named(app, ctx, &client, to).await?;
    let mut tx = app.store().read().await?;
    let name = match to {
        Some(ClientOwner::Workspace(id)) => store::workspace::by_id(&mut tx, id).await?.map(|workspace| workspace.name),
        Some(ClientOwner::User(id)) => {
            store::account::users::by_id(&mut tx, id).await?.map(|user| user.email.as_str().to_owned())
        }
        None => None,
    };
    let from = clients::records::owner_id(clients::records::owner_of(&client));
    Ok(HandOver { client, from, to: clients::records::owner_id(to), name })
}

/// Hands a client over to a workspace or a user; to the operator alone if the new owner is empty.
pub async fn set_owner(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    to: impl Into<Expected<'_, String>>,
) -> Managed<HandOver> {
    const KIND: &str = "client.owner_set";
    may(app, ctx, principal, Operation::WriteAllClients)?;
    let client = living(app, ctx, KIND, id).await?;
    let Expected { to, only_from } = to.into();
    let from = clients::records::owner_id(clients::records::owner_of(&client));
    let changed = || refused(app, ctx, KIND, AuditSubject::owned(&client), ManagementRefusal::Changed);
    if only_from.is_some_and(|only| only != from.as_deref().unwrap_or_default()) {
        return Err(changed());
    }
    let to = owner_named(app, ctx, &client, &to).await?;
    let done = clients::records::hand_over(app, ctx, client.clone(), to).await?.ok_or_else(changed)?;
    Ok(HandOver { client: done, from, to: clients::records::owner_id(to), name: None })
}

/// Disables a client (everything issued to it stops working) or enables it (everything works again).
pub async fn set_disabled(app: &Server, ctx: &Ctx, principal: &Principal, id: &str, disabled: bool) -> Managed<()> {
    let kind = if disabled { "client.disabled" } else { "client.enabled" };
    may(app, ctx, principal, Operation::WriteAllClients)?;
    let client = living(app, ctx, kind, id).await?;
    if clients::records::set_disabled(app, ctx, &client.id, disabled).await? {
        Ok(())
    } else {
        Err(refused(app, ctx, kind, AuditSubject::owned(&client), ManagementRefusal::ClientUnknown))
    }
}

/// Sets whether a confidential client must use PKCE.
pub async fn set_require_pkce(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    require: bool,
) -> Managed<Client> {
    const KIND: &str = "client.updated";
    may(app, ctx, principal, Operation::WriteAllClients)?;
    let mut client = living(app, ctx, KIND, id).await?;
    let about = AuditSubject::owned(&client);
    (client.config.require_pkce, client.config.pkce_exempt) = (require, false);
    let updated = clients::records::update(app, ctx, client).await?;
    Ok(updated.ok_or_else(|| refused(app, ctx, KIND, about, ManagementRefusal::Changed))?.client)
}
