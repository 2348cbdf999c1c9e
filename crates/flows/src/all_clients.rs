//! All applications, whoever owns them, for whoever runs the server.
use crate::manage::{ManageRefusal, Unmanaged};
use crate::owned::{part_of_name, refused};
use crate::recorder::About;
use crate::{App, Ctx, Failure, SetTo, applications};
use domain::ClientId;
use domain::access::{Operation, Principal};
use domain::client::{Client, Trust};
use serde_json::json;
use store::Page;
use store::search::Found;

type Outcome<T> = Result<T, Failure<ManageRefusal>>;

fn may(app: &App, ctx: &Ctx, principal: &Principal, operation: Operation) -> Outcome<()> {
    let denied = |denied| refused(app, ctx, "client.management", About::default(), denied);
    principal.may(operation).map_err(denied)
}

/// The applications with `part` in their names, newest first; those that are believed so far, where `trust` says.
pub async fn search(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    part: &str,
    trust: Option<Trust>,
    page: Page,
) -> Outcome<Found<Client>> {
    may(app, ctx, principal, Operation::ReadAllClients)?;
    let part = part_of_name(app, ctx, part)?;
    let mut tx = app.store().read().await?;
    Ok(store::search::all_clients(&mut tx, part, trust, page, ctx.now).await?)
}

async fn living(app: &App, ctx: &Ctx, kind: &'static str, id: &str) -> Outcome<Client> {
    let unknown = || refused(app, ctx, kind, About::default(), Unmanaged::ClientUnknown);
    let id = ClientId::parse(id).map_err(|_| unknown())?;
    applications::living(app, ctx, &id).await?.ok_or_else(unknown)
}

/// One application, with its live secrets.
pub async fn find(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<Client> {
    may(app, ctx, principal, Operation::ReadAllClients)?;
    living(app, ctx, "client.management", id).await
}

/// An application, as the operator looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneClient {
    pub client: Client,
    /// The name of the workspace or the person that manages it; `None` where nobody does.
    pub owner: Option<String>,
}

/// One application with who manages it.
pub async fn look(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<OneClient> {
    let client = find(app, ctx, principal, id).await?;
    let mut tx = app.store().read().await?;
    let owner = store::clients::owner_name(&mut tx, &client.id).await?;
    Ok(OneClient { client, owner })
}

/// Sets how far a client is trusted: workspaces that admit only more trusted ones lose it. A client that nobody used and
/// that becomes anonymous is removed with the other unused registrations.
pub async fn set_trust(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    trust: impl Into<SetTo<'_, Trust>>,
) -> Outcome<(Client, Trust)> {
    set_trust_seen(app, ctx, principal, id, trust, None).await
}

/// The same for a client that the operator has looked at: at another revision nothing is set, so that nobody vouches for
/// facts that they have not seen.
pub async fn set_trust_seen(
    app: &App,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    trust: impl Into<SetTo<'_, Trust>>,
    seen: Option<i64>,
) -> Outcome<(Client, Trust)> {
    const KIND: &str = "client.trust_set";
    may(app, ctx, principal, Operation::WriteAllClients)?;
    let client = living(app, ctx, KIND, id).await?;
    let (about, before) = (About::owned(&client), client.trust);
    let SetTo { to: trust, only_from } = trust.into();
    let newer = seen.is_some_and(|revision| revision != client.revision);
    if newer || only_from.is_some_and(|from| from != before.as_str()) {
        return Err(refused(app, ctx, KIND, about, Unmanaged::Changed));
    }
    // Held to the revision that was read.
    let updated = applications::believe(app, ctx, client, trust).await?;
    let updated = updated.ok_or_else(|| refused(app, ctx, KIND, about.clone(), Unmanaged::Changed))?;
    let detail = json!({"from": before.as_str(), "to": trust.as_str()});
    app.record_with(ctx, KIND, "ok", about, detail);
    Ok((updated.client, before))
}

/// Disables an application (nothing that it holds works) or enables it (all of it does).
pub async fn set_disabled(app: &App, ctx: &Ctx, principal: &Principal, id: &str, disabled: bool) -> Outcome<()> {
    let kind = if disabled { "client.disabled" } else { "client.enabled" };
    may(app, ctx, principal, Operation::WriteAllClients)?;
    let client = living(app, ctx, kind, id).await?;
    if applications::set_disabled(app, ctx, &client.id, disabled).await? {
        Ok(())
    } else {
        Err(refused(app, ctx, kind, About::owned(&client), Unmanaged::ClientUnknown))
    }
}

/// Requires PKCE from a confidential client, or no longer does.
pub async fn set_require_pkce(app: &App, ctx: &Ctx, principal: &Principal, id: &str, require: bool) -> Outcome<Client> {
    const KIND: &str = "client.updated";
    may(app, ctx, principal, Operation::WriteAllClients)?;
    let mut client = living(app, ctx, KIND, id).await?;
    let (about, was_public) = (About::owned(&client), client.is_public());
    (client.config.require_pkce, client.config.pkce_exempt) = (require, false);
    let updated = applications::update(app, ctx, client, was_public).await?;
    Ok(updated.ok_or_else(|| refused(app, ctx, KIND, about, Unmanaged::Changed))?.client)
}
